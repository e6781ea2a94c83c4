package session_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/internal/servertest"
)

// shown takes presence messages until everything in a pattern has been told.
func shown(t *testing.T, c *servertest.Conn, pattern string) servertest.Message {
	t.Helper()
	for {
		if m := c.Expect(`{"t":"presence","cursors":"…","peers":"…"}`); m.Matches(t, pattern) {
			return m
		}
	}
}

// S7: what others see of a client, in the words of the protocol.
func TestS7Peer(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	ann, bob := s.Dial(servertest.Dial{}), s.Dial(servertest.Dial{})
	ann.Hello(sign("ann", timeEnough, writeAll))
	bob.Hello(sign("bob", timeEnough, readAll))
	ann.Open("d")
	if m := bob.Open("d"); m.JSON("presence") != `{}` {
		t.Errorf("opening shows somebody: %s", m.Raw)
	}
	ann.Op("d", 0, 1, `[{"insert":"hello"}]`)
	ann.Expect(`{"t":"changes"}`)
	bob.Expect(`{"t":"changes"}`)
	ann.Send(`{"t":"presence","doc":"d","rev":1,"cursor":[2,4],"state":{"colour":"red"}}`)
	const peer = `{"user":{"id":"ann","name":"The ann"},"cursor":[2,4],"state":{"colour":"red"}}`
	pattern := fmt.Sprintf(`{"t":"presence","doc":"d","rev":1,"cursors":{},"peers":{"%s":%s}}`, ann.Client, peer)
	mine, theirs := ann.Expect("%s", pattern), bob.Expect("%s", pattern)
	if mine.Raw != theirs.Raw {
		t.Errorf("two frames: %s and %s", mine.Raw, theirs.Raw)
	}
	late := s.Connect()
	late.Open("d").Expect(t, fmt.Sprintf(`{"presence":{"%s":%s}}`, ann.Client, peer))
	bob.Send(`{"t":"presence","doc":"d","rev":1,"cursor":[0,0]}`) // a reader is seen, too
	shown(t, ann, fmt.Sprintf(`{"peers":{"%s":{"user":{"id":"bob"},"cursor":[0,0],"state":{}}}}`, bob.Client))
}

// S7: what is absent stays as it was; null is no cursor; null leaves.
func TestS7AbsentAndNull(t *testing.T) {
	s := start(t, servertest.Options{})
	c, other := s.Connect(), s.Connect()
	c.Open("d")
	other.Open("d")
	tell := func(fields, pattern string) {
		t.Helper()
		c.Send(`{"t":"presence","doc":"d","rev":0` + fields + `}`)
		shown(t, other, fmt.Sprintf(pattern, c.Client))
	}
	tell(`,"cursor":[1,1],"state":{"a":1}`, `{"peers":{"%s":{"cursor":[1,1],"state":{"a":1}}}}`)
	tell(`,"cursor":[0,1]`, `{"cursors":{"%s":[0,1]}}`)
	tell(`,"state":{"a":2}`, `{"peers":{"%s":{"cursor":[0,1],"state":{"a":2}}}}`)
	tell(`,"cursor":null`, `{"cursors":{"%s":null}}`)
	tell(`,"state":{}`, `{"peers":{"%s":{"cursor":null,"state":{}}}}`)
	tell(`,"state":null,"cursor":[0,0]`, `{"peers":{"%s":null}}`)
	if m := s.Connect().Open("d"); m.JSON("presence") != `{}` {
		t.Errorf("still there: %s", m.Raw)
	}
	tell(`,"cursor":[0,0]`, `{"peers":{"%s":{"cursor":[0,0],"state":{}}}}`) // comes back
}

// S7: a change moves its author's cursor as its own, past what it inserts
// there, and everyone else's as not own.
func TestS7CursorsMove(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[{"insert":"abcdef"}]`)
	ann, bob := s.Connect(), s.Connect()
	ann.Open("d")
	bob.Open("d")
	for _, c := range []*servertest.Conn{ann, bob} {
		c.Send(`{"t":"presence","doc":"d","rev":0,"cursor":[3,5]}`)
	}
	for seen := map[string]bool{}; len(seen) < 2; {
		m := ann.Expect(`{"t":"presence"}`)
		for _, c := range []*servertest.Conn{ann, bob} {
			seen[c.Client] = seen[c.Client] || m.Has("peers."+c.Client)
			if !seen[c.Client] {
				delete(seen, c.Client)
			}
		}
	}
	ann.Op("d", 0, 1, `[{"retain":3},{"insert":"XY"}]`)
	ann.Expect(`{"t":"changes"}`)
	cursors := func() string {
		m := s.Connect().Open("d")
		return m.JSON("presence."+ann.Client+".cursor") + m.JSON("presence."+bob.Client+".cursor")
	}
	if got := cursors(); got != `[5,7][3,7]` {
		t.Errorf("after an insert: %s", got)
	}
	ann.Op("d", 1, 2, `[{"retain":2},{"delete":4}]`)
	ann.Expect(`{"t":"changes"}`)
	if got := cursors(); got != `[2,3][2,3]` {
		t.Errorf("after a delete: %s", got)
	}
	// Set on an old revision, a cursor is moved to the head by the same rule.
	ann.Send(`{"t":"presence","doc":"d","rev":0,"cursor":[3,6]}`)
	bob.Send(`{"t":"presence","doc":"d","rev":0,"cursor":[6,3]}`)
	shown(t, ann, fmt.Sprintf(`{"rev":2,"cursors":{"%s":[2,4]}}`, ann.Client))
	servertest.Eventually(t, "bob's cursor", func() bool { return cursors() == `[2,4][4,2]` })
}

// S7: offsets past the end are clamped.
func TestS7Clamped(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[{"insert":"abc"}]`)
	c := s.Connect()
	c.Open("d")
	c.Send(`{"t":"presence","doc":"d","rev":0,"cursor":[2,4]}`)
	c.Expect(`{"t":"presence","peers":{"%s":{"cursor":[2,3]}}}`, c.Client)
	c.Send(`{"t":"presence","doc":"d","rev":0,"cursor":[9007199254740991,9007199254740991]}`)
	c.Expect(`{"t":"presence","cursors":{"%s":[3,3]}}`, c.Client)
}

