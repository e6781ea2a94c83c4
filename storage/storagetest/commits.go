package storagetest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

var commitTests = map[string]func(*testing.T, Database){
	"CommitMovesTheHead":           testCommit,
	"CommitToManyDocuments":        testCommitMany,
	"NothingToCommit":              testCommitNothing,
	"StaleBaseLosesAlone":          testStaleBase,
	"OneDocumentTwiceInACall":      testTwiceInACall,
	"UnstorableBatchFailsAlone":    testPoison,
	"RepeatedSubmissionFailsAlone": testRepeatedSubmission,
	"PayloadsAreBytes":             testPayloads,
	"ChangeTimesAreMilliseconds":   testChangeTimes,
	"ChangesPage":                  testChangesPage,
}

func testCommit(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	client := uuid.New()
	first, second := batch(d.Key, 0, 1, "a"), by(batch(d.Key, 1, 3, "b"), client, 7)
	second.Changes[2].Client, second.Changes[2].Seq = uuid.Nil, 0 // the server's own, behind a client's
	second.Changes[1].User = "Zoë 😀"
	commit(t, s, first)
	commit(t, s, second)
	d.Rev, d.Length, d.Updated = 4, lengthAt(4), timeAt(4)
	equal(t, "document", look(t, s, "doc"), d)
	equal(t, "changes", allChanges(t, s, d.Key), append(first.Changes, second.Changes...))
}

func testCommitMany(t *testing.T, db Database) {
	s := db.Open(t)
	var batches []storage.Batch
	for i := range 150 {
		d := create(t, s, fmt.Sprint("doc", i))
		batches = append(batches, batch(d.Key, 0, 1+i%4, fmt.Sprint("of ", i)))
	}
	for i, j := 0, len(batches)-1; i < j; i, j = i+1, j-1 { // not in the order of keys
		batches[i], batches[j] = batches[j], batches[i]
	}
	commit(t, s, batches...)
	for _, b := range batches {
		equal(t, "changes", allChanges(t, s, b.Key), b.Changes)
	}
}

func testCommitNothing(t *testing.T, db Database) {
	s := db.Open(t)
	equal(t, "outcomes", len(outcomes(t, s)), 0)
}

func testStaleBase(t *testing.T, db Database) {
	s := db.Open(t)
	var docs []storage.Document
	for i := range 5 {
		docs = append(docs, create(t, s, fmt.Sprint("doc", i)))
		commit(t, s, batch(docs[i].Key, 0, 2, "before"))
	}
	got := outcomes(t, s,
		batch(docs[4].Key, 2, 1, "stored"),
		batch(docs[1].Key, 1, 1, "behind"),
		batch(docs[2].Key, 2, 2, "stored"),
		batch(docs[3].Key, 3, 1, "ahead"),
		batch(1<<40, 2, 1, "of no document"),
		batch(docs[0].Key, 0, 3, "behind"),
	)
	lost := storage.Outcome{Lost: true}
	equal(t, "outcomes", got, []storage.Outcome{{}, lost, {}, lost, lost, lost})
	for i, head := range []int64{2, 2, 4, 2, 3} {
		d := look(t, s, docs[i].ID)
		equal(t, "head of "+d.ID, d.Rev, head)
		equal(t, "length of "+d.ID, d.Length, lengthAt(head))
		equal(t, "changes of "+d.ID, int64(len(allChanges(t, s, d.Key))), head)
	}
}

// Callers promise not to; a store that was asked anyhow keeps the line whole.
func testTwiceInACall(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	got := outcomes(t, s, batch(d.Key, 0, 2, "first"), batch(d.Key, 0, 1, "second"))
	stored := 0
	for _, o := range got {
		if !o.Lost && o.Err == nil {
			stored++
		}
	}
	equal(t, "stored", stored, 1)
	for i, c := range allChanges(t, s, d.Key) {
		equal(t, "revision", c.Rev, int64(i+1))
	}
}

// poisons are batches that no database is to store.
var poisons = map[string]func(*storage.Batch){
	"U+0000 in a user":  func(b *storage.Batch) { b.Changes[1].User = "a\x00b" },
	"broken UTF-8":      func(b *storage.Batch) { b.Changes[0].User = "\xff" },
	"a gap":             func(b *storage.Batch) { b.Changes[1].Rev++ },
	"a gap before":      func(b *storage.Batch) { b.Changes = b.Changes[1:] },
	"a wrong base":      func(b *storage.Batch) { b.Changes[1].Base-- },
	"a revision twice":  func(b *storage.Batch) { b.Changes[1] = b.Changes[0] },
	"seq of nobody":     func(b *storage.Batch) { b.Changes[0].Seq = 1 },
	"client, no seq":    func(b *storage.Batch) { b.Changes[0].Client = uuid.New() },
	"seq below 1":       func(b *storage.Batch) { b.Changes[0].Client, b.Changes[0].Seq = uuid.New(), -1 },
	"no changes":        func(b *storage.Batch) { b.Changes = nil },
	"a negative base":   func(b *storage.Batch) { *b = batch(b.Key, -2, 2, "x") },
	"one seq two times": func(b *storage.Batch) { by(*b, uuid.New(), 1); b.Changes[1].Seq = 1 },
}

