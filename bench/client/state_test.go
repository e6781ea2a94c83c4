package client

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/coscribe/coscribe/ot"
)

const me = "11111111-1111-1111-1111-111111111111"

func insert(at int, text string) ot.Delta {
	var b ot.Builder
	b.Retain(at, nil)
	b.Insert(text, nil)
	return b.Delta()
}

func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// opened returns a state of a text with that content, open at revision 5.
func opened(t *testing.T, text string, compose bool) *State {
	t.Helper()
	s := NewState(me, ot.Text, compose)
	open(t, s, &Opened{Fresh: true, Content: ot.Delta{ot.Insert(text, nil)}.Normalize()})
	return s
}

// open answers the open that s has to send; what o leaves out is filled in.
func open(t *testing.T, s *State, o *Opened) OpenRequest {
	t.Helper()
	req, ok := s.OpenRequest()
	if !ok {
		t.Fatal("no open is due")
	}
	fill(o)
	if err := s.Opened(o); err != nil {
		t.Fatal(err)
	}
	return req
}

func fill(o *Opened) {
	if o.Rev == 0 {
		o.Rev = 5
	}
	if o.Epoch == "" {
		o.Epoch = "e"
	}
	if o.Access == "" {
		o.Access = "write"
	}
	o.Type, o.At = ot.Text, at(o.Rev)
	if o.Peers == nil {
		o.Peers = map[string]*Peer{}
	}
}

func edit(t *testing.T, s *State, op ot.Delta) {
	t.Helper()
	if err := s.Edit(op); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, s *State) Submission {
	t.Helper()
	op, ok := s.Next()
	if !ok {
		t.Fatal("no op is due")
	}
	return op
}

func foreign(rev int64, op ot.Delta) Change {
	return Change{From: rev - 1, Rev: rev, Op: op, Client: "other", Seq: rev, User: "u", At: at(rev)}
}

func mine(rev, seq int64, op ot.Delta) Change {
	return Change{From: rev - 1, Rev: rev, Op: op, Client: me, Seq: seq, User: "u", At: at(rev)}
}

// find returns the first event of type E.
func find[E Event](t *testing.T, s *State) E {
	t.Helper()
	events := s.TakeEvents()
	i := slices.IndexFunc(events, func(e Event) bool { _, ok := e.(E); return ok })
	if i < 0 {
		t.Fatalf("no %T in %v", *new(E), events)
	}
	return events[i].(E)
}

func TestOneOpInFlight(t *testing.T) {
	t.Parallel()
	s := opened(t, "", false)
	edit(t, s, insert(0, "a"))
	edit(t, s, insert(1, "b"))
	if op := next(t, s); op.Seq != 1 || op.Rev != 5 || !op.Op.Equal(insert(0, "a")) {
		t.Errorf("first op %+v", op)
	}
	if op, ok := s.Next(); ok {
		t.Fatalf("S1: a second op in flight: %+v", op)
	}
	if err := s.Changes([]Change{foreign(6, insert(0, "x")), mine(7, 1, insert(1, "a"))}); err != nil {
		t.Fatal(err)
	}
	if op := next(t, s); op.Seq != 2 || op.Rev != 7 || !op.Op.Equal(insert(2, "b")) {
		t.Errorf("second op %+v", op)
	}
	if text := s.View().Text(); text != "xab" {
		t.Errorf("view %q", text)
	}
}

func TestNothingIsComposedIntoWhatWasSent(t *testing.T) {
	t.Parallel()
	s := opened(t, "", true)
	edit(t, s, insert(0, "a"))
	sent := next(t, s)
	edit(t, s, insert(1, "b"))
	s.Disconnected()
	edit(t, s, insert(2, "c"))
	open(t, s, &Opened{From: 5, Changes: []Change{}})
	if again := next(t, s); again.Seq != sent.Seq || !again.Op.Equal(sent.Op) {
		t.Errorf("S2: sent %+v, then %+v", sent, again)
	}
	if err := s.Changes([]Change{mine(6, 1, insert(0, "a"))}); err != nil {
		t.Fatal(err)
	}
	if op := next(t, s); !op.Op.Equal(insert(1, "bc")) {
		t.Errorf("the buffer was not composed: %v", op.Op)
	}
}

