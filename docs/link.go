package docs

import (
	"sync/atomic"

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
	// Send queues a frame, after what was queued before. A session that
	// cannot take it closes itself.
	Send(*wire.Frame)
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
	open    map[string]*room
}

// Link connects a session that has said hello.
func (h *Hub) Link(s Session) *Link {
	return &Link{hub: h, session: s, open: make(map[string]*room)}
}

// Opened returns how many documents are open, or being opened.
func (l *Link) Opened() int { return len(l.open) }

// Has tells whether a document is open, or being opened.
func (l *Link) Has(doc string) bool { return l.open[doc] != nil }

// Documents returns the ids of the documents that are open, or being opened.
func (l *Link) Documents() []string {
	ids := make([]string, 0, len(l.open))
	for id := range l.open {
		ids = append(ids, id)
	}
	return ids
}

// Open joins a document with the access given; a document that does not
// exist is created where create is set.
func (l *Link) Open(m wire.Open, access string, create bool) *wire.Error {
	if err := l.reserve(); err != nil {
		return err.About(m.Doc, 0)
	}
	r, err := l.hub.post(m.Doc, &join{linked: linked{l}, open: m, access: access, create: create && !m.Resume})
	if err != nil {
		l.pending.Add(-1)
		return err.About(m.Doc, 0)
	}
	l.open[m.Doc] = r
	return nil
}

// Submit hands in an op.
func (l *Link) Submit(m wire.Op) *wire.Error {
	return l.post(m.Doc, m.Seq, &submission{
		linked: linked{l}, doc: m.Doc, author: l.session.Client(), user: l.session.User().ID,
		rev: m.Rev, seq: m.Seq, op: m.Op, invalid: m.Invalid,
	})
}

// SetPresence changes what others see of the session.
func (l *Link) SetPresence(m wire.Presence) *wire.Error {
	return l.post(m.Doc, 0, &presenceChange{linked{l}, m})
}

// Close leaves a document.
func (l *Link) Close(doc string) *wire.Error {
	err := l.post(doc, 0, &leave{linked{l}})
	delete(l.open, doc)
	return err
}

// Detach leaves every document. The link is not used afterwards.
func (l *Link) Detach() {
	for _, r := range l.open {
		l.pending.Add(1)
		r.inbox.force(&leave{linked{l}})
	}
	clear(l.open)
}

func (l *Link) post(doc string, seq int64, req request) *wire.Error {
	r := l.open[doc]
	if r == nil {
		return errNotOpen().About(doc, seq)
	}
	if err := l.reserve(); err != nil {
		return err.About(doc, seq)
	}
	if !r.inbox.put(req) {
		l.pending.Add(-1)
		if r.inbox.isClosed() {
			delete(l.open, doc)
			return errNotOpen().About(doc, seq)
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
	l.link.session.Send(wire.Refusal(e.About(r, seq)))
}

func errNotOpen() *wire.Error { return wire.Errorf(wire.NotFound, "the document is not open") }