func testPoison(t *testing.T, db Database) {
	s := db.Open(t)
	for name, spoil := range poisons {
		good, bad, stale := create(t, s, name+" good"), create(t, s, name+" bad"), create(t, s, name+" stale")
		last := create(t, s, name+" last")
		poisoned := batch(bad.Key, 0, 2, "poison")
		spoil(&poisoned)
		got := outcomes(t, s, batch(good.Key, 0, 2, "x"), poisoned, batch(stale.Key, 9, 1, "x"), batch(last.Key, 0, 1, "x"))
		if got[1].Err == nil || got[1].Lost {
			t.Fatalf("%s: outcome %+v", name, got[1])
		}
		got[1] = storage.Outcome{}
		equal(t, name, got, []storage.Outcome{{}, {}, {Lost: true}, {}})
		equal(t, name+": the poisoned one", look(t, s, bad.ID), bad)
		equal(t, name+": its changes", len(allChanges(t, s, bad.Key)), 0)
		equal(t, name+": the good one", look(t, s, good.ID).Rev, 2)
		equal(t, name+": the last one", len(allChanges(t, s, last.Key)), 1)
		commit(t, s, batch(bad.Key, 0, 1, "sound"))
	}
}

// The unique key of submissions is the net below the rooms' own look-up.
func testRepeatedSubmission(t *testing.T, db Database) {
	s := db.Open(t)
	a, b := create(t, s, "a"), create(t, s, "b")
	client := uuid.New()
	commit(t, s, by(batch(a.Key, 0, 2, "x"), client, 1), by(batch(b.Key, 0, 1, "x"), client, 1)) // seqs are per document
	got := outcomes(t, s, by(batch(a.Key, 2, 1, "again"), client, 2), by(batch(b.Key, 1, 1, "x"), client, 2))
	if got[0].Err == nil || got[0].Lost || got[1] != (storage.Outcome{}) {
		t.Fatalf("outcomes %+v", got)
	}
	equal(t, "head", look(t, s, "a").Rev, 2)
	equal(t, "other head", look(t, s, "b").Rev, 2)
}

func testPayloads(t *testing.T, db Database) {
	s := db.Open(t)
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	payloads := [][]byte{
		every, {}, {0}, []byte(`[{"insert":"\u0000"}]`), []byte("[1e999]"), []byte("\\x00 'quoted' \\"),
		bytes.Repeat(every, 1<<12), bytes.Repeat([]byte{0}, 1<<20),
	}
	n := newDocument("doc")
	n.Snapshot.Content, n.Snapshot.Authorship = every, []byte{}
	d, err := s.Create(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	b := batch(d.Key, 0, len(payloads), "")
	for i, p := range payloads {
		b.Changes[i].Op = p
		b.Changes[i].Format = int16(i)
	}
	b.Changes[1].Op = nil // no bytes, too
	commit(t, s, b)
	b.Changes[1].Op = []byte{}
	equal(t, "changes", noNils(allChanges(t, s, d.Key)), b.Changes)
	l, err := s.Load(t.Context(), "doc", 10)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "loaded content", l.Snapshot.Content, every)
	equal(t, "loaded authorship", len(l.Snapshot.Authorship), 0)
	equal(t, "loaded changes", noNils(l.Changes), b.Changes)
	snap := storage.Snapshot{Rev: 3, Format: 2, Authorship: bytes.Repeat(every, 1<<14)} // content nil
	if err := s.PutSnapshot(t.Context(), d.Key, snap); err != nil {
		t.Fatal(err)
	}
	got, err := s.Snapshot(t.Context(), d.Key, 3)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "content", len(got.Content), 0)
	equal(t, "authorship", got.Authorship, snap.Authorship)
}

// noNils makes all ops without bytes the same: a store may return either kind.
func noNils(changes []storage.Change) []storage.Change {
	for i := range changes {
		if changes[i].Op == nil {
			changes[i].Op = []byte{}
		}
	}
	return changes
}

func testChangeTimes(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	b := batch(d.Key, 0, 3, "x")
	times := []time.Time{
		time.Date(1969, 12, 31, 23, 59, 59, 999e6, time.UTC),
		time.Date(2026, 3, 29, 1, 30, 0, 123e6, time.UTC),
		time.Date(2999, 12, 31, 23, 59, 59, 999e6, time.UTC),
	}
	for i, at := range times {
		b.Changes[i].At = at.Add(789 * time.Microsecond).In(time.FixedZone("west", -8*3600))
	}
	commit(t, s, b)
	for i, c := range allChanges(t, s, d.Key) {
		equal(t, "at", c.At, times[i])
	}
	equal(t, "updated", look(t, s, "doc").Updated, times[2])
}

func testChangesPage(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	b := batch(d.Key, 0, 10, "x")
	commit(t, s, b)
	for _, c := range []struct {
		after int64
		limit int
		want  []storage.Change
	}{
		{0, 10, b.Changes}, {0, 3, b.Changes[:3]}, {3, 3, b.Changes[3:6]}, {8, 5, b.Changes[8:]},
		{10, 5, nil}, {99, 5, nil}, {0, 0, nil}, {-5, 2, b.Changes[:2]},
	} {
		got, err := s.Changes(t.Context(), d.Key, c.after, c.limit)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 0 || len(c.want) != 0 {
			equal(t, fmt.Sprint("after ", c.after, " limit ", c.limit), got, c.want)
		}
	}
	got, err := s.Changes(t.Context(), 1<<40, 0, 5)
	if err != nil || len(got) != 0 {
		t.Errorf("of no document: %d changes, %v", len(got), err)
	}
}
