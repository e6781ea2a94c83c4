package docs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// readPage is how many changes are read from the store at once.
const readPage = 1000

// member is a session in a room.
type member struct {
	session Session
	link    *Link
	access  auth.Access // as it was told last
}

// join asks to be let in, afresh or resuming.
type join struct {
	linked
	open wire.Open

	current bool  // the store's head was looked at, where that is needed
	past    *past // what the window does not reach back to, once it is read
}

// past is what came after a revision, read from the store.
type past struct {
	known   bool // the revision is kept, and was committed when the client saw it
	head    int64
	changes []byte // JSON elements up to head
	failed  error
}

func (j *join) ready(r *room) bool {
	if r.absent {
		return !r.busy
	}
	return j.upToDate(r) && r.known(j.client()) && r.reached(j.client()) && !r.batch.has(j.client()) && j.reachesBack(r)
}

// upToDate sees that, where another server lives, an open is answered from
// what the store has now and not from what this server knew last.
func (j *join) upToDate(r *room) bool {
	if j.current || !r.hub.shared.Load() {
		return true
	}
	if r.busy {
		return false // the outcome of what is under way resumes this
	}
	j.current = true
	r.busy = true
	r.catchUp()
	return false
}

func (j *join) refuse(e *wire.Error) {
	j.link.shut(j.open.Doc, func(d door) bool { return d.last == j })
	j.answer(j.open.Doc, 0, e)
	j.done()
}

func (j *join) run(r *room) {
	err := j.enter(r)
	switch {
	case err == nil:
		j.done()
	case r.has(j.link): // it was open before, and stays so
		j.answer(r.id, 0, err)
		j.done()
	default:
		j.refuse(err)
	}
}

func (j *join) enter(r *room) *wire.Error {
	s := j.link.session
	access := s.Access(r.id) // it may have changed on the way here
	if access < auth.Read {
		return wire.Errorf(wire.Forbidden, "this takes the right to read the document")
	}
	if r.absent {
		if err := r.create(j, access); err != nil {
			return err
		}
	}
	if err := r.bind(s.Client(), s.User().ID); err != nil {
		return err
	}
	if j.past != nil && j.past.failed != nil {
		return wire.Errorf(wire.Unavailable, "the changes cannot be read just now")
	}
	if m := r.members[s.Client()]; m != nil && m.session != s {
		r.people.Leave(s.Client())
	}
	r.members[s.Client()] = &member{session: s, link: j.link, access: access}
	s.Send(wire.OpenedAnswer(j.opened(r, access)))
	return nil
}

// opened is the answer to the open, as of the durable version.
func (j *join) opened(r *room, access auth.Access) *wire.Opened {
	o := &wire.Opened{
		Doc: r.id, Type: r.typ.String(), Epoch: r.epoch, Rev: r.durable.rev, At: r.durable.at,
		Access: access.String(), Seq: r.authors[j.client()].seq, Presence: r.people.Peers(),
	}
	if !j.resumes(r) {
		o.Content = r.content.of(r.durable)
		return o
	}
	o.From = j.open.Rev
	after := j.open.Rev
	if j.past != nil {
		o.Changes, after = j.past.changes, j.past.head
	}
	for _, e := range r.window.since(after) {
		if len(o.Changes) > 0 {
			o.Changes = append(o.Changes, ',')
		}
		o.Changes = append(o.Changes, e.json...)
	}
	return o
}

// resumes tells whether the client's base is on this document's line (S6).
func (j *join) resumes(r *room) bool {
	rev := j.open.Rev
	if !j.open.Resume || rev > r.durable.rev || j.open.Epoch != uuid.Nil && j.open.Epoch != r.epoch {
		return false
	}
	if j.past != nil {
		return j.past.known
	}
	at, known := r.committedAt(rev)
	return known && (j.open.At.IsZero() || at.Equal(j.open.At))
}

// committedAt tells when a revision was committed, where the window knows.
func (r *room) committedAt(rev int64) (time.Time, bool) {
	switch {
	case rev == r.durable.rev:
		return r.durable.at, true
	case rev == 0:
		return r.created, true
	case !r.window.covers(rev-1, r.durable.rev):
		return time.Time{}, false
	}
	return r.window.entries[r.window.index(rev-1)].at, true
}

// reachesBack tells whether everything that the answer needs is in memory.
// Where it is not, it is read off the room's goroutine.
func (j *join) reachesBack(r *room) bool {
	rev := j.open.Rev
	if !j.open.Resume || rev >= r.durable.rev {
		return true
	}
	if j.past != nil {
		return j.past.failed != nil || !j.past.known || r.window.covers(j.past.head, r.durable.rev)
	}
	if _, known := r.committedAt(rev); known && r.window.covers(rev, r.durable.rev) {
		return true
	}
	r.hub.running.Go(func() {
		p := readPast(r.hub.ctx, r.hub.Store, r.key, j.open, r.created)
		r.inbox.force(internal(func(r *room) {
			j.past = p
			r.resume()
		}))
	})
	return false
}

