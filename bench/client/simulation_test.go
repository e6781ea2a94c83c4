package client

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/coscribe/coscribe/bench/typing"
	"github.com/coscribe/coscribe/ot"
)

// simulation is a fake network between the model and some clients: a queue in
// each direction, delivered, cut and joined again as rapid draws it.
type simulation struct {
	t     *rapid.T
	model *model
	nodes []*node
	rng   *rand.Rand
}

// node is one client at its end of the network.
type node struct {
	id     int
	state  *State
	online bool
	up     []any // to the server: OpenRequest or Submission
	down   []any // to the client: *Opened, []Change, ack or *Error
	typed  int

	joined                       bool // on the server's side
	acked, mispredicted, rebased int
	refused, drafted             int
}

type ack struct{ rev, seq int64 }

func (n *node) name() string { return string(rune('A' + n.id)) }

func newSimulation(t *rapid.T, typ ot.Type, clients int) *simulation {
	s := &simulation{t: t, model: newModel(typ), rng: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))}
	for i := range clients {
		n := &node{id: i}
		n.state = NewState(n.name(), typ, i%2 == 0)
		s.nodes = append(s.nodes, n)
	}
	return s
}

// must ends the test where the state machine reports a fault of the model.
func (s *simulation) must(n *node, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("client %s: %v", n.name(), err)
	}
	s.flush(n)
}

// flush queues what the client has to send.
func (s *simulation) flush(n *node) {
	for _, e := range n.state.TakeEvents() {
		switch e := e.(type) {
		case Acknowledged:
			n.acked += e.Edits
		case Mispredicted:
			n.mispredicted++
		case Rebased:
			n.rebased++
		case Refused:
			n.refused += e.Edits
		case Drafted:
			n.drafted += e.Edits
		}
	}
	if !n.online {
		return
	}
	if o, ok := n.state.OpenRequest(); ok {
		n.up = append(n.up, o)
	}
	if op, ok := n.state.Next(); ok {
		n.up = append(n.up, op)
	}
}

func (s *simulation) connect(n *node) {
	if !n.online {
		n.online = true
		s.flush(n)
	}
}

func (s *simulation) cut(n *node) {
	n.online, n.joined, n.up, n.down = false, false, nil, nil
	n.state.Disconnected()
}

func (s *simulation) edit(n *node) {
	if !n.state.Joined() {
		return
	}
	token := typing.Token(n.id, n.typed)
	op := typing.Edit(s.rng, n.state.View(), s.model.typ, token)
	n.typed++
	s.must(n, n.state.Edit(op))
}

// serve lets the server read one message of a client.
func (s *simulation) serve(n *node, squash bool) {
	if len(n.up) == 0 {
		return
	}
	msg := n.up[0]
	n.up = n.up[1:]
	switch msg := msg.(type) {
	case OpenRequest:
		n.joined = true
		n.down = append(n.down, s.model.open(n.name(), msg, squash))
	case Submission:
		frame, rev, refusal := s.model.submit(n.name(), msg)
		switch {
		case refusal != nil:
			n.down = append(n.down, refusal)
		case frame == nil:
			n.down = append(n.down, ack{rev, msg.Seq})
		}
		s.broadcast(frame)
	}
}

func (s *simulation) broadcast(frame []Change) {
	for _, n := range s.nodes {
		if n.joined && len(frame) > 0 {
			n.down = append(n.down, frame)
		}
	}
}

// deliver lets a client read one message.
func (s *simulation) deliver(n *node) {
	if len(n.down) == 0 {
		return
	}
	msg := n.down[0]
	n.down = n.down[1:]
	switch msg := msg.(type) {
	case *Opened:
		s.must(n, n.state.Opened(msg))
	case []Change:
		s.must(n, n.state.Changes(msg))
	case ack:
		s.must(n, n.state.Ack(msg.rev, msg.seq))
	case *Error:
		retry, err := n.state.Refuse(msg)
		if retry {
			n.state.Retry(msg.Seq)
		}
		s.must(n, err)
	}
}

// settle connects everyone and delivers everything.
func (s *simulation) settle() {
	for _, n := range s.nodes {
		s.connect(n)
	}
	for busy := true; busy; {
		busy = false
		for _, n := range s.nodes {
			for len(n.up)+len(n.down) > 0 {
				busy = true
				s.serve(n, false)
				s.deliver(n)
			}
		}
	}
}

// converged checks that all see the server's document.
func (s *simulation) converged() {
	s.t.Helper()
	for _, n := range s.nodes {
		switch {
		case !n.state.Synchronised():
			s.t.Fatalf("client %s is not synchronised", n.name())
		case n.state.Rev() != s.model.rev():
			s.t.Fatalf("client %s at revision %d, server at %d", n.name(), n.state.Rev(), s.model.rev())
		case !n.state.View().Content().Equal(s.model.head().Content()):
			s.t.Fatalf("client %s sees %v, server has %v", n.name(), n.state.View().Content(), s.model.head().Content())
		case n.acked+n.refused+n.drafted != n.typed:
			s.t.Fatalf("client %s typed %d, %d acknowledged, %d refused, %d drafted", n.name(), n.typed, n.acked, n.refused, n.drafted)
		}
	}
}

