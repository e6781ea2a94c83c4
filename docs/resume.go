package docs

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

const (
	// readPage is how many changes are read from the store at once.
	readPage = 1000
	// longRun is how many changes are worth squashing into one for someone
	// who comes back.
	longRun = 1000
)

// resume is the part of an open that goes back to a revision: it reads what
// the window no longer holds, off the room's goroutine.
type resume struct {
	reading bool
	plain   bool // nothing may be squashed
	past    *past
}

// past is what came after a revision, read from the store.
type past struct {
	known    bool // the revision is kept, and was committed when the client saw it
	head     int64
	changes  []byte // JSON elements up to head
	squashed bool   // the last of them is a run
	failed   error
}

// resumes tells whether the client's base is on this document's line (S6).
func (j *join) resumes(r *room) bool {
	rev := j.open.Rev
	if !j.open.Resume || rev > r.durable.rev || j.open.Epoch != uuid.Nil && j.open.Epoch != r.epoch {
		return false
	}
	if j.past != nil {
		return j.past.known
	}
	at, known := r.committedAt(rev)
	return known && (j.open.At.IsZero() || at.Equal(j.open.At))
}

// changes returns what came after the client's revision, as JSON elements.
func (j *join) changes(r *room) []byte {
	var changes []byte
	after := j.open.Rev
	if j.past != nil {
		changes, after = j.past.changes, j.past.head
	}
	for _, e := range r.window.since(after) {
		changes = appendElement(changes, e.json)
	}
	return changes
}

func appendElement(list, element []byte) []byte {
	if len(list) > 0 {
		list = append(list, ',')
	}
	return append(list, element...)
}

// committedAt tells when a revision was committed, where the window knows.
func (r *room) committedAt(rev int64) (time.Time, bool) {
	switch {
	case rev == r.durable.rev:
		return r.durable.at, true
	case rev == 0:
		return r.created, true
	case !r.window.covers(rev-1, r.durable.rev):
		return time.Time{}, false
	}
	return r.window.entries[r.window.index(rev-1)].at, true
}

// reachesBack tells whether everything that the answer needs is in memory.
// Where it is not, it is read.
func (j *join) reachesBack(r *room) bool {
	rev := j.open.Rev
	if !j.open.Resume || rev >= r.durable.rev {
		return true
	}
	if j.reading {
		return false
	}
	if j.past != nil {
		if j.past.failed != nil || !j.past.known || j.past.meets(r, j.client()) {
			return true
		}
		// The room has moved on: either too far, or with this client's own.
		j.plain = j.plain || j.past.squashed && r.window.covers(j.past.head, r.durable.rev)
		j.past = nil
	} else if _, known := r.committedAt(rev); known && r.window.covers(rev, r.durable.rev) {
		return true
	}
	j.read(r)
	return false
}

// meets tells whether the window goes on where the past ends. Behind a run
// there must be nothing of the client's own (S5): what it has in flight would
// be transformed over other steps here than there.
func (p *past) meets(r *room, client uuid.UUID) bool {
	if !r.window.covers(p.head, r.durable.rev) {
		return false
	}
	if p.squashed {
		for _, e := range r.window.since(p.head) {
			if e.client == client {
				return false
			}
		}
	}
	return true
}

func (j *join) read(r *room) {
	q := query{
		store: r.hub.Store, line: r.line(), created: r.created, open: j.open,
		own: r.lastOf(j.client()), head: r.durable.rev, plain: j.plain,
	}
	j.reading = true
	r.beside(func() {
		p := q.read(r.hub.ctx)
		r.inbox.force(internal(func(r *room) {
			j.reading, j.past = false, p
			r.resume()
		}))
	})
}

func (j *join) readFailed() *wire.Error {
	if j.past == nil || j.past.failed == nil {
		return nil
	}
	return wire.Errorf(wire.Unavailable, "the changes cannot be read just now")
}

