package session_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/gorilla/websocket"
)

// S8: a message over limits.message closes with 1009, in one frame or in
// fragments, however much follows it.
func TestS8MessageLimit(t *testing.T) {
	s := start(t, servertest.Options{Limits: wire.Limits{Message: 10000}})
	for _, test := range []struct{ size, fragment int }{{10001, 0}, {10001, 100}, {1 << 20, 0}, {8 << 20, 0}, {8 << 20, 1000}} {
		c := s.Dial(servertest.Dial{Fragment: test.fragment})
		c.Hello("").Expect(t, `{"limits":{"message":10000}}`)
		c.Open("d")
		c.Send(`{"t":"ping","x":"%s"}`, strings.Repeat("x", 10000-len(`{"t":"ping","x":""}`))) // just fits
		c.Expect(`{"t":"pong"}`)
		_ = c.WS.WriteMessage(websocket.TextMessage, make([]byte, test.size)) // may find it closed
		c.Closed(1009)
	}
}

// P7: a reader who takes nothing is closed, within a bounded time, while the
// others go on; it comes back and resumes.
func TestP7SlowReader(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[]`)
	slow := s.Dial(servertest.Dial{Window: 4096})
	slow.Hello("")
	slow.Open("d")
	c := s.Connect()
	c.Open("d")
	big := strings.Repeat("x", 900_000)
	rev := 0
	for ; s.Sessions.Sessions() == 2 && rev < 50; rev++ {
		op := `[{"insert":"` + big + `"}]`
		if rev%2 == 1 {
			op = fmt.Sprintf(`[{"delete":%d}]`, len(big))
		}
		c.Op("d", rev, rev+1, op)
		if frame := c.NextBytes(); !strings.HasPrefix(string(frame), `{"t":"changes"`) {
			t.Fatalf("received %.300s", frame)
		}
	}
	servertest.Eventually(t, "the slow one is closed", func() bool { return s.Sessions.Sessions() == 1 })
	c.Quiet()
	back := slow.Again()
	back.Send(`{"t":"open","doc":"d","rev":%d}`, rev-1)
	back.Expect(`{"t":"opened","rev":%d,"from":%d}`, rev, rev-1)
}

// P7: the answer to an open always fits.
func TestP7LargeDocument(t *testing.T) {
	s := start(t, servertest.Options{Limits: wire.Limits{Document: 9 << 20}})
	text := strings.Repeat("x", 9<<20)
	_, err := s.Hub.Create(t.Context(), docs.NewDocument{ID: "d", Type: "text", Content: ot.Delta{ot.Insert(text, nil)}})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Connect()
	for range 2 {
		c.Send(`{"t":"open","doc":"d"}`)
	}
	for range 2 {
		if frame := c.NextBytes(); !strings.HasPrefix(string(frame), `{"t":"opened","doc":"d",`) || !strings.HasSuffix(string(frame), text+`"}]}`) {
			t.Fatalf("received %.300s", frame)
		}
	}
	c.Quiet()
}

// Deletion: open sessions get closed, and nothing is left.
func TestDeleted(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	c.Open("d")
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	c.Expect(`{"t":"changes"}`)
	gate := s.Store.HoldCommits(t)
	c.Op("d", 1, 2, `[{"insert":"y"}]`)
	gate.Await()
	deleted := make(chan int)
	go func() { deleted <- s.Call(http.MethodDelete, "/v1/documents/d", "").Status }()
	gate.Open()
	if status := <-deleted; status != http.StatusNoContent {
		t.Errorf("delete: %d", status)
	}
	for m := c.Next(); m.String("t") != "closed"; m = c.Next() {
		m.Expect(t, `{"t":"changes","changes":[{"rev":2}]}`)
	}
	c.Op("d", 2, 3, `[{"insert":"z"}]`)
	c.Refused("not_found", "d", 3)
	if status := s.Call(http.MethodGet, "/v1/documents/d", "").Status; status != http.StatusNotFound {
		t.Errorf("still there: %d", status)
	}
	c.Open("d").Expect(t, `{"rev":0,"seq":0,"content":[{"insert":"\n"}]}`)
}

// An idle room leaves memory and comes back as it was.
func TestIdleRooms(t *testing.T) {
	s := start(t, servertest.Options{Idle: 1})
	for round := range 5 {
		c := s.Connect()
		c.Open("d").Expect(t, fmt.Sprintf(`{"rev":%d,"seq":0}`, round))
		c.Op("d", round, 1, `[{"insert":"x"}]`)
		c.Expect(`{"t":"changes"}`)
		c.Leave()
		servertest.Eventually(t, "the room leaves memory", func() bool { return s.Hub.Rooms() == 0 })
	}
	if content := s.Content("d"); content != `[{"insert":"xxxxx\n"}]` {
		t.Errorf("content %s", content)
	}
}

// A failed load refuses to open and never serves an empty document.
func TestFailedLoad(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[{"insert":"precious"}]`)
	var away atomic.Bool
	away.Store(true)
	s.Store.On(servertest.Hooks{Load: func(next func() error) error {
		if away.Load() {
			return errors.New("the disk is gone")
		}
		return next()
	}})
	c := s.Connect()
	for range 3 {
		c.Send(`{"t":"open","doc":"d"}`)
		c.Refused("unavailable", "d", 0)
		c.Send(`{"t":"open","doc":"d","rev":0}`)
		c.Refused("unavailable", "d", 0)
		c.Send(`{"t":"open","doc":"new"}`)
		c.Refused("unavailable", "new", 0)
		c.Op("d", 0, 1, `[]`)
		c.Refused("not_found", "d", 1)
	}
	if a := s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":0,"op":[]}`); a.Status != http.StatusServiceUnavailable {
		t.Errorf("an edit: %d %s", a.Status, a.Body)
	}
	away.Store(false)
	c.Open("d").Expect(t, `{"rev":0,"content":[{"insert":"precious"}]}`)
}

