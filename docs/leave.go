package docs

import (
	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// leave takes a session out of the room.
type leave struct{ linked }

func (l *leave) ready(r *room) bool   { return !r.batch.has(l.client()) }
func (l *leave) refuse(e *wire.Error) { l.done() }

func (l *leave) run(r *room) {
	if r.has(l.link) {
		r.remove(l.client())
	}
	l.done()
}

// review looks again at what a session may do.
type review struct{ linked }

func (v *review) ready(r *room) bool   { return true }
func (v *review) refuse(e *wire.Error) { v.done() }

func (v *review) run(r *room) {
	defer v.done()
	if !r.has(v.link) {
		return
	}
	m, access := r.members[v.client()], v.link.session.Access(r.id)
	switch {
	case access == m.access:
	case access < auth.Read:
		r.remove(v.client())
		v.link.left(r)
		m.session.Send(wire.Closed(r.id, wire.Forbidden))
	default:
		m.access = access
		m.session.Send(wire.AccessChanged(r.id, access.String()))
	}
}

// has tells whether a session is in the room.
func (r *room) has(l *Link) bool {
	m := r.members[l.session.Client()]
	return m != nil && m.link == l
}

func (r *room) remove(client uuid.UUID) {
	delete(r.members, client)
	r.people.Leave(client)
	r.forget(client)
}
