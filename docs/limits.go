package docs

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/wire"
)

// hurryInterval is the least time between two calls for idle rooms to leave:
// looking for them takes time in which nobody else can open a document.
const hurryInterval = 100 * time.Millisecond

// makeSpace tells whether another room may come. When there are many, those
// that nobody is in are asked to leave. The caller holds h.mu.
func (h *Hub) makeSpace() *wire.Error {
	if h.MaxRooms == 0 {
		return nil
	}
	if crowded := h.MaxRooms - h.MaxRooms/8; len(h.rooms) >= crowded && time.Since(h.hurried) >= hurryInterval {
		h.hurried = time.Now()
		for _, r := range h.rooms {
			if r.idle.Load() {
				r.inbox.force(internal(func(r *room) { r.hurry = true }))
			}
		}
	}
	if len(h.rooms) >= h.MaxRooms {
		h.metrics.roomsRefused.Inc()
		return wire.Errorf(wire.Unavailable, "too many documents are open on this server")
	}
	return nil
}

// mayCreate tells whether a user may create another document now.
func (h *Hub) mayCreate(user string, access auth.Access) *wire.Error {
	if access < auth.Admin && !h.creates.allow(user) {
		return wire.Errorf(wire.RateLimited, "a user creates %d documents a minute at most", h.MaxCreates)
	}
	return nil
}

// creations bounds how many documents each user creates. It is safe for
// concurrent use.
type creations struct {
	perMinute int // 0: no bound

	mu    sync.Mutex
	users map[string]*rate.Limiter
	sweep int // when so many are in users, those who have rested are forgotten
}

func (c *creations) allow(user string) bool {
	if c.perMinute == 0 {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.users[user]
	if l == nil {
		c.forget()
		l = rate.NewLimiter(rate.Limit(float64(c.perMinute)/60), c.perMinute)
		c.users[user] = l
	}
	return l.Allow()
}

// forget drops whoever could create as many as a stranger again. Looking is
// worth it each time that the number has doubled.
func (c *creations) forget() {
	if len(c.users) < c.sweep {
		return
	}
	if c.users == nil {
		c.users = make(map[string]*rate.Limiter)
	}
	for user, l := range c.users {
		if l.Tokens() >= float64(c.perMinute) {
			delete(c.users, user)
		}
	}
	c.sweep = 2*len(c.users) + 64
}
