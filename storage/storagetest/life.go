package storagetest

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

var lifeTests = map[string]func(*testing.T, Database){
	"ReopeningKeepsAll":       testReopen,
	"CancelledCallsDoNothing": testCancelled,
	"ClosedStoreRefuses":      testClosed,
	"CloseWaitsForCalls":      testCloseWaits,
	"PingAnswers":             testPing,
}

func testReopen(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	client := uuid.New()
	commit(t, s, by(batch(d.Key, 0, 30, "x"), client, 1))
	putSnapshot(t, s, d, 25)
	before := load(t, s, "doc", 1000)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = db.Open(t)
		equal(t, "loaded", load(t, s, "doc", 1000), before)
		equal(t, "client", last(t, s, d.Key, client), storage.Submission{User: "ann", Seq: 30, Rev: 30})
	}
	if err := s.Delete(t.Context(), d.Key); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = db.Open(t)
	if again := create(t, s, "doc"); again.Key == d.Key {
		t.Error("a key is used again after reopening")
	}
}

func testCancelled(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	commit(t, s, batch(d.Key, 0, 2, "x"))
	d = look(t, s, "doc")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range each(ctx, s, d) {
		isErr(t, name, err, context.Canceled)
	}
	equal(t, "document", look(t, s, "doc"), d)
	equal(t, "changes", len(allChanges(t, s, d.Key)), 2)
	equal(t, "documents", db.Count(t, "documents"), 1)
	commit(t, s, batch(d.Key, 2, 1, "after"))
}

func testClosed(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	for range 2 { // closing twice is no harm
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, err := range each(t.Context(), s, d) {
		if err == nil {
			t.Errorf("%s worked on a closed store", name)
		}
	}
}

// testCloseWaits: what is under way when the store is closed either fails or
// is stored and reported; nothing is stored that was not.
func testCloseWaits(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	begun := make(chan struct{})
	stored := int64(0)
	concurrently(t, 2, func(i int) error {
		if i == 0 {
			<-begun
			return s.Close()
		}
		for ; ; stored++ {
			if stored == 20 {
				close(begun)
			}
			got, err := s.Commit(t.Context(), []storage.Batch{batch(d.Key, stored, 1, "x")})
			if err != nil {
				return nil //nolint:nilerr // closed, as it should be
			}
			if got[0] != (storage.Outcome{}) {
				t.Errorf("commit %d: %+v", stored, got[0])
				return nil
			}
		}
	})
	s = db.Open(t)
	equal(t, "head", look(t, s, "doc").Rev, stored)
}

func testPing(t *testing.T, db Database) {
	s := db.Open(t)
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}
