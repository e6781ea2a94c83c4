package docs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
)

// A run of editing ends where nothing was changed for runPause, runTime after
// its first change, and at a restore. Where it ends so depends on the changes
// alone, and is stored once it has: an episode. A named revision ends a run
// too, which divides an episode for as long as the name is there.
//
// So a page of n runs is n+1 stored episodes, and the changes of those that
// names divide, at most pageReplay and one episode of them; at the head also
// the changes since the last stored one, of ten minutes at most. Each change
// is read once more, to store its episode: with a snapshot, by whoever reads
// the history before, or before it is squashed.

const (
	// settled is how long after its last change an episode counts as ended by
	// the pause: long enough that no server's clock is behind it.
	settled = runPause + time.Minute
	// pageReplay bounds the changes that are read for one page of runs.
	pageReplay = 10_000
)

// Run is a run of editing: what took revision From to revision To.
type Run struct {
	From, To       int64
	Users          []string // in the order in which they came
	Started, Ended time.Time
	Added, Removed int64 // UTF-16 code units
}

// episodeData is how an episode is stored.
type episodeData struct {
	Users   []string `json:"users"`
	Started int64    `json:"started"` // milliseconds since 1970
	Ended   int64    `json:"ended"`
	Added   int64    `json:"added"`
	Removed int64    `json:"removed"`
}

func (r *Run) episode() storage.Episode {
	data, err := json.Marshal(episodeData{r.Users, r.Started.UnixMilli(), r.Ended.UnixMilli(), r.Added, r.Removed})
	if err != nil {
		panic("internal error: an episode cannot be encoded: " + err.Error())
	}
	return storage.Episode{From: r.From, To: r.To, Data: data}
}

func decodeEpisode(e storage.Episode) (Run, error) {
	var d episodeData
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return Run{}, fmt.Errorf("decode the episode up to revision %d: %w", e.To, err)
	}
	return Run{
		From: e.From, To: e.To, Users: d.Users, Added: d.Added, Removed: d.Removed,
		Started: time.UnixMilli(d.Started).UTC(), Ended: time.UnixMilli(d.Ended).UTC(),
	}, nil
}

// runBuilder makes runs of changes, which are added in order.
type runBuilder struct {
	named    []int64 // revisions that end a run
	ended    []Run
	open     *Run
	restored bool // by the last change
}

func (b *runBuilder) add(c storage.Change, op ot.Delta) {
	if r := b.open; r != nil && (b.restored || isKept(b.named, r.To) ||
		c.At.Sub(r.Ended) >= runPause || c.At.Sub(r.Started) >= runTime) {
		b.end()
	}
	if b.open == nil {
		b.open = &Run{From: c.Base, Started: c.At}
	}
	r := b.open
	r.To, r.Ended = c.Rev, c.At
	b.restored = c.Format == storage.FormatRestore
	if !slices.Contains(r.Users, c.User) {
		r.Users = append(r.Users, c.User)
	}
	for _, part := range op {
		switch part.Kind() {
		case ot.InsertKind, ot.EmbedKind:
			r.Added += int64(part.Len())
		case ot.DeleteKind:
			r.Removed += int64(part.Len())
		}
	}
}

func (b *runBuilder) end() {
	b.ended = append(b.ended, *b.open)
	b.open = nil
}

