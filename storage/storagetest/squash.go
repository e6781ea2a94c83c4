package storagetest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

var squashTests = map[string]func(*testing.T, Database){
	"RunsBecomeOneChange":      testSquash,
	"SquashedSubmissions":      testSquashedSubmissions,
	"OnlyWholeRunsAreSquashed": testSquashRefused,
	"MarksMoveOnce":            testMarksMoveOnce,
	"AgedDocuments":            testAged,
	"SquashDuringAllElse":      testSquashRace,
}

// run squashes what takes base to rev.
func run(base, rev int64) storage.Run {
	return storage.Run{Base: base, Rev: rev, Format: storage.FormatJSON, Op: squashedOp(base, rev)}
}

func squashedOp(base, rev int64) []byte { return fmt.Appendf(nil, "from %d to %d", base, rev) }

// squash expects the runs to be squashed.
func squash(t testing.TB, s storage.Store, key storage.Key, from, to int64, runs ...storage.Run) {
	t.Helper()
	if !trySquash(t, s, key, from, to, runs...) {
		t.Fatalf("%+v is not squashed", runs)
	}
}

func trySquash(t testing.TB, s storage.Store, key storage.Key, from, to int64, runs ...storage.Run) bool {
	t.Helper()
	done, err := s.Squash(t.Context(), key, storage.Squash{From: from, To: to, Runs: runs})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func aged(t testing.TB, s storage.Store, after storage.Key, window int64, before time.Time) []storage.Aged {
	t.Helper()
	all, err := s.Aged(t.Context(), after, window, before, 10)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func testSquash(t *testing.T, db Database) {
	s := db.Open(t)
	d, other := create(t, s, "doc"), create(t, s, "other")
	b := batch(d.Key, 0, 20, "x")
	commit(t, s, b, batch(other.Key, 0, 20, "y"))
	putSnapshot(t, s, d, 15)
	othersOwn := allChanges(t, s, other.Key)
	squash(t, s, d.Key, 0, 12, run(2, 5), run(5, 7), run(9, 12))
	want := append([]storage.Change{}, b.Changes[:2]...)
	for _, r := range []storage.Run{run(2, 5), run(5, 7)} {
		c := b.Changes[r.Rev-1]
		c.Base, c.Op = r.Base, r.Op
		want = append(want, c)
	}
	want = append(want, b.Changes[7:9]...)
	c := b.Changes[11]
	c.Base, c.Op = 9, squashedOp(9, 12)
	want = append(append(want, c), b.Changes[12:]...)
	equal(t, "changes", allChanges(t, s, d.Key), want)
	equal(t, "the other's", allChanges(t, s, other.Key), othersOwn)
	l := load(t, s, "doc", 5)
	equal(t, "loaded", l.Changes, b.Changes[15:])
	equal(t, "head", l.Document, look(t, s, "doc"))
	commit(t, s, batch(d.Key, 20, 1, "x"))
}

func testSquashedSubmissions(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	ann, tab := uuid.New(), uuid.New() // two clients of one user
	commit(t, s, by(batch(d.Key, 0, 3, "ann"), ann, 1))
	commit(t, s, by(batch(d.Key, 3, 2, "tab"), tab, 1))
	commit(t, s, batch(d.Key, 5, 1, "nobody's"))
	commit(t, s, by(batch(d.Key, 6, 4, "ann"), ann, 4))
	squash(t, s, d.Key, 0, 2, run(0, 2))
	squash(t, s, d.Key, 2, 8, run(2, 4), run(4, 8))
	for _, c := range []struct {
		client   uuid.UUID
		seq, rev int64
	}{{ann, 1, 2}, {ann, 2, 2}, {ann, 3, 4}, {tab, 1, 4}, {tab, 2, 8}, {ann, 4, 8}, {ann, 5, 8}, {ann, 6, 9}, {ann, 7, 10}} {
		equal(t, fmt.Sprint("seq ", c.seq), submission(t, s, d.Key, c.client, c.seq),
			storage.Submission{User: "ann", Seq: c.seq, Rev: c.rev})
	}
	for client, seq := range map[uuid.UUID]int64{ann: 8, tab: 3, uuid.New(): 1} {
		_, err := s.Submission(t.Context(), d.Key, client, seq)
		isErr(t, "unknown seq", err, storage.ErrNotFound)
	}
	equal(t, "ann", last(t, s, d.Key, ann), storage.Submission{User: "ann", Seq: 7, Rev: 10})
	equal(t, "tab, of which only a note is left", last(t, s, d.Key, tab), storage.Submission{User: "ann", Seq: 2, Rev: 8})
}

// testSquashRefused: what has become wrong since it was planned changes
// nothing, and what never can be right is an error.
func testSquashRefused(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	client := uuid.New()
	commit(t, s, by(batch(d.Key, 0, 30, "x"), client, 1))
	putSnapshot(t, s, d, 10)
	db.Name(t, d.Key, 20)
	before := allChanges(t, s, d.Key)
	for what, r := range map[string]storage.Run{
		"across a snapshot": run(8, 12), "across a version": run(15, 25), "past the head": run(28, 33),
	} {
		if trySquash(t, s, d.Key, 0, 40, run(0, 5), r) {
			t.Errorf("squashed %s", what)
		}
	}
	if trySquash(t, s, d.Key, 3, 9) || trySquash(t, s, d.Key+1000, 0, 9) {
		t.Error("moved a mark that is elsewhere, or nowhere")
	}
	for what, q := range map[string]storage.Squash{
		"of one step": {From: 0, To: 9, Runs: []storage.Run{run(2, 3)}}, "backwards": {From: 0, To: 9, Runs: []storage.Run{run(5, 2)}},
		"overlapping": {From: 0, To: 9, Runs: []storage.Run{run(0, 4), run(3, 6)}}, "past the mark": {From: 0, To: 9, Runs: []storage.Run{run(5, 10)}},
		"below the mark": {From: 3, To: 9, Runs: []storage.Run{run(1, 5)}}, "mark backwards": {From: 9, To: 9},
	} {
		if _, err := s.Squash(t.Context(), d.Key, q); err == nil {
			t.Errorf("a run %s is no error", what)
		}
	}
	equal(t, "changes", allChanges(t, s, d.Key), before)
	equal(t, "clients", db.Count(t, "clients"), 0)
	squash(t, s, d.Key, 0, 30, run(0, 10), run(10, 20), run(20, 30))
	squash(t, s, d.Key, 30, 31) // nothing but the mark
	equal(t, "changes left", len(allChanges(t, s, d.Key)), 3)
}

// testMarksMoveOnce: of many who squash the same run exactly one does.
func testMarksMoveOnce(t *testing.T, db Database) {
	both := stores(t, db)
	d := create(t, both[0], "doc")
	client := uuid.New()
	commit(t, both[0], by(batch(d.Key, 0, 100, "x"), client, 1))
	for from := int64(0); from < 100; from += 10 {
		moved := make([]bool, 4)
		concurrently(t, 4, func(i int) (err error) {
			// Each would squash it otherwise.
			runs := []storage.Run{run(from, from+2+int64(i)), run(from+2+int64(i), from+9)}
			moved[i], err = both[i%2].Squash(t.Context(), d.Key, storage.Squash{From: from, To: from + 10, Runs: runs})
			return err
		})
		winners := 0
		for _, m := range moved {
			if m {
				winners++
			}
		}
		equal(t, "winners", winners, 1)
	}
	equal(t, "changes", len(gapless(t, both[0], d.Key, 100)), 30)
	equal(t, "clients", db.Count(t, "clients"), 20)
}

// gapless expects the changes to lead to head, each from the one before.
func gapless(t testing.TB, s storage.Store, key storage.Key, head int64) []storage.Change {
	t.Helper()
	rev, changes := int64(0), allChanges(t, s, key)
	for _, c := range changes {
		if c.Base != rev {
			t.Fatalf("change %d stands on %d, not on %d", c.Rev, c.Base, rev)
		}
		rev = c.Rev
	}
	equal(t, "last revision", rev, head)
	return changes
}

func testAged(t *testing.T, db Database) {
	s := db.Open(t)
	d, young, short := create(t, s, "doc"), create(t, s, "young"), create(t, s, "short")
	commit(t, s, batch(d.Key, 0, 30, "x"), batch(young.Key, 0, 30, "x"), batch(short.Key, 0, 5, "x"))
	for _, rev := range []int64{5, 18, 26} {
		putSnapshot(t, s, d, rev)
	}
	putSnapshot(t, s, short, 5)
	db.Name(t, d.Key, 7)
	db.Name(t, d.Key, 18)
	want := []storage.Aged{{Key: d.Key, ID: "doc", Upto: 20, Kept: []int64{5, 7, 18, 26}}}
	equal(t, "aged", aged(t, s, 0, 10, timeAt(30)), want) // young has no snapshot but the first
	equal(t, "behind it", len(aged(t, s, d.Key, 10, timeAt(30))), 0)
	equal(t, "in a window of all", len(aged(t, s, 0, 30, timeAt(30))), 0)
	equal(t, "before the first", len(aged(t, s, 0, 10, timeAt(1))), 0)
	want[0].Upto = 26
	equal(t, "up to the newest snapshot", aged(t, s, 0, 2, timeAt(2))[0], want[0])
	squash(t, s, d.Key, 0, 16, run(7, 12))
	want = []storage.Aged{{Key: d.Key, ID: "doc", Mark: 16, Upto: 20, Kept: []int64{18, 26}}}
	equal(t, "behind the mark", aged(t, s, 0, 10, timeAt(18)), want)
	equal(t, "young behind the mark", len(aged(t, s, 0, 10, timeAt(17))), 0)
	squash(t, s, d.Key, 16, 20)
	equal(t, "when all is done", len(aged(t, s, 0, 10, timeAt(30))), 0)
	all, err := s.Aged(t.Context(), 0, 0, timeAt(30), 1)
	if err != nil || len(all) != 1 {
		t.Fatalf("of two, at most one: %+v, %v", all, err)
	}
}

// testSquashRace: commits, snapshots, squashing and in the end a deletion, all
// at once. No snapshot ends up inside a run, and nothing is left behind.
func testSquashRace(t *testing.T, db Database) {
	both := stores(t, db)
	for range 5 {
		d := create(t, both[0], "doc")
		commit(t, both[0], by(batch(d.Key, 0, 100, "x"), uuid.New(), 1))
		concurrently(t, 4, func(i int) error {
			for at := int64(0); at < 100; at += 10 {
				switch i {
				case 0:
					commit(t, both[1], batch(d.Key, 100+at, 10, "x"))
				case 1:
					putSnapshot(t, both[0], d, at+5)
				default:
					if _, err := both[i%2].Squash(t.Context(), d.Key, storage.Squash{From: at, To: at + 10, Runs: []storage.Run{run(at, at+10)}}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		changes := gapless(t, both[0], d.Key, 200)
		for rev := range int64(200) {
			snapshot, err := both[0].Snapshot(t.Context(), d.Key, rev)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				if snapshot.Rev > c.Base && snapshot.Rev < c.Rev {
					t.Fatalf("snapshot %d is inside the run from %d to %d", snapshot.Rev, c.Base, c.Rev)
				}
			}
		}
		deleteWhileSquashing(t, both, d)
		noTraces(t, db)
	}
}

func deleteWhileSquashing(t *testing.T, both [2]storage.Store, d storage.Document) {
	commit(t, both[0], by(batch(d.Key, 200, 100, "x"), uuid.New(), 1))
	mark := int64(200)
	for _, a := range aged(t, both[0], 0, 0, time.Unix(math.MaxInt32, 0)) {
		if a.Key == d.Key {
			trySquash(t, both[0], d.Key, a.Mark, mark)
		}
	}
	concurrently(t, 2, func(i int) error {
		if i == 0 {
			return both[0].Delete(t.Context(), d.Key)
		}
		for at := mark; at < 300; at += 10 {
			if _, err := both[1].Squash(t.Context(), d.Key, storage.Squash{From: at, To: at + 10, Runs: []storage.Run{run(at, at+10)}}); err != nil {
				return err
			}
		}
		return nil
	})
}
