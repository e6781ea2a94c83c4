package docs

import (
	"errors"
	"slices"
	"testing"

	"github.com/coscribe/coscribe/storage"
)

// checkAuthorship: who inserted what, in which change and when, as if nothing
// had been squashed.
func (h *fullHistory) checkAuthorship(t *testing.T, s storage.Store) {
	t.Helper()
	want := h.authorshipAt(h.head().rev)
	if _, err := writeSnapshot(t.Context(), s, h.Key, h.head()); err != nil {
		t.Fatal(err)
	}
	snapshot, err := s.Snapshot(t.Context(), h.Key, h.head().rev)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeAuthorship(snapshot.Authorship)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.units(), want.units()) {
		t.Fatal("the authorship is another")
	}
}

// checkCredits: whoever asks who wrote what is told the same as if nothing had
// been squashed: of each unit the user, revision and time. Only where it was
// gone at the next snapshot are those two of the end of its run.
func (h *fullHistory) checkCredits(t *testing.T, hub *Hub, now []storage.Change) {
	t.Helper()
	a := archive(t, hub)
	want := newAuthorship(h.versions[0].doc.Len(), credit{At: h.Created})
	for rev := range h.versions {
		if rev > 0 {
			c := h.changes[rev-1]
			want.apply(decodeOp(c.Op), credit{User: c.User, Rev: c.Rev, At: c.At})
		}
		if !kept(now, int64(rev)) {
			continue
		}
		credits, err := a.Authorship(t.Context(), int64(rev))
		if err != nil {
			t.Fatal(err)
		}
		var got []Credit // of each unit
		for _, c := range credits {
			for range c.Length {
				got = append(got, c)
			}
		}
		units := unitsOf(want)
		if len(got) != len(units) {
			t.Fatalf("revision %d: credits of %d units of %d", rev, len(got), len(units))
		}
		known := h.knownUnits(t, hub.Store, int64(rev))
		for i, u := range units {
			if run := holder(now, u.rev); !known(u) {
				u.rev, u.at = run.Rev, run.At.UnixMilli()
			}
			if got[i].User != u.user || got[i].Rev != u.rev || got[i].At.UnixMilli() != u.at {
				t.Fatalf("revision %d: unit %d is credited %+v, was %+v", rev, i, got[i], u)
			}
		}
	}
}

// unit is a unit of a content, and who inserted it when.
type unit struct {
	user   string
	rev    int64
	offset int // in the change
	at     int64
}

func unitsOf(a *authorship) (units []unit) {
	for _, s := range a.stretches() {
		for i := range s.length {
			units = append(units, unit{a.users[s.user], s.rev, s.offset + i, s.at})
		}
	}
	return units
}

// knownUnits tells of the units of a revision which ones the snapshots around it
// know.
func (h *fullHistory) knownUnits(t *testing.T, s storage.Store, rev int64) func(unit) bool {
	t.Helper()
	below, err := s.Snapshot(t.Context(), h.Key, rev)
	if err != nil {
		t.Fatal(err)
	}
	lasting := make(map[unit]bool)
	if above, err := s.SnapshotAbove(t.Context(), h.Key, rev); err == nil {
		for _, u := range unitsOf(h.authorshipAt(above.Rev)) {
			lasting[u] = true
		}
	} else if !errors.Is(err, storage.ErrNotFound) {
		t.Fatal(err)
	}
	return func(u unit) bool { return u.rev <= below.Rev || lasting[u] }
}

// authorshipAt is what the changes make, each by itself.
func (h *fullHistory) authorshipAt(rev int64) *authorship {
	a := newAuthorship(h.versions[0].doc.Len(), credit{At: h.Created})
	for _, c := range h.changes[:rev] {
		a.apply(decodeOp(c.Op), credit{User: c.User, Rev: c.Rev, At: c.At})
	}
	return a
}