// query asks for the changes after the revision of an open, up to a head.
type query struct {
	store   storage.Store
	line    line
	created time.Time
	open    wire.Open
	own     int64 // the client's last revision: what comes later may be squashed
	head    int64
	plain   bool
}

// read reads the changes, and whether the revision is the one that the client
// saw.
func (q query) read(ctx context.Context) *past {
	p := &past{head: q.open.Rev, known: true}
	var squashed run
	op, err := ot.ComposeAll(q.squash(ctx, p, &squashed))
	if err != nil && p.failed == nil {
		p.failed = fmt.Errorf("squash the changes after revision %d: %w", squashed.base, err)
	}
	if p.failed == nil && squashed.last.Rev > 0 {
		p.squashed = true
		p.changes = appendElement(p.changes, wire.AppendChange(nil, squashed.change(op)))
	}
	return p
}

// squash puts the changes up to the client's own last one into p, and yields
// the ops of the others, which r takes note of, where they are worth it.
func (q query) squash(ctx context.Context, p *past, r *run) iter.Seq[ot.Delta] {
	from := max(q.own, q.open.Rev)
	if q.plain || q.head-from <= longRun {
		from = q.head
	}
	return func(yield func(ot.Delta) bool) {
		for c, err := range q.each(ctx) {
			if err != nil {
				p.failed = err
				return
			}
			if c.Rev == q.open.Rev {
				p.known = q.open.At.IsZero() || c.At.Equal(q.open.At)
			} else if p.known = q.follows(c, p); p.known {
				p.head = c.Rev
				p.squashed = p.squashed || c.Base != c.Rev-1
				if c.Base < from {
					p.changes = appendElement(p.changes, wire.AppendChange(nil, wireChange(c)))
					continue
				}
				op, err := otjson.Decode(c.Op)
				if err != nil {
					p.failed = fmt.Errorf("decode revision %d: %w", c.Rev, err)
					return
				}
				if r.extend(c); !yield(op) {
					return
				}
			}
			if !p.known {
				return
			}
		}
	}
}

// follows tells whether a client that has come to p.head can go on with c. It
// cannot where that is inside a run that the store has squashed, nor through a
// run with something of its own in it or behind it (S5).
func (q query) follows(c storage.Change, p *past) bool {
	return c.Base == p.head && (c.Base == c.Rev-1 || c.Base >= q.own)
}

// each goes through the changes from the open's own revision, whose change
// tells when it was committed, to the head.
func (q query) each(ctx context.Context) iter.Seq2[storage.Change, error] {
	return func(yield func(storage.Change, error) bool) {
		after := max(0, q.open.Rev-1)
		if q.open.Rev == 0 && !q.open.At.IsZero() && !q.created.Equal(q.open.At) {
			yield(storage.Change{Rev: 0, At: q.created}, nil)
			return
		}
		for after < q.head {
			changes, err := q.store.Changes(ctx, q.line.key, after, int(min(readPage, q.head-after)))
			if err == nil && len(changes) == 0 {
				err = errGone
			}
			if err != nil {
				yield(storage.Change{}, fmt.Errorf("read changes after revision %d: %w", after, err))
				return
			}
			for _, c := range changes {
				if c.Rev > q.head || !yield(c, nil) {
					return
				}
			}
			after = lastRev(changes)
		}
	}
}

// run is changes that become one.
type run struct {
	base int64
	last storage.Change
}

func (r *run) extend(c storage.Change) {
	if r.last.Rev == 0 {
		r.base = c.Base
	}
	r.last = c
}

func (r *run) change(op ot.Delta) *wire.Change {
	return &wire.Change{Base: r.base, Rev: r.last.Rev, Op: otjson.Append(nil, op), User: r.last.User, At: r.last.At}
}

func wireChange(c storage.Change) *wire.Change {
	return &wire.Change{Base: c.Base, Rev: c.Rev, Op: c.Op, Client: c.Client, Seq: c.Seq, User: c.User, At: c.At}
}
