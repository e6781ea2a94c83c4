package client

import (
	"github.com/coscribe/coscribe/ot"
)

// Opened takes the answer to an open.
func (s *State) Opened(o *Opened) error {
	if s.phase != phaseOpening {
		return violation("C3", "opened without an open")
	}
	if s.joined {
		s.emit(Resumed{Seq: o.Seq, Known: s.seq})
	}
	var err error
	switch {
	case !s.joined && o.Fresh:
		err = s.adopt(o)
	case o.Fresh:
		err = s.rejoin(o)
	case !s.joined || s.fresh:
		err = violation("C3", "a resume answers an open that asked for the content")
	default:
		err = s.resume(o)
	}
	if err != nil {
		return err
	}
	s.access, s.peers, s.own.told = o.Access, o.Peers, false
	return nil
}

// adopt begins with the content of o. Nothing is pending, or what is pending
// has been rebased onto it.
func (s *State) adopt(o *Opened) error {
	base, err := ot.NewDocument(o.Content)
	if err != nil {
		return violation("P6", "content of revision %d: %v", o.Rev, err)
	}
	s.typ, s.epoch, s.rev, s.at, s.seq = o.Type, o.Epoch, o.Rev, o.At, o.Seq
	s.base, s.view = base, base
	for _, p := range s.pending {
		if s.view, err = s.view.Apply(p.op); err != nil {
			return err
		}
	}
	s.joined, s.fresh, s.submitted, s.waiting, s.ackRev = true, false, false, false, 0
	s.phase = phaseOpen
	return nil
}

// resume takes what came after the revision that was asked for.
func (s *State) resume(o *Opened) error {
	if o.Epoch != s.epoch || o.Type != s.typ || o.From != s.rev {
		return violation("S5", "resume from %d of %s, asked for %d of %s", o.From, o.Epoch, s.rev, s.epoch)
	}
	s.phase, s.ackRev = phaseOpen, 0
	squashed := false
	for _, c := range o.Changes {
		squashed = squashed || c.From < c.Rev-1
		if squashed && c.Client == s.client {
			return violation("S5", "own change %d in or behind a squashed run", c.Rev)
		}
		if err := s.change(c); err != nil {
			return err
		}
		if s.phase != phaseOpen {
			return nil // mispredicted; a fresh open follows
		}
	}
	switch {
	case s.rev != o.Rev || !s.at.Equal(o.At):
		return violation("P1", "resume ends at %d (%v), announced %d (%v)", s.rev, s.at, o.Rev, o.At)
	case s.seq != o.Seq:
		return violation("P3", "resume ends with seq %d, announced %d", s.seq, o.Seq)
	}
	s.waiting = false // opened is a barrier (C3): what is not in it never will be
	return nil
}

