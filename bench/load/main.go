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
// The figures are medians of the runs. In the end they are held against the
// targets, which are for Postgres: all of that, in some ten minutes, is
//
//	go run ./bench/load --database postgres --trace ../shared/conformance/traces/automerge-paper.json.gz
//
//	go run ./bench/load --on hocuspocus --database postgres  # another server
//	go run ./bench/load compare                              # all of them, into bench/results.json
//	go run ./bench/load report                               # … from there into RESULTS.md and pictures
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
	Only     []string      `help:"Scenarios and experiments to run, by name. Default: all."`
	Runs     int           `default:"3" help:"Runs of each; the tables show medians."`
	For      time.Duration `default:"5s" help:"How long to measure; paced scenarios twice as long."`
	Warmup   time.Duration `default:"1s" help:"How long to run before measuring."`
	Database string        `default:"sqlite" help:"sqlite, postgres (a throwaway one of each), or a postgres:// URL of an empty database."`
	Server   string        `help:"The binary of our own server. Default: build it." type:"existingfile"`
	Peers    string        `default:"bench/load/peers" help:"The folder with the other servers."`
	Trace    string        `default:"ot/testdata/friendsforever_flat.json.gz" help:"The recorded editing history that the experiment open uses."`
	Pin      bool          `default:"true" negatable:"" help:"Server on CPU 0, load on CPU 1."`
	Profile  string        `help:"Write the server's CPU profile of each scenario into this folder. It costs the server a little." type:"existingdir"`
	Verbose  bool          `short:"v" help:"Show the server's log."`
}

// one measures one server.
type one struct {
	config
	On string `default:"coscribe" help:"What to put the load on: coscribe, sharedb-memory, sharedb-postgres, sharedb-published, hocuspocus, y-websocket."`
}

func main() {
	var cli struct {
		Run     one     `cmd:"" default:"withargs" help:"Measure one server (the default)."`
		Compare compare `cmd:"" help:"Measure all servers, on Postgres where they can."`
		Report  report  `cmd:"" help:"Make tables and pictures of what compare has measured."`
	}
	command := kong.Parse(&cli, kong.Description("Measures servers under load."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	command.BindTo(ctx, (*context.Context)(nil))
	err := command.Run()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// Run is what kong calls.
func (o one) Run(ctx context.Context) (err error) {
	loads, tries, err := choose(o.Only)
	if err != nil {
		return err
	}
	l, err := newLab(ctx, o.config, o.On)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	fmt.Println(l)
	var rows []row
	measured := make(figures)
	for _, s := range loads {
		r, err := l.repeat(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		rows = append(rows, r)
		measured[s.name] = r.named()
	}
	if len(rows) > 0 {
		printTable(os.Stdout, rows)
	}
	for _, e := range tries {
		figures, err := l.try(ctx, e)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		fmt.Printf("%s: %v\n", e.about, figures)
		measured[e.name] = e.named(figures)
	}
	if o.On == "coscribe" {
		printVerdicts(os.Stdout, measured)
	}
	return nil
}

// choose returns the scenarios and experiments of those names, all where there
// are none.
func choose(names []string) (loads []scenario, tries []experiment, err error) {
	if len(names) == 0 {
		return scenarios, experiments, nil
	}
	for _, name := range names {
		if i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name }); i >= 0 {
			loads = append(loads, scenarios[i])
		} else if i := slices.IndexFunc(experiments, func(e experiment) bool { return e.name == name }); i >= 0 {
			tries = append(tries, experiments[i])
		} else {
			return nil, nil, fmt.Errorf("no scenario %q", name)
		}
	}
	return loads, tries, nil
}
