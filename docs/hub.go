package docs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a Hub needs. Zero durations and counts take the defaults.
type Config struct {
	Store  storage.Store
	Logger *slog.Logger
	Limits wire.Limits

	// Shared: other servers may work on the same database.
	Shared bool
	// CommitSlots is how many transactions are in flight at once. Default 1.
	CommitSlots int
	// MaxRooms is how many rooms may be in memory; 0: any number. Past seven
	// eighths of it idle rooms leave early.
	MaxRooms int
	// MaxCreates is how many documents a user may create a minute; 0: any
	// number.
	MaxCreates int
	// Idle is how long a room without members stays in memory. Default 30 s.
	Idle time.Duration
	// Retain is how long every change is kept by itself; 0: for good. Older
	// runs of one user's changes are squashed into one.
	Retain time.Duration
	// Clock dates changes, documents and versions. It may be put back and
	// forward. Default time.Now.
	Clock func() time.Time
	// Metrics is where the hub's metrics are registered; nil: nowhere.
	Metrics prometheus.Registerer
}

// Hub holds the live rooms. It is safe for concurrent use.
type Hub struct {
	Config
	server  uuid.UUID // this one among others on the database
	others  bool      // live, when the heartbeat looked last; its own
	commits *committer
	ctx     context.Context // ends when rooms must not wait any longer
	cancel  context.CancelFunc
	running sync.WaitGroup // room goroutines and what they started
	unwatch func()
	metrics *metrics
	creates creations

	mu      sync.Mutex
	rooms   map[string]*room
	hurried time.Time // when idle rooms were asked to leave
	closing bool
}

// NewHub starts a hub. The caller closes it before the store.
func NewHub(c Config) *Hub {
	if c.CommitSlots == 0 {
		c.CommitSlots = 1
	}
	if c.Idle == 0 {
		c.Idle = 30 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	ctx, cancel := context.WithCancel(context.Background())
	m := newMetrics(c.Metrics)
	h := &Hub{
		Config:  c,
		server:  uuid.New(),
		ctx:     ctx,
		cancel:  cancel,
		commits: startCommitter(ctx, c.Store, c.CommitSlots, m),
		metrics: m,
		creates: creations{perMinute: c.MaxCreates},
		rooms:   make(map[string]*room),
	}
	if c.Metrics != nil {
		c.Metrics.MustRegister(newQueues(h))
	}
	watching, unwatch := context.WithCancel(ctx)
	h.unwatch = unwatch
	h.running.Go(func() { h.every(watching, beatInterval, h.beat) })
	if h.Retain > 0 {
		h.running.Go(func() { h.every(watching, h.retainInterval(), h.retain) })
	}
	return h
}

// letGo is how long calls to the store may take to end that are cut off.
const letGo = time.Second

// Close lets every room finish what it is committing, answers what waits with
// `closing`, and stores a snapshot of what changed. When ctx ends first, calls
// to the store are cut off. Where one of them does not let go, as a write of
// SQLite to a disk that hangs, it is left alone and Close returns false: the
// store cannot be closed either.
func (h *Hub) Close(ctx context.Context) bool {
	defer context.AfterFunc(ctx, h.cancel)()
	h.unwatch()
	h.mu.Lock()
	h.closing = true
	for _, r := range h.rooms {
		r.inbox.force(stop{})
	}
	h.mu.Unlock()
	ended := make(chan struct{})
	go func() { // it ends with the calls, or with the process
		h.running.Wait()
		h.commits.close()
		h.cancel()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-ctx.Done():
	}
	select {
	case <-ended:
		return true
	case <-time.After(letGo):
		return false
	}
}

// now is the time as documents know it: UTC, whole milliseconds.
func (h *Hub) now() time.Time { return h.Clock().UTC().Truncate(time.Millisecond) }

// Rooms returns how many rooms are live.
func (h *Hub) Rooms() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.rooms)
}

// post hands a request to the document's room, which is started where there
// is none: two openers share one load.
func (h *Hub) post(id string, req request) (*room, *wire.Error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return nil, wire.Errorf(wire.Closing, "the server is going away")
	}
	r := h.rooms[id]
	if r == nil {
		if err := h.makeSpace(); err != nil {
			return nil, err
		}
		r = newRoom(h, id)
		h.rooms[id] = r
		h.running.Go(r.serve)
	}
	if !r.inbox.put(req) {
		return nil, errBusy()
	}
	return r, nil
}

// live returns the document's room, nil where it has none.
func (h *Hub) live(id string) *room {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rooms[id]
}

// retire takes a room out unless something came for it in the meantime.
func (h *Hub) retire(r *room) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !r.inbox.closeIfEmpty() {
		return false
	}
	h.forget(r)
	return true
}

// drop takes a room out and returns what still waited for it.
func (h *Hub) drop(r *room) []request {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(r)
	return r.inbox.close()
}

func (h *Hub) forget(r *room) {
	if h.rooms[r.id] == r {
		delete(h.rooms, r.id)
	}
}

// errLeft is the answer where a room has ended: with the server, or because
// nobody was in it.
func (h *Hub) errLeft() *wire.Error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return errEnded()
	}
	return errNotOpen()
}

func errBusy() *wire.Error {
	return wire.Errorf(wire.RateLimited, "too much is waiting for this document")
}
