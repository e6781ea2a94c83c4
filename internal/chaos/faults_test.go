package chaos

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/swarm"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
	"github.com/coscribe/coscribe/storage/sqlite"
)

// serve runs the server in this process and returns its address.
func serve(t *testing.T, store storage.Store) string {
	t.Helper()
	url, _ := serveHub(t, store)
	return url
}

func serveHub(t *testing.T, store storage.Store) (string, *docs.Hub) {
	t.Helper()
	_, shared := store.(*postgres.Store)
	s := servertest.Start(t, servertest.Options{Store: store, Shared: shared, Slots: 2, Idle: 50 * time.Millisecond})
	return s.URL, s.Hub
}

// stores are the two that everything holds for.
var stores = map[string]func(t *testing.T) storage.Store{
	"sqlite": func(t *testing.T) storage.Store {
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"))
		return opened(t, s, err)
	},
	"postgres": func(t *testing.T) storage.Store {
		s, err := postgres.Open(t.Context(), pgtest.URL(t), postgres.Options{})
		return opened(t, s, err)
	},
}

func opened(t *testing.T, s storage.Store, err error) storage.Store {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// P1, P2, P3, P5, S9: whatever the store does, people who lose their
// connections and come back see one line of changes, with each of their edits
// in it once, as they predicted it.
func TestFaultyStore(t *testing.T) {
	for name, open := range stores {
		for seed := range uint64(3) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				t.Parallel()
				store := NewStore(open(t), seed)
				url := serve(t, store)
				ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
				defer cancel()
				report, err := swarm.Run(ctx, swarm.Config{
					Address: func() string { return url },
					Seed:    seed, Documents: 2, Clients: 6, Edits: 80, CutEvery: 6, Deserters: 1,
				})
				t.Logf("%+v %+v", report, store.Faults)
				if err != nil {
					t.Fatal(err)
				}
				if f := store.Faults; f.Before == 0 || f.After == 0 || f.Raced == 0 {
					t.Fatalf("the store did not fail in every way: %+v", f)
				}
			})
		}
	}
}

// forgetful commits and then says that it does not know, so many times.
type forgetful struct {
	storage.Store
	times int
}

func (f *forgetful) Commit(ctx context.Context, batches []storage.Batch) ([]storage.Outcome, error) {
	outcomes, err := f.Store.Commit(ctx, batches)
	if f.times--; f.times >= 0 {
		return nil, errAfter
	}
	return outcomes, err
}

// P2: an edit that names no client is committed once, too, where the outcome
// of its commit is not known.
func TestUnknownOutcomeOfANamelessEdit(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, hub := serveHub(t, &forgetful{open(t), 1})
			rest := client.REST{Address: func() string { return url }}
			if _, err := rest.Create(t.Context(), "doc", ot.Text, nil); err != nil {
				t.Fatal(err)
			}
			edit := docs.Edit{Op: ot.Delta{ot.Insert("X", nil)}, User: "nobody"}
			done, err := hub.Submit(t.Context(), "doc", edit)
			if err != nil {
				t.Fatal(err)
			}
			text, err := rest.Text(t.Context(), "doc")
			if err != nil {
				t.Fatal(err)
			}
			if done.Rev != 1 || text != "X" {
				t.Fatalf("committed as revision %d, the text is %q", done.Rev, text)
			}
		})
	}
}
