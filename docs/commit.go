package docs

import (
	"time"

	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
)

// now is the time of the next change: whole milliseconds that never run
// backwards along a document.
func (r *room) now() time.Time {
	now := r.hub.now()
	if now.Before(r.proposed.at) {
		return r.proposed.at
	}
	return now
}

// propose sends the batch, if there is one, to be committed. Where it is held
// back, it returns for how long.
func (r *room) propose() (held time.Duration) {
	if r.busy || r.batch.empty() || r.ended != nil {
		return 0
	}
	if held = r.gather.left(len(r.batch.submissions)); held > 0 {
		return held
	}
	r.busy = true
	r.gather.proposed()
	batch := storage.Batch{
		Key: r.key, Base: r.durable.rev,
		Changes: r.batch.changes(), Length: int64(r.proposed.doc.Len()),
	}
	r.commits.Add(1)
	r.hub.commits.add(batch, func(o storage.Outcome, err error) {
		r.inbox.force(internal(func(r *room) { r.settle(o, err) }))
		r.commits.Done()
	})
	r.batch.encode(r.id) // while the store works
	return 0
}

// settle takes the outcome of the batch under way.
func (r *room) settle(o storage.Outcome, err error) {
	switch {
	case err != nil:
		r.log.Warn("commit failed", "rev", r.durable.rev, "err", err)
		r.batch.failed(true)
		r.catchUp()
	case o.Lost:
		r.hub.metrics.lostRaces.Inc()
		r.batch.failed(false)
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
	r.hub.metrics.ops.Add(float64(len(b.entries)))
	r.hub.metrics.batchOps.Observe(float64(len(b.entries)))
	r.observe(b.entries)
	r.broadcast(b.frame)
	for _, s := range b.submissions {
		s.succeed(s.outcome)
	}
	r.snapshotIfDue()
	r.resume()
	r.gather.committed(len(b.submissions) + len(r.batch.submissions))
}

// observe takes note of changes that have become durable.
func (r *room) observe(entries []entry) {
	for i := range entries {
		e := &entries[i]
		r.credit(e)
		r.people.Apply(e.op, e.client)
		r.snapshot.weigh(e)
		r.runs.note(e)
	}
	r.window.add(entries...)
	r.published.Store(&mark{r, r.line(), r.durable.rev})
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
