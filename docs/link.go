package docs

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// maxPending bounds the requests of one session that rooms have not carried
// out yet.
const maxPending = 1 << 10

// Session is what a room knows of one connection. Its methods never wait and
// may be called from any goroutine.
type Session interface {
	Client() uuid.UUID
	User() wire.User
	// Access tells what it may do with a document just now: nothing, once it
	// was replaced.
	Access(doc string) auth.Access
	// Send queues a frame, after what was queued before. A session that
	// cannot take it closes itself.
	Send(*wire.Frame)
	// Refuse is Send for a refusal.
	Refuse(*wire.Error)
	// Behind tells whether some of what was queued has not been written yet.
	Behind() bool
	// Close ends the connection after what was queued before.
	Close(code int, reason *wire.Error)
}

// Link is one session's line into the rooms. Its methods belong to one
// goroutine, the session's reader; they never wait for a room. Answers go to
// the session. An error is the answer where a request could not be handed on.
type Link struct {
	hub     *Hub
	session Session
	pending atomic.Int32
	opens   uint32 // how often something was opened

	mu   sync.Mutex // rooms forget what was refused, or has ended
	open []door     // by document; a map of the few that most sessions open is far larger
}

// door is the way into a document that is open, or being opened.
type door struct {
	room *room
	nth  uint32 // the newest open, among all of the link
}

// Link connects a session that has said hello.
func (h *Hub) Link(s Session) *Link {
	return &Link{hub: h, session: s}
}

// Opened returns how many documents are open, or being opened.
func (l *Link) Opened() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open)
}

// Has tells whether a document is open, or being opened.
func (l *Link) Has(doc string) bool {
	_, here := l.door(doc)
	return here
}

func (l *Link) door(doc string) (door, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, here := l.find(doc)
	if !here {
		return door{}, false
	}
	return l.open[at], true
}

// find returns where a document's door is, or belongs. The caller holds l.mu.
func (l *Link) find(doc string) (at int, here bool) {
	return slices.BinarySearchFunc(l.open, doc, func(d door, doc string) int { return strings.Compare(d.room.id, doc) })
}

// shut takes a document out if its door is such.
func (l *Link) shut(doc string, such func(door) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, here := l.find(doc); here && such(l.open[at]) {
		l.open = slices.Delete(l.open, at, at+1)
	}
}

// left takes a document out whose room the session is no longer in.
func (l *Link) left(r *room) {
	l.shut(r.id, func(d door) bool { return d.room == r })
}

// Open joins a document; one that does not exist is created where the session
// may write it.
func (l *Link) Open(m wire.Open) *wire.Error {
	if err := l.reserve(); err != nil {
		return err.About(m.Doc, 0)
	}
	l.opens++
	j := &join{linked: linked{l}, open: m, nth: l.opens}
	// Locked, so that the room does not refuse before the door is there.
	l.mu.Lock()
	defer l.mu.Unlock()
	r, err := l.hub.post(m.Doc, j)
	if err != nil {
		l.pending.Add(-1)
		return err.About(m.Doc, 0)
	}
	at, here := l.find(m.Doc)
	if !here {
		l.open = slices.Insert(l.open, at, door{})
	}
	l.open[at] = door{r, j.nth}
	return nil
}

// Review tells the session, for each document that is open, where what it may
// do has changed.
func (l *Link) Review() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.open {
		l.force(d, &review{linked{l}})
	}
}

// Submit hands in an op.
func (l *Link) Submit(m wire.Op) *wire.Error {
	return l.post(m.Doc, m.Seq, &submission{
		linked: linked{l}, metrics: l.hub.metrics, doc: m.Doc, author: l.session.Client(), user: l.session.User().ID,
		rev: m.Rev, seq: m.Seq, op: m.Op, invalid: m.Invalid,
	})
}

// SetPresence changes what others see of the session.
func (l *Link) SetPresence(m wire.Presence) *wire.Error {
	return l.post(m.Doc, 0, &presenceChange{linked{l}, m})
}

// Close leaves a document.
func (l *Link) Close(doc string) *wire.Error {
	d, here := l.door(doc)
	if !here || !l.force(d, &leave{linked{l}}) {
		return errNotOpen().About(doc, 0)
	}
	l.left(d.room)
	return nil
}

// Detach leaves every document. The link is not used afterwards.
func (l *Link) Detach() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.open {
		l.force(d, &leave{linked{l}})
	}
	l.open = nil
}

// force puts a request that is never refused for want of space: there are no
// more of them than documents were opened and tokens renewed.
func (l *Link) force(d door, req request) bool {
	l.pending.Add(1)
	if !d.room.inbox.force(req) {
		l.pending.Add(-1)
		return false
	}
	return true
}

func (l *Link) post(doc string, seq int64, req request) *wire.Error {
	d, here := l.door(doc)
	if !here {
		return errNotOpen().About(doc, seq)
	}
	if err := l.reserve(); err != nil {
		return err.About(doc, seq)
	}
	if !d.room.inbox.put(req) {
		l.pending.Add(-1)
		if d.room.inbox.isClosed() {
			l.left(d.room)
			return l.hub.errLeft().About(doc, seq)
		}
		return errBusy().About(doc, seq)
	}
	return nil
}

func (l *Link) reserve() *wire.Error {
	if l.pending.Add(1) > maxPending {
		l.pending.Add(-1)
		return wire.Errorf(wire.RateLimited, "too many of this session's requests are waiting")
	}
	return nil
}

// linked is the part of a request that says which session made it.
type linked struct{ link *Link }

func (l linked) client() uuid.UUID {
	if l.link == nil {
		return uuid.Nil
	}
	return l.link.session.Client()
}

// done must be called once for each request that was put or forced.
func (l linked) done() {
	if l.link != nil {
		l.link.pending.Add(-1)
	}
}

// answer refuses the request of a session.
func (l linked) answer(r string, seq int64, e *wire.Error) {
	l.link.session.Refuse(e.About(r, seq))
}

func errNotOpen() *wire.Error { return wire.Errorf(wire.NotFound, "the document is not open") }
