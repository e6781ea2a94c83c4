package storage

import (
	"math/bits"
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
		jitter := rapid.Int64Range(0, every).Draw(t, "jitter")
		step := rapid.Int64Range(every, every+jitter)
		kept, head, widest := []int64{0}, int64(0), int64(0)
		for range rapid.IntRange(1, 400).Draw(t, "snapshots") {
			by := step.Draw(t, "step")
			head, widest = head+by, max(widest, by)
			kept = append(kept, head)
			drop := Thin(kept)
			kept = slices.DeleteFunc(kept, func(rev int64) bool { return slices.Contains(drop, rev) })
			checkThinned(t, kept, head, widest)
		}
	})
}

func checkThinned(t *rapid.T, kept []int64, head, widest int64) {
	if most := newestKept + 1 + bits.Len64(uint64(head)); len(kept) > most {
		t.Fatalf("%d snapshots at %d, more than %d: %v", len(kept), head, most, kept)
	}
	if kept[0] != head || kept[len(kept)-1] != 0 {
		t.Fatalf("the newest or the first is gone: %v", kept)
	}
	// The farthest from its snapshot below is the revision before the next.
	for i, rev := range kept[:len(kept)-1] {
		back, replay := head-(rev-1), rev-1-kept[i+1]
		if replay > max(8*back, newestKept*widest) {
			t.Fatalf("%d changes to replay for one %d back: %v", replay, back, kept)
		}
	}
}

func TestThinTakesAnyOrder(t *testing.T) {
	t.Parallel()
	revs := []int64{0, 10, 20, 30, 40, 50, 60, 70, 80}
	want := slices.Sorted(slices.Values(Thin(slices.Clone(revs))))
	rapid.Check(t, func(t *rapid.T) {
		shuffled := rapid.Permutation(revs).Draw(t, "revs")
		if got := slices.Sorted(slices.Values(Thin(shuffled))); !slices.Equal(got, want) {
			t.Fatalf("drops %v, not %v", got, want)
		}
	})
	if len(want) == 0 {
		t.Fatal("nothing is dropped: the test sees nothing")
	}
}
