// Command soak finds what goes wrong in time.
//
//	go run ./bench/soak --for 10m
//	go run ./bench/soak --for 10m --database postgres --servers 2
//
// lets one random swarm after the other loose on servers of its own, kills them
// now and then, and checks everything after each. It ends at the first swarm
// that fails a check, with the seed that makes the same swarm again (what meets
// what is up to the network, though).
//
//	go run ./bench/soak steady --for 1h
//
// keeps one server busy with sessions that come and go, as many at any time,
// and looks at whether its memory and its goroutines grow, and what it logs.
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/coscribe/coscribe/bench/serverproc"
	"github.com/coscribe/coscribe/bench/swarm"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/ot"
)

type program struct {
	Swarms config `cmd:"" default:"withargs" help:"Let random swarms loose on servers that are killed."`
	Steady steady `cmd:"" help:"Keep a server busy and see whether it grows."`
}

type config struct {
	For      time.Duration `default:"1m" help:"How long to go on."`
	Seed     uint64        `help:"Of the first swarm. Default: random."`
	Server   string        `help:"The server's binary. Default: build it, with the race detector." type:"existingfile"`
	Database string        `default:"sqlite" enum:"sqlite,postgres" help:"A throwaway sqlite or postgres."`
	Servers  int           `default:"1" help:"Servers that share the database; more than one needs postgres."`
	Kill     int           `default:"200" help:"Kill a server after so many edits; 0: never."`
	Verbose  bool          `short:"v" help:"Show the servers' logs."`
}

// Validate is called by kong.
func (c config) Validate() error {
	if c.Servers > 1 && c.Database != "postgres" {
		return errors.New("only Postgres can be shared by several servers")
	}
	return nil
}

func main() {
	var p program
	cmd := kong.Parse(&p, kong.Description("Finds what goes wrong in time."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	run := func() error { return run(ctx, p.Swarms) }
	if cmd.Command() == "steady" {
		run = func() error { return p.Steady.run(ctx, os.Stdout) }
	}
	err := run()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cfg config) (err error) {
	s, err := newSite(cfg.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if cfg.Server == "" {
		if cfg.Server, err = serverproc.BuildRace(ctx, s.dir); err != nil {
			return err
		}
	}
	f, err := startFleet(ctx, cfg, s.database)
	if err != nil {
		return err
	}
	defer f.kill()
	return soak(ctx, cfg, f)
}

// site is a folder and a database, both thrown away in the end.
type site struct {
	dir      string
	database string
	cluster  *pgtest.Cluster // nil for SQLite
}

func newSite(kind string) (*site, error) {
	dir, err := os.MkdirTemp("", "coscribe-soak")
	if err != nil {
		return nil, err
	}
	s := &site{dir: dir, database: "sqlite:" + filepath.Join(dir, "soak.db")}
	if kind != "postgres" {
		return s, nil
	}
	if s.cluster, err = pgtest.NewCluster(); err != nil {
		return nil, errors.Join(fmt.Errorf("make a Postgres: %w", err), os.RemoveAll(dir))
	}
	if err := s.cluster.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start Postgres: %w", err), s.close())
	}
	s.database = s.cluster.URL("postgres")
	return s, nil
}

func (s *site) close() error {
	err := os.RemoveAll(s.dir)
	if s.cluster != nil {
		err = errors.Join(err, s.cluster.Close())
	}
	return err
}

// soak runs swarms until the time is over.
func soak(ctx context.Context, cfg config, f *fleet) error {
	seed := cfg.Seed
	if seed == 0 {
		seed = rand.Uint64N(1 << 32)
	}
	for end := time.Now().Add(cfg.For); time.Now().Before(end) && ctx.Err() == nil; seed++ {
		c := swarmOf(seed, cfg, f)
		report, err := once(ctx, c)
		fmt.Printf("seed %d: %s, %d clients, %d documents: %+v\n", seed, c.Type, c.Clients, c.Documents, report)
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
	}
	return ctx.Err()
}

func once(ctx context.Context, c swarm.Config) (swarm.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	return swarm.Run(ctx, c)
}

// swarmOf draws a swarm from a seed.
func swarmOf(seed uint64, cfg config, f *fleet) swarm.Config {
	rng := rand.New(rand.NewPCG(seed, 0))
	return swarm.Config{
		Address:    f.address,
		Seed:       seed,
		Type:       []ot.Type{ot.RichText, ot.Text}[rng.IntN(2)],
		Documents:  1 + rng.IntN(4),
		Clients:    2 + rng.IntN(12),
		Edits:      20 + rng.IntN(200),
		CutEvery:   rng.IntN(40),
		Deserters:  rng.IntN(3),
		Pending:    1 + rng.IntN(64),
		NoPresence: cfg.Servers > 1,
		Edited: func(n int) {
			if cfg.Kill > 0 && n%cfg.Kill == 0 {
				f.restart(n / cfg.Kill)
			}
		},
	}
}

// fleet is the servers on one database.
type fleet struct {
	options serverproc.Options

	mu        sync.Mutex
	processes []*serverproc.Process
}

func startFleet(ctx context.Context, cfg config, database string) (*fleet, error) {
	f := &fleet{options: serverproc.Options{Binary: cfg.Server, Database: database}}
	if cfg.Verbose {
		f.options.Output = os.Stderr
	}
	for range cfg.Servers {
		p, err := serverproc.Start(ctx, f.options)
		if err != nil {
			f.kill()
			return nil, err
		}
		f.processes = append(f.processes, p)
	}
	return f, nil
}

// address is the base URL of any of the servers.
func (f *fleet) address() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.processes[rand.IntN(len(f.processes))].URL()
}

// restart kills a server and starts another in its place. Where none starts,
// the swarm finds nobody there and says so.
func (f *fleet) restart(i int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i %= len(f.processes)
	f.processes[i].Kill()
	p, err := serverproc.Start(context.Background(), f.options)
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		return
	}
	f.processes[i] = p
}

func (f *fleet) kill() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.processes {
		p.Kill()
	}
}
