package client

import (
	"fmt"
	"strconv"
	"time"

	"github.com/coscribe/coscribe/ot"
)

// model is a small server for one document, written from PROTOCOL.md for these
// tests: no store, no socket, no concurrency, every revision kept.
type model struct {
	typ     ot.Type
	epoch   int
	docs    []ot.Document // by revision
	changes []Change      // changes[i] makes revision i+1
	kept    int64         // the oldest revision that can be resumed from
	last    map[string]int64

	clock  int64 // of the next change, in ms: it never runs backwards
	tamper bool  // commit the next op otherwise than transformed, against P5
}

func newModel(typ ot.Type) *model {
	return &model{typ: typ, epoch: 1, docs: []ot.Document{typ.Initial()}, last: map[string]int64{}}
}

func (m *model) rev() int64        { return int64(len(m.changes)) }
func (m *model) head() ot.Document { return m.docs[len(m.docs)-1] }
func (m *model) epochName() string { return strconv.Itoa(m.epoch) }

// at is when a revision was committed.
func (m *model) at(rev int64) time.Time {
	if rev == 0 {
		return time.UnixMilli(0).UTC()
	}
	return m.changes[rev-1].At
}

// submit commits an op and returns the frame for everyone; or an ack for its
// author; or an error.
func (m *model) submit(client string, op Submission) (frame []Change, ack int64, refusal *Error) {
	refuse := func(code Code) ([]Change, int64, *Error) {
		return nil, 0, &Error{Code: code, Doc: "doc", Seq: op.Seq}
	}
	if op.Seq <= m.last[client] {
		return nil, m.revOf(client, op.Seq), nil
	}
	switch {
	case op.Seq != m.last[client]+1:
		return refuse("seq_gap")
	case op.Rev > m.rev() || op.Rev < m.revOf(client, m.last[client]):
		return refuse("bad_revision")
	case m.typ.Check(op.Op) != nil || op.Op.BaseLen() > m.docs[op.Rev].Len():
		return refuse(CodeInvalidOp)
	}
	delta := op.Op.Normalize()
	for _, c := range m.changes[op.Rev:] {
		delta = c.Op.Transform(delta, true)
	}
	if m.tamper {
		m.tamper = false
		delta, _ = ot.Delta{ot.Insert("!", nil)}.Compose(delta)
	}
	from := m.rev()
	if err := m.commit(client, op.Seq, delta); err != nil {
		return refuse(CodeInvalidOp)
	}
	m.last[client] = op.Seq
	if m.typ == ot.RichText && !m.head().EndsInNewline() { // P8
		var b ot.Builder
		b.Retain(m.head().Len(), nil)
		b.Insert("\n", nil)
		_ = m.commit("", 0, b.Delta())
	}
	return m.changes[from:len(m.changes):len(m.changes)], 0, nil
}

func (m *model) commit(client string, seq int64, op ot.Delta) error {
	doc, err := m.head().Apply(op)
	if err != nil {
		return err
	}
	m.clock++
	m.changes = append(m.changes, Change{
		From: m.rev(), Rev: m.rev() + 1, Op: op, Client: client, Seq: seq, User: "u", At: time.UnixMilli(m.clock).UTC(),
	})
	m.docs = append(m.docs, doc)
	return nil
}

func (m *model) revOf(client string, seq int64) int64 {
	for _, c := range m.changes {
		if c.Client == client && c.Seq == seq {
			return c.Rev
		}
	}
	return 0
}

// open answers an open. With squash, what lies behind the client's last own
// change comes as one (S5).
func (m *model) open(client string, req OpenRequest, squash bool) *Opened {
	o := &Opened{
		Type: m.typ, Epoch: m.epochName(), Rev: m.rev(), At: m.at(m.rev()), Access: "write",
		Seq: m.last[client], Peers: map[string]*Peer{},
	}
	if !req.Resume || req.Epoch != o.Epoch || req.Rev > m.rev() || req.Rev < m.kept || !req.At.Equal(m.at(req.Rev)) {
		o.Fresh, o.Content = true, m.head().Content()
		return o
	}
	o.From, o.Changes = req.Rev, append([]Change{}, m.changes[req.Rev:]...)
	if squash {
		o.Changes = squashed(client, o.Changes)
	}
	return o
}

func squashed(client string, changes []Change) []Change {
	tail := len(changes)
	for tail > 0 && changes[tail-1].Client != client {
		tail--
	}
	if len(changes)-tail < 2 {
		return changes
	}
	run := changes[tail]
	run.Client, run.Seq = "", 0
	for _, c := range changes[tail+1:] {
		op, err := run.Op.Compose(c.Op)
		if err != nil {
			panic(err)
		}
		run.Op, run.Rev, run.At = op, c.Rev, c.At
	}
	return append(changes[:tail:tail], run)
}

// recreate deletes the document and creates it again under its id.
func (m *model) recreate() {
	epoch, clock := m.epoch+1, m.clock
	*m = *newModel(m.typ)
	m.epoch, m.clock = epoch, clock
}

// restore takes the document back to an old revision, as a restored backup
// does: the same epoch, but the times after it are new ones.
func (m *model) restore(rev int64) {
	m.docs, m.changes = m.docs[:rev+1:rev+1], m.changes[:rev:rev]
	m.last = map[string]int64{}
	for _, c := range m.changes {
		m.last[c.Client] = max(m.last[c.Client], c.Seq)
	}
}

func (m *model) String() string { return fmt.Sprintf("revision %d: %q", m.rev(), m.head().Text()) }
