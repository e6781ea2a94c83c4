package docs

import (
	"errors"
	"slices"

	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// maxAbsent is how many clients a room remembers who are not in it. Those who
// committed are in the store and are looked up when they come back. Of those
// who did not, nobody else knows whom their id belongs to.
const maxAbsent = 1000

// author is what a room knows of a client: whom it is bound to and what it
// committed last (P3).
type author struct {
	user string
	seq  int64
	rev  int64
}

// known tells whether it is in memory what a client committed last; where it
// is not, it is looked up.
func (r *room) known(client uuid.UUID) bool {
	if client == uuid.Nil || r.durable.rev == 0 || r.authors[client] != nil {
		return true // at revision 0 nobody has committed anything
	}
	if _, underWay := r.lookups[client]; underWay {
		return false
	}
	r.lookups[client] = struct{}{}
	r.beside(func() {
		last, err := r.hub.Store.Client(r.hub.ctx, r.key, client)
		r.inbox.force(internal(func(r *room) { r.found(client, last, err) }))
	})
	return false
}

// lastOf returns the revision that a known client committed last, 0 for none.
func (r *room) lastOf(client uuid.UUID) int64 {
	if a := r.authors[client]; a != nil {
		return a.rev
	}
	return 0
}

// found takes the answer to a look-up. What the room saw committed meanwhile
// is newer.
func (r *room) found(client uuid.UUID, last storage.Submission, err error) {
	delete(r.lookups, client)
	switch {
	case err == nil:
		r.remember(client, author{user: last.User, seq: last.Seq, rev: last.Rev})
		if !r.reached(client) && !r.busy { // another server wrote here
			r.busy = true
			r.catchUp()
		}
	case errors.Is(err, storage.ErrNotFound):
		r.remember(client, author{})
	default:
		r.log.Warn("client cannot be looked up", "client", client, "err", err)
		r.refuseAll(client, wire.Errorf(wire.Unavailable, "the client cannot be looked up just now"))
	}
	r.resume()
	r.forget(client) // unless it was let in
}

// reached tells whether the durable version has everything that the client
// committed.
func (r *room) reached(client uuid.UUID) bool {
	a := r.authors[client]
	return a == nil || a.rev <= r.durable.rev
}

// refuseAll answers everything of a client that waits.
func (r *room) refuseAll(client uuid.UUID, e *wire.Error) {
	r.queue = slices.DeleteFunc(r.queue, func(req request) bool {
		_, leaving := req.(*leave)
		if leaving || req.client() != client {
			return false
		}
		req.refuse(e)
		return true
	})
}

// bind reserves a client id for its user, for the room's life (P3).
func (r *room) bind(client uuid.UUID, user string) *wire.Error {
	a := r.remember(client, author{})
	if a.user == "" {
		a.user = user
	}
	if a.user != user {
		return wire.Errorf(wire.ClientTaken, "this client id belongs to another user")
	}
	return nil
}

// remember returns what is known of a client; of one that is not, it is a.
func (r *room) remember(client uuid.UUID, a author) *author {
	if have := r.authors[client]; have != nil {
		return have
	}
	if len(r.authors) >= len(r.members)+len(r.batch.authors)+maxAbsent {
		for client := range r.authors {
			if !r.needs(client) {
				delete(r.authors, client)
			}
		}
	}
	r.authors[client] = &a
	return &a
}

// forget drops a client that can be looked up again, when nothing of it is
// left here: those who came, wrote and went would fill the memory otherwise.
func (r *room) forget(client uuid.UUID) {
	if a := r.authors[client]; a != nil && a.seq > 0 && !r.needs(client) {
		delete(r.authors, client)
	}
}

// needs tells whether a client is in the room, or something of it waits.
func (r *room) needs(client uuid.UUID) bool {
	_, underWay := r.lookups[client]
	return underWay || r.members[client] != nil || r.held[client] > 0 || r.batch.has(client)
}

// credit takes note of a client's change that has become durable. What a
// look-up under way will find may be older.
func (r *room) credit(e *entry) {
	a := r.authors[e.client]
	if _, underWay := r.lookups[e.client]; a == nil && underWay {
		a = r.remember(e.client, author{})
	}
	if a != nil {
		a.user, a.seq, a.rev = e.user, e.seq, e.rev
		r.forget(e.client)
	}
}

// fromStranger tells whether a request comes with the client id of another user.
// It does not keep its place among the requests of that one, whom it would hold
// up (P3).
func (r *room) fromStranger(req request) bool {
	a := r.authors[req.client()]
	if r.absent || a == nil || a.user == "" {
		return false
	}
	from, ok := req.(interface{ sender() string })
	return ok && from.sender() != a.user
}

func (l linked) sender() string { return l.link.session.User().ID }

func (s *submission) sender() string { return s.user }
