package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	"github.com/coscribe/coscribe/bench/serverproc"
	"github.com/coscribe/coscribe/internal/pgtest"
)

// lab is what all runs share: the binary, the database, the CPUs.
type lab struct {
	cfg     config
	dir     string
	binary  string
	on      contestant
	pinned  bool
	cluster *pgtest.Cluster // nil without a throwaway Postgres
	runs    int             // databases made so far
}

func newLab(ctx context.Context, cfg config, on string) (l *lab, err error) {
	l = &lab{cfg: cfg, binary: cfg.Server}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if l.on, err = contestantOf(on); err != nil {
		return nil, err
	}
	if l.dir, err = os.MkdirTemp("", "coscribe-load"); err != nil {
		return nil, err
	}
	if l.binary == "" && l.on.argv == nil {
		if l.binary, err = serverproc.Build(ctx, l.dir); err != nil {
			return nil, err
		}
	}
	if cfg.Database == "postgres" {
		if l.cluster, err = pgtest.NewCluster(); err != nil {
			return nil, fmt.Errorf("make a Postgres: %w", err)
		}
		if err = l.cluster.Start(); err != nil {
			return nil, fmt.Errorf("start Postgres: %w", err)
		}
	}
	// Last, because processes inherit it.
	if cfg.Pin && runtime.NumCPU() > 1 {
		l.pinned, err = true, keepTo(1)
	}
	return l, err
}

// keepTo pins this process to one CPU.
func keepTo(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("pin to CPU %d: %w", cpu, err)
	}
	for _, t := range threads { // those to come inherit it
		var id int
		if _, err := fmt.Sscan(t.Name(), &id); err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, &set); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("pin to CPU %d: %w", cpu, err)
		}
	}
	runtime.GOMAXPROCS(1)
	return nil
}

// start starts a server on an empty database.
func (l *lab) start(ctx context.Context) (server, error) {
	s, _, err := l.begin(ctx)
	return s, err
}

// begin does the same, for who will start a server on that database again.
func (l *lab) begin(ctx context.Context) (s server, database string, err error) {
	if database, err = l.database(ctx); err == nil {
		s, err = l.run(ctx, database)
	}
	return s, database, err
}

// run starts a server on a database.
func (l *lab) run(ctx context.Context, database string) (server, error) {
	cpu, out := "", io.Discard
	if l.pinned {
		cpu = "0"
	}
	if l.cfg.Verbose {
		out = os.Stderr
	}
	if l.on.argv != nil {
		return l.on.launch(ctx, l.cfg.Peers, cpu, database, out)
	}
	p, err := serverproc.Start(ctx, serverproc.Options{Binary: l.binary, Database: database, CPU: cpu, Output: out, Debug: true})
	if err != nil {
		return nil, err
	}
	return newCoscribe(p), nil
}

// database makes an empty database.
func (l *lab) database(ctx context.Context) (string, error) {
	l.runs++
	name := fmt.Sprintf("load%d", l.runs)
	switch {
	case l.cfg.Database == "sqlite":
		return "sqlite:" + filepath.Join(l.dir, name+".db"), nil
	case l.cluster == nil:
		return l.cfg.Database, nil
	}
	conn, err := pgx.Connect(ctx, l.cluster.URL("postgres"))
	if err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	return l.cluster.URL(name), nil
}

func (l *lab) close() error {
	var err error
	if l.cluster != nil {
		err = l.cluster.Close()
	}
	if l.dir != "" {
		err = errors.Join(err, os.RemoveAll(l.dir))
	}
	return err
}

// String says on what the figures were measured.
func (l *lab) String() string {
	cpus := "not pinned"
	if l.pinned {
		cpus = "server on CPU 0, load on CPU 1"
	}
	database := l.cfg.Database
	if scheme, _, ok := strings.Cut(database, ":"); ok {
		database = scheme
	}
	return fmt.Sprintf("%d CPUs (%s), %s, %s, %d runs of %v",
		runtime.NumCPU(), cpus, runtime.Version(), database, l.cfg.Runs, l.cfg.For)
}
