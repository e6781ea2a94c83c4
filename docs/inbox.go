package docs

import (
	"sync"

	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// maxInbox bounds what waits for one room.
const maxInbox = 1 << 14

// request is something that a room is asked to do. Its methods are called by
// the room's goroutine alone.
type request interface {
	// client is whose requests this one keeps its place among; uuid.Nil where
	// it is nobody's.
	client() uuid.UUID
	// ready tells whether it can be carried out now.
	ready(r *room) bool
	run(r *room)
	// refuse answers a request that will not be carried out.
	refuse(e *wire.Error)
}

// inbox is where others leave requests for a room. Putting never waits.
type inbox struct {
	wake chan struct{} // holds one token while something may be there

	mu     sync.Mutex
	list   []request
	closed bool
}

func newInbox() *inbox { return &inbox{wake: make(chan struct{}, 1)} }

// put leaves a request; false where the inbox is full or closed.
func (b *inbox) put(req request) bool { return b.add(req, maxInbox) }

// force leaves a request of the room's own making, for which there is always
// space; false where the inbox is closed.
func (b *inbox) force(req request) bool { return b.add(req, -1) }

func (b *inbox) add(req request, limit int) bool {
	b.mu.Lock()
	ok := !b.closed && (limit < 0 || len(b.list) < limit)
	if ok {
		b.list = append(b.list, req)
	}
	b.mu.Unlock()
	if ok {
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
	return ok
}

// take returns what is there. The caller gives back what an earlier take
// returned, to be filled again.
func (b *inbox) take(empty []request) []request {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.list
	b.list = empty[:0]
	return list
}

func (b *inbox) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.list)
}

func (b *inbox) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

func (b *inbox) closeIfEmpty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = b.closed || len(b.list) == 0
	return b.closed
}

func (b *inbox) close() []request {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	list := b.list
	b.list = nil
	return list
}
