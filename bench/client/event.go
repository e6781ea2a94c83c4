package client

import "github.com/coscribe/coscribe/ot"

// Event is something that happened to a document: one of the types below.
type Event interface{ event() }

// Committed tells of a change that the server sent, its own included. Its op
// is as the server sent it.
type Committed struct{ Change Change }

// Acknowledged tells that an op of this client is durable. Rev is 0 where the
// client met it in a document's content rather than as a change.
type Acknowledged struct {
	Seq, Rev int64
	Edits    int // the local edits that it holds
}

// Resumed tells that the document is open again. Seq is the last op of this
// client that the server has, Known the last that had been acknowledged before
// the connection was lost.
type Resumed struct{ Seq, Known int64 }

// Mispredicted tells that the client's own change came back different (S9).
type Mispredicted struct {
	Seq, Rev  int64
	Want, Got ot.Delta
}

// Refused tells that an op was refused as invalid and taken back.
type Refused struct {
	Code  Code
	Op    ot.Delta
	Edits int
}

// Rebased tells that the client's base was lost and its edits now stand on the
// content of Rev (S6).
type Rebased struct{ Rev int64 }

// Drafted hands back edits that cannot be rebased: the document is another one
// now, or gone (S6). Ops apply to Base one after the other.
type Drafted struct {
	Base  ot.Document
	Ops   []ot.Delta
	Edits int
}

func (Committed) event()    {}
func (Acknowledged) event() {}
func (Resumed) event()      {}
func (Mispredicted) event() {}
func (Refused) event()      {}
func (Rebased) event()      {}
func (Drafted) event()      {}

func (s *State) emit(e Event) { s.events = append(s.events, e) }

// TakeEvents returns what has happened since the last call and forgets it.
func (s *State) TakeEvents() []Event {
	events := s.events
	s.events = nil
	return events
}
