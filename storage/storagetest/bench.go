package storagetest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

// Bench measures a driver: commits of 1 and of 100 documents with one change
// each, alone and several at once, and opening a long document.
func Bench(b *testing.B, create func(t testing.TB) Database) {
	for _, size := range []int{1, 100} {
		for _, writers := range []int{1, 4} {
			b.Run(fmt.Sprintf("Commit/batches=%d/writers=%d", size, writers), func(b *testing.B) {
				benchCommit(b, create(b).Open(b), size, writers)
			})
		}
	}
	b.Run("Load/changes=260000/tail=1000", func(b *testing.B) { benchLoad(b, create(b).Open(b)) })
}

// benchCommit has each writer commit to documents of its own.
func benchCommit(b *testing.B, s storage.Store, size, writers int) {
	lines := make([][]storage.Batch, writers)
	for w := range lines {
		for i := range size {
			d := create(b, s, fmt.Sprint("doc ", w, " ", i))
			lines[w] = append(lines[w], by(batch(d.Key, 0, 1, "typed"), uuid.New(), 1))
		}
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	concurrently(b, writers, func(w int) error {
		for left.Add(-1) >= 0 {
			got, err := s.Commit(b.Context(), lines[w])
			if err != nil {
				return err
			}
			for i := range lines[w] {
				if got[i] != (storage.Outcome{}) {
					return fmt.Errorf("%+v", got[i])
				}
				advance(&lines[w][i])
			}
		}
		return nil
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
	b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "changes/s")
}

// advance makes of a batch of one change the next one.
func advance(b *storage.Batch) {
	c := &b.Changes[0]
	b.Base = c.Rev
	c.Base, c.Rev, c.Seq, c.At = c.Rev, c.Rev+1, c.Seq+1, timeAt(c.Rev+1)
}

// benchLoad opens a document of 105 KB with 260,000 changes, whose newest
// snapshot is 1,000 changes old.
func benchLoad(b *testing.B, s storage.Store) {
	const changes, step, tail = 260_000, 2000, 1000
	d := create(b, s, "long")
	client := uuid.New()
	for rev := int64(0); rev < changes; rev += step {
		commit(b, s, by(batch(d.Key, rev, step, "typed"), client, rev+1))
	}
	snap := snapshotAt(changes-tail, d.Epoch)
	for i := range 105_000 {
		snap.Content = append(snap.Content, "etaoin shrdlu"[i*i%13])
	}
	if err := s.PutSnapshot(b.Context(), d.Key, snap); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		if l := load(b, s, "long", tail); len(l.Changes) != tail {
			b.Fatalf("%d changes", len(l.Changes))
		}
	}
}
