package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/sqlite"
)

// hung is a store whose disk hangs: a commit heeds nobody.
type hung struct {
	storage.Store
	begun, release chan struct{}
}

func (h hung) Commit(ctx context.Context, batches []storage.Batch) ([]storage.Outcome, error) {
	close(h.begun)
	<-h.release
	return h.Store.Commit(ctx, batches)
}

// The server ends in time although a write does not.
func TestShutdownLeavesAWriteBehind(t *testing.T) {
	t.Parallel()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	h := hung{store, make(chan struct{}), make(chan struct{})}
	s := assemble(t.Context(), flags(t), parts{store: h, verifier: auth.Keyless{}, keyless: true, logger: slog.New(slog.DiscardHandler), metrics: newRegistry()})
	if _, err := s.hub.Create(t.Context(), docs.NewDocument{ID: "d", Access: auth.Admin}); err != nil {
		t.Fatal(err)
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = s.hub.Submit(t.Context(), "d", docs.Edit{Op: ot.Delta{ot.Insert("x", nil)}, User: "ann"})
	}()
	<-h.begun
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if finished, err := s.shutdown(10 * time.Millisecond); finished || err == nil {
			t.Errorf("shut down while a commit hangs: %t, %v", finished, err)
		}
	}()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("the server does not end")
	}
	close(h.release)
	<-answered
	<-ended
}
