package client

import "github.com/coscribe/coscribe/ot"

// rejoin takes content where a resume was asked for: the base was lost, or a
// prediction failed (S6, S9).
func (s *State) rejoin(o *Opened) error {
	if o.Epoch != s.epoch {
		s.draft()
		return s.adopt(o)
	}
	if o.Seq > s.seq+1 || o.Seq == s.seq+1 && !s.submitted {
		return violation("P3", "opened with seq %d, this client sent %d at most", o.Seq, s.seq)
	}
	mine := s.base
	if o.Seq == s.seq+1 { // what was in flight is in the content already
		first := s.drop()
		var err error
		if mine, err = mine.Apply(first.op); err != nil {
			return err
		}
		s.emit(Acknowledged{Seq: o.Seq, Edits: first.edits})
	}
	theirs, err := ot.NewDocument(o.Content)
	if err != nil {
		return violation("P6", "content of revision %d: %v", o.Rev, err)
	}
	s.over(diff(mine.Content(), theirs.Content()))
	s.emit(Rebased{Rev: o.Rev})
	submitted := s.submitted // what was sent once stays as it is (S2)
	err = s.adopt(o)
	s.submitted = submitted
	return err
}

// takeBack removes the op in flight, which the server refused as invalid, from
// under the buffer.
func (s *State) takeBack(code Code) error {
	first := s.drop()
	with, err := s.base.Apply(first.op)
	if err != nil {
		return err
	}
	s.emit(Refused{Code: code, Op: first.op, Edits: first.edits})
	undo := s.over(diff(with.Content(), s.base.Content()))
	s.view, err = s.view.Apply(undo)
	return err
}
