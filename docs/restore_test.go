package docs

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/ottest"
	"github.com/coscribe/coscribe/storage"
)

// What was committed after a restore was prepared is taken back with the rest;
// where that is more than the room knows, it is prepared again.
func TestRestoreOverLaterChanges(t *testing.T) {
	onBothStores(t, func(t *testing.T, s storage.Store, random *rand.Rand) {
		full := writeHistory(t, s, random, 60)
		h := newTestHub(t, s)
		for range 10 {
			a := archive(t, h)
			rev := random.Int64N(full.head().rev + 1)
			rev, target, err := a.whole(t.Context(), rev)
			if err != nil {
				t.Fatal(err)
			}
			p, err := h.prepare(t.Context(), a, rev, target)
			if err != nil {
				t.Fatal(err)
			}
			later := random.IntN(2 * testWindow)
			for range later {
				v, err := h.version(t.Context(), "doc")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := h.Submit(t.Context(), "doc", Edit{Rev: v.rev, Op: ottest.Op(random, ot.RichText, v.doc, 2), User: "bob"}); err != nil {
					t.Fatal(err)
				}
			}
			done, err := h.submit(t.Context(), "doc", &submission{metrics: h.metrics, doc: "doc", user: "ann", key: a.Key, restore: p})
			if errors.Is(err, errLate) && later > testWindow/2 {
				done, err = h.Restore(t.Context(), "doc", Restore{Moment: Moment{Rev: &rev}, User: "ann"})
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := archive(t, h).Content(t.Context(), done.Rev)
			if err != nil || encodeContent(got) != encodeContent(target) {
				t.Fatalf("revision %d restores %d: %v, want %v, %v", done.Rev, rev, got.Content(), target.Content(), err)
			}
		}
	})
}

// P3: a repeat is answered although what it named is no longer kept.
func TestRestoreRepeated(t *testing.T) {
	t.Parallel()
	s := openSQLite(t)
	writeHistory(t, s, ottest.Rand(1), 60)
	h := newTestHub(t, s)
	v, err := h.NameVersion(t.Context(), "doc", NewVersion{Name: "gone soon", Rev: new(int64), User: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	o := Restore{Moment: Moment{Version: v.ID}, User: "ann", Client: uuid.New(), Seq: 1}
	first, err := h.Restore(t.Context(), "doc", o)
	if err != nil {
		t.Fatal(err)
	}
	if err := archive(t, h).DeleteVersion(t.Context(), v.ID); err != nil {
		t.Fatal(err)
	}
	again, err := h.Restore(t.Context(), "doc", o)
	if err != nil || again.Rev != first.Rev {
		t.Fatalf("%+v, %v, first %+v", again, err, first)
	}
	o.User = "bob"
	_, err = h.Restore(t.Context(), "doc", o)
	if fmt.Sprint(err) != fmt.Sprint(errClientTaken()) {
		t.Fatal(err)
	}
}
