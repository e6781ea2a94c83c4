package docs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
)

// now is the time of the next change: whole milliseconds that never run
// backwards along a document.
func (r *room) now() time.Time {
	now := time.Now().UTC().Truncate(time.Millisecond)
	if now.Before(r.proposed.at) {
		return r.proposed.at
	}
	return now
}

// propose sends the batch, if there is one, to be committed.
func (r *room) propose() {
	if r.busy || r.batch.empty() || r.ended {
		return
	}
	r.busy = true
	batch := storage.Batch{
		Key: r.key, Base: r.durable.rev,
		Changes: r.batch.changes(), Length: int64(r.proposed.doc.Len()),
	}
	r.hub.commits.add(batch, func(o storage.Outcome, err error) {
		r.inbox.force(internal(func(r *room) { r.settle(o, err) }))
	})
	r.batch.encode(r.id) // while the store works
}

// settle takes the outcome of the batch under way.
func (r *room) settle(o storage.Outcome, err error) {
	switch {
	case err != nil:
		r.log.Warn("commit failed", "rev", r.durable.rev, "err", err)
		r.catchUp()
	case o.Lost:
		r.catchUp()
	case o.Err != nil:
		r.log.Error("the store refuses a batch", "rev", r.durable.rev, "err", o.Err)
		r.rejected()
	default:
		r.committed()
	}
}

// committed makes the proposed version the durable one and tells everyone.
func (r *room) committed() {
	b := r.batch
	r.durable = r.proposed
	r.batch = newBatch()
	r.busy = false
	r.observe(b.entries)
	r.broadcast(b.frame)
	for _, s := range b.submissions {
		if s.reply != nil {
			s.reply(s.outcome, nil)
		}
		s.done()
	}
	r.snapshotIfDue()
	r.resume()
}

// observe takes note of changes that have become durable.
func (r *room) observe(entries []entry) {
	for i := range entries {
		e := &entries[i]
		if a := r.authors[e.client]; a != nil {
			a.user, a.seq, a.rev = e.user, e.seq, e.rev
		} else if e.seq > 0 {
			r.authors[e.client] = &author{user: e.user, seq: e.seq, rev: e.rev}
		}
		r.people.Apply(e.op, e.client)
		r.snapshot.weigh(e)
	}
	r.window.add(entries...)
}

// rejected answers a batch whose data the store cannot hold. Where several
// ops were in it, each is tried again by itself.
func (r *room) rejected() {
	b := r.discard()
	if len(b.submissions) == 1 {
		b.submissions[0].refuse(wire.Errorf(wire.InvalidOp, "the store cannot hold this op"))
	} else {
		r.alone += len(b.submissions)
		r.again(b.submissions)
	}
	r.resume()
}

// discard throws the proposed version away.
func (r *room) discard() batch {
	b := r.batch
	r.batch = newBatch()
	r.proposed = r.durable
	r.busy = false
	return b
}

// again puts ops before everything else that waits.
func (r *room) again(submissions []submitted) {
	queue := make([]request, 0, len(submissions)+len(r.queue))
	for _, s := range submissions {
		queue = append(queue, s.submission)
	}
	r.queue = append(queue, r.queue...)
}

// tail is what others committed after the durable version.
type tail struct {
	document storage.Document
	changes  []storage.Change
	gone     bool
}

// catchUp reads what is in the store beyond the durable version: another
// server committed first, or the fate of the batch is unknown. In both cases
// the store knows, and the ops of the batch that are not there are tried
// again. Until then nothing is committed, and whoever is in the batch waits.
func (r *room) catchUp() {
	key, head := r.key, r.durable.rev
	r.hub.running.Go(func() {
		wait := 20 * time.Millisecond
		for {
			t, err := readTail(r.hub.ctx, r.hub.Store, r.id, key, head)
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
	kept := r.queue[:0]
	for _, req := range r.queue {
		if s, ok := req.(*submission); ok {
			s.refuse(e)
		} else {
			kept = append(kept, req)
		}
	}
	clear(r.queue[len(kept):])
	r.queue = kept
}

// caughtUp takes in what others committed, tells everyone, and tries the
// batch's ops again, a few times.
func (r *room) caughtUp(t tail, err error) {
	b := r.discard()
	switch {
	case err != nil:
		r.refuseBatch(b, wire.Unavailable, "the store cannot commit just now")
	case t.gone:
		r.refuseBatch(b, wire.NotFound, "the document was deleted")
		r.deleted()
		return
	default:
		if err := r.takeIn(t.changes); err != nil {
			r.log.Error("changes in the store do not follow", "rev", r.durable.rev, "err", err)
			r.refuseBatch(b, wire.Unavailable, "the document must be loaded again")
			r.end(wire.Errorf(wire.Unavailable, "the document must be loaded again"))
			return
		}
		r.retry(b)
	}
	r.resume()
}

func (r *room) retry(b batch) {
	kept := b.submissions[:0]
	for _, s := range b.submissions {
		if s.attempts++; s.attempts < maxAttempts {
			kept = append(kept, s)
		} else {
			s.refuse(wire.Errorf(wire.Unavailable, "others are writing too fast"))
		}
	}
	r.again(kept)
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

func readTail(ctx context.Context, store storage.Store, id string, key storage.Key, after int64) (tail, error) {
	var t tail
	d, err := store.Document(ctx, id)
	if errors.Is(err, storage.ErrNotFound) || err == nil && d.Key != key {
		return tail{gone: true}, nil
	}
	if err != nil {
		return t, fmt.Errorf("read the head: %w", err)
	}
	t.document = d
	for after < d.Rev {
		changes, err := store.Changes(ctx, key, after, readPage)
		if err != nil {
			return t, fmt.Errorf("read changes after revision %d: %w", after, err)
		}
		if len(changes) == 0 {
			return tail{gone: true}, nil // deleted in between
		}
		t.changes = append(t.changes, changes...)
		after = changes[len(changes)-1].Rev
	}
	return t, nil
}
