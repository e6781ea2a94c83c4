package docs

import (
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// presenceChange is what a session wants others to see of it.
type presenceChange struct {
	linked
	wire.Presence
}

func (p *presenceChange) ready(r *room) bool { return !r.batch.has(p.client()) }

func (p *presenceChange) run(r *room) {
	if err := p.apply(r); err != nil {
		p.answer(p.Doc, 0, err)
	}
	p.done()
}

func (p *presenceChange) refuse(e *wire.Error) {
	p.answer(p.Doc, 0, e)
	p.done()
}

func (p *presenceChange) apply(r *room) *wire.Error {
	s := p.link.session
	if !r.has(p.link) {
		return errNotOpen()
	}
	if err := r.reachable(p.Rev); err != nil {
		return err
	}
	if p.HasState && p.State == nil {
		r.people.Leave(s.Client())
		return nil
	}
	if p.HasState {
		r.people.SetState(s.Client(), s.User(), p.State)
	}
	if p.HasCursor {
		r.people.Move(s.Client(), s.User(), r.place(p.Cursor, p.Rev, s.Client()))
	}
	return nil
}

// place moves a cursor set on a revision to the head; what is past the end is
// clamped (S7).
func (r *room) place(c *wire.Cursor, rev int64, client uuid.UUID) *wire.Cursor {
	if c == nil {
		return nil
	}
	length := r.lengthAt(rev)
	placed := wire.Cursor{Anchor: min(c.Anchor, length), Head: min(c.Head, length)}
	for _, e := range r.window.since(rev) {
		own := e.client == client
		placed.Anchor = e.op.TransformCursor(placed.Anchor, own)
		placed.Head = e.op.TransformCursor(placed.Head, own)
	}
	return &placed
}

// look is a question about who is there.
type look struct {
	answer chan<- Present
}

// Present is who is in a document's room, cursors as of a revision.
type Present struct {
	Rev   int64
	Peers map[uuid.UUID]wire.Peer
	err   *wire.Error
}

func (l *look) client() uuid.UUID    { return uuid.Nil }
func (l *look) ready(r *room) bool   { return true }
func (l *look) refuse(e *wire.Error) { l.answer <- Present{err: e} }

func (l *look) run(r *room) {
	if r.absent {
		l.refuse(errNoDocument())
		return
	}
	l.answer <- Present{Rev: r.durable.rev, Peers: r.people.Peers()}
}
