package storagetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/coscribe/coscribe/storage"
)

var loadTests = map[string]func(*testing.T, Database){
	"LoadWindows":              testLoadWindows,
	"LoadNewDocument":          testLoadNew,
	"LoadSeesOneMoment":        testLoadDuringCommits,
	"LoadDuringDeletions":      testLoadDuringDeletions,
	"ResultsBelongToTheCaller": testOwnership,
}

func load(t testing.TB, s storage.Store, id string, window int64) storage.Loaded {
	t.Helper()
	l, err := s.Load(t.Context(), id, window)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func testLoadWindows(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	b := batch(d.Key, 0, 20, "x")
	commit(t, s, b)
	putSnapshot(t, s, d, 5)
	putSnapshot(t, s, d, 12)
	for window, first := range map[int64]int64{0: 13, 3: 13, 8: 13, 9: 12, 15: 6, 20: 1, 21: 1, 1000: 1} {
		l := load(t, s, "doc", window)
		what := fmt.Sprint("window ", window)
		equal(t, what+": document", l.Document, look(t, s, "doc"))
		equal(t, what+": snapshot", l.Snapshot, snapshotAt(12, d.Epoch))
		equal(t, what+": changes", l.Changes, b.Changes[first-1:])
	}
	putSnapshot(t, s, d, 20)
	equal(t, "changes behind the head", len(load(t, s, "doc", 0).Changes), 0)
	equal(t, "changes in the window", load(t, s, "doc", 2).Changes, b.Changes[18:])
}

func testLoadNew(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	l := load(t, s, "doc", 1000)
	equal(t, "document", l.Document, d)
	equal(t, "snapshot", l.Snapshot, snapshotAt(0, d.Epoch))
	equal(t, "changes", len(l.Changes), 0)
}

// whole says what does not belong together in l, which was loaded with window.
func whole(l storage.Loaded, window int64) error {
	d := l.Document
	switch {
	case d.Length != lengthAt(d.Rev) || !d.Updated.Equal(timeAt(d.Rev)):
		return fmt.Errorf("revision %d with length %d and time %v", d.Rev, d.Length, d.Updated)
	case l.Snapshot.Rev > d.Rev:
		return fmt.Errorf("snapshot %d above the head, %d", l.Snapshot.Rev, d.Rev)
	case !bytes.Equal(l.Snapshot.Content, snapshotAt(l.Snapshot.Rev, d.Epoch).Content):
		return fmt.Errorf("document of epoch %s has %s", d.Epoch, l.Snapshot.Content)
	}
	rev := max(min(l.Snapshot.Rev, d.Rev-window), 0)
	for _, c := range l.Changes {
		if rev++; c.Rev != rev || c.Base != rev-1 {
			return fmt.Errorf("change %d to %d where %d is due", c.Base, c.Rev, rev)
		}
		if !bytes.Contains(c.Op, []byte(d.Epoch.String())) {
			return fmt.Errorf("epoch %s has change %s", d.Epoch, c.Op)
		}
	}
	if rev != d.Rev {
		return fmt.Errorf("changes up to %d, the head is %d", rev, d.Rev)
	}
	return nil
}

// readAll loads "doc" until done, and at least once more.
func readAll(t testing.TB, s storage.Store, done *atomic.Bool) error {
	var last storage.Document
	for window := int64(0); ; window = (window + 7) % 50 {
		finished := done.Load()
		l, err := s.Load(t.Context(), "doc", window)
		switch {
		case errors.Is(err, storage.ErrNotFound):
		case err != nil:
			return err
		case l.Document.Key == last.Key && l.Document.Rev < last.Rev:
			return fmt.Errorf("head went from %d to %d", last.Rev, l.Document.Rev)
		default:
			if err := whole(l, window); err != nil {
				return err
			}
			last = l.Document
		}
		if finished {
			return nil
		}
	}
}

func testLoadDuringCommits(t *testing.T, db Database) {
	both := stores(t, db)
	d := create(t, both[0], "doc")
	var done atomic.Bool
	concurrently(t, 4, func(i int) error {
		if i > 0 {
			return readAll(t, both[i%2], &done)
		}
		defer done.Store(true)
		for rev := int64(0); rev < 300; rev += 3 {
			got, err := both[0].Commit(t.Context(), []storage.Batch{batch(d.Key, rev, 3, d.Epoch.String())})
			if err != nil || got[0] != (storage.Outcome{}) {
				return fmt.Errorf("commit on %d: %+v, %w", rev, got, err)
			}
			if rev%30 == 0 {
				if err := both[0].PutSnapshot(t.Context(), d.Key, snapshotAt(rev+3, d.Epoch)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func testLoadDuringDeletions(t *testing.T, db Database) {
	both := stores(t, db)
	var done atomic.Bool
	concurrently(t, 3, func(i int) error {
		if i > 0 {
			return readAll(t, both[i%2], &done)
		}
		defer done.Store(true)
		for range 40 {
			d, err := both[0].Create(t.Context(), newDocument("doc"))
			if err != nil {
				return err
			}
			for rev := int64(0); rev < 4; rev += 2 {
				got, err := both[0].Commit(t.Context(), []storage.Batch{batch(d.Key, rev, 2, d.Epoch.String())})
				if err != nil || got[0] != (storage.Outcome{}) {
					return fmt.Errorf("commit on %d: %+v, %w", rev, got, err)
				}
			}
			if err := both[0].Delete(t.Context(), d.Key); err != nil {
				return err
			}
		}
		return nil
	})
}

// testOwnership: a result belongs to its caller, whatever is read or
// written next.
func testOwnership(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	b := batch(d.Key, 0, 50, "x")
	commit(t, s, b)
	first := load(t, s, "doc", 100)
	concurrently(t, 4, func(int) error {
		l, err := s.Load(t.Context(), "doc", 100)
		for i := range l.Changes {
			clear(l.Changes[i].Op)
		}
		clear(l.Snapshot.Content)
		return err
	})
	for i := range b.Changes {
		b.Changes[i].User = "eve" // the arguments are ours again, too
		clear(b.Changes[i].Op)
	}
	equal(t, "loaded again", load(t, s, "doc", 100), first)
	equal(t, "first change", first.Changes[0], batch(d.Key, 0, 1, "x").Changes[0])
}
