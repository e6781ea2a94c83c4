package client

import (
	"slices"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
)

// State is one client's side of one document, as a pure state machine.
//
//	           edit                    edit
//	synchronised ──▶ awaiting ─────────▶ awaiting with buffer
//	      ▲             │  own change          │  own change: the first of
//	      └─────────────┘                      │  the buffer is sent
//	                    ▲──────────────────────┘
//
// pending holds what the server has not acknowledged, oldest first. Its first
// op may have been submitted under the seq that follows seq; from then on it
// changes by transformation alone (S2). The rest is the buffer.
//
// Inputs are [State.Edit], [State.Opened], [State.Changes], [State.Ack],
// [State.Refuse], [State.Access], [State.Closed], [State.Disconnected] and
// [State.Retry]; after any of them ask [State.OpenRequest], [State.Next] and
// [State.NextPresence] for what to send and [State.TakeEvents] for what has happened.
//
// An error from an input is final: the server broke a rule, or refused what
// cannot be mended. A State is not safe for concurrent use.
type State struct {
	client  string
	compose bool
	limit   int // bytes that a composed op may have

	phase  phase
	joined bool // base is there
	fresh  bool // the next open has to be a fresh one
	gone   bool // deleted, or not readable any more

	typ    ot.Type
	epoch  string
	rev    int64
	at     time.Time
	access string
	seq    int64       // the last acknowledged
	base   ot.Document // the document at rev
	view   ot.Document // base with everything pending: what the person sees

	pending   []pending
	submitted bool  // pending[0] has been sent under seq+1, on some connection
	waiting   bool  // … on this one, and nothing has been heard of it
	ackRev    int64 // an ack named a revision not reached yet (S4); 0 for none

	own    ownPresence
	peers  map[string]*Peer
	events []Event
}

type phase int

const (
	phaseLeft    phase = iota // not open on this connection
	phaseOpening              // an open is under way
	phaseOpen
)

// pending is one op that is not acknowledged, as it applies behind the ones
// before it.
type pending struct {
	op    ot.Delta
	edits int // local edits composed into it
}

// Submission is an op to send.
type Submission struct {
	Rev, Seq int64
	Op       ot.Delta
}

// OpenRequest is an open to send: a fresh join, or a resume after Rev.
type OpenRequest struct {
	Type   ot.Type
	Resume bool
	Rev    int64
	Epoch  string
	At     time.Time
}

// NewState returns the state of a document of which nothing is known yet, as
// seen by the client of that UUID. typ is what to create it as where it does
// not exist. With compose, edits made while an op is in flight are composed
// into one; without, each becomes a change of its own.
func NewState(client string, typ ot.Type, compose bool) *State {
	return &State{client: client, typ: typ, compose: compose, limit: 32 << 10}
}

// SetMessageLimit sets limits.message as the server states it, in bytes. Ops
// are composed up to half of it, which leaves room for transformation.
func (s *State) SetMessageLimit(bytes int) { s.limit = bytes / 2 }

// Edit makes a local edit on the document as the person sees it. It may be
// made without a connection, once the document was open. An edit that does not
// fit the document, or no message, is refused and changes nothing.
func (s *State) Edit(op ot.Delta) error {
	switch {
	case !s.joined || s.gone:
		return ErrNotOpen
	case s.access == "read":
		return ErrReadOnly
	}
	if err := s.typ.Check(op); err != nil {
		return err
	}
	op = op.Normalize()
	if len(otjson.Append(nil, op)) > s.limit {
		return ErrTooLarge
	}
	view, err := s.view.Apply(op)
	if err != nil {
		return err
	}
	s.view = view
	s.own.cursor = s.own.cursor.moved(op, true)
	s.push(op)
	return nil
}

