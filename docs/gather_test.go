package docs

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/google/uuid"
)

// A batch is held back for those who were just answered: until they have come,
// and no longer than the last commit took, nor than maxHold.
func TestGathering(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g gathering
		if left := g.left(1); left != 0 {
			t.Errorf("the first batch of all is held back for %s", left)
		}
		for _, took := range []time.Duration{0, 100 * time.Microsecond, time.Second} {
			g.proposed()
			time.Sleep(took)
			g.committed(3)
			hold := min(took, maxHold)
			if left := g.left(2); left != hold {
				t.Errorf("after a commit of %s, 2 ops of 3 are held back for %s", took, left)
			}
			if left := g.left(3); left != 0 {
				t.Errorf("after a commit of %s, 3 ops of 3 are held back for %s", took, left)
			}
			time.Sleep(hold / 2)
			if left := g.left(1); left != hold-hold/2 {
				t.Errorf("half way through, 1 op of 3 is held back for %s of %s", left, hold)
			}
			time.Sleep(hold)
			if left := g.left(1); left != 0 {
				t.Errorf("later, 1 op of 3 is held back for %s", left)
			}
		}
	})
}

// A room that is to leave as soon as it is idle does not while a batch is held
// back.
func TestHeldBatchKeepsItsRoom(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t, openSQLite(t))
	_, l, _ := comes(t, hub, "ann", uuid.New())
	r := hub.live("doc")
	l.Detach()
	reached, posted := make(chan struct{}), make(chan struct{})
	r.inbox.force(internal(func(r *room) {
		close(reached)
		<-posted
		r.gather = gathering{until: time.Now().Add(200 * time.Millisecond), expect: 2}
		r.hurry = true
	}))
	<-reached // nothing is in the inbox any more
	answer := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	go func() {
		_, err := hub.Submit(ctx, "doc", Edit{User: "bob", Op: ot.Delta{ot.Insert("x", nil)}})
		answer <- err
	}()
	for r.inbox.len() == 0 {
		time.Sleep(time.Millisecond)
	}
	close(posted)
	if err := <-answer; err != nil {
		t.Error(err)
	}
	if hub.live("doc") != r {
		t.Error("another room took the edit") // then this test has shown nothing
	}
}
