package webhooks

import (
	"context"
	"sync"

	"github.com/coscribe/coscribe/storage"
)

// maxMoved is how many documents are remembered by name between two looks.
const maxMoved = 10_000

// moved is the documents whose heads have moved. It is safe for concurrent
// use.
type moved struct {
	mu   sync.Mutex
	keys map[storage.Key]struct{}
	more bool // more than are remembered: all have to be looked at
}

func (m *moved) add(keys ...storage.Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		if len(m.keys) >= maxMoved {
			m.more = true
			return
		}
		if m.keys == nil {
			m.keys = make(map[storage.Key]struct{})
		}
		m.keys[key] = struct{}{}
	}
}

// take empties it.
func (m *moved) take() (keys []storage.Key, more bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.keys {
		keys = append(keys, key)
	}
	more = m.more
	m.keys, m.more = nil, false
	return keys, more
}

// Watch returns a store that tells the sender what is committed through it.
// All that a commit pays is a note in memory. Of no sender it is the store.
func (s *Sender) Watch(store storage.Store) storage.Store {
	if s == nil {
		return store
	}
	return &watched{store, &s.moved}
}

type watched struct {
	storage.Store
	moved *moved
}

// Commit implements storage.Store. Where the outcome is not known, it may have
// been stored.
func (w *watched) Commit(ctx context.Context, batches []storage.Batch) ([]storage.Outcome, error) {
	outcomes, err := w.Store.Commit(ctx, batches)
	keys := make([]storage.Key, 0, len(batches))
	for i := range batches {
		if err != nil || outcomes[i] == (storage.Outcome{}) {
			keys = append(keys, batches[i].Key)
		}
	}
	w.moved.add(keys...)
	return outcomes, err
}
