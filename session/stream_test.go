package session_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/storage"
)

// C3: opened is a barrier: an op that was sent before is in it.
func TestC3ReopenIsABarrier(t *testing.T) {
	s := start(t, servertest.Options{})
	for name, open := range map[string]string{
		"fresh":  `{"t":"open","doc":"%s"}`,
		"resume": `{"t":"open","doc":"%s","rev":0}`,
	} {
		c := s.Connect()
		c.Open(name)
		gate := s.Store.HoldCommits(t)
		c.Op(name, 0, 1, `[{"insert":"x"}]`)
		gate.Await()
		c.Send(open, name)
		c.Quiet() // not answered while the op is under way
		gate.Open()
		c.Expect(`{"t":"changes","changes":[{"rev":1,"seq":1}]}`)
		c.Expect(`{"t":"opened","rev":1,"seq":1}`)
		s.Store.On(servertest.Hooks{})
		c.Op(name, 1, 2, `[{"insert":"y"}]`)
		c.Expect(`{"t":"changes","changes":[{"rev":2,"seq":2}]}`)
	}
}

// C3: an op whose commit failed is tried again before the open is answered.
func TestC3BarrierAcrossAFailedCommit(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	c.Open("d")
	gate, failed := servertest.NewGate(t), false
	s.Store.On(servertest.Hooks{Commit: func(_ []storage.Batch, next func() ([]storage.Outcome, error)) ([]storage.Outcome, error) {
		if !failed {
			failed = true
			gate.Pass()
			return nil, fmt.Errorf("not now")
		}
		return next()
	}})
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	gate.Await()
	c.Send(`{"t":"open","doc":"d"}`)
	c.Quiet()
	gate.Open()
	c.Expect(`{"t":"changes","changes":[{"rev":1,"seq":1}]}`)
	c.Expect(`{"t":"opened","rev":1,"seq":1,"content":[{"insert":"x\n"}]}`)
}

// C3, P4: the newer session's opened has what the older one had under way, and
// nothing of it comes after.
func TestC3P4ReplacementIsABarrier(t *testing.T) {
	s := start(t, servertest.Options{})
	older, watcher := s.Connect(), s.Connect()
	older.Open("d")
	watcher.Open("d")
	gate := s.Store.HoldCommits(t)
	older.Op("d", 0, 1, `[{"insert":"x"}]`)
	gate.Await()
	older.Op("d", 0, 2, `[{"insert":"y"}]`) // against S1: it waits in the room
	older.Quiet()
	newer := older.Again()
	older.Closed(4409).Expect(t, `{"t":"error","code":"replaced"}`)
	newer.Send(`{"t":"open","doc":"d"}`)
	newer.Quiet()
	gate.Open()
	opened := newer.Expect(`{"t":"opened"}`)
	rev, seq := opened.Int("rev"), opened.Int("seq")
	if rev < 1 || rev != seq {
		t.Errorf("opened at revision %d with seq %d", rev, seq)
	}
	newer.Op("d", rev, seq+1, `[{"insert":"z"}]`)
	newer.Expect(fmt.Sprintf(`{"t":"changes","changes":[{"rev":%d,"seq":%d,"op":[{"insert":"z"}]}]}`, rev+1, seq+1))
	watcher.Changes(rev + 1)
	watcher.Quiet()
}

// P4: a newer hello replaces the older session, whatever it has open.
func TestP4Replaced(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	older := s.ConnectAs("ann", writeAll)
	older.Open("d")
	other := s.ConnectAs("bob", writeAll)
	other.Open("d")
	bobs := s.Dial(servertest.Dial{}) // the same client id of another user replaces nobody
	bobs.Client = older.Client
	bobs.Hello(sign("bob", timeEnough, writeAll))
	older.Quiet()
	newer := s.Dial(servertest.Dial{})
	newer.Client = older.Client
	newer.Hello(sign("ann", timeEnough, writeAll))
	older.Closed(4409).Expect(t, `{"t":"error","code":"replaced"}`)
	newer.Open("d")
	servertest.Eventually(t, "the older session is gone", func() bool { return s.Sessions.Sessions() == 3 })
	newer.Op("d", 0, 1, `[{"insert":"x"}]`) // the older one's leaving did not take it out
	newer.Expect(`{"t":"changes","changes":[{"seq":1}]}`)
	other.Expect(`{"t":"changes"}`)
}