// S7: a state has 4 KB at most.
func TestS7StateTooLarge(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	c.Open("d")
	fits := `{"a":"` + strings.Repeat("x", 4096-8) + `"}`
	c.Send(`{"t":"presence","doc":"d","rev":0,"state":{"a":"%s"}}`, strings.Repeat("x", 4096-7))
	c.Refused("too_large", "d", 0)
	c.Send(`{"t":"presence","doc":"d","rev":0,"state":%s}`, fits)
	c.Expect(`{"t":"presence","peers":{"%s":{"state":%s}}}`, c.Client, fits)
}

// S7: who closes the document, leaves, or loses the connection is gone.
func TestS7Leaving(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	other := s.Connect()
	other.Open("d")
	for _, leave := range []func(*servertest.Conn){
		(*servertest.Conn).Leave,
		func(c *servertest.Conn) { c.Send(`{"t":"close","doc":"d"}`) },
		func(c *servertest.Conn) { c.Send(`{"t":"presence","doc":"d","rev":0,"state":null}`) },
		func(c *servertest.Conn) { c.Send(`{"t":"auth","token":"%s"}`, sign("ann", timeEnough, nil)) },
		func(c *servertest.Conn) { // replaced
			newer := s.Dial(servertest.Dial{})
			newer.Client = c.Client
			newer.Hello(sign("ann", timeEnough, writeAll))
		},
		func(c *servertest.Conn) { _ = c.WS.NetConn().Close() }, // without a word
	} {
		c := s.Connect()
		c.Open("d")
		c.Send(`{"t":"presence","doc":"d","rev":0,"cursor":[0,0]}`)
		shown(t, other, fmt.Sprintf(`{"peers":{"%s":"…"}}`, c.Client))
		leave(c)
		shown(t, other, fmt.Sprintf(`{"peers":{"%s":null}}`, c.Client))
	}
}

// S7: cursors are of the last revision sent before on the connection; at most
// 25 presence frames a second for a document, each with all who moved.
func TestS7Rate(t *testing.T) {
	s := start(t, servertest.Options{})
	watcher := s.Connect()
	watcher.Open("d")
	var movers []*servertest.Conn
	for range 5 {
		c := s.Connect()
		c.Open("d")
		movers = append(movers, c)
	}
	const moves = 200
	begun := time.Now()
	for i := range moves {
		for _, c := range movers {
			c.Send(`{"t":"presence","doc":"d","rev":0,"cursor":[%d,0],"state":{"i":%d}}`, i%2, i)
		}
	}
	for _, c := range movers {
		c.Send(`{"t":"presence","doc":"d","rev":0,"cursor":[1,1],"state":{"last":true}}`)
	}
	frames, states := 0, map[string]int{}
	last := map[string]bool{}
	for len(last) < len(movers) {
		m := watcher.Expect(`{"t":"presence","rev":0}`)
		frames++
		for _, c := range movers {
			if m.Has("peers." + c.Client) {
				states[c.Client]++
			}
			if m.Matches(t, `{"peers":{"`+c.Client+`":{"cursor":[1,1],"state":{"last":true}}}}`) {
				last[c.Client] = true
			}
		}
	}
	// Not a measurement: these hold however slow the machine is.
	took := time.Since(begun)
	if most := int(took/(40*time.Millisecond)) + 2; frames > most {
		t.Errorf("%d frames in %v", frames, took)
	}
	for client, n := range states {
		if most := int(took/time.Second) + 2; n > most {
			t.Errorf("%d states of %s in %v", n, client, took)
		}
	}
}

// S7: presence is about the revision sent before on this connection.
func TestS7RevisionOfPresence(t *testing.T) {
	s := start(t, servertest.Options{})
	writer, mover, watcher := s.Connect(), s.Connect(), s.Connect()
	for _, c := range []*servertest.Conn{writer, mover, watcher} {
		c.Open("d")
	}
	const ops = 100
	go func() {
		for i := range ops {
			_ = mover.WS.WriteMessage(1, fmt.Appendf(nil, `{"t":"presence","doc":"d","rev":0,"cursor":[%d,0]}`, i%2))
		}
	}()
	for seq := 1; seq <= ops; seq++ {
		writer.Op("d", seq-1, seq, `[{"insert":"x"}]`)
		for writer.Next().String("t") != "changes" { //nolint:revive // presence in between
		}
	}
	for rev := 0; rev < ops; {
		m := watcher.Next()
		if m.String("t") == "presence" {
			if m.Int("rev") != rev {
				t.Fatalf("after revision %d: %s", rev, m.Raw)
			}
			continue
		}
		for _, change := range m.List(t, "changes") {
			rev++
			change.Expect(t, fmt.Sprintf(`{"rev":%d}`, rev))
		}
	}
}
