package storage

import (
	"cmp"
	"slices"
)

const (
	// newestKept is how many of the newest snapshots Thin never drops.
	newestKept = 4
	// thinReach is how many changes a replay may always take.
	thinReach = 1000
	// thinBytes is how many bytes of a snapshot are worth a change less to
	// replay: about what a change itself takes to store.
	thinBytes = 128
)

// Stored is a snapshot's revision and its size in bytes.
type Stored struct {
	Rev  int64
	Size int64
}

// Thin returns which of a document's snapshots are to be dropped, given all of
// them in any order; it sorts them, oldest first. It keeps revision 0, the
// newest four, and of the others those without which more changes than a
// reach would lie between their neighbours. The reach of a snapshot is 1,000
// changes, or one for each 128 bytes that it takes.
//
// So replaying to any revision takes no more changes than a reach, or than lay
// between two snapshots when they were made. And each kept snapshot pays for
// itself: all of them together are no larger than twice the changes, but for
// one in 500 changes and the newest.
func Thin(all []Stored) (drop []int64) {
	slices.SortFunc(all, func(a, b Stored) int { return cmp.Compare(a.Rev, b.Rev) })
	var kept int64
	for i := 0; i < len(all)-newestKept; i++ {
		s := all[i]
		if s.Rev > 0 && all[i+1].Rev-kept <= max(thinReach, s.Size/thinBytes) {
			drop = append(drop, s.Rev)
		} else {
			kept = s.Rev
		}
	}
	return drop
}
