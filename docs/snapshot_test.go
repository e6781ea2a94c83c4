package docs

import (
	"context"
	"testing"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
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