// P3: a repeat gets ack, on the same connection and on later ones, also of a
// seq from long ago and after the room has left memory.
func TestP3Repeats(t *testing.T) {
	s := start(t, servertest.Options{Idle: 1, Limits: limits(2)})
	c := s.Connect()
	c.Open("d")
	for seq := 1; seq <= 10; seq++ {
		c.Op("d", seq-1, seq, `[{"insert":"x"}]`)
		c.Expect(`{"t":"changes"}`)
	}
	repeats := func(c *servertest.Conn) {
		t.Helper()
		for _, seq := range []int{10, 9, 1, 5} {
			c.Op("d", seq-1, seq, `[{"insert":"x"}]`)
			c.Expect(`{"t":"ack","doc":"d","rev":%d,"seq":%d}`, seq, seq)
		}
		c.Op("d", 0, 3, `{"no":"op"}`) // what is in a repeat is not looked at
		c.Expect(`{"t":"ack","rev":3,"seq":3}`)
	}
	repeats(c)
	again := c.Again()
	again.Open("d").Expect(t, `{"rev":10,"seq":10}`)
	repeats(again)
	again.Leave()
	servertest.Eventually(t, "the room leaves memory", func() bool { return s.Hub.Rooms() == 0 })
	back := again.Again()
	back.Send(`{"t":"open","doc":"d","rev":9}`)
	back.Expect(`{"t":"opened","rev":10,"seq":10,"from":9}`)
	repeats(back)
	elsewhere := servertest.Start(t, servertest.Options{Store: s.Store.Store}).Dial(servertest.Dial{})
	elsewhere.Client = c.Client
	elsewhere.Hello("")
	elsewhere.Open("d")
	repeats(elsewhere)
	if content := s.Content("d"); content != `[{"insert":"xxxxxxxxxx\n"}]` {
		t.Errorf("content %s", content)
	}
}

// P3: an op sent again while the first is under way is committed once.
func TestP3RepeatUnderWay(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	c.Open("d")
	gate := s.Store.HoldCommits(t)
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	gate.Await()
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	c.Quiet()
	gate.Open()
	c.Expect(`{"t":"changes","changes":[{"rev":1,"seq":1}]}`)
	c.Expect(`{"t":"ack","rev":1,"seq":1}`)
	c.Quiet()
}

// P3: a client id is bound to its user at open, for the room's life, and at
// its first commit for good; the owner is not disturbed.
func TestP3ClientTaken(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true, Idle: 1})
	ann := s.ConnectAs("ann", writeAll)
	thief := s.Dial(servertest.Dial{})
	thief.Client = ann.Client
	thief.Hello(sign("bob", timeEnough, writeAll))
	steal := func(doc string) {
		t.Helper()
		thief.Send(`{"t":"open","doc":"%s"}`, doc)
		thief.Refused("client_taken", doc, 0)
		thief.Send(`{"t":"open","doc":"%s","rev":0}`, doc)
		thief.Refused("client_taken", doc, 0)
		thief.Op(doc, 0, 1, `[{"insert":"stolen"}]`)
		if m := thief.Next(); !m.Matches(t, `{"t":"error","code":"client_taken","seq":1}`) &&
			!m.Matches(t, `{"t":"error","code":"not_found","seq":1}`) { // it is not open for the thief
			t.Errorf("a stolen op: %s", m.Raw)
		}
	}
	ann.Open("d")
	steal("d") // bound at open
	ann.Quiet()
	ann.Op("d", 0, 1, `[{"insert":"x"}]`)
	ann.Expect(`{"t":"changes","changes":[{"seq":1,"user":"ann"}]}`)
	steal("d")
	ann.Open("unsaid")
	ann.Leave()
	servertest.Eventually(t, "rooms leave memory", func() bool { return s.Hub.Rooms() == 0 })
	steal("d") // bound by commit
	thief.Open("unsaid")
	again := s.Dial(servertest.Dial{})
	again.Client = ann.Client
	again.Hello(sign("ann", timeEnough, writeAll))
	again.Open("d").Expect(t, `{"rev":1,"seq":1}`)
	again.Op("d", 1, 2, `[{"insert":"y"}]`)
	again.Expect(`{"t":"changes","changes":[{"seq":2}]}`)
	again.Send(`{"t":"open","doc":"unsaid"}`)
	again.Refused("client_taken", "unsaid", 0) // now it is the other way round
}

// S1: the rev of an op is not above the head, not below the revision of the
// client's previous op, and within the window.
func TestS1Revisions(t *testing.T) {
	s := start(t, servertest.Options{Limits: limits(5)})
	c, other := s.Connect(), s.Connect()
	c.Open("d")
	other.Open("d")
	c.Op("d", 1, 1, `[]`)
	c.Refused("bad_revision", "d", 1)
	c.Op("d", 0, 1, `[{"insert":"a"}]`)
	c.Expect(`{"t":"changes"}`)
	c.Op("d", 0, 2, `[{"insert":"b"}]`)
	c.Refused("bad_revision", "d", 2)
	c.Op("d", 1, 2, `[{"insert":"b"}]`) // the same seq can be used again
	c.Expect(`{"t":"changes","changes":[{"rev":2,"seq":2}]}`)
	other.Changes(2)
	for seq := 1; seq <= 6; seq++ {
		other.Op("d", 1+seq, seq, `[{"insert":"o"}]`)
		other.Expect(`{"t":"changes"}`)
	}
	c.Changes(6) // the head is 8
	c.Op("d", 2, 3, `[{"insert":"c"}]`)
	c.Refused("stale", "d", 3)
	c.Send(`{"t":"presence","doc":"d","rev":2,"cursor":[0,0]}`)
	c.Refused("stale", "d", 0)
	c.Send(`{"t":"presence","doc":"d","rev":9,"cursor":[0,0]}`)
	c.Refused("bad_revision", "d", 0)
	a := s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":2,"op":[]}`)
	if a.Status != http.StatusConflict || !a.Matches(t, `{"code":"stale"}`) {
		t.Errorf("a stale edit: %d %s", a.Status, a.Body)
	}
	c.Op("d", 3, 3, `[{"insert":"c"}]`) // exactly the window
	c.Expect(`{"t":"changes","changes":[{"rev":9,"seq":3}]}`)
}

