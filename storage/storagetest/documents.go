package storagetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

var documentTests = map[string]func(*testing.T, Database){
	"CreatedDocumentIsThere":       testCreate,
	"IDIsTakenOnce":                testExists,
	"UnstorableDocument":           testUnstorableDocument,
	"UnknownDocument":              testUnknownDocument,
	"ListPagesInByteOrder":         testListPages,
	"ListByPrefix":                 testListPrefix,
	"DeleteLeavesNoTrace":          testDelete,
	"DeleteLeavesOthers":           testDeleteLeavesOthers,
	"RecreatedDocumentIsAnother":   testRecreate,
	"AnotherEpoch":                 testSetEpoch,
	"CreatedTimeIsMillisecondsUTC": testCreatedTime,
}

func testCreate(t *testing.T, db Database) {
	s := db.Open(t)
	n := newDocument("team-a:spec")
	n.Type = "rich-text"
	n.Length = 12
	want := storage.Document{
		ID: "team-a:spec", Type: "rich-text", Epoch: n.Epoch, Created: start, Rev: 0, Length: 12, Updated: start,
	}
	d, err := s.Create(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	if d.Key == 0 {
		t.Error("key is 0")
	}
	want.Key = d.Key
	equal(t, "created", d, want)
	equal(t, "found", look(t, s, d.ID), want)
	snap, err := s.Snapshot(t.Context(), d.Key, 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "snapshot", snap, n.Snapshot)
	equal(t, "changes", len(allChanges(t, s, d.Key)), 0)
}

func testExists(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	_, err := s.Create(t.Context(), newDocument("doc"))
	isErr(t, "second create", err, storage.ErrExists)
	equal(t, "the first", look(t, s, "doc"), d)
	other := create(t, s, "Doc") // ids differ in case
	if other.Key == d.Key {
		t.Error("two documents have one key")
	}
}

func testUnstorableDocument(t *testing.T, db Database) {
	s := db.Open(t)
	for name, spoil := range map[string]func(*storage.NewDocument){
		"no id":           func(d *storage.NewDocument) { d.ID = "" },
		"U+0000 in id":    func(d *storage.NewDocument) { d.ID = "a\x00b" },
		"broken UTF-8":    func(d *storage.NewDocument) { d.ID = "a\xff" },
		"U+0000 in type":  func(d *storage.NewDocument) { d.Type = "\x00" },
		"later snapshot":  func(d *storage.NewDocument) { d.Snapshot.Rev = 1 },
		"broken type":     func(d *storage.NewDocument) { d.Type = "\xc3\x28" },
		"surrogate in id": func(d *storage.NewDocument) { d.ID = "\xed\xa0\x80" },
	} {
		d := newDocument("doc")
		spoil(&d)
		if _, err := s.Create(t.Context(), d); err == nil {
			t.Errorf("%s: created", name)
		}
	}
	noTraces(t, db)
}

func testUnknownDocument(t *testing.T, db Database) {
	s := db.Open(t)
	create(t, s, "doc")
	for _, id := range []string{"", "do", "doc1", "DOC", "doc\x00", "\xff"} {
		_, err := s.Document(t.Context(), id)
		isErr(t, "document "+id, err, storage.ErrNotFound)
		_, err = s.Load(t.Context(), id, 10)
		isErr(t, "load "+id, err, storage.ErrNotFound)
	}
	isErr(t, "delete", s.Delete(t.Context(), 1<<40), storage.ErrNotFound)
}

// awkwardIDs sort differently by bytes, by UTF-16, by case, by number, and by
// the rules of a language.
var awkwardIDs = []string{
	"a", "A", "b", "B", "aa", "a-b", "a.b", "a:b", "a_b", "a~b", "a b", "a%b", "a\\b", "a'b", "10", "9", "010",
	"é", "e\u0301", "z", "Z", "ß", "ss", "\u007f", "\u0080", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff",
	"\U0010ffff\U0010ffff", "a\U0010ffff", "ab", strings.Repeat("x", 128),
}

func testListPages(t *testing.T, db Database) {
	s := db.Open(t)
	for _, id := range awkwardIDs {
		create(t, s, id)
	}
	want := slices.Sorted(slices.Values(awkwardIDs))
	for _, limit := range []int{1, 2, 7, len(want), 1000} {
		var got []string
		for after := ""; ; after = got[len(got)-1] {
			docs, err := s.List(t.Context(), "", after, limit)
			if err != nil {
				t.Fatal(err)
			}
			if len(docs) > limit {
				t.Fatalf("%d documents, limit %d", len(docs), limit)
			}
			if len(docs) == 0 {
				break
			}
			for _, d := range docs {
				got = append(got, d.ID)
			}
		}
		equal(t, "ids", got, want)
	}
	docs, err := s.List(t.Context(), "", "", 0)
	if err != nil || len(docs) != 0 {
		t.Errorf("limit 0: %d documents, %v", len(docs), err)
	}
}

func testListPrefix(t *testing.T, db Database) {
	s := db.Open(t)
	for _, id := range awkwardIDs {
		create(t, s, id)
	}
	d := look(t, s, "a:b")
	commit(t, s, batch(d.Key, 0, 3, "x"))
	for _, prefix := range append([]string{"", "nothing", "\x00", "\xff", "a%", "_"}, awkwardIDs...) {
		for _, after := range []string{"", "a", "a:", "zz"} {
			var want []storage.Document
			for _, id := range slices.Sorted(slices.Values(awkwardIDs)) {
				if strings.HasPrefix(id, prefix) && id > after {
					want = append(want, look(t, s, id))
				}
			}
			got, err := s.List(t.Context(), prefix, after, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 0 || len(want) != 0 {
				equal(t, "prefix "+prefix+" after "+after, got, want)
			}
		}
	}
}

// full is a document with something in every table that the store can fill.
func full(t *testing.T, s storage.Store, id string) storage.Document {
	t.Helper()
	d := create(t, s, id)
	client := uuid.New()
	commit(t, s, by(batch(d.Key, 0, 5, "x"), client, 1))
	if err := s.PutSnapshot(t.Context(), d.Key, snapshotAt(4, d.Epoch)); err != nil {
		t.Fatal(err)
	}
	squash(t, s, d.Key, 0, 2, run(0, 2))
	return d
}

func testDelete(t *testing.T, db Database) {
	s := db.Open(t)
	d := full(t, s, "doc")
	for _, table := range []string{"documents", "heads", "changes", "clients", "snapshots"} {
		if db.Count(t, table) == 0 {
			t.Fatalf("%s is empty already: the test would see nothing", table)
		}
	}
	if err := s.Delete(t.Context(), d.Key); err != nil {
		t.Fatal(err)
	}
	noTraces(t, db)
	isErr(t, "delete again", s.Delete(t.Context(), d.Key), storage.ErrNotFound)
	_, err := s.Document(t.Context(), d.ID)
	isErr(t, "document", err, storage.ErrNotFound)
	_, err = s.Snapshot(t.Context(), d.Key, 9)
	isErr(t, "snapshot", err, storage.ErrNotFound)
	equal(t, "changes", len(allChanges(t, s, d.Key)), 0)
	equal(t, "commit", outcomes(t, s, batch(d.Key, 5, 1, "late")), []storage.Outcome{{Lost: true}})
	if err := s.PutSnapshot(t.Context(), d.Key, snapshotAt(5, d.Epoch)); err != nil {
		t.Errorf("a late snapshot: %v", err)
	}
	noTraces(t, db)
}

func testDeleteLeavesOthers(t *testing.T, db Database) {
	s := db.Open(t)
	gone, stays := full(t, s, "doc"), full(t, s, "doc2")
	before, err := s.Load(t.Context(), "doc2", 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), gone.Key); err != nil {
		t.Fatal(err)
	}
	after, err := s.Load(t.Context(), "doc2", 10)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the other", after, before)
	equal(t, "its clients", db.Count(t, "clients"), 1)
	commit(t, s, batch(stays.Key, 5, 1, "x"))
}

func testRecreate(t *testing.T, db Database) {
	s := db.Open(t)
	seen := map[storage.Key]bool{}
	var last storage.Document
	for range 3 {
		d := create(t, s, "doc")
		if seen[d.Key] {
			t.Fatalf("key %d is used again", d.Key)
		}
		seen[d.Key] = true
		if d.Epoch == last.Epoch {
			t.Error("the epoch is the same")
		}
		if last.Key != 0 { // a room of the deleted one knows the old key only
			equal(t, "commit to the old", outcomes(t, s, batch(last.Key, 0, 1, "old")), []storage.Outcome{{Lost: true}})
			equal(t, "found", look(t, s, "doc"), d)
		}
		commit(t, s, batch(d.Key, 0, 2, "new"))
		if err := s.Delete(t.Context(), d.Key); err != nil {
			t.Fatal(err)
		}
		last = d
	}
}

func testCreatedTime(t *testing.T, db Database) {
	s := db.Open(t)
	n := newDocument("doc")
	n.Created = start.Add(456 * time.Microsecond).In(time.FixedZone("east", 5*3600))
	d, err := s.Create(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "created", d.Created, start)
	equal(t, "found", look(t, s, "doc"), d)
}

// testSetEpoch: nothing but the epoch changes, and of one document only.
func testSetEpoch(t *testing.T, db Database) {
	s := db.Open(t)
	d, other := create(t, s, "doc"), create(t, s, "other")
	commit(t, s, batch(d.Key, 0, 3, "x"))
	want, err := s.Load(t.Context(), "doc", 10)
	if err != nil {
		t.Fatal(err)
	}
	want.Document.Epoch = uuid.New()
	if err := s.SetEpoch(t.Context(), d.Key, want.Document.Epoch); err != nil {
		t.Fatal(err)
	}
	got, err := s.Load(t.Context(), "doc", 10)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "loaded", got, want)
	equal(t, "the other", look(t, s, "other"), other)
	commit(t, s, batch(d.Key, 3, 1, "it goes on"))
	isErr(t, "of no document", s.SetEpoch(t.Context(), 1<<40, uuid.New()), storage.ErrNotFound)
}
