package storagetest

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

var historyTests = map[string]func(*testing.T, Database){
	"OldestSnapshotAtOrAbove":   testSnapshotAbove,
	"VersionsAreListed":         testVersions,
	"VersionsAreNamedOnce":      testVersionOnce,
	"VersionsOfWhatIsNotThere":  testVersionNowhere,
	"VersionsKeepTheirRevision": testVersionSquash,
	"NamedRevisions":            testNamed,
	"Episodes":                  testEpisodes,
	"HistoryGoesWithThem":       testHistoryDeleted,
}

func version(rev int64, name string) storage.Version {
	return storage.Version{ID: uuid.Must(uuid.NewV7()), Name: name, Rev: rev, User: "ann", At: timeAt(rev)}
}

func putVersion(t testing.TB, s storage.Store, key storage.Key, v storage.Version) storage.Version {
	t.Helper()
	stored, err := s.PutVersion(t.Context(), key, v)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func testSnapshotAbove(t *testing.T, db Database) {
	s := db.Open(t)
	d, other := create(t, s, "doc"), create(t, s, "other")
	putSnapshot(t, s, d, 10)
	putSnapshot(t, s, d, 20)
	putSnapshot(t, s, other, 30)
	for rev, want := range map[int64]int64{0: 0, 1: 10, 10: 10, 11: 20, 20: 20} {
		got, err := s.SnapshotAbove(t.Context(), d.Key, rev)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprint("from ", rev), got, snapshotAt(want, d.Epoch))
	}
	_, err := s.SnapshotAbove(t.Context(), d.Key, 21)
	isErr(t, "above the last", err, storage.ErrNotFound)
}

func testVersions(t *testing.T, db Database) {
	s := db.Open(t)
	d, other := create(t, s, "doc"), create(t, s, "other")
	commit(t, s, batch(d.Key, 0, 5, "x"), batch(other.Key, 0, 5, "y"))
	want := []storage.Version{}
	for _, v := range []storage.Version{version(3, "a"), version(0, "日本 😀"), version(5, "a"), version(3, "")} {
		equal(t, "stored", putVersion(t, s, d.Key, v), v)
		want = append(want, v)
	}
	putVersion(t, s, other.Key, version(1, "the other's"))
	list := func(after uuid.UUID, limit int) []storage.Version {
		t.Helper()
		got, err := s.Versions(t.Context(), d.Key, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	equal(t, "all", list(uuid.Nil, 10), want)
	equal(t, "a page", list(want[0].ID, 2), want[1:3])
	equal(t, "none", len(list(want[3].ID, 2)), 0)
	got, err := s.Version(t.Context(), d.Key, want[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "one", got, want[1])
	_, err = s.Version(t.Context(), other.Key, want[1].ID)
	isErr(t, "another document's", err, storage.ErrNotFound)
	isErr(t, "delete another document's", s.DeleteVersion(t.Context(), other.Key, want[1].ID), storage.ErrNotFound)
	if err := s.DeleteVersion(t.Context(), d.Key, want[1].ID); err != nil {
		t.Fatal(err)
	}
	isErr(t, "delete again", s.DeleteVersion(t.Context(), d.Key, want[1].ID), storage.ErrNotFound)
	equal(t, "the others", list(uuid.Nil, 10), append(want[:1:1], want[2:]...))
}

func testVersionOnce(t *testing.T, db Database) {
	both := stores(t, db)
	d := create(t, both[0], "doc")
	client := uuid.New()
	ids := make([]uuid.UUID, 8)
	concurrently(t, len(ids), func(i int) error {
		v := version(0, fmt.Sprint("try ", i))
		v.Client, v.Seq = client, 1
		stored, err := both[i%2].PutVersion(t.Context(), d.Key, v)
		ids[i] = stored.ID
		return err
	})
	for _, id := range ids {
		equal(t, "every answer", id, ids[0])
	}
	equal(t, "rows", db.Count(t, "versions"), 1)
	next := version(0, "next")
	next.Client, next.Seq = client, 2
	equal(t, "another seq", putVersion(t, both[0], d.Key, next), next)
	_, err := both[0].PutVersion(t.Context(), d.Key, storage.Version{ID: uuid.New(), Seq: 1})
	if err == nil {
		t.Error("a seq of no client is stored")
	}
}

func testVersionNowhere(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	commit(t, s, batch(d.Key, 0, 10, "x"))
	putSnapshot(t, s, d, 10)
	squash(t, s, d.Key, 0, 5, run(0, 5))
	for what, v := range map[string]storage.Version{"above the head": version(11, ""), "squashed": version(3, "")} {
		_, err := s.PutVersion(t.Context(), d.Key, v)
		isErr(t, what, err, storage.ErrNotFound)
	}
	_, err := s.PutVersion(t.Context(), 1<<40, version(0, ""))
	isErr(t, "no document", err, storage.ErrNotFound)
	putVersion(t, s, d.Key, version(5, "the end of a run"))
}

func testVersionSquash(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	commit(t, s, batch(d.Key, 0, 10, "x"))
	putVersion(t, s, d.Key, version(3, "a"))
	putSnapshot(t, s, d, 10)
	if trySquash(t, s, d.Key, 0, 5, run(0, 5)) {
		t.Error("a named revision is squashed")
	}
	squash(t, s, d.Key, 0, 5, run(0, 3))
}

func testNamed(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	commit(t, s, batch(d.Key, 0, 10, "x"))
	for _, rev := range []int64{7, 3, 7, 9, 0} {
		putVersion(t, s, d.Key, version(rev, "a"))
	}
	got, err := s.Named(t.Context(), d.Key, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "named", got, []int64{3, 7})
	if got, err = s.Named(t.Context(), d.Key, 7, 5); err != nil {
		t.Fatal(err)
	}
	equal(t, "named above 7", got, []int64{9})
}

func testEpisodes(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	_, err := s.LastEpisode(t.Context(), d.Key)
	isErr(t, "the last of none", err, storage.ErrNotFound)
	want := []storage.Episode{{From: 0, To: 3, Data: []byte("a")}, {From: 3, To: 4, Data: []byte("b")}, {From: 4, To: 9, Data: []byte("\x00")}}
	for range 2 { // the second time does nothing
		if err := s.PutEpisodes(t.Context(), d.Key, want); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PutEpisodes(t.Context(), d.Key, []storage.Episode{{From: 1, To: 3, Data: []byte("again")}}); err != nil {
		t.Fatal(err)
	}
	for after, first := range map[int64]int{0: 0, 2: 0, 3: 1, 4: 2, 8: 2} {
		got, err := s.Episodes(t.Context(), d.Key, after, 10)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprint("after ", after), got, want[first:])
	}
	got, err := s.Episodes(t.Context(), d.Key, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "a page", got, want[:1])
	last, err := s.LastEpisode(t.Context(), d.Key)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the last", last, want[2])
}

func testHistoryDeleted(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	putVersion(t, s, d.Key, version(0, "a"))
	if err := s.PutEpisodes(t.Context(), d.Key, []storage.Episode{{From: 0, To: 3}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), d.Key); err != nil {
		t.Fatal(err)
	}
	if err := s.PutEpisodes(t.Context(), d.Key, []storage.Episode{{From: 3, To: 4}}); err != nil {
		t.Fatal(err)
	}
	noTraces(t, db)
}