// A panic in one room ends that room alone, and everyone who waits for it is
// answered or disconnected.
func TestPanics(t *testing.T) {
	panics := func(func() error) error { panic("a bug") }
	for name, test := range map[string]struct {
		hooks   servertest.Hooks
		trigger string
	}{
		"load":    {servertest.Hooks{Load: panics}, `{"t":"open","doc":"d"}`},
		"create":  {servertest.Hooks{Create: panics}, `{"t":"open","doc":"new"}`},
		"client":  {servertest.Hooks{Client: panics}, `{"t":"open","doc":"d"}`},
		"changes": {servertest.Hooks{Changes: panics}, `{"t":"open","doc":"d","rev":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, servertest.Options{Limits: limits(2), Idle: 1})
			writer, neighbour := s.Connect(), s.Connect()
			writer.Open("d")
			for seq := 1; seq <= 10; seq++ {
				writer.Op("d", seq-1, seq, `[{"insert":"x"}]`)
				writer.Expect(`{"t":"changes"}`)
			}
			writer.Leave()
			neighbour.Open("neighbour")
			servertest.Eventually(t, "the room leaves memory", func() bool { return s.Hub.Rooms() == 1 })

			s.Store.On(test.hooks)
			victims := []*servertest.Conn{s.Connect(), s.Connect(), s.Connect()}
			for _, c := range victims {
				c.Send("%s", test.trigger)
			}
			for _, c := range victims {
				c.Expect(`{"t":"error","code":"internal","doc":"…"}`)
			}
			neighbour.Op("neighbour", 0, 1, `[{"insert":"x"}]`)
			neighbour.Expect(`{"t":"changes"}`)
			s.Store.On(servertest.Hooks{})
			victims[0].Open("d").Expect(t, `{"rev":10}`)
			victims[0].Open("new").Expect(t, `{"rev":0}`)
		})
	}
}

// A panic in the store while it commits is a failed commit.
func TestPanicInACommit(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	c.Open("d")
	var once atomic.Bool
	s.Store.On(servertest.Hooks{Commit: func(_ []storage.Batch, next func() ([]storage.Outcome, error)) ([]storage.Outcome, error) {
		if !once.Swap(true) {
			panic("a bug")
		}
		return next()
	}})
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	c.Expect(`{"t":"changes","changes":[{"rev":1,"seq":1}]}`)
}

// P2, P3: when the outcome of a commit is not known, the store is asked before
// anything else happens.
func TestP2UnknownOutcome(t *testing.T) {
	s := start(t, servertest.Options{})
	for _, stored := range []bool{true, false} {
		doc := fmt.Sprintf("stored-%t", stored)
		s.Create(doc, "text", `[]`)
		c := s.Connect()
		c.Open(doc)
		s.Store.On(breaks(stored))
		c.Op(doc, 0, 1, `[{"insert":"a"}]`)
		c.Expect(`{"t":"changes","changes":[{"rev":1,"seq":1,"op":[{"insert":"a"}]}]}`)
		c.Op(doc, 1, 2, `[{"insert":"b"}]`)
		for m := c.Next(); !m.Matches(t, `{"t":"changes","changes":[{"rev":2,"seq":2}]}`); m = c.Next() {
			m.Expect(t, `{"t":"ack","rev":1,"seq":1}`) // in the line it is once
		}
	}
}

// P2: an edit that names no client cannot be told from another one. It is
// never committed twice: where its fate is not known, the caller is told so.
func TestP2UnknownOutcomeOfAnEdit(t *testing.T) {
	s := start(t, servertest.Options{})
	for _, stored := range []bool{true, false} {
		doc := fmt.Sprintf("stored-%t", stored)
		s.Create(doc, "text", `[]`)
		s.Store.On(breaks(stored))
		a := s.Call(http.MethodPost, "/v1/documents/"+doc+"/changes", `{"rev":0,"op":[{"insert":"x"}]}`)
		known := a.Status == http.StatusOK && a.Matches(t, `{"rev":1,"op":[{"insert":"x"}]}`)
		if unknown := a.Status == http.StatusServiceUnavailable && a.Matches(t, `{"code":"unavailable"}`); !known && !unknown {
			t.Errorf("%s: %d %s", doc, a.Status, a.Body)
		}
		if n := strings.Count(s.Content(doc), "x"); n > 1 || n == 0 && (stored || known) {
			t.Errorf("%s: answered %d, and the edit is there %d times", doc, a.Status, n)
		}
	}
}

// breaks breaks the connection in the middle of the first commit, which is
// stored or not.
func breaks(stored bool) servertest.Hooks {
	var lost atomic.Bool
	return servertest.Hooks{Commit: func(_ []storage.Batch, next func() ([]storage.Outcome, error)) ([]storage.Outcome, error) {
		if lost.Swap(true) {
			return next()
		}
		if stored {
			if _, err := next(); err != nil {
				return nil, err
			}
		}
		return nil, errors.New("the connection broke")
	}}
}
