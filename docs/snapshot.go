package docs

import (
	"context"
	"fmt"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
)

const (
	// minTail is how many changes a tail has at least before a snapshot is
	// due: opening reads about as many for the window anyway.
	minTail = 500
	// changeWeight is what a change costs to load beside its op, in bytes.
	changeWeight = 100
	// tailShare is how many times the last snapshot's weight a tail has before
	// another snapshot is due. Writing one takes as long as it is large, and a
	// room in memory does without.
	tailShare = 2
)

// snapshotState is what a room knows of its last snapshot and of the tail
// behind it.
type snapshotState struct {
	rev     int64
	size    int // what it weighs, in bytes
	tail    int // changes since
	weight  int // bytes of those
	writing bool
}

func (s *snapshotState) weigh(e *entry) {
	if e.rev > s.rev {
		s.tail++
		s.weight += len(e.stored) + changeWeight
	}
}

// due tells whether the tail outweighs the last snapshot by enough.
func (s *snapshotState) due() bool {
	return !s.writing && s.tail >= minTail && s.weight >= tailShare*s.size
}

// runWatch is what a room knows of the run of editing at its head: enough to
// tell when one has ended, so that only then the changes since the last stored
// one are read again.
type runWatch struct {
	began time.Time // zero: not known
	last  time.Time // the newest change
	over  bool      // a run may have ended that is not stored
}

func (w *runWatch) note(e *entry) {
	if e.restores || e.at.Sub(w.last) >= runPause || e.at.Sub(w.began) >= runTime {
		w.over = true
	}
	w.last = e.at
}

// snapshotIfDue stores a snapshot, off the room's goroutine.
func (r *room) snapshotIfDue() {
	s := &r.snapshot
	if !s.due() {
		return
	}
	v, key, runs := r.durable, r.key, r.runs.over
	*s = snapshotState{rev: s.rev, size: s.size, writing: true}
	r.runs.over = false
	r.beside(func() {
		size, began, err := r.hub.writeSnapshot(key, v, runs)
		r.inbox.force(internal(func(r *room) {
			defer r.resume()
			r.snapshot.writing = false
			if err != nil {
				r.log.Warn("snapshot failed", "rev", v.rev, "err", err)
				r.runs.over = r.runs.over || runs
				return // the next one is due when the tail has grown again
			}
			r.snapshot.rev, r.snapshot.size = v.rev, size
			if runs {
				r.runs.began = began
			}
		}))
	})
}

// lastSnapshot stores a snapshot before the room leaves memory.
func (r *room) lastSnapshot() {
	if r.durable.rev == r.snapshot.rev {
		return
	}
	size, _, err := r.hub.writeSnapshot(r.key, r.durable, r.runs.over)
	if err != nil {
		r.log.Warn("snapshot failed", "rev", r.durable.rev, "err", err)
		return
	}
	r.snapshot = snapshotState{rev: r.durable.rev, size: size}
}

// writeSnapshot stores a snapshot for a room, and where asked for the runs of
// editing that have ended before; then it tells when the one that goes on began.
func (h *Hub) writeSnapshot(key storage.Key, v version, runs bool) (size int, began time.Time, err error) {
	start := time.Now()
	if runs {
		if _, began, err = recordAll(h.ctx, h.Store, key, v.rev, time.Time{}); err != nil {
			err = fmt.Errorf("store runs of editing: %w", err)
		}
	}
	if err == nil {
		size, err = writeSnapshot(h.ctx, h.Store, key, v)
	}
	if err != nil {
		h.metrics.snapshotErrors.Inc()
		return 0, began, err
	}
	since(h.metrics.snapshotTime, start)
	return size, began, nil
}

// writeSnapshot stores a version with its authorship, which is the last
// snapshot's moved through the changes since.
func writeSnapshot(ctx context.Context, store storage.Store, key storage.Key, v version) (size int, err error) {
	last, err := store.Snapshot(ctx, key, v.rev)
	if err != nil {
		return 0, fmt.Errorf("read the last snapshot: %w", err)
	}
	by, err := decodeAuthorship(last.Authorship)
	if err != nil {
		return 0, err
	}
	err = replay(ctx, store, key, last.Rev, v.rev, func(c storage.Change, op ot.Delta) error {
		by.apply(op, credit{User: c.User, Rev: c.Rev, At: c.At})
		return nil
	})
	if err != nil {
		return 0, err
	}
	s := storage.Snapshot{
		Rev: v.rev, Format: storage.FormatJSON,
		Content: otjson.Append(nil, v.doc.Content()), Authorship: by.encode(),
	}
	if err := store.PutSnapshot(ctx, key, s); err != nil {
		return 0, fmt.Errorf("store the snapshot: %w", err)
	}
	return weight(s), nil
}

// weight is what a snapshot costs to write and to read, in bytes.
func weight(s storage.Snapshot) int { return len(s.Content) + len(s.Authorship) }

// replay hands on the changes from one revision to another, in order.
func replay(ctx context.Context, store storage.Store, key storage.Key, from, to int64, each func(storage.Change, ot.Delta) error) error {
	for from < to {
		changes, err := store.Changes(ctx, key, from, int(min(to-from, readPage)))
		if err != nil {
			return fmt.Errorf("read changes after revision %d: %w", from, err)
		}
		if len(changes) == 0 {
			return fmt.Errorf("changes after revision %d are missing", from)
		}
		for _, c := range changes {
			if from == to { // a run counts for more than one
				return nil
			}
			if c.Base != from || c.Rev > to {
				return ErrNotKept
			}
			op, err := otjson.Decode(c.Op)
			if err != nil {
				return fmt.Errorf("decode revision %d: %w", c.Rev, err)
			}
			if err := each(c, op); err != nil {
				return err
			}
			from = c.Rev
		}
	}
	return nil
}
