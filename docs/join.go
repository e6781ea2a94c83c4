package docs

import (
	"sync"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// member is a session in a room.
type member struct {
	session Session
	link    *Link
	access  auth.Access // as it was told last
	sent    int64       // up to here it has been sent everything, at least
}

// join asks to be let in, afresh or resuming.
type join struct {
	linked
	open wire.Open
	nth  uint32 // among all that the link opened

	look int // at the store's head that this waits for, see upToDate
	resume
}

func (j *join) ready(r *room) bool {
	if r.absent {
		return !r.busy
	}
	return j.upToDate(r) && r.known(j.client()) && r.reached(j.client()) && !r.batch.has(j.client()) && j.reachesBack(r)
}

// upToDate sees that, where other servers may write, an open is answered from
// what the store has now and not from what this server knew last. It takes a
// look at the head that began after the open came; one look serves all that
// wait for it.
func (j *join) upToDate(r *room) bool {
	if !r.hub.Shared {
		return true
	}
	if j.look == 0 {
		j.look = r.looks + 1
	}
	if r.looked >= j.look {
		return true
	}
	if !r.busy {
		r.busy = true
		r.catchUp()
	}
	return false
}

func (j *join) refuse(e *wire.Error) {
	j.link.shut(j.open.Doc, func(d door) bool { return d.nth == j.nth })
	j.answer(j.open.Doc, 0, e)
	j.done()
}

func (j *join) run(r *room) {
	err := j.enter(r)
	switch {
	case err == nil: // it is in, or waits
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
		r.admit(j) // another server may have made it, and the client written there
		return nil
	}
	if err := r.bind(s.Client(), s.User().ID); err != nil {
		return err
	}
	if err := j.readFailed(); err != nil {
		return err
	}
	if m := r.members[s.Client()]; m != nil && m.session != s {
		r.people.Leave(s.Client())
	}
	if r.has(j.link) && !j.open.Resume {
		r.hub.metrics.mispredicted.Inc() // nothing else makes a client ask again for what it has
	}
	r.members[s.Client()] = &member{session: s, link: j.link, access: access, sent: j.base(r)}
	s.Send(j.opened(r, access))
	j.done()
	return nil
}

// base is the revision that the session stands on before the answer comes.
func (j *join) base(r *room) int64 {
	if j.resumes(r) {
		return j.open.Rev
	}
	return r.durable.rev
}

// opened is the answer to the open, as of the durable version.
func (j *join) opened(r *room, access auth.Access) *wire.Frame {
	o := &wire.Opened{
		Doc: r.id, Type: r.typ.String(), Epoch: r.epoch, Rev: r.durable.rev, At: r.durable.at,
		Access: access.String(), Seq: r.authors[j.client()].seq, Presence: r.people.Peers(),
	}
	if j.resumes(r) {
		o.From, o.Changes = j.open.Rev, j.changes(r)
		return wire.OpenedAnswer(o)
	}
	if r.content == nil || r.content.rev != r.durable.rev {
		r.content = &content{rev: r.durable.rev, doc: r.durable.doc}
	}
	if size := r.durable.doc.Len(); size > encodedHere {
		return wire.OpenedLater(o, size, r.content.encode)
	}
	o.Content = r.content.encode()
	return wire.OpenedAnswer(o)
}

// encodedHere is how long a document is whose content the room encodes, in
// UTF-16 code units. A longer one is encoded by whoever writes the answer.
const encodedHere = 8 << 10

// content is the JSON of a version, made once for all who open the document at
// it. It is safe for concurrent use.
type content struct {
	rev  int64
	once sync.Once
	doc  ot.Document // until it is encoded
	json []byte
}

func (c *content) encode() []byte {
	c.once.Do(func() {
		c.json = otjson.Append(nil, c.doc.Content())
		c.doc = ot.Document{}
	})
	return c.json
}

// internal is a request of the room's own making.
type internal func(r *room)

func (internal) client() uuid.UUID    { return uuid.Nil }
func (internal) ready(r *room) bool   { return true }
func (f internal) run(r *room)        { f(r) }
func (internal) refuse(e *wire.Error) {}
