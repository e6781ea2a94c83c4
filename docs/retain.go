package docs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

const (
	// agedPage is how many documents with old changes are looked up at once.
	agedPage = 100
	// restsFor is how much longer than a step of squashing took the job rests
	// behind it: nobody who types should feel it.
	restsFor = 9
	// A run ends where its author paused for runPause, after runTime, and
	// where its ops have runBytes: the grain that the history is read in.
	runPause = 2 * time.Minute
	runTime  = 10 * time.Minute
	runBytes = 1 << 20
)

// retain squashes changes that are older than Config.Retain: consecutive ones of one user become one. It works beside the rooms, and
// beside the same job of other servers: the store lets one of them move a
// document's mark.
//
// A session whose connection is behind may come back for what it has not been
// sent yet, so nothing above that is touched. Of sessions on other servers it
// is not known how far behind they are; one that is behind by the whole window
// and by Config.Retain gets the content when it comes back (S6).
func (h *Hub) retain(ctx context.Context) {
	if err := h.squashAll(ctx, h.now().Add(-h.Retain)); err != nil && ctx.Err() == nil {
		h.Logger.Warn("old changes cannot be squashed", "err", err)
	}
}

// retainInterval is how often old changes are looked for.
func (h *Hub) retainInterval() time.Duration {
	return min(max(h.Retain/10, time.Second), time.Hour)
}

// squashAll goes once through all documents.
func (h *Hub) squashAll(ctx context.Context, before time.Time) error {
	var after storage.Key
	for {
		page, err := h.Store.Aged(ctx, after, int64(h.Limits.Window), before, agedPage)
		if err != nil {
			return fmt.Errorf("look for documents: %w", err)
		}
		for _, a := range page {
			if err := h.squashDocument(ctx, a, before); err != nil {
				return fmt.Errorf("document %q: %w", a.ID, err)
			}
			after = a.Key
		}
		if len(page) < agedPage {
			return nil
		}
	}
}

