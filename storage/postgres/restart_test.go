package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/storage"
)

// Postgres is killed and comes back while writers commit. Each resolves a
// commit of unknown fate by looking it up, as a room does, and goes on. In
// the end every document is an unbroken line of what its writer wrote: nothing
// that was reported is lost, nothing is there twice.
func TestKilledPostgres(t *testing.T) {
	t.Parallel()
	c, err := pgtest.NewCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	s := openURL(t, c.URL("postgres"))
	const writers, kills = 3, 4
	stored := make(progress, 50)
	var stop atomic.Bool
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		d := createDoc(t, s, fmt.Sprint("doc", i))
		all.Go(func() { errs[i] = writeOn(ctx, s, d, stored, &stop) })
	}
	for range kills {
		stored.more(ctx)
		if err := c.Restart(); err != nil {
			t.Error(err)
		}
	}
	stored.more(ctx)
	stop.Store(true)
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// progress holds a token for each commit stored of late, as many as fit.
type progress chan struct{}

func (p progress) note() {
	select {
	case p <- struct{}{}:
	default:
	}
}

// more returns when as many commits as fit have been stored from now on, or
// ctx ends.
func (p progress) more(ctx context.Context) {
	for len(p) > 0 {
		<-p
	}
	for range cap(p) {
		select {
		case <-p:
		case <-ctx.Done():
		}
	}
}

// writeOn commits one change after the other until stop, and compares what is
// there with what was stored.
func writeOn(ctx context.Context, s *Store, d storage.Document, stored progress, stop *atomic.Bool) error {
	client := uuid.New()
	for !stop.Load() {
		outcomes, err := s.Commit(ctx, []storage.Batch{oneChange(d.Key, d.Rev, client)})
		done := err == nil && outcomes[0] == (storage.Outcome{})
		if err == nil && !done {
			return fmt.Errorf("%s: commit on %d: %+v", d.ID, d.Rev, outcomes[0])
		}
		if err != nil {
			if done, err = lookUp(ctx, s, d.Key, client, d.Rev+1); err != nil {
				return err
			}
		}
		if done {
			d.Rev++
			stored.note()
		}
	}
	changes, err := s.Changes(ctx, d.Key, 0, 1<<20)
	if err != nil {
		return err
	}
	if int64(len(changes)) != d.Rev {
		return fmt.Errorf("%s: %d changes, %d were stored", d.ID, len(changes), d.Rev)
	}
	for i, c := range changes {
		if c.Rev != int64(i+1) || c.Seq != c.Rev || string(c.Op) != fmt.Sprint(c.Rev) {
			return fmt.Errorf("%s: change %+v at place %d", d.ID, c, i)
		}
	}
	return nil
}

// lookUp asks whether a commit of unknown fate was stored, until it gets an
// answer. A server that has come back has ended whatever the old one had begun.
func lookUp(ctx context.Context, s *Store, key storage.Key, client uuid.UUID, seq int64) (bool, error) {
	for {
		_, err := s.Submission(ctx, key, client, seq)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, storage.ErrNotFound):
			return false, nil
		case ctx.Err() != nil:
			return false, err
		}
		time.Sleep(time.Millisecond)
	}
}
