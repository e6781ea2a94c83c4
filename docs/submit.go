package docs

import (
	"bytes"
	"slices"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

const (
	// maxBatch and maxBatchBytes bound what is committed and sent at once.
	maxBatch      = 1000
	maxBatchBytes = 1 << 20
	// maxAttempts is how often an op is tried: once, and three times after
	// races that were lost.
	maxAttempts = 4
)

// submission is an op on its way, from a session or from another service.
type submission struct {
	linked
	metrics *metrics
	doc     string
	author  uuid.UUID // uuid.Nil where none is named
	user    string
	rev     int64
	seq     int64
	op      ot.Delta
	invalid error // what is wrong with op already

	key      storage.Key                  // the document meant, where another service asks
	reply    func(Committed, *wire.Error) // for another service; called once
	admitted bool                         // it was in the room when it came
	match    []Tag                        // the document must be at one of these; nil: anywhere
	restore  *restoration                 // in place of op
	attempts int                          // to commit it, that failed

	uncertain []Committed // what may yet turn out to have become of it
}

// Committed tells another service what became of its op.
type Committed struct {
	Rev int64
	Op  []byte // JSON; nil where it is no longer kept by itself
	at  time.Time

	Unchanged bool // a restore found nothing to do: nothing was committed
}

func (s *submission) client() uuid.UUID { return s.author }

func (s *submission) ready(r *room) bool {
	return r.absent || !r.busy && r.known(s.author) && !r.batch.has(s.author) && !r.batch.full() &&
		((r.alone == 0 && s.restore == nil) || r.batch.empty())
}

// run takes an op through the checks in order, transforms it to the head, and
// puts it into the batch.
func (s *submission) run(r *room) {
	if err := s.permitted(r); err != nil {
		s.refuse(err)
		return
	}
	if a := r.authors[s.author]; s.author != uuid.Nil && s.seq <= a.seq {
		s.repeat(r, a)
		return
	}
	s.admitted = true
	op, err := s.rebase(r)
	switch {
	case err == nil && s.restore != nil && op == nil:
		s.succeed(Committed{Rev: r.durable.rev, Unchanged: true})
		return
	case err == nil:
		err = r.append(op, s)
	}
	if err != nil {
		s.refuse(err)
	}
}

// permitted checks who submits: a session must be in the room, and a client
// id belongs to one user.
func (s *submission) permitted(r *room) *wire.Error {
	if r.absent || s.reply != nil && s.key != r.key {
		return errNoDocument()
	}
	if s.link != nil && !s.admitted {
		if !r.has(s.link) {
			return errNotOpen()
		}
	}
	if s.author == uuid.Nil {
		return nil
	}
	return r.bind(s.author, s.user)
}

// rebase checks an op against the revision it was made on and returns it as
// it applies to the head (S1, S2, P5, P6).
func (s *submission) rebase(r *room) (ot.Delta, *wire.Error) {
	if s.invalid != nil {
		return nil, wire.Errorf(wire.InvalidOp, "%v", s.invalid)
	}
	if a := r.authors[s.author]; s.author != uuid.Nil {
		if s.seq != a.seq+1 {
			return nil, wire.Errorf(wire.SeqGap, "the next seq is %d", a.seq+1)
		}
		if s.rev < a.rev && s.restore == nil {
			return nil, wire.Errorf(wire.BadRevision, "the client's previous op was committed as revision %d", a.rev)
		}
	}
	if s.match != nil && !slices.Contains(s.match, Tag{r.epoch, r.proposed.rev}) {
		return nil, ErrMatch
	}
	if s.restore != nil {
		return s.restore.onto(r)
	}
	if err := r.reachable(s.rev); err != nil {
		return nil, err
	}
	if have := r.lengthAt(s.rev); s.op.BaseLen() > have {
		return nil, wire.Errorf(wire.InvalidOp, "the op reaches past the end of the document (%d units at revision %d)", have, s.rev)
	}
	if err := r.typ.Check(s.op); err != nil {
		return nil, wire.Errorf(wire.InvalidOp, "%v", err)
	}
	return ot.Rebase(s.op.Normalize(), opsOf(r.window.since(s.rev), r.batch.entries)), nil
}

// found tells whether a change is this op, of an attempt whose fate was not
// known: an op without a client and a seq has no other name (P2).
func (s *submission) found(c storage.Change) (Committed, bool) {
	if c.Client != s.author || c.Seq != s.seq || c.User != s.user {
		return Committed{}, false
	}
	for _, try := range s.uncertain {
		if c.Rev == try.Rev && c.At.Equal(try.at) && bytes.Equal(c.Op, try.Op) {
			return try, true
		}
	}
	return Committed{}, false
}

// append applies an op that fits the head and adds it to the batch, with the
// repair of a missing last newline behind it (P8).
func (r *room) append(op ot.Delta, s *submission) *wire.Error {
	next, err := r.proposed.doc.Apply(op)
	if err != nil {
		return wire.Errorf(wire.InvalidOp, "%v", err)
	}
	repair := repair(r.typ, next)
	if repair != nil {
		if next, err = next.Apply(repair); err != nil {
			return wire.Errorf(wire.Internal, "the document cannot be repaired")
		}
	}
	if limit := r.hub.Limits.Document; next.Len() > limit && next.Len() > r.proposed.doc.Len() {
		return wire.Errorf(wire.TooLarge, "the document would be longer than %d units", limit)
	}
	at := r.now()
	length := r.proposed.doc.Len()
	rev := r.proposed.rev + 1
	committed := Committed{Rev: rev, Op: otjson.Append(nil, op), at: at}
	r.batch.add(entry{
		rev: rev, base: rev - 1, op: op, client: s.author, seq: s.seq,
		user: s.user, at: at, length: length, stored: committed.Op, restores: s.restore != nil,
	})
	if repair != nil {
		r.batch.add(entry{
			rev: rev + 1, base: rev, op: repair, user: s.user, at: at,
			length: length + op.Growth(), stored: otjson.Append(nil, repair),
		})
		rev++
	}
	r.batch.submissions = append(r.batch.submissions, submitted{s, committed})
	r.batch.authors[s.author] = struct{}{}
	r.alone = max(0, r.alone-1)
	r.proposed = version{doc: next, rev: rev, at: at}
	return nil
}

// repeat answers an op that was committed before (P3).
func (s *submission) repeat(r *room, a *author) {
	if s.reply == nil && s.seq == a.seq {
		s.acknowledge(r.id, a.rev)
		return
	}
	r.beside(func() {
		first, err := r.hub.Store.Submission(r.hub.ctx, r.key, s.author, s.seq)
		if err != nil {
			r.log.Warn("repeated op cannot be looked up", "client", s.author, "seq", s.seq, "err", err)
			s.refuse(wire.Errorf(wire.Unavailable, "the repeated op cannot be looked up just now"))
			return
		}
		if s.reply == nil {
			s.acknowledge(r.id, first.Rev)
			return
		}
		s.answerRepeat(r, first.Rev)
	})
}

func (s *submission) acknowledge(doc string, rev int64) {
	s.link.session.Send(wire.Ack(doc, rev, s.seq))
	s.done()
}

// answerRepeat gives another service its first answer again.
func (s *submission) answerRepeat(r *room, rev int64) {
	changes, err := r.hub.Store.Changes(r.hub.ctx, r.key, rev-1, 1)
	switch {
	case err != nil:
		s.refuse(wire.Errorf(wire.Unavailable, "the repeated op cannot be read just now"))
	case len(changes) == 1 && changes[0].Seq == s.seq && changes[0].Client == s.author:
		s.reply(Committed{Rev: rev, Op: changes[0].Op}, nil)
	default:
		s.reply(Committed{Rev: rev}, nil)
	}
}

// succeed tells another service that its op is durable; a session sees it in
// the changes.
func (s *submission) succeed(c Committed) {
	if s.reply != nil {
		s.reply(c, nil)
	}
	s.done()
}

func (s *submission) refuse(e *wire.Error) {
	s.metrics.refused(e.Code)
	if s.reply != nil {
		s.reply(Committed{}, e)
		return
	}
	s.answer(s.doc, s.seq, e)
	s.done()
}

// reachable tells whether ops on a revision can still be taken.
func (r *room) reachable(rev int64) *wire.Error {
	if rev > r.durable.rev {
		return wire.Errorf(wire.BadRevision, "the document is at revision %d", r.durable.rev)
	}
	if r.durable.rev-rev > int64(r.window.size) || !r.window.covers(rev, r.durable.rev) {
		return wire.Errorf(wire.Stale, "revision %d is too far behind revision %d", rev, r.durable.rev)
	}
	return nil
}

func (r *room) lengthAt(rev int64) int {
	if later := r.window.since(rev); len(later) > 0 {
		return later[0].length
	}
	return r.durable.doc.Len()
}

// batch is what is committed together.
type batch struct {
	entries     []entry
	bytes       int
	submissions []submitted
	authors     map[uuid.UUID]struct{}
	frame       *wire.Frame // once encoded
}

// submitted is a submission and what becomes of it when the batch stands.
type submitted struct {
	*submission
	outcome Committed
}

func newBatch() batch { return batch{authors: make(map[uuid.UUID]struct{})} }

func (b *batch) empty() bool { return len(b.entries) == 0 }

func (b *batch) full() bool { return len(b.entries) >= maxBatch || b.bytes >= maxBatchBytes }

// has tells whether an op of the client is in the batch: its other requests
// wait for the outcome.
func (b *batch) has(client uuid.UUID) bool {
	if client == uuid.Nil {
		return false
	}
	_, here := b.authors[client]
	return here
}

func (b *batch) add(e entry) {
	b.entries = append(b.entries, e)
	b.bytes += len(e.stored)
}

// encode makes the frame that everyone gets. The entries share its bytes.
func (b *batch) encode(doc string) {
	space := b.bytes
	for i := range b.entries {
		space += wire.ChangeSpace + len(b.entries[i].user)
	}
	frame := wire.BeginChanges(doc, space)
	for i := range b.entries {
		frame.Add(b.entries[i].wire())
	}
	var elements [][]byte
	b.frame, elements = frame.End()
	for i := range b.entries {
		b.entries[i].keep(elements[i])
	}
}

// failed counts an attempt that did not commit, or of which that is not known.
func (b *batch) failed(uncertain bool) {
	for _, s := range b.submissions {
		s.attempts++
		if uncertain {
			s.uncertain = append(s.uncertain, s.outcome)
		}
	}
}

func (b *batch) changes() []storage.Change {
	changes := make([]storage.Change, len(b.entries))
	for i := range b.entries {
		changes[i] = b.entries[i].storage()
	}
	return changes
}

func errNoDocument() *wire.Error {
	return wire.Errorf(wire.NotFound, "there is no such document")
}

// repair returns the op that gives a rich-text document its last newline
// back; nil where it has one (P8).
func repair(t ot.Type, doc ot.Document) ot.Delta {
	if t != ot.RichText || doc.EndsInNewline() {
		return nil
	}
	var b ot.Builder
	b.Retain(doc.Len(), nil)
	b.Insert("\n", nil)
	return b.Delta()
}
