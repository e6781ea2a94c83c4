package docs

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
)

// beatInterval is how often a server says that it lives and, while another
// one does, looks at what that one committed: nobody is stale for longer.
const beatInterval = time.Second

// every runs one of the hub's own jobs at once and then again and again, until
// ctx ends. A panic ends one run of it.
func (h *Hub) every(ctx context.Context, interval time.Duration, job func(context.Context)) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		h.guarded(ctx, job)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (h *Hub) guarded(ctx context.Context, job func(context.Context)) {
	defer func() {
		if cause := recover(); cause != nil {
			h.Logger.Error("job of the hub panicked", "cause", cause, "stack", string(debug.Stack()))
		}
	}()
	job(ctx)
}

// beat keeps the rooms abreast of other servers on the same database.
func (h *Hub) beat(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	others, err := h.Store.Beat(ctx, h.server)
	if err != nil {
		h.Logger.Debug("heartbeat failed", "err", err)
		return // what was true before still counts
	}
	if h.others != others {
		h.others = others
		h.Logger.Info("other servers on this database", "present", others)
	}
	if others {
		h.compare(ctx)
	}
}

// compare tells each room that has fallen behind, or whose document is gone.
func (h *Hub) compare(ctx context.Context) {
	marks := h.marks()
	if len(marks) == 0 {
		return
	}
	keys := make([]storage.Key, 0, len(marks))
	for key := range marks {
		keys = append(keys, key)
	}
	heads, err := h.Store.Heads(ctx, keys)
	if err != nil {
		h.Logger.Debug("heads cannot be compared", "err", err)
		return
	}
	for key, m := range marks {
		head, exists := heads[key]
		if exists && head.Rev == m.rev && head.Epoch == m.line.epoch {
			continue
		}
		m.room.inbox.force(internal(func(r *room) { r.compared(m, head, exists) }))
	}
}

// mark is how far a room had got at some moment.
type mark struct {
	room *room
	line line
	rev  int64
}

func (h *Hub) marks() map[storage.Key]mark {
	h.mu.Lock()
	defer h.mu.Unlock()
	marks := make(map[storage.Key]mark, len(h.rooms))
	for _, r := range h.rooms {
		if m := r.published.Load(); m != nil {
			marks[m.line.key] = *m
		}
	}
	return marks
}

// compared takes in what the store's head was a moment after the room was at
// m.
func (r *room) compared(m mark, head storage.Head, exists bool) {
	switch {
	case r.busy || r.absent || m.line != r.line():
		// What is under way will tell.
	case !exists:
		r.refuseBatch(r.discard(), wire.NotFound, "the document was deleted")
		r.deleted()
	case head.Epoch != r.epoch || head.Rev < m.rev:
		r.part(r.discard(), errParted)
	case head.Rev > r.durable.rev:
		r.busy = true
		r.catchUp()
	}
}