// Changes takes the changes of one frame.
func (s *State) Changes(frame []Change) error {
	for _, c := range frame {
		if s.phase != phaseOpen {
			return nil // the opened that is under way covers them
		}
		if c.From != c.Rev-1 {
			return violation("S5", "squashed change %d on a live stream", c.Rev)
		}
		if err := s.change(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *State) change(c Change) error {
	switch {
	case c.From != s.rev || c.Rev <= c.From:
		return violation("P1", "change from %d to %d at revision %d", c.From, c.Rev, s.rev)
	case c.At.Before(s.at):
		return violation("P1", "change %d at %v, the one before at %v", c.Rev, c.At, s.at)
	}
	base, err := s.base.Apply(c.Op)
	if err != nil {
		return violation("P6", "change %d does not fit: %v", c.Rev, err)
	}
	s.emit(Committed{c})
	s.movePeers(c)
	if c.Client == s.client {
		return s.acknowledge(c, base)
	}
	if s.view, err = s.view.Apply(s.over(c.Op)); err != nil {
		return err
	}
	s.base, s.rev, s.at = base, c.Rev, c.At
	if s.ackRev != 0 && s.rev >= s.ackRev {
		return violation("S4", "op %d was acknowledged as revision %d, which is another change", s.seq+1, s.ackRev)
	}
	return nil
}

// acknowledge takes this client's own change, its acknowledgement. base is the
// document with it.
func (s *State) acknowledge(c Change, base ot.Document) error {
	switch {
	case !s.submitted || c.Seq != s.seq+1:
		return violation("P3", "own change %d has seq %d, in flight is %d (%v)", c.Rev, c.Seq, s.seq+1, s.submitted)
	case s.ackRev != 0 && c.Rev != s.ackRev:
		return violation("S4", "op %d is revision %d, acknowledged as %d", c.Seq, c.Rev, s.ackRev)
	}
	first := s.drop()
	s.rev, s.at, s.seq = c.Rev, c.At, c.Seq
	s.emit(Acknowledged{Seq: c.Seq, Rev: c.Rev, Edits: first.edits})
	if first.op.Equal(c.Op.Normalize()) {
		s.base = base
		return nil
	}
	// The buffer stands on the op as it was predicted: keep that as the base,
	// so that the fresh content is compared with what the buffer knows (S9).
	s.emit(Mispredicted{Seq: c.Seq, Rev: c.Rev, Want: first.op, Got: c.Op})
	predicted, err := s.base.Apply(first.op)
	s.base = predicted
	s.phase, s.fresh = phaseLeft, true
	return err
}

// over moves everything pending over op, a change of someone else, and returns
// op as it applies to the view (P5).
func (s *State) over(op ot.Delta) ot.Delta {
	for i := range s.pending {
		p := &s.pending[i]
		p.op, op = op.Transform(p.op, true), p.op.Transform(op, false)
	}
	s.own.cursor = s.own.cursor.moved(op, false)
	return op
}

// Ack takes the answer to a repeat (S4).
func (s *State) Ack(rev, seq int64) error {
	switch {
	case seq > s.seq+1 || seq == s.seq+1 && !s.submitted:
		return violation("P3", "ack of seq %d, the last is %d", seq, s.seq)
	case seq <= s.seq || s.phase != phaseOpen:
		return nil // its change, or an opened, has said or will say so
	case rev <= s.rev:
		return violation("S4", "ack of seq %d as revision %d, which went by at %d as another's", seq, rev, s.rev)
	}
	s.ackRev = rev
	return nil
}

// Refuse takes an error that names the document. It reports whether the
// refused may be tried again after a back-off: then call [State.Retry].
func (s *State) Refuse(e *Error) (retry bool, err error) {
	switch {
	case e.Seq != 0:
		return s.refuseOp(e)
	case s.phase == phaseOpening:
		return s.refuseOpen(e)
	case e.Code == CodeStale:
		return false, nil // a cursor from too long ago; the next one will do
	}
	return false, e
}

func (s *State) refuseOp(e *Error) (retry bool, err error) {
	if e.Seq <= s.seq && e.unknownFate() {
		return false, nil // said of a repeat; the first one has been committed
	}
	if !s.submitted || e.Seq != s.seq+1 {
		return false, violation("S2", "error %s for seq %d, in flight is %d (%v)", e.Code, e.Seq, s.seq+1, s.submitted)
	}
	switch {
	case e.unknownFate():
		return true, nil
	case e.Code == CodeInvalidOp || e.Code == CodeTooLarge:
		return false, s.takeBack(e.Code)
	case e.Code == CodeStale:
		s.phase = phaseLeft // resume, rebase
		return false, nil
	case e.Code == CodeForbidden:
		s.access = "read" // it waits for an access that allows it
		s.waiting = false
		return false, nil
	}
	return false, e
}

func (s *State) refuseOpen(e *Error) (retry bool, err error) {
	switch {
	case e.unknownFate():
		s.phase = phaseLeft
		return true, nil
	case e.Code == CodeNotFound:
		s.Closed()
	}
	return false, e
}
