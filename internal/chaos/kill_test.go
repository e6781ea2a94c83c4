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

	"github.com/coscribe/coscribe/bench/serverproc"
	"github.com/coscribe/coscribe/bench/swarm"
	"github.com/coscribe/coscribe/internal/pgtest"
)

// victim is a server that is killed and started again, elsewhere each time.
type victim struct {
	t      *testing.T
	binary string
	source string // the database

	mu      sync.Mutex
	process *serverproc.Process
	url     atomic.Value // string; read while it is down, too
	kills   int
}

func (v *victim) start() {
	p, err := serverproc.Start(context.Background(), serverproc.Options{Binary: v.binary, Database: v.source})
	if err != nil {
		v.t.Error(err)
		return
	}
	v.process = p
	v.url.Store(p.URL())
}

func (v *victim) killAndRestart() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.process.Kill()
	v.kills++
	v.start()
}

// P2, P3: kill -9 of the server, at any moment, loses nothing that was
// acknowledged and repeats nothing.
func TestKillServer(t *testing.T) {
	binary := buildServer(t)
	for name, source := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") },
		"postgres": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &victim{t: t, binary: binary, source: source(t)}
			v.start()
			defer func() { v.process.Kill() }()
			rampage(t, v, 10, v.killAndRestart)
		})
	}
}

// P2, P3: the same for kill -9 of the database, under a server that lives on.
func TestKillPostgres(t *testing.T) {
	t.Parallel()
	cluster, err := pgtest.NewCluster()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cluster.Close() }()
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	v := &victim{t: t, binary: buildServer(t), source: cluster.URL("postgres")}
	v.start()
	defer func() { v.process.Kill() }()
	rampage(t, v, 4, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if err := cluster.Kill(); err != nil {
			t.Error(err)
		}
		if err := cluster.Restart(); err != nil {
			t.Error(err)
		}
		v.kills++
	})
}

// rampage lets clients type while something is killed so many times, spread
// over their edits by chance.
func rampage(t *testing.T, v *victim, kills int, kill func()) {
	const clients, edits = 6, 150
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	at := make(map[int]bool)
	for len(at) < kills {
		at[1+random.IntN(clients*edits*9/10)] = true
	}
	var killers sync.WaitGroup
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	report, err := swarm.Run(ctx, swarm.Config{
		Address: func() string { return v.url.Load().(string) },
		Seed:    seed, Documents: 2, Clients: clients, Edits: edits, CutEvery: 40,
		Edited: func(n int) {
			if at[n] {
				killers.Go(kill)
			}
		},
	})
	killers.Wait()
	t.Logf("seed %d: %d kills, %+v", seed, v.kills, report)
	if err != nil {
		t.Fatal(err)
	}
	if v.kills != kills {
		t.Fatalf("%d kills of %d", v.kills, kills)
	}
}

var build struct {
	once   sync.Once
	binary string
	err    error
}

// buildServer builds the server once for all tests.
func buildServer(t *testing.T) string {
	t.Helper()
	build.once.Do(func() {
		build.binary, build.err = serverproc.Build(context.Background(), buildDir)
	})
	if build.err != nil {
		t.Fatal(fmt.Errorf("build the server: %w", build.err))
	}
	return build.binary
}
