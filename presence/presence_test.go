package presence_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/presence"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

var (
	ann   = wire.User{ID: "ann", Name: "Ann"}
	one   = uuid.UUID{15: 1}
	two   = uuid.UUID{15: 2}
	start = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
)

func cursor(anchor, head int) *wire.Cursor { return &wire.Cursor{Anchor: anchor, Head: head} }

func TestS7JoinMoveLeave(t *testing.T) {
	t.Parallel()
	var s presence.Set
	if !s.Pending(start).IsZero() {
		t.Error("an empty set has something to tell")
	}
	s.Move(one, ann, cursor(1, 2))
	if due := s.Pending(start); due.IsZero() || due.After(start) {
		t.Errorf("who joins is told at %v", due)
	}
	cursors, peers := s.Take(start)
	if len(cursors) != 0 || len(peers) != 1 || peers[one].User != ann || *peers[one].Cursor != (wire.Cursor{Anchor: 1, Head: 2}) {
		t.Errorf("joined: %v, %v", cursors, peers)
	}
	s.Move(one, ann, nil)
	cursors, peers = s.Take(start)
	if c, told := cursors[one]; !told || c != nil || len(peers) != 0 {
		t.Errorf("moved: %v, %v", cursors, peers)
	}
	if !s.Leave(one) || s.Leave(one) || s.Leave(two) {
		t.Error("who was there to leave")
	}
	cursors, peers = s.Take(start)
	if p, told := peers[one]; !told || p != nil || len(cursors) != 0 {
		t.Errorf("left: %v, %v", cursors, peers)
	}
	if cursors, peers = s.Take(start); len(cursors)+len(peers) != 0 || !s.Pending(start).IsZero() {
		t.Errorf("told twice: %v, %v", cursors, peers)
	}
}

// S7: a changed state is told once a second at most; cursors are not held up
// by it.
func TestS7StateOnceASecond(t *testing.T) {
	t.Parallel()
	var s presence.Set
	s.SetState(one, ann, []byte(`{"n":1}`))
	s.Take(start)
	soon := start.Add(300 * time.Millisecond)
	s.SetState(one, ann, []byte(`{"n":2}`))
	s.Move(one, ann, cursor(3, 3))
	cursors, peers := s.Take(soon)
	if len(cursors) != 1 || len(peers) != 0 {
		t.Errorf("too soon: %v, %v", cursors, peers)
	}
	due := start.Add(presence.StateInterval)
	if got := s.Pending(soon); !got.Equal(due) {
		t.Errorf("due at %v, want %v", got, due)
	}
	s.SetState(one, ann, []byte(`{"n":3}`))
	if _, peers = s.Take(due); len(peers) != 1 || string(peers[one].State) != `{"n":3}` {
		t.Errorf("when it is due: %v", peers)
	}
	s.SetState(one, ann, []byte(`{"n":3}`))
	if !s.Pending(due).IsZero() {
		t.Error("the same state again is a change")
	}
}

// S7: what was told is not changed by what comes after: frames are encoded
// from it.
func TestS7TakenIsACopy(t *testing.T) {
	t.Parallel()
	var s presence.Set
	s.Move(one, ann, cursor(4, 4))
	all := s.Peers()
	_, peers := s.Take(start)
	s.Apply(ot.Delta{ot.Insert("xx", nil)}, two)
	s.Move(one, ann, cursor(9, 9))
	if peers[one].Cursor.Head != 4 || all[one].Cursor.Head != 4 {
		t.Errorf("changed: %v, %v", peers[one].Cursor, all[one].Cursor)
	}
}

// view is what somebody sees who starts from the peers of an opened and
// follows presence messages and changes, as the protocol tells a client to.
type view map[uuid.UUID]wire.Peer

func (v view) follow(cursors map[uuid.UUID]*wire.Cursor, peers map[uuid.UUID]*wire.Peer) {
	for id, c := range cursors {
		p := v[id]
		p.Cursor = c
		v[id] = p
	}
	for id, p := range peers {
		if p == nil {
			delete(v, id)
		} else {
			v[id] = *p
		}
	}
}

func (v view) apply(op ot.Delta, author uuid.UUID) {
	for id, p := range v {
		if p.Cursor != nil {
			p.Cursor = cursor(op.TransformCursor(p.Cursor.Anchor, id == author), op.TransformCursor(p.Cursor.Head, id == author))
			v[id] = p
		}
	}
}

func (v view) String() string {
	text := ""
	for id := byte(0); id < 4; id++ {
		if p, here := v[uuid.UUID{15: id}]; here {
			text += fmt.Sprintf("%d %s %s ", id, p.User.Name, p.State)
			if p.Cursor != nil {
				text += fmt.Sprint(*p.Cursor)
			}
			text += "; "
		}
	}
	return text
}

// S7: whatever happens, whoever follows sees what the room has once everything
// is told; late-comers start from there; states are not told more often than
// once a second.
func TestS7FollowersAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s presence.Set
		now := start
		first := view{}
		views := []view{first}
		told := map[uuid.UUID]time.Time{}
		present := map[uuid.UUID]bool{}
		take := func() {
			cursors, peers := s.Take(now)
			for id, p := range peers {
				if p == nil {
					delete(told, id)
					continue
				}
				if last, before := told[id]; before && now.Sub(last) < presence.StateInterval {
					t.Fatalf("the state of %v is told again after %v", id, now.Sub(last))
				}
				told[id] = now
			}
			for _, v := range views {
				v.follow(cursors, peers)
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := uuid.UUID{15: byte(rapid.IntRange(0, 3).Draw(t, "client"))}
			user := wire.User{ID: "u", Name: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")}
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0, 1:
				var c *wire.Cursor
				if rapid.Bool().Draw(t, "has a cursor") {
					c = cursor(rapid.IntRange(0, 20).Draw(t, "anchor"), rapid.IntRange(0, 20).Draw(t, "head"))
				}
				s.Move(id, user, c)
				present[id] = true
			case 2:
				s.SetState(id, user, fmt.Appendf(nil, `{"n":%d}`, rapid.IntRange(0, 2).Draw(t, "state")))
				present[id] = true
			case 3:
				if s.Leave(id) != present[id] {
					t.Fatalf("%v was there: %v", id, present[id])
				}
				delete(present, id)
				delete(told, id) // who comes back is told at once
			case 4:
				op := ot.Delta{ot.Retain(rapid.IntRange(1, 10).Draw(t, "at"), nil), ot.Insert("xy", nil)}
				if rapid.Bool().Draw(t, "deletes") {
					op[1] = ot.Delete(rapid.IntRange(1, 5).Draw(t, "length"))
				}
				for range rapid.SampledFrom([]int{0, 10}).Draw(t, "more parts") {
					op = append(op, ot.Retain(1, nil), ot.Insert("z", nil), ot.Delete(rapid.IntRange(0, 2).Draw(t, "length")))
				}
				s.Apply(op, id)
				for _, v := range views {
					v.apply(op, id)
				}
			case 5:
				now = now.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "ms")) * time.Millisecond)
				take()
			case 6:
				views = append(views, maps.Clone(view(s.Peers())))
			}
		}
		for range 5 {
			due := s.Pending(now)
			if due.IsZero() {
				break
			}
			if due.After(now) {
				now = due
			}
			take()
		}
		if due := s.Pending(now); !due.IsZero() {
			t.Fatalf("something is still to be told at %v", due)
		}
		want := view(s.Peers()).String()
		for i, v := range views {
			if v.String() != want {
				t.Fatalf("follower %d sees %s, the room has %s", i, v, want)
			}
		}
	})
}
