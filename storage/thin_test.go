package storage

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Over any life of a document, snapshots stay few, and every revision has one
// not far below it.
func TestThinKeepsFewAndNear(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		every := rapid.Int64Range(1, 3000).Draw(t, "every")
		step := rapid.Int64Range(every, 2*every)
		size := rapid.Int64Range(0, 1<<20)
		kept, head, widest := []Stored{{}}, int64(0), int64(0)
		for range rapid.IntRange(1, 400).Draw(t, "snapshots") {
			by := step.Draw(t, "step")
			head, widest = head+by, max(widest, by)
			kept = append(kept, Stored{head, size.Draw(t, "size")})
			drop := Thin(kept)
			kept = slices.DeleteFunc(kept, func(s Stored) bool { return slices.Contains(drop, s.Rev) })
			checkThinned(t, kept, head, widest)
		}
	})
}

func checkThinned(t *rapid.T, kept []Stored, head, widest int64) {
	if kept[0].Rev != 0 || kept[len(kept)-1].Rev != head {
		t.Fatalf("the first or the newest is gone: %v", kept)
	}
	largest, bytes := int64(0), int64(0)
	for i, s := range kept[:max(0, len(kept)-newestKept)] {
		largest = max(largest, s.Size)
		bytes += s.Size
		if i > 0 && kept[i+1].Rev-kept[i-1].Rev <= max(thinReach, s.Size/thinBytes) {
			t.Fatalf("%v is not worth its place: %v", s, kept)
		}
	}
	for i := range kept[1:] {
		// Whatever was dropped in between had a reach of its own.
		if gap := kept[i+1].Rev - kept[i].Rev; gap > max(thinReach, (1<<20)/thinBytes, widest) {
			t.Fatalf("%d changes between two: %v", gap, kept)
		}
	}
	if few := 2 + 2*head/thinReach + newestKept; int64(len(kept)) > few {
		t.Fatalf("%d snapshots at %d: %v", len(kept), head, kept)
	}
	if bytes > 2*thinBytes*head+kept[0].Size+(1<<20)*newestKept {
		t.Fatalf("%d bytes at %d: %v", bytes, head, kept)
	}
}

func TestThinTakesAnyOrder(t *testing.T) {
	t.Parallel()
	var all []Stored
	for rev := int64(0); rev <= 5000; rev += 250 {
		all = append(all, Stored{rev, 10})
	}
	want := Thin(slices.Clone(all))
	if len(want) == 0 || len(want) >= len(all)-newestKept-1 {
		t.Fatalf("drops %v: the test sees nothing", want)
	}
	rapid.Check(t, func(t *rapid.T) {
		if got := Thin(rapid.Permutation(all).Draw(t, "all")); !slices.Equal(got, want) {
			t.Fatalf("drops %v, not %v", got, want)
		}
	})
}