// push queues op, or composes it into the last of the buffer.
func (s *State) push(op ot.Delta) {
	last := len(s.pending) - 1
	if s.compose && last >= 0 && !(last == 0 && s.submitted) {
		both, err := s.pending[last].op.Compose(op)
		if err == nil && len(otjson.Append(nil, both)) <= s.limit {
			s.pending[last].op = both
			s.pending[last].edits++
			return
		}
	}
	s.pending = append(s.pending, pending{op: op, edits: 1})
}

// OpenRequest returns the open to send now, if one is due, and takes it for
// sent. Call it only while there is a connection.
func (s *State) OpenRequest() (OpenRequest, bool) {
	if s.phase != phaseLeft || s.gone {
		return OpenRequest{}, false
	}
	s.phase = phaseOpening
	if !s.joined || s.fresh {
		return OpenRequest{Type: s.typ}, true
	}
	return OpenRequest{Type: s.typ, Resume: true, Rev: s.rev, Epoch: s.epoch, At: s.at}, true
}

// Next returns the op to send now, if one is due, and takes it for sent. There
// is never more than one in flight (S1); one whose fate is unknown comes again
// with the seq it had (S2).
func (s *State) Next() (Submission, bool) {
	if s.phase != phaseOpen || s.waiting || len(s.pending) == 0 || s.access == "read" {
		return Submission{}, false
	}
	s.submitted, s.waiting = true, true
	return Submission{Rev: s.rev, Seq: s.seq + 1, Op: s.pending[0].op}, true
}

// Retry allows the op of that seq to be sent again, after the back-off that
// [State.Refuse] asked for. It does nothing where the op has been acknowledged
// in the meantime.
func (s *State) Retry(seq int64) {
	if seq == s.seq+1 {
		s.waiting = false
	}
}

// Access takes a change of what this session may do.
func (s *State) Access(access string) { s.access = access }

// Closed takes the end of the document for this client: it was deleted, or may
// no longer be read. Unsent edits become a draft (S6).
func (s *State) Closed() {
	s.gone = true
	s.phase = phaseLeft
	s.waiting = false
	s.draft()
}

// Disconnected takes the loss of the connection.
func (s *State) Disconnected() {
	s.phase = phaseLeft
	s.waiting = false
	s.ackRev = 0
	s.peers, s.own.told = nil, false
}

// draft hands everything unacknowledged back to the person.
func (s *State) draft() {
	if len(s.pending) > 0 {
		d := Drafted{Base: s.base, Ops: make([]ot.Delta, len(s.pending)), Edits: s.edits()}
		for i, p := range s.pending {
			d.Ops[i] = p.op
		}
		s.emit(d)
	}
	s.pending, s.submitted, s.ackRev = nil, false, 0
}

// edits counts the local edits that are not acknowledged.
func (s *State) edits() int {
	n := 0
	for _, p := range s.pending {
		n += p.edits
	}
	return n
}

// drop takes the first op off, acknowledged or refused.
func (s *State) drop() pending {
	first := s.pending[0]
	s.pending = slices.Delete(s.pending, 0, 1)
	s.submitted, s.waiting, s.ackRev = false, false, 0
	return first
}

// Joined reports whether the document has ever been open.
func (s *State) Joined() bool { return s.joined }

// Open reports whether the document is open on this connection.
func (s *State) Open() bool { return s.phase == phaseOpen }

// Synchronised reports whether the document is open and everything
// acknowledged.
func (s *State) Synchronised() bool { return s.Open() && len(s.pending) == 0 }

// Unacknowledged counts the local edits without an acknowledgement.
func (s *State) Unacknowledged() int { return s.edits() }

// Rev is the last revision applied.
func (s *State) Rev() int64 { return s.rev }

// Seq is this client's last acknowledged seq.
func (s *State) Seq() int64 { return s.seq }

// Epoch is the document's.
func (s *State) Epoch() string { return s.epoch }

// View is the document as the person sees it.
func (s *State) View() ot.Document { return s.view }

// Base is the document at Rev, without what is not acknowledged.
func (s *State) Base() ot.Document { return s.base }