func TestMessageLimitBoundsComposing(t *testing.T) {
	t.Parallel()
	s := opened(t, "", true)
	s.SetMessageLimit(100)
	for range 10 {
		edit(t, s, insert(0, "1234567890"))
	}
	if err := s.Edit(insert(0, string(make([]byte, 60)))); !errors.Is(err, ErrTooLarge) {
		t.Errorf("S8: an op larger than a message: %v", err)
	}
	if n := len(s.pending); n < 3 || n > 5 {
		t.Errorf("S8: 100 units in %d ops, want about 50 bytes in each", n)
	}
}

func TestRefusedOpIsTakenBack(t *testing.T) {
	t.Parallel()
	s := opened(t, "ab", false)
	edit(t, s, insert(1, "XX"))
	edit(t, s, insert(4, "!"))
	sent := next(t, s)
	if _, err := s.Refuse(&Error{Code: CodeTooLarge, Seq: sent.Seq}); err != nil {
		t.Fatal(err)
	}
	if got := find[Refused](t, s); got.Code != CodeTooLarge || !got.Op.Equal(sent.Op) {
		t.Errorf("refused %+v", got)
	}
	if text := s.View().Text(); text != "ab!" {
		t.Errorf("view %q, want ab!", text)
	}
	if op := next(t, s); op.Seq != sent.Seq || !op.Op.Equal(insert(2, "!")) {
		t.Errorf("S2: the next op carries the same seq: %+v", op)
	}
}

func TestUnknownFateIsRepeated(t *testing.T) {
	t.Parallel()
	for _, code := range []Code{CodeRateLimited, CodeUnavailable, CodeClosing, CodeInternal} {
		s := opened(t, "", false)
		edit(t, s, insert(0, "a"))
		sent := next(t, s)
		retry, err := s.Refuse(&Error{Code: code, Seq: sent.Seq})
		if !retry || err != nil {
			t.Fatalf("%s: retry %v, %v", code, retry, err)
		}
		if _, ok := s.Next(); ok {
			t.Errorf("%s: sent again without a back-off", code)
		}
		s.Retry(sent.Seq)
		if again := next(t, s); again.Seq != sent.Seq || !again.Op.Equal(sent.Op) {
			t.Errorf("S2: %s: sent %+v, then %+v", code, sent, again)
		}
		if err := s.Ack(7, 1); err != nil {
			t.Fatal(err)
		}
		if s.Synchronised() {
			t.Error("S4: the ack counts before its revision is reached")
		}
		frame := []Change{foreign(6, insert(0, "x")), mine(7, 1, insert(1, "a"))}
		if err := s.Changes(frame); err != nil {
			t.Fatal(err)
		}
		if !s.Synchronised() || s.Seq() != 1 {
			t.Errorf("%s: not acknowledged", code)
		}
	}
}

func TestStaleResumes(t *testing.T) {
	t.Parallel()
	s := opened(t, "a", false)
	edit(t, s, insert(1, "b"))
	sent := next(t, s)
	if _, err := s.Refuse(&Error{Code: CodeStale, Seq: sent.Seq}); err != nil {
		t.Fatal(err)
	}
	if err := s.Changes([]Change{foreign(6, insert(0, "x"))}); err != nil {
		t.Fatal(err)
	}
	req := open(t, s, &Opened{Rev: 6, From: 5, Changes: []Change{foreign(6, insert(0, "x"))}})
	if !req.Resume || req.Rev != 5 || req.Epoch != "e" || !req.At.Equal(at(5)) {
		t.Errorf("resume %+v", req)
	}
	if op := next(t, s); op.Seq != 1 || op.Rev != 6 || !op.Op.Equal(insert(2, "b")) {
		t.Errorf("sent anew %+v", op)
	}
}

