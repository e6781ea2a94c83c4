package docs

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// comes opens "doc" and returns the answer: the seq, or an error's code.
func comes(t *testing.T, hub *Hub, user string, client uuid.UUID) (*onlooker, *Link, answer) {
	t.Helper()
	s := &onlooker{id: client, user: user, came: make(chan []byte, 64)}
	l := hub.Link(s)
	if err := l.Open(wire.Open{Doc: "doc", Type: ot.Text.String()}); err != nil {
		t.Fatal(err)
	}
	return s, l, s.next(t)
}

type answer struct {
	T, Code string
	Seq     int64
	Rev     int64
}

func (s *onlooker) next(t *testing.T) (a answer) {
	t.Helper()
	select {
	case frame := <-s.came:
		if err := json.Unmarshal(frame, &a); err != nil {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("no answer")
	}
	return a
}

// types commits the client's next op.
func (s *onlooker) types(t *testing.T, l *Link, after answer) {
	t.Helper()
	op := wire.Op{Doc: "doc", Rev: after.Rev, Seq: after.Seq + 1, Op: ot.Delta{ot.Insert("x", nil)}}
	if err := l.Submit(op); err != nil {
		t.Fatal(err)
	}
	if a := s.next(t); a.T != "changes" {
		t.Fatalf("%+v", a)
	}
}

// known is how many clients the room of "doc" remembers.
func known(hub *Hub) int {
	n := make(chan int)
	hub.live("doc").inbox.force(internal(func(r *room) { n <- len(r.authors) }))
	return <-n
}

// P3: a client's last seq and its user are known as long as the document is,
// but a room in which people come and go all day does not grow by them.
func TestP3ClientsThatLeft(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t, openSQLite(t))
	_, stays, _ := comes(t, hub, "eve", uuid.New())
	defer stays.Detach()
	wrote, read := uuid.New(), uuid.New()
	for i := range 50 {
		client := uuid.New()
		if i == 0 {
			client = wrote
		}
		s, l, a := comes(t, hub, "ann", client)
		s.types(t, l, a)
		l.Detach()
	}
	if n := known(hub); n != 1 {
		t.Errorf("%d clients are remembered, one is here", n)
	}
	for range 2*maxAbsent + 10 {
		_, l, _ := comes(t, hub, "ann", uuid.New())
		l.Detach()
	}
	_, l, _ := comes(t, hub, "ann", read)
	l.Detach()
	if n := known(hub); n > maxAbsent+2 {
		t.Errorf("%d clients are remembered who only read", n)
	}
	for _, client := range []uuid.UUID{wrote, read} {
		if _, l, a := comes(t, hub, "bob", client); a.Code != "client_taken" {
			t.Errorf("another user came in as the client: %+v", a)
			l.Detach()
		}
	}
	s, l, a := comes(t, hub, "ann", wrote)
	if a.T != "opened" || a.Seq != 1 {
		t.Errorf("who wrote comes back to %+v", a)
	}
	s.types(t, l, a)
	l.Detach()
}

// heldLookups is a store that knows what a client committed, and tells late.
type heldLookups struct {
	storage.Store
	client  uuid.UUID // nobody else is held up
	begun   chan struct{}
	release chan struct{}
}

func (s heldLookups) Client(ctx context.Context, key storage.Key, client uuid.UUID) (storage.Submission, error) {
	last, err := s.Store.Client(ctx, key, client)
	if client == s.client {
		close(s.begun)
		<-s.release
	}
	return last, err
}

// P3: what a client commits through another server while it is looked up here
// is not forgotten over the older answer.
func TestP3LateLookup(t *testing.T) {
	t.Parallel()
	s := heldLookups{openSQLite(t), uuid.New(), make(chan struct{}), make(chan struct{})}
	here, elsewhere := newTestHub(t, s), newTestHub(t, s.Store)
	writes := func(seq int64) {
		t.Helper()
		op := Edit{Op: ot.Delta{ot.Insert("y", nil)}, User: "ann", Client: s.client, Seq: seq}
		op.Rev = seq - 1
		if _, err := elsewhere.Submit(t.Context(), "doc", op); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := elsewhere.Create(t.Context(), NewDocument{ID: "doc", Type: ot.Text.String()}); err != nil {
		t.Fatal(err)
	}
	writes(1)
	eve, l, a := comes(t, here, "eve", uuid.New())
	defer l.Detach()

	ann := &onlooker{id: s.client, user: "ann", came: make(chan []byte, 64)}
	back := here.Link(ann)
	defer back.Detach()
	if err := back.Open(wire.Open{Doc: "doc"}); err != nil {
		t.Fatal(err)
	}
	<-s.begun
	writes(2)
	eve.types(t, l, a) // which shows what was written elsewhere
	for eve.next(t).T != "changes" {
		t.Error("eve's own change did not come")
	}
	close(s.release)
	if a := ann.next(t); a.T != "opened" || a.Seq != 2 {
		t.Errorf("P3: who committed seq 2 as revision 2 comes back to %+v", a)
	}
}
