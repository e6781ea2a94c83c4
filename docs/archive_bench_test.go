package docs

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/bench/trace"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
	"github.com/coscribe/coscribe/storage/sqlite"
	"github.com/coscribe/coscribe/wire"
)

// BenchmarkArchive reads the past of the longest recorded history, where the
// recordings are at hand: 259,778 changes.
func BenchmarkArchive(b *testing.B) {
	path := filepath.Join("..", "..", "shared", "conformance", "traces", "automerge-paper.json.gz")
	if _, err := os.Stat(path); err != nil {
		b.Logf("no recordings: %v", err)
		return
	}
	history, err := trace.Load(path)
	if err != nil {
		b.Fatal(err)
	}
	for name, open := range map[string]func() (storage.Store, error){
		"sqlite": func() (storage.Store, error) {
			return sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"))
		},
		"postgres": func() (storage.Store, error) {
			return postgres.Open(b.Context(), pgtest.URL(b), postgres.Options{})
		},
	} {
		b.Run(name, func(b *testing.B) {
			store, err := open()
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			measureArchive(b, store, history)
		})
	}
}

func measureArchive(b *testing.B, store storage.Store, history *trace.Trace) {
	start := time.Now()
	snapshots := storeTrace(b, store, history)
	b.Logf("stored in %v; snapshots: %v", time.Since(start).Round(time.Second), snapshots)
	hub := NewHub(Config{Store: store, Limits: wire.Limits{Document: 10 << 20, Window: 1000}})
	defer hub.Close(b.Context())
	ctx := b.Context()
	a, err := hub.Archive(ctx, "doc")
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	anywhere := func() int64 { return random.Int64N(a.Rev + 1) }
	last := a.Rev
	for {
		page, _, err := a.History(ctx, last, 100)
		if err != nil {
			b.Fatal(err)
		}
		if len(page) == 100 || last == 0 {
			break
		}
		last = max(0, last-5000)
	}
	for _, m := range []struct {
		name string
		call func() error
	}{
		{"content", func() error { _, err := a.Content(ctx, anywhere()); return err }},
		{"at", func() error {
			_, err := a.Resolve(ctx, Moment{At: a.Created.Add(time.Duration(random.Int64N(int64(a.Updated.Sub(a.Created)))))})
			return err
		}},
		{"first-page", func() error { _, _, err := a.History(ctx, 0, 100); return err }},
		{"last-page", func() error { _, _, err := a.History(ctx, last, 100); return err }},
		{"authorship", func() error { _, err := a.Authorship(ctx, anywhere()); return err }},
		{"authorship-head", func() error { _, err := a.Authorship(ctx, a.Rev); return err }},
		{"diff-any", func() error { _, err := a.Diff(ctx, anywhere(), anywhere()); return err }},
		{"diff-far", func() error { _, err := a.Diff(ctx, a.Rev/20, a.Rev-a.Rev/20); return err }},
		{"diff-far-back", func() error { _, err := a.Diff(ctx, a.Rev-a.Rev/20, a.Rev/20); return err }},
		{"restore-prepared", func() error {
			target := anywhere()
			_, err := a.Content(ctx, target)
			if err == nil {
				_, err = a.Diff(ctx, a.Rev, target)
			}
			return err
		}},
	} {
		b.Run(m.name, func(b *testing.B) {
			var took []time.Duration
			for range max(b.N, 100) {
				start := time.Now()
				if err := m.call(); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			at := func(p int) float64 { return float64(took[len(took)*p/100].Microseconds()) / 1000 }
			b.ReportMetric(at(50), "p50-ms")
			b.ReportMetric(at(99), "p99-ms")
		})
	}
}

// storeTrace puts a history straight into a store, with snapshots where a room
// would store them, and returns how many of those were kept.
func storeTrace(b *testing.B, store storage.Store, history *trace.Trace) string {
	b.Helper()
	at := time.Now().UTC().Truncate(time.Millisecond).Add(-30 * 24 * time.Hour)
	v := version{doc: ot.Text.Initial(), at: at}
	d, err := store.Create(b.Context(), storage.NewDocument{
		ID: "doc", Type: ot.Text.String(), Epoch: uuid.New(), Created: at,
		Snapshot: storage.Snapshot{Format: storage.FormatJSON, Content: []byte("[]"), Authorship: newAuthorship(0, credit{At: at}).encode()},
	})
	if err != nil {
		b.Fatal(err)
	}
	var state snapshotState
	var runs runWatch
	var batch []storage.Change
	commit := func() {
		outcomes, err := store.Commit(b.Context(), []storage.Batch{{Key: d.Key, Base: v.rev - int64(len(batch)), Changes: batch, Length: int64(v.doc.Len())}})
		if err != nil || outcomes[0] != (storage.Outcome{}) {
			b.Fatal(outcomes, err)
		}
		batch = batch[:0]
	}
	for i, op := range history.Edits {
		if v.doc, err = v.doc.Apply(op); err != nil {
			b.Fatal(err)
		}
		at = at.Add(200 * time.Millisecond)
		if i%1500 == 0 {
			at = at.Add(3 * time.Minute)
		}
		e := entry{rev: v.rev + 1, base: v.rev, op: op, user: fmt.Sprint("user ", i/300%3), at: at, stored: otjson.Append(nil, op)}
		v.rev, v.at = e.rev, at
		batch = append(batch, e.storage())
		state.weigh(&e)
		runs.note(&e)
		due := state.tail >= minTail && state.weight >= state.size
		if due || len(batch) == 1000 || i == len(history.Edits)-1 {
			commit()
		}
		if due {
			size, err := writeSnapshot(b.Context(), store, d.Key, v)
			if err != nil {
				b.Fatal(err)
			}
			state = snapshotState{rev: v.rev, size: size}
			if runs.over {
				_, began, err := recordAll(b.Context(), store, d.Key, v.rev, time.Time{})
				if err != nil {
					b.Fatal(err)
				}
				runs = runWatch{began: began, last: at}
			}
		}
	}
	return keptSnapshots(b, store, d.Key, v.rev)
}

func keptSnapshots(b *testing.B, store storage.Store, key storage.Key, rev int64) string {
	n, size, widest, above := 0, 0, int64(0), rev
	for rev >= 0 {
		s, err := store.Snapshot(b.Context(), key, rev)
		if err != nil {
			b.Fatal(err)
		}
		n++
		size += weight(s)
		widest = max(widest, above-s.Rev)
		above, rev = s.Rev, s.Rev-1
	}
	return fmt.Sprintf("%d of %d bytes together, %d changes apart at most", n, size, widest)
}
