package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/coscribe/coscribe/bench/serverproc"
)

// contestant is a server that the load can be put on.
type contestant struct {
	name    string
	title   string   // for people
	promise string   // what its acknowledgement means
	argv    []string // empty: our own
	keeps   bool     // in a Postgres, whose URL becomes the last argument
	wrap    func(*peer) server
}

var contestants = []contestant{
	{name: "coscribe", title: "Coscribe", promise: "on disk", keeps: true},
	{
		name: "sharedb-memory", title: "ShareDB, memory", promise: "in memory",
		argv: []string{"sharedb.mjs", "memory"}, wrap: asShareDB,
	},
	{
		name: "sharedb-postgres", title: "ShareDB, Postgres", promise: "on disk",
		argv: []string{"sharedb.mjs", "postgres"}, keeps: true, wrap: asShareDB,
	},
	{
		name: "sharedb-published", title: "ShareDB, sharedb-postgres", promise: "on disk",
		argv: []string{"sharedb.mjs", "published"}, keeps: true, wrap: asShareDB,
	},
	{
		name: "hocuspocus", title: "Hocuspocus", promise: "in memory, stored after 2 to 10 s",
		argv: []string{"hocuspocus.mjs"}, keeps: true, wrap: func(p *peer) server { return yjs{p, hocuspocus} },
	},
	{
		name: "y-websocket", title: "y-websocket", promise: "in memory",
		argv: []string{"y-websocket.mjs"}, wrap: func(p *peer) server { return yjs{p, plain} },
	},
}

func asShareDB(p *peer) server { return sharedb{p} }

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
	contestant
	folder string // with the peers' programs
}

func (c contestant) launch(ctx context.Context, folder, cpu, database string, out io.Writer) (server, error) {
	argv := append([]string{"node", "--expose-gc", "--import=./collect.mjs"}, c.argv...)
	if c.keeps {
		argv = append(argv, database)
	}
	p, err := serverproc.Launch(ctx, serverproc.Command{Argv: argv, Dir: folder, CPU: cpu, Output: out})
	if err != nil {
		return nil, err
	}
	return c.wrap(&peer{p, c, folder}), nil
}

// fill leaves it to a program of the peers' own libraries.
func (p *peer) fill(ctx context.Context, trace, database, doc string) error {
	target := "ws" + strings.TrimPrefix(p.URL(), "http")
	if p.keeps {
		target = database
	}
	path, err := filepath.Abs(trace)
	if err != nil {
		return err
	}
	_, err = p.node(ctx, "fill.mjs", p.name, target, doc, path)
	return err
}

// meet has two of the peer's own clients do it.
func (p *peer) meet(ctx context.Context, doc string, edits int) (float64, error) {
	out, err := p.node(ctx, "offline.mjs", p.name, p.URL(), doc, strconv.Itoa(edits))
	if err != nil {
		return 0, err
	}
	var answer struct{ Ms float64 }
	return answer.Ms, json.Unmarshal(out, &answer)
}

// node runs one of the peers' programs and returns what it prints.
func (p *peer) node(ctx context.Context, argv ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "node", argv...)
	var said bytes.Buffer
	cmd.Dir, cmd.Stderr = p.folder, &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", argv[0], err, said.Bytes())
	}
	return out, nil
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