// readPast reads the changes after a revision, and whether that revision is
// the one that the client saw.
func readPast(ctx context.Context, store storage.Store, key storage.Key, open wire.Open, created time.Time) *past {
	p := &past{head: open.Rev}
	after := open.Rev - 1 // the revision's own change tells when it was committed
	if open.Rev == 0 {
		p.known = open.At.IsZero() || created.Equal(open.At)
		after = 0
	}
	for {
		changes, err := store.Changes(ctx, key, after, readPage)
		if err != nil {
			p.failed = fmt.Errorf("read changes after revision %d: %w", after, err)
			return p
		}
		for _, c := range changes {
			if c.Rev == open.Rev {
				p.known = open.At.IsZero() || c.At.Equal(open.At)
				continue
			}
			if c.Base != p.head {
				p.known = false // inside a squashed run: no longer kept
			}
			e := entry{rev: c.Rev, base: c.Base, client: c.Client, seq: c.Seq, user: c.User, at: c.At, stored: c.Op}
			if len(p.changes) > 0 {
				p.changes = append(p.changes, ',')
			}
			p.changes = wire.AppendChange(p.changes, e.wire())
			p.head = c.Rev
		}
		if len(changes) < readPage || !p.known {
			return p
		}
		after = changes[len(changes)-1].Rev
	}
}

// known tells whether it is in memory what a client committed last; where it
// is not, it is looked up.
func (r *room) known(client uuid.UUID) bool {
	if client == uuid.Nil || r.allAuthors || r.authors[client] != nil {
		return true
	}
	if _, underWay := r.lookups[client]; underWay {
		return false
	}
	r.lookups[client] = struct{}{}
	r.hub.running.Go(func() {
		last, err := r.hub.Store.Client(r.hub.ctx, r.key, client)
		r.inbox.force(internal(func(r *room) { r.found(client, last, err) }))
	})
	return false
}

// found takes the answer to a look-up. What the room saw committed meanwhile
// is newer.
func (r *room) found(client uuid.UUID, last storage.Submission, err error) {
	delete(r.lookups, client)
	switch {
	case err == nil:
		if r.authors[client] == nil {
			r.authors[client] = &author{user: last.User, seq: last.Seq, rev: last.Rev}
		}
		if !r.reached(client) && !r.busy { // another server wrote here
			r.busy = true
			r.catchUp()
		}
	case errors.Is(err, storage.ErrNotFound):
		if r.authors[client] == nil {
			r.authors[client] = &author{}
		}
	default:
		r.log.Warn("client cannot be looked up", "client", client, "err", err)
		r.refuseAll(client, wire.Errorf(wire.Unavailable, "the client cannot be looked up just now"))
	}
	r.resume()
}

// reached tells whether the durable version has everything that the client
// committed.
func (r *room) reached(client uuid.UUID) bool {
	a := r.authors[client]
	return a == nil || a.rev <= r.durable.rev
}

// refuseAll answers everything of a client that waits.
func (r *room) refuseAll(client uuid.UUID, e *wire.Error) {
	kept := r.queue[:0]
	for _, req := range r.queue {
		if _, leaving := req.(*leave); req.client() == client && !leaving {
			req.refuse(e)
		} else {
			kept = append(kept, req)
		}
	}
	clear(r.queue[len(kept):])
	r.queue = kept
}

// bind reserves a client id for its user, for the room's life (P3).
func (r *room) bind(client uuid.UUID, user string) *wire.Error {
	a := r.authors[client]
	if a == nil {
		a = &author{}
		r.authors[client] = a
	}
	if a.user == "" {
		a.user = user
	}
	if a.user != user {
		return wire.Errorf(wire.ClientTaken, "this client id belongs to another user")
	}
	return nil
}

// contentCache holds the JSON of the content that was last asked for: many
// who open a document at one revision share it.
type contentCache struct {
	rev  int64
	json []byte
}

func (c *contentCache) of(v version) []byte {
	if c.json == nil || c.rev != v.rev {
		c.rev, c.json = v.rev, otjson.Append(nil, v.doc.Content())
	}
	return c.json
}

// internal is a request of the room's own making.
type internal func(r *room)

func (internal) client() uuid.UUID    { return uuid.Nil }
func (internal) ready(r *room) bool   { return true }
func (f internal) run(r *room)        { f(r) }
func (internal) refuse(e *wire.Error) {}
