package client

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/ot"
)

// moved returns the range after op, its owner's own or someone else's (S7).
func (r *Range) moved(op ot.Delta, own bool) *Range {
	if r == nil {
		return nil
	}
	return &Range{Anchor: op.TransformCursor(r.Anchor, own), Head: op.TransformCursor(r.Head, own)}
}

// clamped returns the range within a document of that length.
func (r *Range) clamped(length int) *Range {
	if r == nil {
		return nil
	}
	return &Range{Anchor: min(r.Anchor, length), Head: min(r.Head, length)}
}

// ownPresence is what others should see of this client, and what the server
// has of it.
type ownPresence struct {
	placed bool           // there is something to tell at all
	cursor *Range         // in view
	state  jsontext.Value // an object, nil for none yet
	told   bool           // the server has heard of state, and of a cursor:
	shown  *Range         // … which has moved with the changes to here
}

// movePeers moves the cursors that the server keeps through a change: the
// others' as they are shown here, and this client's as it is shown there.
func (s *State) movePeers(c Change) {
	for id, p := range s.peers {
		p.Cursor = p.Cursor.moved(c.Op, id == c.Client)
	}
	s.own.shown = s.own.shown.moved(c.Op, s.client == c.Client)
}

// presence takes who moved, came or left. Cursors are as of the last revision
// that the server has sent (S7).
func (s *State) presence(p *presence) error {
	if s.phase != phaseOpen {
		return nil // the opened that is under way brings everyone
	}
	if p.rev != s.rev {
		return violation("S7", "presence of revision %d after revision %d", p.rev, s.rev)
	}
	for id, peer := range p.peers {
		switch {
		case peer == nil:
			delete(s.peers, id)
		default:
			s.peers[id] = peer
		}
	}
	for id, r := range p.cursors {
		if r != nil && max(r.Anchor, r.Head) > s.base.Len() {
			return violation("S7", "cursor %v past the end %d", *r, s.base.Len())
		}
		peer := s.peers[id]
		switch {
		case peer != nil:
			peer.Cursor = r
		case id != s.client:
			return violation("S7", "cursor of %s, who is not here", id)
		}
	}
	return nil
}

// SetPresence places this client's own cursor in View, nil for none, and says
// what else others should see: an object, or nil for what it was. Offsets past
// the end are clamped.
func (s *State) SetPresence(cursor *Range, state jsontext.Value) {
	s.own.placed = true
	s.own.cursor = cursor.clamped(s.view.Len())
	if state != nil {
		s.own.state = state.Clone()
		s.own.told = false
	}
}

// Presence is a presence message to send.
type Presence struct {
	Rev    int64
	Cursor *Range
	State  jsontext.Value
}

// NextPresence returns the presence to send now, if one is due, and takes it
// for sent. None is while an op is unacknowledged (S7). Mostly the server moves
// the cursor as this client does; where the two differ, as they may after
// inserts of two clients at one place, the client says so.
func (s *State) NextPresence() (Presence, bool) {
	if !s.own.placed || !s.Synchronised() || s.own.told && sameRange(s.own.shown, s.own.cursor) {
		return Presence{}, false
	}
	p := Presence{Rev: s.rev, Cursor: s.own.cursor}
	if !s.own.told {
		p.State = s.own.state
	}
	s.own.told, s.own.shown = true, s.own.cursor
	return p, true
}

func sameRange(a, b *Range) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// Cursor is this client's own, in View.
func (s *State) Cursor() *Range { return s.own.cursor }

// Peers are the others in the room, cursors in View.
func (s *State) Peers() map[string]Peer {
	peers := make(map[string]Peer, len(s.peers))
	for id, p := range s.peers {
		if id == s.client {
			continue
		}
		shown := *p
		for _, mine := range s.pending {
			shown.Cursor = shown.Cursor.moved(mine.op, false)
		}
		peers[id] = shown
	}
	return peers
}
