package docs

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/bench/trace"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
)

// StoreTrace puts a history straight into a store, as the document "doc", with
// snapshots where a room would store them, and returns how many of those were
// kept. The times are those of someone who types for five minutes and rests
// for three.
func StoreTrace(b *testing.B, store storage.Store, history *trace.Trace) string {
	b.Helper()
	at := time.Now().UTC().Truncate(time.Millisecond).Add(-30 * 24 * time.Hour)
	v := version{doc: ot.Text.Initial(), at: at}
	d, err := store.Create(b.Context(), storage.NewDocument{
		ID: "doc", Type: ot.Text.String(), Epoch: uuid.New(), Created: at,
		Snapshot: storage.Snapshot{Format: storage.FormatJSON, Content: []byte("[]"), Authorship: newAuthorship(0, credit{At: at}).encode()},
	})
	if err != nil {
		b.Fatal(err)
	}
	var state snapshotState
	var runs runWatch
	var batch []storage.Change
	commit := func() {
		outcomes, err := store.Commit(b.Context(), []storage.Batch{{Key: d.Key, Base: v.rev - int64(len(batch)), Changes: batch, Length: int64(v.doc.Len())}})
		if err != nil || outcomes[0] != (storage.Outcome{}) {
			b.Fatal(outcomes, err)
		}
		batch = batch[:0]
	}
	for i, op := range history.Edits {
		if v.doc, err = v.doc.Apply(op); err != nil {
			b.Fatal(err)
		}
		at = at.Add(200 * time.Millisecond)
		if i%1500 == 0 {
			at = at.Add(3 * time.Minute)
		}
		e := entry{rev: v.rev + 1, base: v.rev, op: op, user: fmt.Sprint("user ", i/300%3), at: at, stored: otjson.Append(nil, op)}
		v.rev, v.at = e.rev, at
		batch = append(batch, e.storage())
		state.weigh(&e)
		runs.note(&e)
		due := state.due()
		if due || len(batch) == 1000 || i == len(history.Edits)-1 {
			commit()
		}
		if due {
			size, err := writeSnapshot(b.Context(), store, d.Key, v)
			if err != nil {
				b.Fatal(err)
			}
			state = snapshotState{rev: v.rev, size: size}
			if runs.over {
				_, began, err := recordAll(b.Context(), store, d.Key, v.rev, time.Time{})
				if err != nil {
					b.Fatal(err)
				}
				runs = runWatch{began: began, last: at}
			}
		}
	}
	return keptSnapshots(b, store, d.Key, v.rev)
}

func keptSnapshots(b *testing.B, store storage.Store, key storage.Key, rev int64) string {
	n, size, widest, above := 0, 0, int64(0), rev
	for rev >= 0 {
		s, err := store.Snapshot(b.Context(), key, rev)
		if err != nil {
			b.Fatal(err)
		}
		n++
		size += weight(s)
		widest = max(widest, above-s.Rev)
		above, rev = s.Rev, s.Rev-1
	}
	return fmt.Sprintf("%d of %d bytes together, %d changes apart at most", n, size, widest)
}
