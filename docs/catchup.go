package docs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// errParted says that the store no longer has the line of changes that a room
// stands on.
var errParted = errors.New("the head is not what was committed")

// errGone says that changes that were there are not: the document was deleted.
var errGone = errors.New("the changes are gone")

// line names one line of revisions: a document from its creation to its
// deletion.
type line struct {
	id    string
	key   storage.Key
	epoch uuid.UUID
}

func (r *room) line() line { return line{r.id, r.key, r.epoch} }

// tail is what is in the store beyond a version.
type tail struct {
	changes []storage.Change
	gone    bool // the document was deleted
	parted  bool // the version is not on the store's line: a backup was restored
}

// catchUp reads what is in the store beyond the durable version: another
// server committed first, or the fate of the batch is unknown. In both cases
// the store knows, and the ops of the batch that are not there are tried
// again. Until then nothing is committed, and whoever is in the batch waits.
func (r *room) catchUp() {
	line, v := r.line(), r.durable
	r.looks++
	r.hub.metrics.catchUps.Inc()
	r.beside(func() {
		wait := 20 * time.Millisecond
		for {
			t, err := readTail(r.hub.ctx, r.hub.Store, line, v)
			if err == nil || r.hub.ctx.Err() != nil {
				r.inbox.force(internal(func(r *room) { r.caughtUp(t, err) }))
				return
			}
			r.inbox.force(internal(func(r *room) { r.storeAway(err) }))
			select {
			case <-time.After(wait):
				wait = min(2*wait, time.Second)
			case <-r.hub.ctx.Done():
			}
		}
	})
}

// storeAway answers the ops that wait: clients keep them and come again. The
// batch is kept, because its fate is not known.
func (r *room) storeAway(err error) {
	r.log.Warn("store is away", "err", err)
	e := wire.Errorf(wire.Unavailable, "the store cannot commit just now")
	r.queue = slices.DeleteFunc(r.queue, func(req request) bool {
		s, ok := req.(*submission)
		if ok {
			s.refuse(e)
		}
		return ok
	})
}

// caughtUp takes in what others committed, tells everyone, and tries the
// batch's ops again, a few times.
func (r *room) caughtUp(t tail, err error) {
	b := r.discard()
	r.looked = r.looks
	switch {
	case err != nil:
		r.refuseBatch(b, wire.Unavailable, "the store cannot commit just now")
	case t.gone:
		r.refuseBatch(b, wire.NotFound, "the document was deleted")
		r.deleted()
		return
	case t.parted:
		r.part(b, errParted)
		return
	default:
		if err := r.takeIn(t.changes); err != nil {
			r.part(b, err)
			return
		}
		r.retry(b, t.changes)
	}
	r.resume()
}

// part ends a room whose document the store no longer has as it was: a backup
// was restored. Whoever comes back gets what the store has (S6).
func (r *room) part(b batch, err error) {
	r.log.Error("the store has another line of changes", "rev", r.durable.rev, "err", err)
	r.refuseBatch(b, wire.Unavailable, "the document has to be loaded again")
	r.end(wire.Errorf(wire.Unavailable, "the document has to be loaded again"))
}

// retry puts the ops of a batch that did not commit up again. Those that are
// among the changes after all are done.
func (r *room) retry(b batch, changes []storage.Change) {
	kept := b.submissions[:0]
	for _, s := range b.submissions {
		switch {
		case s.settled(changes):
		case s.attempts < maxAttempts:
			kept = append(kept, s)
		default:
			s.refuse(wire.Errorf(wire.Unavailable, "others are writing too fast"))
		}
	}
	r.queue = slices.DeleteFunc(r.queue, func(req request) bool {
		s, ok := req.(*submission)
		return ok && s.settled(changes)
	})
	r.again(kept)
}

// settled answers an op that is among the changes.
func (s *submission) settled(changes []storage.Change) bool {
	for _, c := range changes {
		if outcome, found := s.found(c); found {
			s.succeed(outcome)
			return true
		}
	}
	return false
}

func (r *room) refuseBatch(b batch, code wire.Code, why string) {
	for _, s := range b.submissions {
		s.refuse(wire.Errorf(code, "%s", why))
	}
}

// takeIn applies changes that are durable already.
func (r *room) takeIn(changes []storage.Change) error {
	var b batch
	for _, c := range changes {
		e, next, err := r.follow(r.durable, c)
		if err != nil {
			return err
		}
		b.add(e)
		r.durable = next
	}
	r.proposed = r.durable
	if !b.empty() {
		b.encode(r.id)
		r.observe(b.entries)
		r.broadcast(b.frame)
	}
	return nil
}

// follow applies a stored change to the version it was made on.
func (r *room) follow(v version, c storage.Change) (entry, version, error) {
	if c.Base != v.rev {
		return entry{}, v, fmt.Errorf("revision %d stands on %d, not on %d", c.Rev, c.Base, v.rev)
	}
	e, err := loadEntry(c, v.doc.Len())
	if err != nil {
		return entry{}, v, fmt.Errorf("decode revision %d: %w", c.Rev, err)
	}
	doc, err := v.doc.Apply(e.op)
	if err != nil {
		return entry{}, v, fmt.Errorf("apply revision %d: %w", c.Rev, err)
	}
	return e, version{doc: doc, rev: c.Rev, at: c.At}, nil
}

// readTail reads what was committed after a version, and whether that version
// is still what the store has at its revision.
func readTail(ctx context.Context, store storage.Store, l line, v version) (tail, error) {
	d, err := store.Document(ctx, l.id)
	if errors.Is(err, storage.ErrNotFound) || err == nil && d.Key != l.key {
		return tail{gone: true}, nil
	}
	if err != nil {
		return tail{}, fmt.Errorf("read the head: %w", err)
	}
	if d.Epoch != l.epoch || d.Rev < v.rev {
		return tail{parted: true}, nil
	}
	if d.Rev == v.rev && d.Updated.Equal(v.at) {
		return tail{}, nil
	}
	var t tail
	for after := max(0, v.rev-1); after < d.Rev; {
		changes, err := store.Changes(ctx, l.key, after, readPage)
		if err != nil {
			return t, fmt.Errorf("read changes after revision %d: %w", after, err)
		}
		if len(changes) == 0 {
			return tail{gone: true}, nil // deleted in between
		}
		if last := changes[0]; last.Rev == v.rev {
			if !last.At.Equal(v.at) {
				return tail{parted: true}, nil
			}
			changes = changes[1:]
		}
		t.changes = append(t.changes, changes...)
		after = max(after+1, lastRev(changes))
	}
	return t, nil
}

func lastRev(changes []storage.Change) int64 {
	if len(changes) == 0 {
		return 0
	}
	return changes[len(changes)-1].Rev
}
