package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/serverproc"
	"github.com/coscribe/coscribe/ot"
)

type steady struct {
	For       time.Duration `default:"1h" help:"How long to go on."`
	Documents int           `default:"500" help:"Documents."`
	Sessions  int           `default:"1000" help:"Sessions at any time."`
	Stay      time.Duration `default:"30s" help:"How long a session stays, on average."`
	Edit      time.Duration `default:"5s" help:"Time between two edits of a session, on average."`
	Fill      int           `default:"1300" help:"Changes that each document has, at least, before the time begins: a room remembers so many anyway."`
	Sample    time.Duration `default:"5s" help:"Time between two looks at the server."`
	Server    string        `help:"The server's binary. Default: build it." type:"existingfile"`
	Database  string        `default:"sqlite" enum:"sqlite,postgres" help:"A throwaway sqlite or postgres."`
}

// run keeps the server busy, and judges it by the last three quarters of the
// time: the first one fills what is filled once.
func (s steady) run(ctx context.Context, out io.Writer) (err error) {
	site, err := newSite(s.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, site.close()) }()
	if s.Server == "" {
		if s.Server, err = serverproc.Build(ctx, site.dir); err != nil {
			return err
		}
	}
	var log logLines
	server, err := serverproc.Start(ctx, serverproc.Options{Binary: s.Server, Database: site.database, Debug: true, Output: &log})
	if err != nil {
		return err
	}
	defer server.Kill()
	crowd := &crowd{steady: s, address: server.URL, start: time.Now()}
	if err := crowd.fill(ctx); err != nil {
		return err
	}
	busy, enough := context.WithTimeout(ctx, s.For)
	defer enough()
	var people sync.WaitGroup
	for range s.Sessions {
		people.Go(func() { crowd.occupy(busy) })
	}
	figures, err := s.watch(busy, out, server, crowd)
	enough()
	people.Wait()
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	err = server.Stop(stopping)
	return errors.Join(err, s.report(out, figures, crowd, &log))
}

// watch looks at the server until ctx ends, and tells now and then what it saw.
func (s steady) watch(ctx context.Context, out io.Writer, server *serverproc.Process, c *crowd) ([]*series, error) {
	const mega = 1 << 20
	resident := &series{name: "resident memory, MB", bound: 1}
	heap := &series{name: "live heap, MB", bound: 1}
	goroutines := &series{name: "goroutines but sessions'", bound: 1}
	start, told := time.Now(), time.Duration(0)
	tick := time.NewTicker(s.Sample)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return []*series{resident, heap, goroutines}, nil
		}
		live, err := server.Heap(ctx)
		if ctx.Err() != nil {
			continue
		}
		rss, rerr := server.Memory()
		n, gerr := server.Goroutines(ctx)
		if ctx.Err() != nil {
			continue
		}
		if err := errors.Join(err, rerr, gerr); err != nil {
			return nil, err
		}
		at := time.Since(start)
		heap.add(at, float64(live)/mega)
		resident.add(at, float64(rss)/mega)
		goroutines.add(at, float64(n))
		if at-told >= s.For/12 {
			told = at
			failures, first := c.failing()
			fmt.Fprintf(out, "%s: %d MB resident, %d MB of live heap, %d goroutines but sessions', %d sessions failed %q\n",
				at.Round(time.Second), rss/mega, live/mega, n, failures, first)
		}
	}
}

func (s steady) report(out io.Writer, figures []*series, c *crowd, log *logLines) error {
	fmt.Fprintf(out, "%s: %d documents, %d sessions at a time, %d in all, %d edits in %s; fitted from %s on, live heap is after a collection\n",
		s.Database, s.Documents, s.Sessions, c.sessions.Load(), c.edits.Load(), s.For, s.For/4)
	var failed []error
	for _, f := range figures {
		if len(f.value) < 8 {
			return errors.New("too short: a fit takes more looks at the server")
		}
		text, err := f.judge(s.For / 4)
		fmt.Fprintln(out, text)
		failed = append(failed, err)
	}
	warnings, errs := log.count()
	failures, first := c.failing()
	fmt.Fprintf(out, "log: %d warnings, %d errors; %d sessions failed\n", warnings, errs, failures)
	if errs > 0 || failures > 0 {
		failed = append(failed, fmt.Errorf("%d error lines, %d failed sessions: %s %q", errs, failures, log.first, first))
	}
	return errors.Join(failed...)
}

