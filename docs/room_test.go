package docs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// editor is a session that keeps what it is sent, and checks that revisions
// come without a gap.
type editor struct {
	t    *rapid.T
	id   uuid.UUID
	link *docs.Link
	in   chan frame
	rev  int64
	seq  int64 // committed, as far as it was told
}

type frame struct {
	T, Code  string
	Rev, Seq int64
	From     *int64
	Changes  []change
	Content  json.RawMessage
}

type change struct {
	Rev, Seq int64
	Client   uuid.UUID
	Op       json.RawMessage
}

func newEditor(t *rapid.T, hub *docs.Hub, id uuid.UUID) *editor {
	e := &editor{t: t, id: id, in: make(chan frame, 1000)}
	e.link = hub.Link(e)
	return e
}

func (e *editor) Client() uuid.UUID         { return e.id }
func (e *editor) User() wire.User           { return wire.User{ID: "u"} }
func (e *editor) Access(string) auth.Access { return auth.Write }
func (e *editor) Refuse(err *wire.Error)    { e.Send(wire.Refusal(err)) }
func (e *editor) Behind() bool              { return false }
func (e *editor) Close(int, *wire.Error)    { e.in <- frame{T: "close"} }

func (e *editor) Send(f *wire.Frame) {
	var m frame
	if err := json.Unmarshal(f.Bytes(), &m); err != nil {
		panic(err)
	}
	e.in <- m
}

// next takes one frame and follows it.
func (e *editor) next() frame {
	var m frame
	select {
	case m = <-e.in:
	case <-time.After(20 * time.Second):
		e.t.Fatalf("no answer for %v at revision %d", e.id, e.rev)
	}
	if m.T == "opened" {
		if e.rev = m.Rev; m.From != nil {
			e.rev = *m.From
		}
		e.seq = m.Seq
	}
	for _, c := range m.Changes {
		if c.Rev != e.rev+1 {
			e.t.Fatalf("P1: revision %d after %d", c.Rev, e.rev)
		}
		e.rev = c.Rev
		if c.Client == e.id {
			if m.T == "changes" && c.Seq != e.seq+1 {
				e.t.Fatalf("P3: seq %d after %d", c.Seq, e.seq)
			}
			e.seq = max(e.seq, c.Seq)
		}
	}
	return m
}

// follow takes the frames that are there.
func (e *editor) follow() {
	for len(e.in) > 0 {
		e.next()
	}
}

// open joins, afresh or from where the editor is, and returns the answer.
func (e *editor) open(doc string, resume bool) {
	if err := e.link.Open(wire.Open{Doc: doc, Type: "text", Resume: resume, Rev: e.rev}); err != nil {
		e.t.Fatal(err)
	}
	for e.next().T != "opened" { //nolint:revive // what comes before is passed over
	}
}

// faults makes commits fail as a number tells: before or after the fact.
func faults(fault *atomic.Int32) servertest.Hooks {
	return servertest.Hooks{Commit: func(_ []storage.Batch, next func() ([]storage.Outcome, error)) ([]storage.Outcome, error) {
		switch fault.Swap(0) {
		case 1:
			return nil, errors.New("before the commit")
		case 2:
			_, err := next()
			return nil, errors.Join(err, errors.New("after the commit"))
		}
		return next()
	}}
}

