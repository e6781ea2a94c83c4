package docs

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/presence"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// presenceInterval is the least time between two presence frames (S7).
const presenceInterval = 40 * time.Millisecond

// version is the document at a revision.
type version struct {
	doc ot.Document
	rev int64
	at  time.Time // when it was committed
}

// room is one live document. Everything but id, hub and inbox belongs to the
// goroutine that runs serve.
type room struct {
	id    string
	hub   *Hub
	inbox *inbox
	log   *slog.Logger

	key     storage.Key
	typ     ot.Type
	epoch   uuid.UUID
	created time.Time
	absent  bool // there is no such document

	published atomic.Pointer[mark] // how far it has got, for the hub's watch
	idle      atomic.Bool          // nobody is in it, for the hub's limit
	hurry     bool                 // it leaves as soon as it is idle

	durable  version
	proposed version // durable and the batch
	batch    batch
	busy     bool // a batch is being committed, or its fate looked up
	alone    int  // so many ops go into batches of their own
	gather   gathering
	window   window
	looks    int // at the store's head, begun
	looked   int // the last of them that ended

	queue []request         // wait, in the order they came
	held  map[uuid.UUID]int // how many of queue are a client's

	authors map[uuid.UUID]*author
	lookups map[uuid.UUID]struct{} // under way

	members map[uuid.UUID]*member
	people  presence.Set
	told    time.Time // when the last presence frame went out

	content  *content // what was opened last; nil: nothing
	snapshot snapshotState
	runs     runWatch

	commits sync.WaitGroup // the batch that is with the committer
	ended   *wire.Error    // why the room has; nil while it lives
}

func newRoom(h *Hub, id string) *room {
	return &room{
		id:      id,
		hub:     h,
		inbox:   newInbox(),
		log:     h.Logger.With("doc", id),
		held:    make(map[uuid.UUID]int),
		authors: make(map[uuid.UUID]*author),
		lookups: make(map[uuid.UUID]struct{}),
		members: make(map[uuid.UUID]*member),
		window:  window{size: h.Limits.Window},
	}
}

// serve is the room's life, from loading to the last member's leaving.
func (r *room) serve() {
	defer func() {
		if cause := recover(); cause != nil {
			r.log.Error("room panicked", "cause", cause, "stack", string(debug.Stack()))
			r.commits.Wait() // so that the next room finds all that this one will ever commit (C3)
			r.end(wire.Errorf(wire.Internal, "the document's room failed"))
		}
	}()
	if err := r.load(); err != nil {
		r.log.Error("document cannot be opened", "err", err)
		r.end(wire.Errorf(wire.Unavailable, "the document cannot be loaded just now"))
		return
	}
	ticker := stoppedTimer()
	idle := stoppedTimer()
	gather := stoppedTimer()
	var spare []request
	for r.ended == nil {
		select {
		case <-r.inbox.wake:
			spare = r.inbox.take(spare)
			r.carryOut(spare)
			clear(spare)
		case <-ticker.C:
			r.tellPresence()
		case <-idle.C:
			r.retire()
		case <-gather.C:
		}
		if held := r.propose(); held > 0 {
			gather.Reset(held)
		}
		r.schedule(ticker, idle)
	}
}

// admit carries a request out, or keeps it where it is not ready or an
// earlier one of the same client waits.
func (r *room) admit(req request) {
	if r.ended != nil {
		req.refuse(r.ended)
		return
	}
	client := req.client()
	if r.held[client] > 0 && client != uuid.Nil || !req.ready(r) {
		if r.fromStranger(req) {
			req.run(r) // which refuses it
			return
		}
		r.queue = append(r.queue, req)
		r.held[client]++
		return
	}
	req.run(r)
}

// resume tries again what waits, after something changed that it may have
// waited for.
func (r *room) resume() {
	queue := r.queue
	r.queue = nil
	clear(r.held)
	r.carryOut(queue)
}

// carryOut admits requests in order. Those that a panic keeps it from wait
// with the others, for whoever answers them.
func (r *room) carryOut(list []request) {
	n := 0
	defer func() {
		if n < len(list) {
			r.queue = append(r.queue, list[n:]...)
		}
	}()
	for ; n < len(list); n++ {
		r.admit(list[n])
	}
}

// beside runs f off the room's goroutine. If it panics, that ends the room.
func (r *room) beside(f func()) {
	r.hub.running.Go(func() {
		defer func() {
			if cause := recover(); cause != nil {
				stack := debug.Stack()
				r.inbox.force(internal(func(*room) { panic(fmt.Sprintf("%v beside it:\n%s", cause, stack)) }))
			}
		}()
		f()
	})
}

func (r *room) schedule(ticker, idle *time.Timer) {
	now := time.Now()
	ticker.Stop()
	if due := r.people.Pending(now); !due.IsZero() {
		if next := r.told.Add(presenceInterval); due.Before(next) {
			due = next
		}
		ticker.Reset(due.Sub(now))
	}
	idle.Stop()
	unused := len(r.members) == 0 && len(r.queue) == 0 && r.settled()
	if r.idle.Load() != unused {
		r.idle.Store(unused)
	}
	r.hurry = r.hurry && unused
	if unused {
		if r.absent || r.hurry {
			idle.Reset(0)
		} else {
			idle.Reset(r.hub.Idle)
		}
	}
}

// settled tells whether nothing is being committed, nor held back.
func (r *room) settled() bool { return !r.busy && r.batch.empty() }

// tellPresence sends everyone one frame about all who moved.
func (r *room) tellPresence() {
	now := time.Now()
	cursors, peers := r.people.Take(now)
	if len(cursors) == 0 && len(peers) == 0 {
		return
	}
	r.told = now
	r.hub.metrics.presenceFrames.Inc()
	r.broadcast(wire.PresenceUpdate(r.id, r.durable.rev, cursors, peers))
}

func (r *room) broadcast(frame *wire.Frame) {
	r.hub.metrics.broadcast(frame, len(r.members))
	for _, m := range r.members {
		m.session.Send(frame)
	}
}

// retire ends a room that nobody needs, unless someone comes meanwhile.
func (r *room) retire() {
	if r.snapshot.writing {
		return // the last one comes behind it
	}
	if !r.absent {
		r.lastSnapshot()
	}
	if r.hub.retire(r) {
		r.ended = errEnded()
	}
}

// end closes the room for everyone who is in it or waits for it. Members are
// disconnected: they come back and resume.
func (r *room) end(reason *wire.Error) {
	for _, m := range r.members {
		m.session.Close(wire.CloseOverloaded, reason.About(r.id, 0))
	}
	r.dismiss(reason)
}

// dismiss answers whatever still waits and takes the room out of the hub.
func (r *room) dismiss(reason *wire.Error) {
	r.ended = reason
	r.refuseBatch(r.batch, reason.Code, reason.Message) // what is under way is nobody's any more
	for _, req := range append(r.queue, r.hub.drop(r)...) {
		req.refuse(reason)
	}
	r.queue = nil
}

// stop ends the room for good; the server is going away.
type stop struct{}

func (stop) client() uuid.UUID    { return uuid.Nil }
func (stop) ready(r *room) bool   { return r.settled() && !r.snapshot.writing }
func (stop) refuse(e *wire.Error) {}

func (stop) run(r *room) {
	if !r.absent {
		r.lastSnapshot()
	}
	r.dismiss(errEnded())
}

func errEnded() *wire.Error { return wire.Errorf(wire.Closing, "the server is going away") }

func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}
