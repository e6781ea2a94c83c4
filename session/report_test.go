package session_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/internal/servertest"
)

// logs is where a server logs to.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// session returns the line about a session, once it is there.
func (l *logs) session(t *testing.T) (line map[string]any) {
	t.Helper()
	servertest.Eventually(t, "a session is logged", func() bool {
		for text := range strings.Lines(l.String()) {
			if strings.Contains(text, `"msg":"session"`) {
				return json.Unmarshal([]byte(text), &line) == nil
			}
		}
		return false
	})
	return line
}

func logging(t *testing.T, o servertest.Options) (*servertest.Server, *logs) {
	l := &logs{}
	o.Logger = slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return start(t, o), l
}

// One line tells all of a session, and of a document and a token nothing.
func TestSessionIsLogged(t *testing.T) {
	const secret = "sekretSentence"
	s, l := logging(t, servertest.Options{Keyed: true})
	token := authtest.Token("ann", map[string]string{"*": "write"})
	c := s.Dial(servertest.Dial{})
	c.Hello(token)
	c.Open("d")
	c.Op("d", 0, 1, `[{"insert":"`+secret+`"}]`)
	c.Changes(1)
	c.Op("d", 0, 9, `[{"insert":"`+secret+`"}]`) // refused
	c.Next()
	c.Op("d", 1, 2, `[{"insert":"`+secret+`","delete":1}]`) // invalid
	c.Next()
	c.Send(`{"t":"presence","doc":"d","rev":1,"cursor":[1,1],"state":{"name":"%s"}}`, secret)
	c.Expect(`{"t":"presence"}`)
	c.Send(`{"t":"auth","token":"%sx"}`, token)
	c.Expect(`{"t":"error","code":"unauthorized"}`)
	c.Send(`{"t":"%s"}`, secret)
	c.Expect(`{"t":"error","code":"bad_message"}`)
	c.Open("e")
	s.Close()
	c.Closed(1001)
	line := l.session(t)
	for key, want := range map[string]any{
		"level": "INFO", "user": "ann", "client": c.Client, "address": "127.0.0.1",
		"code": 1001.0, "documents": 2.0, "ops": 3.0,
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	for _, key := range []string{"session", "duration_ms", "bytes_in", "bytes_out"} {
		if line[key] == nil {
			t.Errorf("%s is missing", key)
		}
	}
	if in, out := line["bytes_in"].(float64), line["bytes_out"].(float64); in < float64(2*len(token)) || out < 500 {
		t.Errorf("%v bytes in, %v out", in, out)
	}
	all := l.String()
	if n := strings.Count(all, `"session":`); n != 1 {
		t.Errorf("%d lines about one session:\n%s", n, all)
	}
	for _, private := range []string{secret, token, token[strings.LastIndexByte(token, '.'):]} {
		if strings.Contains(all, private) {
			t.Errorf("the log holds %q:\n%s", private, all)
		}
	}
}

// The code is that of whoever closed.
func TestSessionCodes(t *testing.T) {
	t.Parallel()
	for code, end := range map[int]func(c *servertest.Conn){
		1000: func(c *servertest.Conn) { c.SendFrame(8, []byte{3, 232}) },
		1006: func(c *servertest.Conn) { c.Leave() },
		1009: func(c *servertest.Conn) { c.Send(`{"t":"ping","x":"%s"}`, strings.Repeat("x", 2000)) },
		4400: func(c *servertest.Conn) {
			for range 5 {
				c.Send("no JSON")
			}
		},
	} {
		l := &logs{}
		o := servertest.Options{Logger: slog.New(slog.NewJSONHandler(l, nil))}
		o.Limits.Message = 1000
		s := servertest.Start(t, o)
		end(s.Connect())
		if got := l.session(t)["code"]; got != float64(code) {
			t.Errorf("code %v, want %d", got, code)
		}
	}
}
