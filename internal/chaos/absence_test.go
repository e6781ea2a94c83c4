package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/ottest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/sqlite"
)

// S5: who comes back after thousands of changes gets the long run behind its
// own last change as one, and ends with what everyone has, whether its op in
// flight was committed or not.
func TestLongAbsence(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			longAbsence(t, seed)
		})
	}
}

func longAbsence(t *testing.T, seed uint64) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "test.db"))
	gate := &gate{Store: opened(t, s, err), begun: make(chan struct{}), release: make(chan struct{})}
	url, hub := serveHub(t, gate)
	random := rand.New(rand.NewPCG(seed, 7))
	address := func() string { return url }

	var mu sync.Mutex
	var faults []client.Event
	away := client.New(client.Config{Address: address, Events: func(_ string, e client.Event) {
		mu.Lock()
		defer mu.Unlock()
		switch e.(type) {
		case client.Mispredicted, client.Refused, client.Rebased, client.Drafted:
			faults = append(faults, e)
		}
	}})
	defer away.Close()
	if err := away.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	doc, err := away.Open(ctx, "doc", ot.RichText)
	if err != nil {
		t.Fatal(err)
	}
	edit := func() {
		t.Helper()
		err := doc.Do(func(s *client.State) error {
			return s.Edit(ottest.Op(ottest.Rand(random.Uint64()), ot.RichText, s.View(), 2))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		edit()
	}
	if err := doc.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	others(t, hub, random, 300)
	if seed%2 == 0 { // what is in flight gets committed, and its author never hears of it
		gate.closed.Store(true)
		edit()
		<-gate.begun
		away.Cut()
		gate.closed.Store(false)
		close(gate.release)
	} else {
		away.Cut()
	}
	for range 20 {
		edit()
	}
	others(t, hub, random, 1500)
	if err := away.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	if err := doc.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	content, _, err := client.REST{Address: address}.Content(ctx, "doc", -1)
	if err != nil {
		t.Fatal(err)
	}
	var view ot.Delta
	_ = doc.Do(func(s *client.State) error { view = s.View().Content(); return nil })
	if !view.Equal(content) {
		t.Fatalf("the one who was away has\n%v\nthe server has\n%v", view, content)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(faults) > 0 {
		t.Fatalf("faults: %+v", faults)
	}
}

// gate is a store whose commits wait while it is closed.
type gate struct {
	storage.Store
	closed  atomic.Bool
	begun   chan struct{}
	release chan struct{}
}

func (g *gate) Commit(ctx context.Context, batches []storage.Batch) ([]storage.Outcome, error) {
	if g.closed.Load() {
		g.begun <- struct{}{}
		<-g.release
	}
	return g.Store.Commit(ctx, batches)
}

// others commits n random edits, many at once.
func others(t *testing.T, hub *docs.Hub, random *rand.Rand, n int) {
	t.Helper()
	const writers = 100
	for range n / writers {
		c, err := hub.Content(t.Context(), "doc", docs.Head)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range writers {
			op := ottest.Op(ottest.Rand(random.Uint64()), ot.RichText, c.Body, 2)
			all.Go(func() {
				if _, err := hub.Submit(t.Context(), "doc", docs.Edit{Rev: c.Rev, Op: op, User: "other"}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
}
