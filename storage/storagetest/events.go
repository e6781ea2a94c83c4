package storagetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

var eventTests = map[string]func(*testing.T, Database){
	"EventsAreKeptWhereWanted":    testKeepEvents,
	"EventsTellWhatHappened":      testEvents,
	"ChangedHeadsAreToldOnce":     testChanged,
	"UntoldHeadsAreFound":         testUntold,
	"HeadsBeforeAllAreNotTold":    testUntoldBefore,
	"EventsOfADocumentAreInOrder": testEventOrder,
	"ClaimsExcludeEachOther":      testClaims,
	"ClaimsRunOut":                testLease,
	"FailedEventsWait":            testPostponed,
	"DeletedDocumentsLeaveTwo":    testDeletedEvents,
	"OldEventsAreGivenUp":         testDropEvents,
}

// listening is an open store that keeps events.
func listening(t *testing.T, db Database) storage.Store {
	t.Helper()
	s := db.Open(t)
	if err := s.KeepEvents(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	return s
}

// claim takes what is due, without when it happened where the store says so.
func claim(t *testing.T, s storage.Store, limit int) []storage.Event {
	t.Helper()
	list, err := s.ClaimEvents(t.Context(), limit, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		if list[i].Seq <= 0 {
			t.Errorf("event %+v has no place", list[i])
		}
		list[i].Seq = 0
		if list[i].Kind == storage.DocumentDeleted {
			if list[i].At.Before(start) || !list[i].At.Equal(list[i].At.Truncate(time.Millisecond)) {
				t.Errorf("deleted at %s", list[i].At)
			}
			list[i].At = time.Time{}
		}
	}
	return list
}

// tell claims what is due and settles it.
func tell(t *testing.T, s storage.Store, told bool, wait time.Duration) []storage.Event {
	t.Helper()
	list, err := s.ClaimEvents(t.Context(), 100, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	var settled []storage.Settled
	for _, e := range list {
		settled = append(settled, storage.Settled{Event: e, Told: told, Wait: wait})
	}
	if err := s.SettleEvents(t.Context(), settled); err != nil {
		t.Fatal(err)
	}
	return list
}

// changed notes a document and expects what follows of it.
func changed(t *testing.T, s storage.Store, d storage.Document, want ...storage.Event) {
	t.Helper()
	if err := s.NoteChanged(t.Context(), []storage.Key{d.Key}); err != nil {
		t.Fatal(err)
	}
	got := tell(t, s, true, 0)
	for i := range got {
		got[i].Seq = 0
	}
	equal(t, "changed", len(got), len(want))
	for i := range got {
		equal(t, "changed", got[i], want[i])
	}
}

func changedEvent(d storage.Document, from, rev int64) storage.Event {
	return storage.Event{
		Kind: storage.DocumentChanged, Key: d.Key, Doc: d.ID, Epoch: d.Epoch, From: from, Rev: rev, At: timeAt(rev), Tries: 1,
	}
}

func createdEvent(d storage.Document) storage.Event {
	return storage.Event{Kind: storage.DocumentCreated, Key: d.Key, Doc: d.ID, Epoch: d.Epoch, At: d.Created, Tries: 1}
}

func deletedEvent(d storage.Document, rev int64) storage.Event {
	return storage.Event{Kind: storage.DocumentDeleted, Key: d.Key, Doc: d.ID, Epoch: d.Epoch, Rev: rev, Tries: 1}
}

func testKeepEvents(t *testing.T, db Database) {
	s := db.Open(t)
	life := func(id string) {
		t.Helper()
		d := create(t, s, id)
		commit(t, s, batch(d.Key, 0, 1, "x"))
		putVersion(t, s, d.Key, version(1, "a"))
		if err := s.NoteChanged(t.Context(), []storage.Key{d.Key}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.NoteUntold(t.Context(), 0, 10); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(t.Context(), d.Key); err != nil {
			t.Fatal(err)
		}
	}
	life("before")
	equal(t, "rows", db.Count(t, "events"), 0)
	_, err := s.OldestEvent(t.Context())
	isErr(t, "the oldest of none", err, storage.ErrNotFound)
	for range 2 {
		if err := s.KeepEvents(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	life("while")
	equal(t, "rows", db.Count(t, "events"), 2)
	if err := s.KeepEvents(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	life("after")
	noTraces(t, db)
}

func testEvents(t *testing.T, db Database) {
	s := listening(t, db)
	d, other := create(t, s, "doc"), create(t, s, "日本")
	equal(t, "created", claim(t, s, 10), []storage.Event{createdEvent(d), createdEvent(other)})
	if err := s.Delete(t.Context(), other.Key); err != nil { // while it is being told of
		t.Fatal(err)
	}
	equal(t, "rows", db.Count(t, "events"), 3)
	if at, err := s.OldestEvent(t.Context()); err != nil || !at.Equal(d.Created) {
		t.Errorf("the oldest is of %s, %v", at, err)
	}
	v := version(0, "for review 😀")
	third := create(t, s, "third")
	equal(t, "created later", len(tell(t, s, true, 0)), 1)
	v.Client, v.Seq = uuid.New(), 1
	for range 2 { // the second time nothing is named
		putVersion(t, s, third.Key, v)
	}
	want := storage.Event{
		Kind: storage.VersionNamed, Key: third.Key, Doc: "third", Epoch: third.Epoch, At: v.At,
		Version: v.ID, Name: v.Name, User: v.User, Tries: 1,
	}
	equal(t, "named", claim(t, s, 10), []storage.Event{want})
}

func testChanged(t *testing.T, db Database) {
	s := listening(t, db)
	d := create(t, s, "doc")
	tell(t, s, true, 0)
	changed(t, s, d)
	commit(t, s, batch(d.Key, 0, 3, "x"))
	changed(t, s, d, changedEvent(d, 0, 3))
	changed(t, s, d)
	commit(t, s, batch(d.Key, 3, 1, "x"))
	commit(t, s, batch(d.Key, 4, 2, "x")) // one event for both
	changed(t, s, d, changedEvent(d, 3, 6))
	equal(t, "rows", db.Count(t, "events"), 0)

	commit(t, s, batch(d.Key, 6, 1, "x"))
	if err := s.NoteChanged(t.Context(), []storage.Key{d.Key, 1 << 40}); err != nil {
		t.Fatal(err)
	}
	list, err := s.ClaimEvents(t.Context(), 10, time.Hour)
	if err != nil || len(list) != 1 || list[0].Rev != 7 {
		t.Fatalf("%+v, %v", list, err)
	}
	commit(t, s, batch(d.Key, 7, 1, "x")) // while revision 7 is being told
	if err := s.NoteChanged(t.Context(), []storage.Key{d.Key}); err != nil {
		t.Fatal(err)
	}
	if err := s.SettleEvents(t.Context(), []storage.Settled{{Event: list[0], Told: true}}); err != nil {
		t.Fatal(err)
	}
	equal(t, "the rest", claim(t, s, 10), []storage.Event{changedEvent(d, 7, 8)})
}

func testUntold(t *testing.T, db Database) {
	s := listening(t, db)
	var docs []storage.Document
	var want []storage.Event
	for i := range 7 {
		n := newDocument(fmt.Sprint("doc", i))
		n.Created = time.Now().UTC().Truncate(time.Millisecond)
		d, err := s.Create(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
	}
	tell(t, s, true, 0)
	now := time.Now().UTC().Truncate(time.Millisecond)
	for i := range 7 {
		if i%3 == 1 {
			continue
		}
		b := batch(docs[i].Key, 0, i+1, "x")
		b.Changes[i].At = now
		commit(t, s, b)
		e := changedEvent(docs[i], 0, int64(i+1))
		e.At = now
		want = append(want, e)
	}
	for range 2 { // again finds nothing more
		pages := 0
		for after, more := storage.Key(0), true; more; pages++ {
			next, err := s.NoteUntold(t.Context(), after, 3)
			if err != nil {
				t.Fatal(err)
			}
			after, more = next, next != 0
		}
		equal(t, "pages", pages, 3)
	}
	equal(t, "found", claim(t, s, 10), want)
}

func testUntoldBefore(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	commit(t, s, batch(d.Key, 0, 3, "long ago"))
	if err := s.KeepEvents(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.NoteUntold(t.Context(), 0, 10); err != nil {
		t.Fatal(err)
	}
	equal(t, "rows", db.Count(t, "events"), 0)
}

func testEventOrder(t *testing.T, db Database) {
	s := listening(t, db)
	d := create(t, s, "doc")
	commit(t, s, batch(d.Key, 0, 2, "x"))
	if err := s.NoteChanged(t.Context(), []storage.Key{d.Key}); err != nil {
		t.Fatal(err)
	}
	putVersion(t, s, d.Key, version(2, "a"))
	var kinds []storage.EventKind
	for len(kinds) < 10 {
		list := tell(t, s, true, 0)
		if len(list) == 0 {
			break
		}
		equal(t, "at once", len(list), 1)
		kinds = append(kinds, list[0].Kind)
	}
	equal(t, "in order", kinds, []storage.EventKind{storage.DocumentCreated, storage.DocumentChanged, storage.VersionNamed})
}

func testClaims(t *testing.T, db Database) {
	both := stores(t, db)
	if err := both[0].KeepEvents(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	const documents = 40
	for i := range documents {
		create(t, both[0], fmt.Sprint("doc", i))
	}
	var mu sync.Mutex
	seen := map[string]int{}
	concurrently(t, 8, func(i int) error {
		for {
			list, err := both[i%2].ClaimEvents(t.Context(), 3, time.Hour)
			if err != nil || len(list) == 0 {
				return err
			}
			mu.Lock()
			for _, e := range list {
				seen[e.Doc]++
			}
			mu.Unlock()
		}
	})
	for doc, n := range seen {
		if n != 1 {
			t.Errorf("%s was claimed %d times", doc, n)
		}
	}
	left := claim(t, both[0], documents) // what was locked for a moment is skipped
	equal(t, "claimed", len(seen)+len(left), documents)
}

func testLease(t *testing.T, db Database) {
	s := listening(t, db)
	create(t, s, "doc")
	for tries := 1; tries <= 3; tries++ {
		list, err := s.ClaimEvents(t.Context(), 10, 0)
		if err != nil || len(list) != 1 || list[0].Tries != tries {
			t.Fatalf("try %d: %+v, %v", tries, list, err)
		}
	}
	equal(t, "claimed", len(claim(t, s, 10)), 1)
	equal(t, "claimed again", len(claim(t, s, 10)), 0)
	if db.Shared {
		return
	}
	if err := s.KeepEvents(t.Context(), true); err != nil { // as a server that starts does
		t.Fatal(err)
	}
	equal(t, "after a start", len(claim(t, s, 10)), 1)
}

func testPostponed(t *testing.T, db Database) {
	s := listening(t, db)
	d := create(t, s, "doc")
	equal(t, "failed", len(tell(t, s, false, 0)), 1)
	equal(t, "failed later", len(tell(t, s, false, time.Hour)), 1)
	commit(t, s, batch(d.Key, 0, 1, "x"))
	if err := s.NoteChanged(t.Context(), []storage.Key{d.Key}); err != nil {
		t.Fatal(err)
	}
	equal(t, "too early", len(claim(t, s, 10)), 0)
	equal(t, "rows", db.Count(t, "events"), 2)
}

func testDeletedEvents(t *testing.T, db Database) {
	s := listening(t, db)
	d := create(t, s, "doc")
	commit(t, s, batch(d.Key, 0, 4, "x"))
	if err := s.NoteChanged(t.Context(), []storage.Key{d.Key}); err != nil {
		t.Fatal(err)
	}
	putVersion(t, s, d.Key, version(2, "a secret"))
	if err := s.Delete(t.Context(), d.Key); err != nil {
		t.Fatal(err)
	}
	again := create(t, s, "doc")
	first := tell(t, s, true, 0)
	equal(t, "first", len(first), 2)
	equal(t, "first", []storage.EventKind{first[0].Kind, first[1].Kind}, []storage.EventKind{storage.DocumentCreated, storage.DocumentCreated})
	equal(t, "then", claim(t, s, 10), []storage.Event{deletedEvent(d, 4)})
	isErr(t, "deleted again", s.Delete(t.Context(), d.Key), storage.ErrNotFound)
	if err := s.Delete(t.Context(), again.Key); err != nil {
		t.Fatal(err)
	}
	equal(t, "then", claim(t, s, 10), []storage.Event{deletedEvent(again, 0)})
}

func testDropEvents(t *testing.T, db Database) {
	s := listening(t, db)
	d := create(t, s, "doc")
	commit(t, s, batch(d.Key, 0, 4, "x"))
	if err := s.NoteChanged(t.Context(), []storage.Key{d.Key}); err != nil {
		t.Fatal(err)
	}
	drop := func(before time.Time, most, want int64) {
		t.Helper()
		n, err := s.DropEvents(t.Context(), before, most)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "dropped", n, want)
	}
	drop(start, 10, 0)
	drop(start.Add(time.Hour), 10, 1)
	equal(t, "the changed head", claim(t, s, 10), []storage.Event{changedEvent(d, 0, 4)})
	for i := range 5 {
		create(t, s, fmt.Sprint("other", i))
	}
	drop(start, 3, 3)
	equal(t, "the newest", claim(t, s, 10)[0].Doc, "other2")
}