func TestMisprediction(t *testing.T) {
	t.Parallel()
	s := opened(t, "ab", false)
	edit(t, s, insert(0, "1"))
	edit(t, s, insert(3, "2"))
	next(t, s)
	if err := s.Changes([]Change{mine(6, 1, insert(2, "1"))}); err != nil {
		t.Fatal(err)
	}
	if e := find[Mispredicted](t, s); e.Seq != 1 || !e.Want.Equal(insert(0, "1")) || !e.Got.Equal(insert(2, "1")) {
		t.Errorf("S9: %+v", e)
	}
	req := open(t, s, &Opened{Rev: 6, Seq: 1, Fresh: true, Content: ot.Delta{ot.Insert("ab1", nil)}})
	if req.Resume {
		t.Error("S9: asked for a resume, not for the content")
	}
	if text := s.View().Text(); text != "ab12" {
		t.Errorf("view %q: the later edit was not rebased", text)
	}
	if op := next(t, s); op.Seq != 2 || op.Rev != 6 {
		t.Errorf("next op %+v", op)
	}
}

func TestAnotherEpochMakesADraft(t *testing.T) {
	t.Parallel()
	s := opened(t, "ab", false)
	edit(t, s, insert(2, "c"))
	next(t, s)
	s.Disconnected()
	edit(t, s, insert(3, "d"))
	open(t, s, &Opened{Rev: 1, Epoch: "f", Fresh: true, Content: ot.Delta{ot.Insert("new", nil)}})
	d := find[Drafted](t, s)
	doc := d.Base
	for _, op := range d.Ops {
		var err error
		if doc, err = doc.Apply(op); err != nil {
			t.Fatal(err)
		}
	}
	if doc.Text() != "abcd" || s.View().Text() != "new" || s.Unacknowledged() != 0 {
		t.Errorf("S6: draft %q, view %q, %d unacknowledged", doc.Text(), s.View().Text(), s.Unacknowledged())
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	s := opened(t, "", false)
	edit(t, s, insert(0, "a"))
	s.Access("read")
	if err := s.Edit(insert(0, "b")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("edit: %v", err)
	}
	if _, ok := s.Next(); ok {
		t.Error("an op was sent although the session may only read")
	}
	s.Access("write")
	next(t, s)
}

// Whatever breaks a rule is named.
func TestViolations(t *testing.T) {
	t.Parallel()
	inFlight := func(t *testing.T) *State {
		s := opened(t, "ab", false)
		edit(t, s, insert(0, "1"))
		next(t, s)
		return s
	}
	reopened := func(t *testing.T, o *Opened) error {
		s := inFlight(t)
		s.Disconnected()
		s.OpenRequest()
		fill(o)
		return s.Opened(o)
	}
	squash := Change{From: 5, Rev: 7, Op: insert(0, "x"), At: at(7)}
	late := foreign(6, insert(0, "x"))
	late.At = at(4)
	for name, c := range map[string]struct {
		rule string
		err  func(*testing.T) error
	}{
		"a gap":          {"P1", func(t *testing.T) error { return inFlight(t).Changes([]Change{foreign(7, nil)}) }},
		"a repeat":       {"P1", func(t *testing.T) error { return inFlight(t).Changes([]Change{foreign(5, nil)}) }},
		"time runs back": {"P1", func(t *testing.T) error { return inFlight(t).Changes([]Change{late}) }},
		"does not fit":   {"P6", func(t *testing.T) error { return inFlight(t).Changes([]Change{foreign(6, insert(9, "x"))}) }},
		"squash, live":   {"S5", func(t *testing.T) error { return inFlight(t).Changes([]Change{squash}) }},
		"own seq twice": {"P3", func(t *testing.T) error {
			return inFlight(t).Changes([]Change{mine(6, 1, insert(0, "1")), mine(7, 1, insert(0, "1"))})
		}},
		"own, never sent": {"P3", func(t *testing.T) error { return opened(t, "", false).Changes([]Change{mine(6, 1, insert(0, "1"))}) }},
		"ack of no op":    {"P3", func(t *testing.T) error { return opened(t, "", false).Ack(6, 1) }},
		"ack of the past": {"S4", func(t *testing.T) error { return inFlight(t).Ack(5, 1) }},
		"error for no op": {"S2", func(t *testing.T) error {
			_, err := inFlight(t).Refuse(&Error{Code: CodeInvalidOp, Seq: 2})
			return err
		}},
		"unasked opened":   {"C3", func(t *testing.T) error { return inFlight(t).Opened(&Opened{Fresh: true}) }},
		"resume elsewhere": {"S5", func(t *testing.T) error { return reopened(t, &Opened{From: 4, Changes: []Change{}}) }},
		"resume too short": {"P1", func(t *testing.T) error { return reopened(t, &Opened{Rev: 6, From: 5, Changes: []Change{}}) }},
		"own seq hidden": {"P3", func(t *testing.T) error {
			return reopened(t, &Opened{Rev: 7, Seq: 1, From: 5, Changes: []Change{squash}})
		}},
		"own behind squash": {"S5", func(t *testing.T) error {
			return reopened(t, &Opened{Rev: 8, Seq: 1, From: 5, Changes: []Change{squash, mine(8, 1, insert(1, "1"))}})
		}},
		"presence ahead": {"S7", func(t *testing.T) error { return inFlight(t).presence(&presence{rev: 6}) }},
		"cursor past the end": {"S7", func(t *testing.T) error {
			return inFlight(t).presence(&presence{rev: 5, peers: map[string]*Peer{"p": {}}, cursors: map[string]*Range{"p": {3, 3}}})
		}},
		"cursor of nobody": {"S7", func(t *testing.T) error {
			return inFlight(t).presence(&presence{rev: 5, cursors: map[string]*Range{"p": {1, 1}}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var v *ViolationError
			if err := c.err(t); !errors.As(err, &v) || v.Rule != c.rule {
				t.Errorf("error %v, want one that names %s", err, c.rule)
			}
		})
	}
}

func TestCursors(t *testing.T) {
	t.Parallel()
	s := opened(t, "abcd", false)
	if err := s.presence(&presence{rev: 5, peers: map[string]*Peer{"other": {}, "idle": {}}, cursors: map[string]*Range{"other": {2, 2}, "idle": {2, 4}}}); err != nil {
		t.Fatal(err)
	}
	s.SetPresence(&Range{2, 99}, nil)
	if p, ok := s.NextPresence(); !ok || *p.Cursor != (Range{2, 4}) || p.Rev != 5 {
		t.Errorf("presence %+v, want the cursor clamped", p)
	}
	edit(t, s, insert(2, "XY"))
	if _, ok := s.NextPresence(); ok {
		t.Error("S7: presence while an op is unacknowledged")
	}
	if p := s.Peers(); *p["idle"].Cursor != (Range{2, 6}) {
		t.Errorf("idle is shown at %v in the view", *p["idle"].Cursor)
	}
	next(t, s)
	if err := s.Changes([]Change{foreign(6, insert(2, "z")), mine(7, 1, insert(3, "XY"))}); err != nil {
		t.Fatal(err)
	}
	p := s.Peers()
	if *p["other"].Cursor != (Range{3, 3}) || *p["idle"].Cursor != (Range{2, 7}) {
		t.Errorf("other at %v, idle at %v", *p["other"].Cursor, *p["idle"].Cursor)
	}
	// The server leaves this client's cursor in front of z, and then in front
	// of XY, which went in behind it; the client knows better and says so.
	if p, ok := s.NextPresence(); !ok || *p.Cursor != (Range{5, 7}) || p.Rev != 7 {
		t.Errorf("presence after the tie: %+v, %v", p, ok)
	}
	if _, ok := s.NextPresence(); ok {
		t.Error("presence although nothing has moved")
	}
}
