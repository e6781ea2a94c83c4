package docs

import (
	"errors"
	"slices"

	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// maxAuthors is how many clients a room remembers before it forgets those who
// have left: they are looked up again. What is lost with them is whom a
// client id belongs to that never committed anything.
const maxAuthors = 10_000

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
	if client == uuid.Nil || r.allAuthors || r.authors[client] != nil {
		return true
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
	a := r.authors[client]
	if a == nil {
		r.forgetAuthors()
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

// forgetAuthors makes space where too many clients have come and gone.
func (r *room) forgetAuthors() {
	if len(r.authors) < maxAuthors {
		return
	}
	r.allAuthors = false
	for client := range r.authors {
		if r.members[client] == nil && !r.batch.has(client) {
			delete(r.authors, client)
		}
	}
}