// P1, P3, P5, C3, S1, S2: whatever clients send, repeat and reopen, and however
// commits fail, there is one line without gaps, every seq is in it once, and
// the content is what the line makes.
func TestRoomAgainstModel(t *testing.T) {
	t.Parallel()
	store := &servertest.Store{Store: servertest.SQLite(t)}
	var fault atomic.Int32
	store.On(faults(&fault))
	hub := docs.NewHub(docs.Config{Store: store, Limits: wire.Limits{Document: 1 << 20, Window: 8}, Idle: time.Millisecond})
	t.Cleanup(func() { hub.Close(context.Background()) })
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		doc := fmt.Sprint("d", n)
		var editors []*editor
		for range rapid.IntRange(1, 3).Draw(t, "editors") {
			e := newEditor(t, hub, uuid.New())
			e.open(doc, false)
			editors = append(editors, e)
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			for _, e := range editors {
				e.follow() // nobody falls out of the window
			}
			i := rapid.IntRange(0, len(editors)-1).Draw(t, "editor")
			e := editors[i]
			switch rapid.SampledFrom([]string{"op", "op", "op", "repeat", "gap", "reopen", "replace", "leave", "race"}).Draw(t, "step") {
			case "op":
				fault.Store(int32(rapid.IntRange(0, 4).Draw(t, "fault")))
				e.submit(doc, e.seq+1)
				e.settle(e.seq + 1)
			case "repeat":
				if e.seq > 0 {
					seq := rapid.Int64Range(1, e.seq).Draw(t, "seq")
					e.submit(doc, seq)
					e.expect("ack", seq)
				}
			case "gap":
				e.submit(doc, e.seq+2)
				e.expect("seq_gap", e.seq+2)
			case "reopen":
				e.submit(doc, e.seq+1) // under way while it opens
				seq := e.seq + 1
				e.open(doc, rapid.Bool().Draw(t, "resume"))
				if e.seq != seq {
					t.Fatalf("C3: opened with seq %d, %d was sent before", e.seq, seq)
				}
			case "replace":
				newer := newEditor(t, hub, e.id)
				newer.rev = e.rev
				newer.open(doc, rapid.Bool().Draw(t, "resume"))
				e.link.Detach()
				editors[i] = newer
			case "leave":
				if err := e.link.Close(doc); err != nil {
					t.Fatal(err)
				}
				seq := e.seq
				if e.open(doc, rapid.Bool().Draw(t, "resume")); e.seq != seq {
					t.Fatalf("P3: back with seq %d, %d was committed", e.seq, seq)
				}
			case "race":
				wants := make([]int64, len(editors))
				for i, e := range editors {
					wants[i] = e.seq + 1
					e.submit(doc, e.seq+1)
				}
				for i, e := range editors {
					e.settle(wants[i])
				}
			}
		}
		fault.Store(0)
		check(t, hub, doc, editors)
		for _, e := range editors {
			e.link.Detach()
		}
	})
}

// submit sends an op made on the revision the editor is at.
func (e *editor) submit(doc string, seq int64) {
	op := ot.Delta{ot.Insert(fmt.Sprintf("%d,", seq), nil)}
	if err := e.link.Submit(wire.Op{Doc: doc, Rev: e.rev, Seq: seq, Op: op}); err != nil {
		e.t.Fatal(err)
	}
}

// settle waits until an op is known to be committed.
func (e *editor) settle(seq int64) {
	for e.seq < seq {
		if m := e.next(); m.T == "error" {
			e.t.Fatalf("seq %d: %s", seq, m.Code)
		}
	}
}

// expect waits for an ack or an error about a seq.
func (e *editor) expect(what string, seq int64) {
	for {
		m := e.next()
		if (m.T == what || m.Code == what) && m.Seq == seq {
			return
		}
		if m.T == "error" {
			e.t.Fatalf("%s about seq %d, want %s about %d", m.Code, m.Seq, what, seq)
		}
	}
}

// check reads the line from the store and holds it against the editors.
func check(t *rapid.T, hub *docs.Hub, doc string, editors []*editor) {
	changes, err := hub.Changes(context.Background(), doc, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	var body ot.Document
	seqs := map[uuid.UUID]int64{}
	for i, c := range changes {
		if c.Rev != int64(i+1) || c.Seq != seqs[c.Client]+1 {
			t.Fatalf("change %d is revision %d, seq %d after %d", i, c.Rev, c.Seq, seqs[c.Client])
		}
		seqs[c.Client] = c.Seq
		op, err := otjson.Decode(c.Op)
		if err == nil {
			body, err = body.Apply(op)
		}
		if err != nil {
			t.Fatalf("revision %d: %v", c.Rev, err)
		}
		if i > 0 && c.At.Before(changes[i-1].At) {
			t.Fatalf("the time runs backwards at revision %d", c.Rev)
		}
	}
	content, err := hub.Content(context.Background(), doc, docs.Head)
	if err != nil || content.Rev != int64(len(changes)) || content.Body.Text() != body.Text() {
		t.Fatalf("the content is %q, the line makes %q, %v", content.Body.Text(), body.Text(), err)
	}
	for _, e := range editors {
		if e.seq != seqs[e.id] {
			t.Fatalf("%v knows of seq %d, the line has %d", e.id, e.seq, seqs[e.id])
		}
		for e.rev < int64(len(changes)) {
			e.next()
		}
	}
}