// crowd is everyone who comes and goes.
type crowd struct {
	steady
	address func() string
	start   time.Time

	sessions, edits atomic.Int64

	mu       sync.Mutex
	failures int
	first    []string // of the failures
}

// failed notes that a session did not go as it should.
func (c *crowd) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failures++; c.failures <= 10 {
		c.first = append(c.first, fmt.Sprintf("%s: %v", time.Since(c.start).Round(time.Second), err))
	}
}

func (c *crowd) failing() (n int, first []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failures, slices.Clone(c.first)
}

// occupy keeps one place filled: as soon as one session leaves, another comes.
func (c *crowd) occupy(ctx context.Context) {
	for ctx.Err() == nil {
		if err := c.visit(ctx); err != nil && ctx.Err() == nil {
			c.failed(err)
		}
	}
}

// fill writes the documents' beginnings, op by op as they are written later:
// changes that share a message take less memory. They differ in length: a room
// lets its window grow by a quarter and then trims it, and if all rooms did that
// at the same time the memory would go up and down with them.
func (c *crowd) fill(ctx context.Context) error {
	var writers errgroup.Group
	writers.SetLimit(256)
	for n := range c.Documents {
		writers.Go(func() error {
			doc, gone, err := c.open(ctx, n)
			if err != nil {
				return err
			}
			defer gone()
			for range c.Fill + n%250 {
				if err := errors.Join(doc.Do(edit), doc.Sync(ctx)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return writers.Wait()
}

// open connects a new client and opens a document.
func (c *crowd) open(ctx context.Context, n int) (doc *client.Document, gone func(), err error) {
	p := client.New(client.Config{Address: c.address, Events: c.saw, Timeout: time.Minute}) // others may need the machine
	if err = p.Connect(ctx); err == nil {
		doc, err = p.Open(ctx, fmt.Sprint("soak-", n), ot.RichText)
	}
	if err != nil {
		p.Close()
	}
	return doc, p.Close, err
}

// visit is one session's life: it opens a document, edits, and leaves when
// everything is acknowledged.
func (c *crowd) visit(ctx context.Context) error {
	doc, gone, err := c.open(ctx, rand.IntN(c.Documents))
	if err != nil {
		return err
	}
	defer gone()
	c.sessions.Add(1)
	leave := time.After(about(c.Stay))
	for {
		select {
		case <-time.After(about(c.Edit)):
			if err := doc.Do(edit); err != nil {
				return err
			}
			c.edits.Add(1)
		case <-leave:
			return doc.Sync(ctx)
		case <-ctx.Done():
			return nil
		}
	}
}

func (c *crowd) saw(doc string, e client.Event) {
	switch e.(type) {
	case client.Mispredicted, client.Refused, client.Rebased, client.Drafted:
		c.failed(fmt.Errorf("%s: %T", doc, e))
	}
}

// about is a random time that is d on average.
func about(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// edit types a few letters somewhere, or takes some away where the document
// has grown long: it stays as large as it is.
func edit(s *client.State) error {
	const long = 2000
	length := s.View().Len() - 1 // but for the last newline
	at := rand.IntN(length + 1)
	op := ot.Delta{ot.Retain(at, nil), ot.Insert("soaking "[:1+rand.IntN(8)], nil)}
	if length > long && at < length {
		op = ot.Delta{ot.Retain(at, nil), ot.Delete(min(16, length-at))}
	}
	s.SetPresence(&client.Range{Anchor: at, Head: at}, nil)
	return s.Edit(op.Normalize())
}

// logLines counts what a server logs, line by line.
type logLines struct {
	mu             sync.Mutex
	rest           []byte
	warnings, errs int
	first          string // of the errors
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		switch {
		case bytes.Contains(line, []byte("level=WARN")):
			l.warnings++
		case bytes.Contains(line, []byte("level=ERROR")), bytes.HasPrefix(line, []byte("panic:")):
			if l.errs++; l.errs == 1 {
				l.first = string(line)
			}
		}
		l.rest = rest
	}
}

func (l *logLines) count() (warnings, errs int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.warnings, l.errs
}
