package storagetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/coscribe/coscribe/storage"
)

var raceTests = map[string]func(*testing.T, Database){
	"OneWriterWins":              testOneWriterWins,
	"LosersAloneLose":            testLosersAloneLose,
	"OneCreatorWins":             testOneCreatorWins,
	"DeletionBeatsThoseUnderWay": testDeletionRace,
}

// testOneWriterWins: of many writers on one base exactly one is stored.
func testOneWriterWins(t *testing.T, db Database) {
	both := stores(t, db)
	d := create(t, both[0], "doc")
	const rounds, writers = 25, 8
	for base := int64(0); base < rounds; base++ {
		results := make([]storage.Outcome, writers)
		concurrently(t, writers, func(i int) error {
			got, err := both[i%2].Commit(t.Context(), []storage.Batch{batch(d.Key, base, 1, fmt.Sprint("writer ", i))})
			if err == nil {
				results[i] = got[0]
			}
			return err
		})
		winner := -1
		for i, o := range results {
			switch {
			case o.Err != nil:
				t.Fatalf("writer %d: %v", i, o.Err)
			case !o.Lost && winner >= 0:
				t.Fatalf("writers %d and %d both won revision %d", winner, i, base+1)
			case !o.Lost:
				winner = i
			}
		}
		if winner < 0 {
			t.Fatalf("nobody won revision %d", base+1)
		}
		want := batch(d.Key, base, 1, fmt.Sprint("writer ", winner)).Changes
		equal(t, "the winner's change", allChanges(t, both[0], d.Key)[base:], want)
	}
}

// concurrently runs f n times at once and fails on the first error.
func concurrently(t testing.TB, n int, f func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	gate := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-gate
			errs[i] = f(i)
		})
	}
	close(gate)
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// testLosersAloneLose: writers on two servers commit to random documents in
// random order, each by what it believes the heads to be. In the end every
// document is an unbroken line of exactly what was reported as stored.
func testLosersAloneLose(t *testing.T, db Database) {
	const documents, writers, rounds = 6, 4, 60
	both := stores(t, db)
	var docs []storage.Document
	for i := range documents {
		docs = append(docs, create(t, both[0], fmt.Sprint("doc", i)))
	}
	stored := make([]map[string]bool, writers) // the ops that each was told are stored
	concurrently(t, writers, func(w int) error {
		var err error
		stored[w], err = interleave(t, both[w%2], docs, w, rounds)
		return err
	})
	for _, d := range docs {
		for i, c := range allChanges(t, both[0], d.Key) {
			if c.Rev != int64(i+1) || c.Base != int64(i) {
				t.Fatalf("%s: change %d to %d at place %d", d.ID, c.Base, c.Rev, i)
			}
			owners := 0
			for w := range stored {
				if stored[w][string(c.Op)] {
					owners++
					delete(stored[w], string(c.Op))
				}
			}
			equal(t, "writers of a change", owners, 1)
		}
	}
	for w := range stored {
		equal(t, "reported as stored, but not there", len(stored[w]), 0)
	}
}

// interleave is one writer of testLosersAloneLose.
func interleave(t testing.TB, s storage.Store, docs []storage.Document, writer, rounds int) (map[string]bool, error) {
	random := rand.New(rand.NewPCG(1, uint64(writer)))
	heads := make([]int64, len(docs))
	stored := map[string]bool{}
	for round := range rounds {
		places := random.Perm(len(docs))[:1+random.IntN(len(docs))]
		var batches []storage.Batch
		for _, p := range places {
			mark := fmt.Sprint("doc ", p, " writer ", writer, " round ", round)
			batches = append(batches, batch(docs[p].Key, heads[p], 1+random.IntN(3), mark))
		}
		got, err := s.Commit(t.Context(), batches)
		if err != nil {
			return nil, err
		}
		for i, p := range places {
			switch {
			case got[i].Err != nil:
				return nil, got[i].Err
			case got[i].Lost:
				d, err := s.Document(t.Context(), docs[p].ID)
				if err != nil {
					return nil, err
				}
				if d.Rev == heads[p] {
					return nil, fmt.Errorf("%s lost against nobody at %d", d.ID, d.Rev)
				}
				heads[p] = d.Rev
			default:
				for _, c := range batches[i].Changes {
					stored[string(c.Op)] = true
					heads[p] = c.Rev
				}
			}
		}
	}
	return stored, nil
}

func testOneCreatorWins(t *testing.T, db Database) {
	both := stores(t, db)
	const writers = 8
	created := make([]storage.Document, writers)
	concurrently(t, writers, func(i int) (err error) {
		created[i], err = both[i%2].Create(t.Context(), newDocument("doc"))
		if errors.Is(err, storage.ErrExists) {
			return nil
		}
		return err
	})
	found, winners := look(t, both[0], "doc"), 0
	for _, d := range created {
		if d.Key != 0 {
			winners++
			equal(t, "found", found, d)
		}
	}
	equal(t, "creators", winners, 1)
	equal(t, "snapshots", db.Count(t, "snapshots"), 1)
}

// testDeletionRace: a commit and a snapshot that are under way while the
// document is deleted leave nothing behind, whoever comes first.
func testDeletionRace(t *testing.T, db Database) {
	both := stores(t, db)
	for range 25 {
		d := create(t, both[0], "doc")
		concurrently(t, 4, func(i int) error {
			switch i {
			case 0:
				return both[0].Delete(t.Context(), d.Key)
			case 1:
				return both[1].PutSnapshot(t.Context(), d.Key, snapshotAt(1, d.Epoch))
			}
			for base := int64(0); ; base++ {
				got, err := both[i%2].Commit(t.Context(), []storage.Batch{batch(d.Key, base, 1, "x")})
				if err != nil || got[0].Err != nil {
					return errors.Join(err, got[0].Err)
				}
				if got[0].Lost {
					return nil
				}
			}
		})
		noTraces(t, db)
		if t.Failed() {
			return
		}
	}
}