// S2: a seq is the last committed one plus one.
func TestS2SeqGap(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	c.Open("d")
	for _, seq := range []int{2, 3, 1000} {
		c.Op("d", 0, seq, `[]`)
		c.Refused("seq_gap", "d", seq)
	}
	c.Op("d", 0, 1, `[]`)
	c.Expect(`{"t":"changes","changes":[{"rev":1,"seq":1}]}`)
	c.Op("d", 1, 3, `[]`)
	c.Refused("seq_gap", "d", 3)
}

// S3: ops that are empty, or become so, are committed like any other.
func TestS3EmptyOps(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[{"insert":"abc"}]`)
	c, other := s.Connect(), s.Connect()
	c.Open("d")
	other.Open("d")
	c.Op("d", 0, 1, `[]`)
	c.Expect(`{"t":"changes","changes":[{"rev":1,"op":[],"seq":1}]}`)
	c.Op("d", 1, 2, `[{"retain":3}]`) // normal form has no trailing plain retain
	c.Expect(`{"t":"changes","changes":[{"rev":2,"op":[],"seq":2}]}`)
	c.Op("d", 2, 3, `[{"delete":3}]`)
	c.Expect(`{"t":"changes","changes":[{"rev":3,"seq":3}]}`)
	other.Op("d", 0, 1, `[{"retain":1},{"delete":2}]`) // gone already
	c.Expect(`{"t":"changes","changes":[{"rev":4,"op":[],"seq":1}]}`)
	other.Changes(4)
}

// P5: normal form, then transformed through every change, those committed
// having priority.
func TestP5Transform(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[{"insert":"abcd"}]`)
	c, other := s.Connect(), s.Connect()
	c.Open("d")
	other.Open("d")
	c.Op("d", 0, 1, `[{"retain":1},{"retain":1},{"delete":1},{"insert":"X"},{"insert":"Y"},{"retain":1}]`)
	c.Expect(`{"t":"changes","changes":[{"rev":1,"op":[{"retain":2},{"insert":"XY"},{"delete":1}]}]}`)
	other.Op("d", 0, 1, `[{"retain":2},{"insert":"o"}]`)
	c.Expect(`{"t":"changes","changes":[{"rev":2,"op":[{"retain":4},{"insert":"o"}]}]}`)
	if content := s.Content("d"); content != `[{"insert":"abXYod"}]` {
		t.Errorf("content %s", content)
	}
}

// P8: where an op leaves a rich text without its last newline, the server
// commits one right behind it, in the same frame.
func TestP8Repair(t *testing.T) {
	s := start(t, servertest.Options{})
	c, other := s.Connect(), s.Connect()
	c.Open("d")
	other.Open("d")
	c.Op("d", 0, 1, `[{"delete":1},{"insert":"no end"}]`)
	m := c.Expect(`{"t":"changes","changes":[
		{"rev":1,"op":[{"insert":"no end"},{"delete":1}],"client":"…","seq":1,"user":"anonymous"},
		{"rev":2,"op":[{"retain":6},{"insert":"\n"}],"user":"anonymous"}]}`)
	if m.Has("changes.1.client") || m.Has("changes.1.seq") || m.String("changes.0.at") != m.String("changes.1.at") {
		t.Errorf("the repair: %s", m.Raw)
	}
	if o := other.Next(); o.Raw != m.Raw {
		t.Errorf("two frames: %s and %s", m.Raw, o.Raw)
	}
	c.Op("d", 1, 2, `[{"retain":6},{"insert":{"image":"x"}}]`) // on the first of the two
	c.Expect(`{"t":"changes","changes":[{"rev":3,"op":[{"retain":7},{"insert":{"image":"x"}}]},{"rev":4,"op":[{"retain":8},{"insert":"\n"}]}]}`)
	c.Op("d", 4, 3, `[{"delete":9}]`)
	c.Expect(`{"t":"changes","changes":[{"rev":5,"op":[{"delete":9}]},{"rev":6,"op":[{"insert":"\n"}]}]}`)
	a := s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":6,"op":[{"delete":1}]}`)
	if a.Status != http.StatusOK || a.Body[:len(`{"rev":7,`)] != `{"rev":7,` {
		t.Errorf("an edit: %d %s", a.Status, a.Body)
	}
	c.Expect(`{"t":"changes","changes":[{"rev":7},{"rev":8,"op":[{"insert":"\n"}]}]}`)
	c.Send(`{"t":"open","doc":"text","type":"text"}`)
	c.Expect(`{"t":"opened","content":[]}`)
	c.Op("text", 0, 1, `[{"insert":"no end"}]`)
	c.Expect(`{"t":"changes","changes":[{"rev":1}]}`) // a text needs none
}
