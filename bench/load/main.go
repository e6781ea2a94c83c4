// Command load measures the server under load.
//
//	go run ./bench/load                      # all scenarios, SQLite
//	go run ./bench/load --database postgres  # … on a throwaway Postgres
//	go run ./bench/load --only hot,crowd --runs 1 --for 2s
//
// For each run it starts the server anew as a process of its own, on an empty
// database, on CPU 0 where there are two, and itself keeps to CPU 1; a database
// server is free on all. It reads the server's CPU time from the kernel, around
// the measured interval. In the end it checks that nothing was lost: every
// acknowledged op is in the document, the line of revisions was gapless for
// everyone, and the frames that one connection of each run has recorded lead a
// full client to the very content that REST serves. A run that fails the check
// does not count.
//
// The figures are medians of the runs.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type config struct {
	Only     []string      `help:"Scenarios to run, by name. Default: all."`
	Runs     int           `default:"3" help:"Runs of each scenario; the table shows medians."`
	For      time.Duration `default:"5s" help:"How long to measure; paced scenarios twice as long."`
	Warmup   time.Duration `default:"1s" help:"How long to run before measuring."`
	Database string        `default:"sqlite" help:"sqlite, postgres (a throwaway one of each), or a postgres:// URL of an empty database."`
	Server   string        `help:"The server's binary. Default: build it." type:"existingfile"`
	On       string        `default:"coscribe" help:"What to put the load on: coscribe, sharedb-memory, sharedb-postgres, sharedb-published, hocuspocus, y-websocket."`
	Peers    string        `default:"bench/load/peers" help:"The folder with the other servers."`
	Pin      bool          `default:"true" negatable:"" help:"Server on CPU 0, load on CPU 1."`
	Profile  string        `help:"Write the server's CPU profile of each scenario into this folder. It costs the server a little." type:"existingdir"`
	Verbose  bool          `short:"v" help:"Show the server's log."`
}

func main() {
	var cfg config
	kong.Parse(&cfg, kong.Description("Measures the server under load."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, cfg)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cfg config) (err error) {
	chosen, err := choose(cfg.Only)
	if err != nil {
		return err
	}
	l, err := newLab(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	fmt.Println(l)
	var rows []row
	for _, s := range chosen {
		r, err := l.repeat(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		rows = append(rows, r)
	}
	printTable(os.Stdout, rows)
	return nil
}

// choose returns the scenarios of those names, all where there are none.
func choose(names []string) ([]scenario, error) {
	if len(names) == 0 {
		return scenarios, nil
	}
	var chosen []scenario
	for _, name := range names {
		i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no scenario %q", name)
		}
		chosen = append(chosen, scenarios[i])
	}
	return chosen, nil
}
