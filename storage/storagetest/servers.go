package storagetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

var serverTests = map[string]func(*testing.T, Database){
	"HeadsAreOfWhatExists":        testHeads,
	"AServerIsNotItsOwnNeighbour": testBeatAlone,
	"ServersNoticeEachOther":      testBeatTogether,
}

func testHeads(t *testing.T, db Database) {
	s := db.Open(t)
	a, b := create(t, s, "a"), create(t, s, "b")
	commit(t, s, batch(a.Key, 0, 3, "x"))
	if err := s.Delete(t.Context(), b.Key); err != nil {
		t.Fatal(err)
	}
	heads, err := s.Heads(t.Context(), []storage.Key{a.Key, b.Key})
	if err != nil {
		t.Fatal(err)
	}
	if want := (storage.Head{Rev: 3, Epoch: a.Epoch}); len(heads) != 1 || heads[a.Key] != want {
		t.Errorf("heads %v, want %v of %d alone", heads, want, a.Key)
	}
}

func testBeatAlone(t *testing.T, db Database) {
	s, me := db.Open(t), uuid.New()
	for range 2 {
		beat(t, s, me, false)
	}
}

func testBeatTogether(t *testing.T, db Database) {
	if !db.Shared {
		return // there is never a second server
	}
	a, b := uuid.New(), uuid.New()
	first, second := db.Open(t), db.Open(t)
	beat(t, first, a, false)
	beat(t, second, b, true)
	beat(t, first, a, true)
}

func beat(t *testing.T, s storage.Store, server uuid.UUID, want bool) {
	t.Helper()
	if others, err := s.Beat(t.Context(), server); err != nil || others != want {
		t.Errorf("others %v, want %v; %v", others, want, err)
	}
}
