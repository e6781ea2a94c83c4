package docs

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// slowCommits is a store that notes who reads a document while a commit is
// under way.
type slowCommits struct {
	storage.Store
	begun      chan struct{}
	release    chan struct{}
	committing atomic.Bool
	early      atomic.Int32 // loads meanwhile
}

func (s *slowCommits) Commit(ctx context.Context, batches []storage.Batch) ([]storage.Outcome, error) {
	s.committing.Store(true)
	defer s.committing.Store(false)
	close(s.begun)
	<-s.release
	return s.Store.Commit(ctx, batches)
}

func (s *slowCommits) Load(ctx context.Context, id string, window int64) (storage.Loaded, error) {
	if s.committing.Load() {
		s.early.Add(1)
	}
	return s.Store.Load(ctx, id, window)
}

// C3: whoever comes back after a room has failed finds what it had sent before,
// also what was being committed at that moment.
func TestC3RoomFailsWhileItCommits(t *testing.T) {
	t.Parallel()
	s := &slowCommits{Store: openSQLite(t), begun: make(chan struct{}), release: make(chan struct{})}
	hub := newTestHub(t, s)
	client := uuid.New()
	_, l, a := comes(t, hub, "ann", client)
	err := l.Submit(wire.Op{Doc: "doc", Rev: a.Rev, Seq: 1, Op: ot.Delta{ot.Insert("x", nil)}})
	if err != nil {
		t.Fatal(err)
	}
	<-s.begun
	hub.live("doc").inbox.force(internal(func(*room) { panic("a fault in the room, of the test's making") }))
	time.AfterFunc(300*time.Millisecond, func() { close(s.release) }) // time to come back too early
	for opened := false; !opened; {
		_, back, a := comes(t, hub, "ann", client)
		if opened = a.T == "opened"; opened && a.Seq != 1 {
			t.Errorf("C3: back with seq %d", a.Seq)
		}
		back.Detach()
	}
	if n := s.early.Load(); n > 0 {
		t.Errorf("the document was read %d times while its last room committed", n)
	}
}

// Whatever comes right behind a deletion is told that, and not that the server
// is going away.
func TestRequestsBehindADeletion(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t, openSQLite(t))
	_, l, _ := comes(t, hub, "ann", uuid.New())
	defer l.Detach()
	busy, deleted := make(chan struct{}), make(chan error, 1)
	r := hub.live("doc")
	r.inbox.force(internal(func(*room) { <-busy }))
	r.inbox.force(&erase{deleted})
	late := &onlooker{id: uuid.New(), user: "bob", came: make(chan []byte, 64)}
	if err := hub.Link(late).Open(wire.Open{Doc: "doc"}); err != nil {
		t.Fatal(err)
	}
	close(busy)
	if err := <-deleted; err != nil {
		t.Fatal(err)
	}
	if a := late.next(t); a.Code != "not_found" {
		t.Errorf("an open right behind the deletion: %+v", a)
	}
	if _, l, a := comes(t, hub, "bob", late.id); a.T != "opened" || a.Rev != 0 {
		t.Errorf("a new document: %+v", a)
	} else {
		l.Detach()
	}
}
