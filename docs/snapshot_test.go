package docs

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"pgregory.net/rapid"
)

// slowSnapshots is a store whose snapshots take until they may be stored.
type slowSnapshots struct {
	storage.Store
	begun   chan struct{}
	release chan struct{}
}

func (s slowSnapshots) PutSnapshot(ctx context.Context, key storage.Key, snap storage.Snapshot) error {
	select {
	case s.begun <- struct{}{}:
	default:
	}
	<-s.release
	return s.Store.PutSnapshot(ctx, key, snap)
}

// A room that ends while a snapshot is being written leaves a last one behind
// it: whoever opens the document next has no tail to read.
func TestLastSnapshotWaitsForTheOneBefore(t *testing.T) {
	t.Parallel()
	s := slowSnapshots{openSQLite(t), make(chan struct{}, 1), make(chan struct{})}
	hub := NewHub(Config{Store: s, Limits: wire.Limits{Document: 1 << 20, Window: testWindow}})
	if _, err := hub.Create(t.Context(), NewDocument{ID: "doc"}); err != nil {
		t.Fatal(err)
	}
	edit := func(n int) {
		t.Helper()
		for range n {
			d, err := hub.Document(t.Context(), "doc")
			if err == nil {
				_, err = hub.Submit(t.Context(), "doc", Edit{Rev: d.Rev, Op: ot.Delta{ot.Insert("x", nil)}, User: "ann"})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	edit(minTail)
	<-s.begun
	edit(10)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		hub.Close(context.Background())
	}()
	close(s.release)
	<-closed
	d, err := s.Document(t.Context(), "doc")
	if err != nil {
		t.Fatal(err)
	}
	if last, err := s.Snapshot(t.Context(), d.Key, d.Rev); err != nil || last.Rev != d.Rev {
		t.Fatalf("the last snapshot is of revision %d, not of %d: %v", last.Rev, d.Rev, err)
	}
}

// countingReads is a store that counts the changes that are read from it.
type countingReads struct {
	storage.Store
	read *atomic.Int64
}

func (s countingReads) Changes(ctx context.Context, key storage.Key, after int64, limit int) ([]storage.Change, error) {
	changes, err := s.Store.Changes(ctx, key, after, limit)
	s.read.Add(int64(len(changes)))
	return changes, err
}

// Snapshots of a document that is edited without a pause read each change a
// few times, however long that goes on.
func TestSnapshotsReadEachChangeAFewTimes(t *testing.T) {
	t.Parallel()
	s := countingReads{openSQLite(t), new(atomic.Int64)}
	hub := NewHub(Config{Store: s, Limits: wire.Limits{Document: 1 << 20, Window: testWindow}})
	if _, err := hub.Create(t.Context(), NewDocument{ID: "doc"}); err != nil {
		t.Fatal(err)
	}
	const edits = 12 * minTail
	for rev := range int64(edits) {
		if _, err := hub.Submit(t.Context(), "doc", Edit{Rev: rev, Op: ot.Delta{ot.Insert("x", nil)}, User: "ann"}); err != nil {
			t.Fatal(err)
		}
	}
	hub.Close(context.Background())
	if read := s.read.Load(); read < minTail || read > 3*edits {
		t.Errorf("%d changes were read for snapshots of %d", read, edits)
	}
}

// Where a room's watch says that no run of editing has ended, none has.
func TestRunWatchSeesEveryEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var builder runBuilder
		var watch runWatch
		stored := 0
		at := time.UnixMilli(1_700_000_000_000)
		for rev := int64(1); rev <= 60; rev++ {
			at = at.Add(rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, runPause - 1, runPause, runTime}).Draw(t, "pause"))
			e := entry{rev: rev, base: rev - 1, at: at, user: "ann", restores: rapid.IntRange(0, 20).Draw(t, "restores") == 0}
			builder.add(e.storage(), e.op)
			watch.note(&e)
			if rapid.IntRange(0, 5).Draw(t, "snapshot") > 0 {
				continue
			}
			ended := len(builder.ended)
			if builder.restored {
				ended++ // what a store gets to know at once
			}
			if !watch.over && ended > stored {
				t.Fatalf("revision %d: a run has ended unseen", rev)
			}
			if watch.over {
				watch = runWatch{began: builder.open.Started, last: at}
				stored = ended
			}
		}
	})
}