// tokens checks that everything typed is there exactly once.
func (s *simulation) tokens() {
	s.t.Helper()
	counts := typing.Count(s.model.head().Text())
	for _, n := range s.nodes {
		for i := range n.typed {
			if tok := typing.Token(n.id, i); counts[tok] != 1 {
				s.t.Fatalf("%s is there %d times in %s", tok, counts[tok], s.model)
			}
		}
	}
}

func types(t *rapid.T) ot.Type {
	return rapid.SampledFrom([]ot.Type{ot.RichText, ot.Text}).Draw(t, "type")
}

// P1, P3, P5, P8, S1–S5 on a network that is cut at any moment: nobody ever
// mispredicts, and everything typed is there exactly once.
func TestConvergesOverACutNetwork(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newSimulation(t, types(t), rapid.IntRange(1, 4).Draw(t, "clients"))
		pick := func() *node { return s.nodes[rapid.IntRange(0, len(s.nodes)-1).Draw(t, "client")] }
		t.Repeat(map[string]func(*rapid.T){
			"edit":    func(*rapid.T) { s.edit(pick()) },
			"connect": func(*rapid.T) { s.connect(pick()) },
			"serve":   func(t *rapid.T) { s.serve(pick(), rapid.Bool().Draw(t, "squash")) },
			"deliver": func(*rapid.T) { s.deliver(pick()) },
			"cut": func(t *rapid.T) {
				if rapid.IntRange(0, 3).Draw(t, "really") == 0 {
					s.cut(pick())
				}
			},
			"unavailable": func(*rapid.T) { s.unavailable(pick()) },
			"other":       func(*rapid.T) { s.other() },
		})
		s.settle()
		s.converged()
		s.tokens()
		for _, n := range s.nodes {
			if n.mispredicted+n.rebased+n.refused+n.drafted > 0 {
				t.Fatalf("client %s: %d mispredicted, %d rebased, %d refused, %d drafted",
					n.name(), n.mispredicted, n.rebased, n.refused, n.drafted)
			}
		}
	})
}

// unavailable answers an op with an error that leaves its fate unknown,
// sometimes although it is committed (S2).
func (s *simulation) unavailable(n *node) {
	if len(n.up) == 0 {
		return
	}
	op, ok := n.up[0].(Submission)
	if !ok {
		return
	}
	n.up = n.up[1:]
	code := rapid.SampledFrom([]Code{CodeUnavailable, CodeRateLimited, CodeClosing}).Draw(s.t, "code")
	n.down = append(n.down, &Error{Code: code, Doc: "doc", Seq: op.Seq})
	if rapid.Bool().Draw(s.t, "committed") {
		frame, _, _ := s.model.submit(n.name(), op)
		s.broadcast(frame)
	}
}

// other commits an edit that no client submitted, such as one over REST.
func (s *simulation) other() {
	head := s.model.head()
	from := s.model.rev()
	var b ot.Builder
	b.Insert("rest ", nil)
	if err := s.model.commit("", 0, b.Delta()); err != nil {
		s.t.Fatalf("commit on %v: %v", head.Text(), err)
	}
	s.broadcast(s.model.changes[from:])
}

// S6, S9: whatever becomes of the document on the server, clients come to see
// what it has, and each edit is acknowledged, refused or handed back.
func TestConvergesWhenTheServerLosesItsPast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newSimulation(t, types(t), rapid.IntRange(1, 3).Draw(t, "clients"))
		pick := func() *node { return s.nodes[rapid.IntRange(0, len(s.nodes)-1).Draw(t, "client")] }
		everyoneOut := func() {
			for _, n := range s.nodes {
				s.cut(n)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"edit":     func(*rapid.T) { s.edit(pick()) },
			"connect":  func(*rapid.T) { s.connect(pick()) },
			"serve":    func(*rapid.T) { s.serve(pick(), false) },
			"deliver":  func(*rapid.T) { s.deliver(pick()) },
			"forget":   func(*rapid.T) { everyoneOut(); s.model.kept = s.model.rev() },
			"tamper":   func(*rapid.T) { s.model.tamper = true },
			"recreate": func(*rapid.T) { everyoneOut(); s.model.recreate() },
			"restore": func(t *rapid.T) {
				everyoneOut()
				s.model.restore(rapid.Int64Range(0, s.model.rev()).Draw(t, "rev"))
			},
		})
		s.settle()
		s.converged()
	})
}