// record stores the episodes that have ended between after, which is 0 or the
// end of one, and head. The last one has ended, too, if its last change was
// before quiet; a caller who does not know that head is the document's gives
// no time. It returns all of them, and the one that may go on.
func record(ctx context.Context, store storage.Store, key storage.Key, after, head int64, quiet time.Time) ([]Run, error) {
	var b runBuilder
	err := replay(ctx, store, key, after, head, func(c storage.Change, op ot.Delta) error {
		b.add(c, op)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the changes after revision %d: %w", after, err)
	}
	if b.open != nil && (b.restored || b.open.Ended.Before(quiet)) {
		b.end()
	}
	episodes := make([]storage.Episode, len(b.ended))
	for i := range b.ended {
		episodes[i] = b.ended[i].episode()
	}
	if len(episodes) > 0 {
		if err := store.PutEpisodes(ctx, key, episodes); err != nil {
			return nil, err
		}
	}
	if b.open != nil {
		b.ended = append(b.ended, *b.open)
	}
	return b.ended, nil
}

// recorded returns up to where episodes are stored.
func recorded(ctx context.Context, store storage.Store, key storage.Key) (int64, error) {
	last, err := store.LastEpisode(ctx, key)
	if errors.Is(err, storage.ErrNotFound) {
		return 0, nil
	}
	return last.To, err
}

// recordAll stores the episodes that have ended before head, see record. It
// returns up to where they are stored, and when the one after began: zero
// where there is none yet.
func recordAll(ctx context.Context, store storage.Store, key storage.Key, head int64, quiet time.Time) (upto int64, began time.Time, err error) {
	after, err := recorded(ctx, store, key)
	if err != nil || after >= head {
		return after, began, err
	}
	runs, err := record(ctx, store, key, after, head, quiet)
	if err != nil {
		return after, began, err
	}
	upto, err = recorded(ctx, store, key)
	if last := runs[len(runs)-1]; last.From == upto {
		began = last.Started
	}
	return upto, began, err
}

// History returns up to limit runs of editing that end above a revision,
// oldest first, and whether there are more. There may be fewer where more
// follow. A run is whole where after lies inside of it.
func (a *Archive) History(ctx context.Context, after int64, limit int) (runs []Run, more bool, err error) {
	episodes, err := a.episodes(ctx, after, limit+1)
	if err != nil || len(episodes) == 0 {
		return nil, false, err
	}
	named := names{archive: a, last: episodes[0].From}
	replayed := int64(0)
	for _, e := range episodes {
		if len(runs) > limit || replayed > pageReplay {
			return runs[:min(limit, len(runs))], true, nil
		}
		cuts, err := named.within(ctx, e)
		if err != nil {
			return nil, false, err
		}
		parts := []Run{e}
		if len(cuts) > 0 {
			replayed += e.To - e.From
			if parts, err = a.divide(ctx, e, cuts); err != nil {
				return nil, false, err
			}
		}
		for _, r := range parts {
			if r.To > after {
				runs = append(runs, r)
			}
		}
	}
	return runs[:min(limit, len(runs))], len(runs) > limit, nil
}

// names reads the revisions that have a name as far as they are needed.
type names struct {
	archive *Archive
	revs    []int64
	last    int64 // that was read
	all     bool  // were read
}

// within returns those that divide an episode; episodes are asked for in order.
func (n *names) within(ctx context.Context, e Run) ([]int64, error) {
	const page = 100
	for !n.all && n.last < e.To {
		revs, err := n.archive.store.Named(ctx, n.archive.Key, n.last, page)
		if err != nil {
			return nil, err
		}
		n.revs = append(n.revs, revs...)
		if n.all = len(revs) < page; len(revs) > 0 {
			n.last = revs[len(revs)-1]
		}
	}
	from, _ := slices.BinarySearch(n.revs, e.From+1)
	to, _ := slices.BinarySearch(n.revs, e.To)
	return n.revs[from:to], nil
}

// divide cuts an episode where revisions have names.
func (a *Archive) divide(ctx context.Context, e Run, named []int64) ([]Run, error) {
	b := runBuilder{named: named}
	err := replay(ctx, a.store, a.Key, e.From, e.To, func(c storage.Change, op ot.Delta) error {
		b.add(c, op)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the changes after revision %d: %w", e.From, err)
	}
	b.end()
	b.ended[0].Started = e.Started // of a squashed run only its end is known
	return b.ended, nil
}

// episodes returns up to limit episodes that end above a revision, those that
// are not stored yet among them.
func (a *Archive) episodes(ctx context.Context, after int64, limit int) ([]Run, error) {
	stored, err := a.store.Episodes(ctx, a.Key, after, limit)
	if err != nil {
		return nil, err
	}
	runs := make([]Run, 0, len(stored))
	for _, e := range stored {
		r, err := decodeEpisode(e)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	if len(runs) == limit {
		return runs, nil
	}
	var end int64
	if len(runs) > 0 {
		end = runs[len(runs)-1].To
	} else if end, err = recorded(ctx, a.store, a.Key); err != nil {
		return nil, err
	} else if end > after {
		return a.episodes(ctx, after, limit) // stored in between
	}
	fresh, err := record(ctx, a.store, a.Key, end, a.Rev, time.Now().Add(-settled))
	if err != nil {
		return nil, err
	}
	for _, r := range fresh {
		if r.To > after && len(runs) < limit {
			runs = append(runs, r)
		}
	}
	return runs, nil
}
