package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
	"github.com/coscribe/coscribe/storage/sqlite"
)

// P1: times never run backwards along a document, although another server's
// clock is an hour ahead, or ours has been put back, which looks the same.
func TestClockAhead(t *testing.T) {
	t.Parallel()
	v := startVictim(t, pgtest.URL(t))
	startVictim(t, v.database) // while another one lives, v looks for what it did not commit itself
	s, err := postgres.Open(t.Context(), v.options.Database, postgres.Options{})
	store := opened(t, s, err)
	for n := range max(1, *rounds/3) {
		v.round(t, n, func() {
			for i := range 2 {
				if err := commitAhead(t.Context(), store, fmt.Sprintf("round-%d-%d", n, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// commitAhead makes a change that does nothing, an hour from now.
func commitAhead(ctx context.Context, store storage.Store, doc string) error {
	for {
		d, err := store.Document(ctx, doc)
		if err != nil {
			return err
		}
		got, err := store.Commit(ctx, []storage.Batch{{Key: d.Key, Base: d.Rev, Length: d.Length, Changes: []storage.Change{{
			Base: d.Rev, Rev: d.Rev + 1, User: "elsewhere", At: time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond),
			Format: storage.FormatJSON, Op: []byte("[]"),
		}}}})
		if err != nil || got[0].Err != nil {
			return fmt.Errorf("commit: %+v, %w", got, err)
		}
		if !got[0].Lost {
			return nil
		}
	}
}

// jumpy is a clock that is put back and forward.
type jumpy struct {
	ahead atomic.Int64 // nanoseconds
	back  atomic.Int32 // how often it was put back
}

func (j *jumpy) now() time.Time { return time.Now().Add(time.Duration(j.ahead.Load())) }

// jump puts the clock anywhere within a day.
func (j *jumpy) jump() {
	ahead := rand.Int64N(int64(48*time.Hour)) - int64(24*time.Hour)
	if j.ahead.Swap(ahead) > ahead {
		j.back.Add(1)
	}
}

// P1: nor do times run backwards along a document whose server's clock jumps
// while people type. A process cannot be given another clock, so the server is
// in this one.
func TestClockJumps(t *testing.T) {
	for name, database := range map[string]func(t *testing.T) (string, storage.Store){
		"sqlite": func(t *testing.T) (string, storage.Store) {
			path := filepath.Join(t.TempDir(), "test.db")
			s, err := sqlite.Open(t.Context(), path)
			return "sqlite:" + path, opened(t, s, err)
		},
		"postgres": func(t *testing.T) (string, storage.Store) {
			url := pgtest.URL(t)
			s, err := postgres.Open(t.Context(), url, postgres.Options{})
			return url, opened(t, s, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, store := database(t)
			var clock jumpy
			s := servertest.Start(t, servertest.Options{
				Store: store, Shared: name == "postgres", Idle: 50 * time.Millisecond, Clock: clock.now,
			})
			here := site{func() string { return s.URL }, url}
			for n := range max(1, *rounds/3) {
				here.round(t, n, func() {
					for range 20 {
						clock.jump()
						time.Sleep(10 * time.Millisecond) // that is how long it goes right
					}
				})
			}
			here.verify(t)
			t.Logf("the clock was put back %d times", clock.back.Load())
			if clock.back.Load() == 0 {
				t.Error("the clock was never put back")
			}
		})
	}
}
