package chaos

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
)

// P1: times never run backwards along a document, although another server's
// clock is an hour ahead, or ours has been put back, which looks the same.
func TestClockAhead(t *testing.T) {
	t.Parallel()
	v := startVictim(t, pgtest.URL(t))
	s, err := postgres.Open(t.Context(), v.options.Database, postgres.Options{})
	store := opened(t, s, err)
	for n := range max(1, *rounds/3) {
		round(t, v, n, func() {
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
