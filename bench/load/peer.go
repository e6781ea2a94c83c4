package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"syscall"
	"time"

	"github.com/coscribe/coscribe/bench/serverproc"
)

// contestant is a server that the load can be put on.
type contestant struct {
	name  string
	argv  []string // empty: our own
	needs bool     // a Postgres, whose URL becomes the last argument
	wrap  func(*peer) server
}

var contestants = []contestant{
	{name: "coscribe"},
	{"sharedb-memory", []string{"sharedb.mjs", "memory"}, false, func(p *peer) server { return sharedb{p} }},
	{"sharedb-postgres", []string{"sharedb.mjs", "postgres"}, true, func(p *peer) server { return sharedb{p} }},
	{"sharedb-published", []string{"sharedb.mjs", "published"}, true, func(p *peer) server { return sharedb{p} }},
	{"hocuspocus", []string{"hocuspocus.mjs"}, true, func(p *peer) server { return yjs{p, hocuspocus} }},
	{"y-websocket", []string{"y-websocket.mjs"}, false, func(p *peer) server { return yjs{p, plain} }},
}

func contestantOf(name string) (contestant, error) {
	i := slices.IndexFunc(contestants, func(c contestant) bool { return c.name == name })
	if i < 0 {
		return contestant{}, fmt.Errorf("no server %q", name)
	}
	return contestants[i], nil
}

// peer is a server that runs under Node.
type peer struct {
	*serverproc.Process
	folder string // with the peers' programs
}

func (c contestant) launch(ctx context.Context, folder, cpu, database string, out io.Writer) (server, error) {
	argv := append([]string{"node", "--expose-gc", "--import=./collect.mjs"}, c.argv...)
	if c.needs {
		argv = append(argv, database)
	}
	p, err := serverproc.Launch(ctx, serverproc.Command{Argv: argv, Dir: folder, CPU: cpu, Output: out})
	if err != nil {
		return nil, err
	}
	return c.wrap(&peer{p, folder}), nil
}

// collect makes Node collect its garbage, which is quick but tells nobody.
func (p *peer) collect(ctx context.Context) error {
	if err := p.Signal(syscall.SIGUSR2); err != nil {
		return err
	}
	return sleep(ctx, 200*time.Millisecond)
}

// Profile lets the time pass: what a peer does inside is its authors' affair.
func (p *peer) Profile(ctx context.Context, d time.Duration, _ io.Writer) error {
	return errors.Join(sleep(ctx, d), errors.New("only our own server is profiled"))
}
