package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/session"
)

// The frames in PROTOCOL.md are what the server sends and takes: they are
// played in order, each client on a connection of its own.
func TestWorkedExample(t *testing.T) {
	t.Parallel()
	script := workedExample(t)
	address := serve(t)
	createDocument(t, address, `{"id":"note","content":[{"insert":"Helo\n"}]}`)
	people := make(map[string]*person)
	for _, f := range script {
		p := people[f.who]
		if p == nil {
			p = connect(t, address)
			people[f.who] = p
		}
		if f.sends {
			if err := p.conn.WriteMessage(websocket.TextMessage, []byte(f.text)); err != nil {
				t.Fatalf("%s → %s: %v", f.who, f.text, err)
			}
			continue
		}
		got, err := p.next()
		if err != nil {
			t.Fatalf("%s ← %s: %v", f.who, f.text, err)
		}
		if want := decode(t, f.text); !servertest.Same(want, got) {
			t.Fatalf("%s ← %s\ngot %v", f.who, f.text, got)
		}
	}
}

// frame is one line of the example.
type frame struct {
	who   string
	sends bool
	text  string
}

// workedExample reads the blocks that are marked as frames.
func workedExample(t *testing.T) []frame {
	t.Helper()
	page, err := os.ReadFile("../../PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^(\w+) (→|←) (\{.*\})$`)
	var frames []frame
	for _, block := range regexp.MustCompile("(?s)```frames\n(.*?)\n```").FindAllSubmatch(page, -1) {
		for text := range strings.SplitSeq(string(block[1]), "\n") {
			part := line.FindStringSubmatch(text)
			if part == nil {
				t.Fatalf("not a frame: %s", text)
			}
			frames = append(frames, frame{who: part[1], sends: part[2] == "→", text: part[3]})
		}
	}
	if len(frames) == 0 {
		t.Fatal("PROTOCOL.md has no frames")
	}
	return frames
}

// serve runs the server, as its command does, on a free port and an empty
// database, and returns its address. It ends with the test.
func serve(t *testing.T, args ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	config := flags(t, append(args, "--listen", "127.0.0.1:0", "--database", "sqlite:"+filepath.Join(t.TempDir(), "test.db"))...)
	go func() {
		err := run(ctx, config, slog.New(slog.DiscardHandler), in)
		in.CloseWithError(errors.Join(err, io.EOF))
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server did not end well: %v", err)
		}
	})
	var url string
	if _, err := fmt.Fscanf(out, "Coscribe listens on %s", &url); err != nil {
		t.Fatalf("the server did not say where it listens: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // until the server has ended
	_, address, _ := strings.Cut(strings.TrimSuffix(url, ","), "://")
	return address
}

func createDocument(t *testing.T, address, body string) {
	t.Helper()
	answer, err := http.Post("http://"+address+"/v1/documents", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("create %s: %s", body, answer.Status)
	}
}

// person is someone on a connection.
type person struct {
	conn    *websocket.Conn
	pending []any // messages read already
}

func connect(t *testing.T, address string) *person {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{session.Protocol}}
	conn, _, err := dialer.Dial("ws://"+address+"/v1/connect", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &person{conn: conn}
}

// next returns the next message. Changes come one by one: the server may join
// what waits for a reader.
func (p *person) next() (any, error) {
	if len(p.pending) == 0 {
		if err := p.conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			return nil, err
		}
		_, data, err := p.conn.ReadMessage()
		if err != nil {
			return nil, err
		}
		var message map[string]any
		if err := json.NewDecoder(bytes.NewReader(data)).Decode(&message); err != nil {
			return nil, err
		}
		p.pending = separate(message)
	}
	first := p.pending[0]
	p.pending = p.pending[1:]
	return first, nil
}

func separate(message map[string]any) []any {
	list, _ := message["changes"].([]any)
	if message["t"] != "changes" || len(list) < 2 {
		return []any{message}
	}
	var all []any
	for _, change := range list {
		all = append(all, map[string]any{"t": "changes", "doc": message["doc"], "changes": []any{change}})
	}
	return all
}

func decode(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}
