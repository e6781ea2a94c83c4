package chaos

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/coscribe/coscribe/storage"
)

var (
	errBefore = errors.New("the connection broke before the commit")
	errAfter  = errors.New("the connection broke after the commit")
)

// Store is a store whose commits go wrong, around one that works.
type Store struct {
	storage.Store

	mu     sync.Mutex
	random *rand.Rand
	Faults Faults
}

// Faults counts what went wrong.
type Faults struct {
	Before  int // failed, nothing was stored
	After   int // failed, everything was stored
	Raced   int // another server's change came first
	Commits int
}

// NewStore makes the faults of a seed.
func NewStore(s storage.Store, seed uint64) *Store {
	return &Store{Store: s, random: rand.New(rand.NewPCG(seed, 0))}
}

// Commit implements storage.Store.
func (s *Store) Commit(ctx context.Context, batches []storage.Batch) ([]storage.Outcome, error) {
	fault, delay := s.draw()
	time.Sleep(delay) // a slow disk, not a wait for something
	switch fault {
	case before:
		return nil, errBefore
	case raced:
		if err := s.race(ctx, batches[0]); err != nil {
			return nil, err
		}
	}
	outcomes, err := s.Store.Commit(ctx, batches)
	if fault == after {
		return nil, errAfter
	}
	return outcomes, err
}

// race commits an empty change as another server would.
func (s *Store) race(ctx context.Context, b storage.Batch) error {
	first := b.Changes[0]
	length := b.Length // wrong, but the batch's next commit puts it right
	_, err := s.Store.Commit(ctx, []storage.Batch{{
		Key: b.Key, Base: b.Base, Length: length,
		Changes: []storage.Change{{
			Rev: b.Base + 1, Base: b.Base, User: "elsewhere", At: first.At,
			Format: storage.FormatJSON, Op: []byte("[]"),
		}},
	}})
	return err
}

type fault int

const (
	none fault = iota
	before
	after
	raced
)

func (s *Store) draw() (fault, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Faults.Commits++
	delay := time.Duration(s.random.IntN(5)) * time.Millisecond
	switch s.random.IntN(20) {
	case 0:
		s.Faults.Before++
		return before, delay
	case 1:
		s.Faults.After++
		return after, delay
	case 2:
		s.Faults.Raced++
		return raced, delay
	}
	return none, delay
}
