package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// trial is one run of a scenario against a server of its own.
type trial struct {
	scenario
	cfg     config
	server  server
	members []*member
	pacing  sync.WaitGroup // those who submit on their own
	stopped atomic.Bool
	closing atomic.Bool
}

// repeat runs a scenario several times and returns the medians.
func (l *lab) repeat(ctx context.Context, s scenario) (row, error) {
	var results []result
	for range l.cfg.Runs {
		r, err := l.once(ctx, s)
		if err != nil {
			return row{}, err
		}
		results = append(results, r)
	}
	return medians(s, results), nil
}

func (l *lab) once(ctx context.Context, s scenario) (r result, err error) {
	server, err := l.start(ctx)
	if err != nil {
		return r, err
	}
	defer server.Kill()
	t := newTrial(s, l.cfg, server)
	defer t.leave()
	if err := t.create(ctx); err != nil {
		return r, err
	}
	empty, err := t.memory(ctx)
	if err != nil {
		return r, err
	}
	if err := t.join(ctx); err != nil {
		return r, err
	}
	if r, err = t.run(ctx); err != nil {
		return r, err
	}
	r.empty = empty
	return r, t.server.verify(ctx, t)
}

func newTrial(s scenario, cfg config, server server) *trial {
	t := &trial{scenario: s, cfg: cfg, server: server}
	if s.paced() {
		t.cfg.For *= 2
	}
	return t
}

func (t *trial) doc(i int) string { return fmt.Sprintf("load-%d", i) }

func (t *trial) create(ctx context.Context) error {
	content := text(t.size)
	for i := range t.docs {
		if err := t.server.create(ctx, t.doc(i), content); err != nil {
			return fmt.Errorf("create a document: %w", err)
		}
	}
	return nil
}

// join opens every connection, the writers of a document before its readers.
// The last one of the first document records.
func (t *trial) join(ctx context.Context) error {
	for i := range t.docs {
		for k := range t.writers + t.readers {
			record := i == 0 && k == t.writers+t.readers-1
			m := newMember(t.server.speak(), t.doc(i), t.size, record, &t.stopped)
			m.fast = k < t.writers && !t.paced() && !t.idle
			t.members = append(t.members, m)
			if err := m.join(ctx, m, t.server.URL()); err != nil {
				return fmt.Errorf("join: %w", err)
			}
		}
	}
	return nil
}

// writes reports whether the k-th member is a writer.
func (t *trial) writes(k int) bool { return k%(t.writers+t.readers) < t.writers }

// run lets everyone loose, measures, and comes back when all is quiet again.
func (t *trial) run(ctx context.Context) (r result, err error) {
	g, gctx := errgroup.WithContext(ctx)
	for _, m := range t.members {
		g.Go(func() error {
			if err := m.serve(); !t.closing.Load() {
				return err
			}
			return nil
		})
	}
	pacing, stop := context.WithCancel(gctx)
	defer stop()
	t.pace(pacing, g)
	r, err = t.measure(gctx)
	t.stopped.Store(true)
	stop()
	t.pacing.Wait() // or one more op might come when all seems quiet
	if err == nil {
		err = t.quiet(gctx)
	}
	t.leave()
	if failed := g.Wait(); failed != nil {
		err = failed // what the others failed of
	}
	if err == nil {
		r.samples(t.members)
	}
	return r, err
}

// shoot lets everyone loose and kills the server in the middle.
func (t *trial) shoot(ctx context.Context) {
	var g errgroup.Group
	for _, m := range t.members {
		g.Go(m.serve)
	}
	_ = sleep(ctx, t.cfg.Warmup+t.cfg.For)
	t.server.Kill()
	_ = g.Wait() // everyone's connection has failed
	t.leave()
}

// pace starts the writers that have a pace, or gives everyone one thing to do.
func (t *trial) pace(ctx context.Context, g *errgroup.Group) {
	start := func(f func() error) {
		t.pacing.Add(1)
		g.Go(func() error {
			defer t.pacing.Done()
			return f()
		})
	}
	for k, m := range t.members {
		switch {
		case !t.writes(k):
		case t.idle:
			start(func() error { return errors.Join(m.point(), m.submit()) })
		case t.paced():
			start(func() error {
				if err := m.pace(ctx, t.interval(), t.cursors > 0); ctx.Err() == nil {
					return err
				}
				return nil
			})
		}
	}
}

// measure waits for the warm-up, then for the measured interval, and takes the
// difference.
func (t *trial) measure(ctx context.Context) (result, error) {
	if t.idle {
		return t.settle(ctx)
	}
	if err := sleep(ctx, t.cfg.Warmup); err != nil {
		return result{}, err
	}
	before, err := t.sight()
	if err != nil {
		return result{}, err
	}
	if err := t.hold(ctx); err != nil {
		return result{}, err
	}
	after, err := t.sight()
	return after.since(before), err
}

// hold lets the measured interval pass, and profiles the server where that was
// asked for.
func (t *trial) hold(ctx context.Context) error {
	if t.cfg.Profile == "" {
		return sleep(ctx, t.cfg.For)
	}
	f, err := os.Create(filepath.Join(t.cfg.Profile, t.name+".cpu.pprof"))
	if err != nil {
		return fmt.Errorf("keep the profile: %w", err)
	}
	err = t.server.Profile(ctx, t.cfg.For, f)
	return errors.Join(err, f.Close())
}

// memory is the server's resident set once its garbage is collected and given
// back to the system, as far as it gives it back.
func (t *trial) memory(ctx context.Context) (int64, error) {
	if !t.idle {
		return 0, nil
	}
	for range 2 {
		if err := t.server.collect(ctx); err != nil {
			return 0, err
		}
		if err := sleep(ctx, t.cfg.For); err != nil {
			return 0, err
		}
	}
	return t.server.Memory()
}

// settle waits until everyone has done their one thing and looks at the
// server's memory.
func (t *trial) settle(ctx context.Context) (result, error) {
	if err := t.quiet(ctx); err != nil {
		return result{}, err
	}
	memory, err := t.memory(ctx)
	return result{memory: memory, sessions: len(t.members)}, err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// quiet waits until nothing is in flight and everyone has seen the head.
func (t *trial) quiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		waiting := ""
		for k, m := range t.members {
			if t.idle && m.seen.acks.Load() == 0 || m.sent.Load() != 0 {
				waiting = fmt.Sprintf("member %d waits for its op", k)
			}
		}
		heads := t.acknowledged()
		for k, m := range t.members {
			if rev := m.seen.rev.Load(); rev != heads[m.doc] {
				waiting = fmt.Sprintf("member %d is at revision %d of %d", k, rev, heads[m.doc])
			}
		}
		if waiting == "" {
			return nil
		}
		if err := sleep(ctx, 5*time.Millisecond); err != nil {
			return fmt.Errorf("%w: %s", err, waiting)
		}
	}
}

// leave closes all connections.
func (t *trial) leave() {
	t.closing.Store(true)
	for _, m := range t.members {
		m.close()
	}
}

// acknowledged is how many ops of each document were.
func (t *trial) acknowledged() map[string]int64 {
	acks := make(map[string]int64, t.docs)
	for _, m := range t.members {
		acks[m.doc] += m.seen.acks.Load()
	}
	return acks
}

// recorder is the member that has recorded.
func (t *trial) recorder() (*member, error) {
	for _, m := range t.members {
		if m.record {
			return m, nil
		}
	}
	return nil, errors.New("nobody has recorded")
}
