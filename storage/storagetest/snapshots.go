package storagetest

import (
	"fmt"
	"math/bits"
	"testing"

	"github.com/coscribe/coscribe/storage"
)

var snapshotTests = map[string]func(*testing.T, Database){
	"NewestSnapshotAtOrBelow": testSnapshotBelow,
	"SnapshotStoredTwice":     testSnapshotTwice,
	"SnapshotsThin":           testThinning,
}

func putSnapshot(t testing.TB, s storage.Store, d storage.Document, rev int64) {
	t.Helper()
	if err := s.PutSnapshot(t.Context(), d.Key, snapshotAt(rev, d.Epoch)); err != nil {
		t.Fatal(err)
	}
}

func testSnapshotBelow(t *testing.T, db Database) {
	s := db.Open(t)
	d, other := create(t, s, "doc"), create(t, s, "other")
	for _, rev := range []int64{20, 10} { // the order does not matter
		putSnapshot(t, s, d, rev)
	}
	putSnapshot(t, s, other, 15)
	for rev, want := range map[int64]int64{0: 0, 9: 0, 10: 10, 11: 10, 19: 10, 20: 20, 1 << 40: 20} {
		got, err := s.Snapshot(t.Context(), d.Key, rev)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprint("at ", rev), got, snapshotAt(want, d.Epoch))
	}
	_, err := s.Snapshot(t.Context(), d.Key, -1)
	isErr(t, "below the first", err, storage.ErrNotFound)
	_, err = s.Snapshot(t.Context(), 1<<40, 5)
	isErr(t, "of no document", err, storage.ErrNotFound)
}

func testSnapshotTwice(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	putSnapshot(t, s, d, 10)
	again := snapshotAt(10, d.Epoch)
	again.Content = []byte("another")
	if err := s.PutSnapshot(t.Context(), d.Key, again); err != nil {
		t.Fatal(err)
	}
	got, err := s.Snapshot(t.Context(), d.Key, 10)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "snapshot", got, snapshotAt(10, d.Epoch))
}

func testThinning(t *testing.T, db Database) {
	s := db.Open(t)
	d, other := create(t, s, "doc"), create(t, s, "other")
	putSnapshot(t, s, other, 10)
	const n, every = 100, 10
	for i := int64(1); i <= n; i++ {
		putSnapshot(t, s, d, i*every)
	}
	for _, rev := range []int64{0, (n - 3) * every, (n - 2) * every, (n - 1) * every, n * every} {
		got, err := s.Snapshot(t.Context(), d.Key, rev)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "kept", got.Rev, rev)
	}
	const othersOwn = 2
	if kept, most := db.Count(t, "snapshots")-othersOwn, 5+bits.Len(n*every); kept > most {
		t.Errorf("%d snapshots are kept, more than %d", kept, most)
	}
	got, err := s.Snapshot(t.Context(), other.Key, 10)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the other's", got.Rev, 10)
}