// squashDocument moves a document's mark, step by step, as far as it goes.
func (h *Hub) squashDocument(ctx context.Context, a storage.Aged, before time.Time) error {
	d, err := h.Store.Document(ctx, a.ID)
	if errors.Is(err, storage.ErrNotFound) || err == nil && d.Key != a.Key {
		return nil
	}
	if err != nil {
		return err
	}
	recorded, _, err := recordAll(ctx, h.Store, a.Key, d.Rev, h.now().Add(-settled))
	if err != nil {
		return fmt.Errorf("store runs of editing: %w", err)
	}
	a.Upto = min(a.Upto, h.sentTo(ctx, a.ID))
	if time.Since(before) >= settled { // else runs of editing are read from what is left
		a.Upto = min(a.Upto, recorded)
	}
	for a.Mark < a.Upto {
		began := time.Now()
		q, err := planSquash(ctx, h.Store, a, before)
		if err != nil || q.To == a.Mark {
			return err
		}
		moved, err := h.Store.Squash(ctx, a.Key, q)
		if err != nil || !moved { // another server is at it, or the document has changed
			return err
		}
		h.Logger.Debug("changes squashed", "doc", a.ID, "from", q.From, "to", q.To, "runs", len(q.Runs))
		a.Mark = q.To
		select {
		case <-time.After(restsFor * time.Since(began)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// sentTo asks a document's room for the lowest revision that a session in it
// has been sent. Where nobody is there, there is no bound; where the room
// cannot be asked, nothing may be touched.
func (h *Hub) sentTo(ctx context.Context, id string) int64 {
	r := h.live(id)
	if r == nil {
		return math.MaxInt64
	}
	answer := make(chan int64, 1)
	if !r.inbox.put(asksSentTo(answer)) {
		return 0
	}
	select {
	case rev := <-answer:
		return rev
	case <-ctx.Done():
		return 0
	}
}

// asksSentTo is a question to a room.
type asksSentTo chan<- int64

func (asksSentTo) client() uuid.UUID      { return uuid.Nil }
func (asksSentTo) ready(r *room) bool     { return true }
func (a asksSentTo) refuse(e *wire.Error) { a <- 0 }
func (a asksSentTo) run(r *room)          { a <- r.sentTo() }

func (r *room) sentTo() int64 {
	lowest := r.durable.rev
	for _, m := range r.members {
		if !m.session.Behind() {
			m.sent = r.durable.rev
		}
		lowest = min(lowest, m.sent)
	}
	return lowest
}

// step is a change that may be squashed, its op read.
type step struct {
	storage.Change
	op    ot.Delta
	alone bool // it stays as it is
}

// planSquash reads the changes behind the mark and says what becomes of them.
// Where the mark cannot be moved, it stays where it is.
func planSquash(ctx context.Context, store storage.Store, a storage.Aged, before time.Time) (storage.Squash, error) {
	q := storage.Squash{From: a.Mark, To: a.Mark}
	changes, err := store.Changes(ctx, a.Key, a.Mark, readPage)
	if err != nil {
		return q, fmt.Errorf("read changes after revision %d: %w", a.Mark, err)
	}
	steps := make([]step, len(changes))
	for i, c := range changes {
		op, err := otjson.Decode(c.Op)
		if err != nil {
			return q, fmt.Errorf("decode revision %d: %w", c.Rev, err)
		}
		steps[i] = step{Change: c, op: op, alone: c.Base != c.Rev-1}
	}
	steps = old(steps, a.Upto, before)
	if len(steps) == 0 {
		return q, nil
	}
	q.To = steps[len(steps)-1].Rev
	q.Runs, err = runsOf(steps, a.Kept)
	return q, err
}

// old returns the steps that may be squashed: up to a revision, and made
// before a time. The repair of one is among them, or neither is; what follows
// the last of a full page is not known.
func old(steps []step, upto int64, before time.Time) []step {
	n := 0
	for n < len(steps) && steps[n].Rev <= upto && steps[n].At.Before(before) {
		n++
	}
	if n == readPage {
		n--
	}
	if n > 0 && n < len(steps) && steps[n].repairs(&steps[n-1]) {
		n--
	}
	return steps[:n]
}

// repairs tells whether s may be the repair of what it follows (P8). An edit
// that looks like one is taken for it.
func (s *step) repairs(last *step) bool {
	return s.Client == uuid.Nil && s.User == last.User && s.At.Equal(last.At) &&
		len(s.op) > 0 && len(s.op) <= 2 && s.op[len(s.op)-1].Equal(ot.Insert("\n", nil))
}

// runsOf finds the runs among steps and composes each. kept are the revisions
// that no run may go across.
func runsOf(steps []step, kept []int64) ([]storage.Run, error) {
	for i := range steps[1:] {
		if a, b := &steps[i], &steps[i+1]; b.repairs(a) && isKept(kept, a.Rev) {
			a.alone, b.alone = true, true
		}
	}
	var runs []storage.Run
	for len(steps) > 0 {
		n := 1
		for size := len(steps[0].Op); n < len(steps) && continues(steps[:n], &steps[n], size, kept); n++ {
			size += len(steps[n].Op)
		}
		if n > 1 {
			r, err := compose(steps[:n])
			if err != nil {
				return nil, err
			}
			runs = append(runs, r)
		}
		steps = steps[n:]
	}
	return runs, nil
}

// continues tells whether a run of some bytes goes on with next.
func continues(run []step, next *step, size int, kept []int64) bool {
	first, last := &run[0], &run[len(run)-1]
	switch {
	case last.alone || next.alone || isKept(kept, last.Rev):
		return false
	case next.repairs(last):
		return true
	}
	return next.User == first.User && size+len(next.Op) <= runBytes &&
		next.At.Sub(last.At) < runPause && next.At.Sub(first.At) < runTime
}

func isKept(kept []int64, rev int64) bool {
	_, here := slices.BinarySearch(kept, rev)
	return here
}

func compose(steps []step) (storage.Run, error) {
	r := storage.Run{Base: steps[0].Base, Rev: steps[len(steps)-1].Rev, Format: storage.FormatJSON}
	op, err := ot.ComposeAll(func(yield func(ot.Delta) bool) {
		for i := range steps {
			if !yield(steps[i].op) {
				return
			}
		}
	})
	if err != nil {
		return r, fmt.Errorf("squash what takes revision %d to %d: %w", r.Base, r.Rev, err)
	}
	r.Op = otjson.Append(nil, op)
	return r, nil
}
