package servertest

import (
	"context"
	"sync"
	"testing"

	"github.com/coscribe/coscribe/storage"
	"github.com/google/uuid"
)

// Store stands around a real store. Each hook, where it is set, is called in
// place of the method of its name and may call next, the real one, or not: to
// make it slow, to refuse, to lose an answer, to panic. Set hooks with On.
type Store struct {
	storage.Store

	mu    sync.Mutex
	hooks Hooks
}

// Hooks are what a test puts in the way of a store.
type Hooks struct {
	Create   func(next func() error) error
	Document func(next func() error) error
	Load     func(next func() error) error
	Changes  func(next func() error) error
	Client   func(next func() error) error
	Commit   func(batches []storage.Batch, next func() ([]storage.Outcome, error)) ([]storage.Outcome, error)
}

// On replaces all hooks.
func (s *Store) On(h Hooks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = h
}

func (s *Store) on() Hooks {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hooks
}

func through(hook func(func() error) error, next func() error) error {
	if hook == nil {
		return next()
	}
	return hook(next)
}

// Create implements storage.Store.
func (s *Store) Create(ctx context.Context, n storage.NewDocument) (d storage.Document, err error) {
	err = through(s.on().Create, func() error {
		d, err = s.Store.Create(ctx, n)
		return err
	})
	return d, err
}

// Document implements storage.Store.
func (s *Store) Document(ctx context.Context, id string) (d storage.Document, err error) {
	err = through(s.on().Document, func() error {
		d, err = s.Store.Document(ctx, id)
		return err
	})
	return d, err
}

// Load implements storage.Store.
func (s *Store) Load(ctx context.Context, id string, window int64) (l storage.Loaded, err error) {
	err = through(s.on().Load, func() error {
		l, err = s.Store.Load(ctx, id, window)
		return err
	})
	return l, err
}

// Changes implements storage.Store.
func (s *Store) Changes(ctx context.Context, key storage.Key, after int64, limit int) (list []storage.Change, err error) {
	err = through(s.on().Changes, func() error {
		list, err = s.Store.Changes(ctx, key, after, limit)
		return err
	})
	return list, err
}

// Client implements storage.Store.
func (s *Store) Client(ctx context.Context, key storage.Key, client uuid.UUID) (last storage.Submission, err error) {
	err = through(s.on().Client, func() error {
		last, err = s.Store.Client(ctx, key, client)
		return err
	})
	return last, err
}

// Commit implements storage.Store.
func (s *Store) Commit(ctx context.Context, batches []storage.Batch) ([]storage.Outcome, error) {
	next := func() ([]storage.Outcome, error) { return s.Store.Commit(ctx, batches) }
	if hook := s.on().Commit; hook != nil {
		return hook(batches, next)
	}
	return next()
}

// Gate is where calls are held up.
type Gate struct {
	t       testing.TB
	arrived chan struct{}
	open    chan struct{}
	once    sync.Once
}

// NewGate makes a closed gate. It opens when the test ends.
func NewGate(t testing.TB) *Gate {
	g := &Gate{t: t, arrived: make(chan struct{}, 1000), open: make(chan struct{})}
	t.Cleanup(g.Open)
	return g
}

// Pass waits until the gate is open.
func (g *Gate) Pass() {
	g.arrived <- struct{}{}
	<-g.open
}

// Await waits until somebody is at the gate.
func (g *Gate) Await() {
	g.t.Helper()
	receive(g.t, g.arrived, "somebody at the gate")
}

// Open lets everyone pass from now on.
func (g *Gate) Open() { g.once.Do(func() { close(g.open) }) }

// HoldCommits makes commits wait at a gate before they reach the store.
func (s *Store) HoldCommits(t testing.TB) *Gate {
	g := NewGate(t)
	s.On(Hooks{Commit: func(_ []storage.Batch, next func() ([]storage.Outcome, error)) ([]storage.Outcome, error) {
		g.Pass()
		return next()
	}})
	return g
}
