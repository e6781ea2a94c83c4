package session_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/coscribe/coscribe/internal/servertest"
)

// journal is a log that may be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) lines(part string) (n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for line := range strings.Lines(j.text.String()) {
		if strings.Contains(line, part) {
			n++
		}
	}
	return n
}

// However many connections say no hello, or send garbage, the log tells of a
// few.
func TestTheLogStaysQuiet(t *testing.T) {
	log := new(journal)
	s := start(t, servertest.Options{Keyed: true, Logger: slog.New(slog.NewTextHandler(log, nil))})
	for range 30 {
		c := s.Dial(servertest.Dial{})
		c.Send(`{"t":"ping"}`)
		c.Expect(`{"t":"error","code":"hello_required"}`)
		c.Leave()
	}
	for range 100 {
		c := s.ConnectAs("eve", nil)
		for range 5 {
			c.SendFrame(websocket.BinaryMessage, nil)
		}
		c.Closed(4400)
	}
	servertest.Eventually(t, "everyone has gone", func() bool { return s.Sessions.Sessions() == 0 })
	// One a second comes to the twenty: the test would have to take long for all.
	if n := log.lines("msg=session"); n == 0 || n > 50 {
		t.Errorf("%d lines about sessions", n)
	}
	ann := s.ConnectAs("ann", writeAll) // from the same address
	ann.Open("d")
	ann.Op("d", 0, 1, `[{"insert":"x"}]`)
	ann.Expect(`{"t":"changes"}`)
}

// Before hello a message has the size that a hello needs; the usual bound
// comes with the answer.
func TestMessageBeforeHello(t *testing.T) {
	s := start(t, servertest.Options{})
	large := `{"t":"ping","x":"` + strings.Repeat("x", 80<<10) + `"}`
	c := s.Dial(servertest.Dial{})
	_ = c.WS.WriteMessage(websocket.TextMessage, []byte(large)) // may find it closed
	c.Closed(1009)
	c = s.Connect()
	c.Send("%s", large)
	c.Expect(`{"t":"pong"}`)
}

// A flood of WebSocket pings is not answered one by one, and does not keep who
// sends them from being answered otherwise.
func TestPingFlood(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	pongs := 0
	c.WS.SetPongHandler(func(string) error {
		pongs++
		return nil
	})
	for range 300 {
		if err := c.WS.WriteMessage(websocket.PingMessage, nil); err != nil {
			t.Fatal(err)
		}
	}
	c.Quiet()
	if pongs == 0 || pongs > 200 {
		t.Errorf("%d of 300 pings were answered", pongs)
	}
}

// Who goes on sending behind the end is read from slowly, and gone soon.
func TestFloodBehindTheEnd(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	for range 5 {
		c.SendFrame(websocket.BinaryMessage, nil)
	}
	sent := 0
	for ; sent < 1_000_000; sent++ {
		if c.WS.WriteMessage(websocket.TextMessage, []byte(`{"t":"ping"}`)) != nil {
			break // the connection is closed although its peer never answered
		}
	}
	servertest.Eventually(t, "it is gone", func() bool { return s.Sessions.Sessions() == 0 })
}
