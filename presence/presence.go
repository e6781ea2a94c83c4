// Package presence keeps who is in a room and where their cursors are.
//
// A Set is moved through every change of the document, so that a cursor stays
// where its owner put it; people who look at it apply the same rule and need
// to be told of other moves only. It collects what has to be told and gives
// it out as one update for everyone. It does not tell the time: its owner
// does. A Set belongs to one goroutine.
package presence

import (
	"slices"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// StateInterval is how often a changed state of one client is told at most.
const StateInterval = time.Second

// Set is the presence of one room. The zero value is empty and ready.
type Set struct {
	peers map[uuid.UUID]*peer
	moved map[uuid.UUID]struct{} // cursors to tell
	left  map[uuid.UUID]struct{}
	stale map[uuid.UUID]struct{} // peers whose state is to be told
}

type peer struct {
	wire.Peer
	told time.Time // when its state was last told; zero: never
}

// Move puts a client's cursor at an offset of the current document, nil for
// none. A client that was not there joins.
func (s *Set) Move(client uuid.UUID, user wire.User, cursor *wire.Cursor) {
	p, joined := s.join(client, user)
	p.Cursor = cursor
	if !joined {
		mark(&s.moved, client)
	}
}

// SetState replaces what else is shown of a client. A client that was not
// there joins. The set keeps state.
func (s *Set) SetState(client uuid.UUID, user wire.User, state []byte) {
	p, joined := s.join(client, user)
	if joined || string(p.State) != string(state) {
		p.State = state
		mark(&s.stale, client)
	}
}

// Leave takes a client out. It tells whether it was there.
func (s *Set) Leave(client uuid.UUID) bool {
	if _, here := s.peers[client]; !here {
		return false
	}
	delete(s.peers, client)
	delete(s.moved, client)
	delete(s.stale, client)
	mark(&s.left, client)
	return true
}

// manyParts is how long an op is that moves all cursors in one pass; a shorter
// one is quicker with each cursor by itself.
const manyParts = 16

// Apply moves every cursor through a change (S7): its author's as its own,
// the others' as not own.
func (s *Set) Apply(op ot.Delta, author uuid.UUID) {
	if len(op) >= manyParts && len(s.peers) > 1 {
		s.applyLong(op, author)
		return
	}
	for client, p := range s.peers {
		if p.Cursor != nil {
			p.Cursor = through(op, *p.Cursor, client == author)
		}
	}
}

func through(op ot.Delta, c wire.Cursor, own bool) *wire.Cursor {
	return &wire.Cursor{Anchor: op.TransformCursor(c.Anchor, own), Head: op.TransformCursor(c.Head, own)}
}

// applyLong goes through a long op once for all cursors but its author's.
func (s *Set) applyLong(op ot.Delta, author uuid.UUID) {
	var places []int
	for client, p := range s.peers {
		if p.Cursor != nil && client != author {
			places = append(places, p.Cursor.Anchor, p.Cursor.Head)
		}
	}
	slices.Sort(places)
	before := slices.Compact(places)
	after := slices.Clone(before)
	op.TransformPositions(after, true)
	moved := func(place int) int {
		i, _ := slices.BinarySearch(before, place)
		return after[i]
	}
	for client, p := range s.peers {
		switch {
		case p.Cursor == nil:
		case client == author:
			p.Cursor = through(op, *p.Cursor, true)
		default:
			p.Cursor = &wire.Cursor{Anchor: moved(p.Cursor.Anchor), Head: moved(p.Cursor.Head)}
		}
	}
}

// Peers returns everyone, as of now.
func (s *Set) Peers() map[uuid.UUID]wire.Peer {
	peers := make(map[uuid.UUID]wire.Peer, len(s.peers))
	for client, p := range s.peers {
		peers[client] = p.Peer
	}
	return peers
}

// Pending tells when there is something to tell at the earliest: zero where
// there is nothing, else a time that may have passed.
func (s *Set) Pending(now time.Time) time.Time {
	if len(s.moved) > 0 || len(s.left) > 0 {
		return now
	}
	var first time.Time
	for client := range s.stale {
		due := s.peers[client].told.Add(StateInterval)
		if due.Before(now) {
			return now
		}
		if first.IsZero() || due.Before(first) {
			first = due
		}
	}
	return first
}

// Take returns what has to be told now and takes it as told: cursors that
// moved, and peers that changed, nil for one that left. Both may be empty.
func (s *Set) Take(now time.Time) (cursors map[uuid.UUID]*wire.Cursor, peers map[uuid.UUID]*wire.Peer) {
	peers = make(map[uuid.UUID]*wire.Peer, len(s.left)+len(s.stale))
	for client := range s.left {
		peers[client] = nil
	}
	clear(s.left)
	for client := range s.stale {
		p := s.peers[client]
		if now.Sub(p.told) < StateInterval {
			continue
		}
		told := p.Peer
		peers[client] = &told
		p.told = now
		delete(s.stale, client)
		delete(s.moved, client)
	}
	cursors = make(map[uuid.UUID]*wire.Cursor, len(s.moved))
	for client := range s.moved {
		if s.peers[client].told.IsZero() {
			continue // comes with its peer
		}
		cursors[client] = s.peers[client].Cursor
	}
	clear(s.moved)
	return cursors, peers
}

func (s *Set) join(client uuid.UUID, user wire.User) (p *peer, joined bool) {
	if p, here := s.peers[client]; here {
		if p.User != user {
			p.User = user
			mark(&s.stale, client)
		}
		return p, false
	}
	if s.peers == nil {
		s.peers = make(map[uuid.UUID]*peer)
	}
	p = &peer{Peer: wire.Peer{User: user}}
	s.peers[client] = p
	mark(&s.stale, client)
	return p, true
}

func mark(set *map[uuid.UUID]struct{}, client uuid.UUID) {
	if *set == nil {
		*set = make(map[uuid.UUID]struct{})
	}
	(*set)[client] = struct{}{}
}
