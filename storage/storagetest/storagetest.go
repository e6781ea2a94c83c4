// Package storagetest is the contract of [storage.Store] as tests. A driver's
// test is a call of Run; it holds whatever a room relies on.
package storagetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

// Database is an empty database of the driver under test. It belongs to one
// test.
type Database struct {
	// Open opens the database, a second time too when the first store was
	// closed. The test may leave the closing to Open's own t.Cleanup.
	Open func(t testing.TB) storage.Store
	// Shared: several stores may be open on it at once.
	Shared bool
	// Count counts the rows of a table, past the store.
	Count func(t testing.TB, table string) int
	// Name gives a revision a name, past the store.
	Name func(t testing.TB, key storage.Key, rev int64)
}

// tables is where a document leaves traces.
var tables = []string{"documents", "heads", "changes", "clients", "snapshots", "versions", "episodes", "events"}

// Run holds a driver to the contract. create makes a database for each test;
// they run in parallel.
func Run(t *testing.T, create func(t testing.TB) Database) {
	for _, group := range []map[string]func(*testing.T, Database){
		documentTests, commitTests, raceTests, clientTests, snapshotTests, squashTests, historyTests, loadTests, lifeTests,
		serverTests, eventTests,
	} {
		for name, test := range group {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, create(t))
			})
		}
	}
}

// start is when the tests' documents are created: UTC, whole milliseconds.
var start = time.Date(2026, 2, 28, 23, 59, 59, 7e6, time.UTC)

// newDocument is a document with a first snapshot that tells its epoch.
func newDocument(id string) storage.NewDocument {
	epoch := uuid.New()
	return storage.NewDocument{
		ID: id, Type: "text", Epoch: epoch, Created: start, Length: lengthAt(0),
		Snapshot: snapshotAt(0, epoch),
	}
}

func create(t testing.TB, s storage.Store, id string) storage.Document {
	t.Helper()
	d, err := s.Create(t.Context(), newDocument(id))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// lengthAt and timeAt make up what the tests' documents are at a revision, so
// that a reader can tell whether what it sees belongs together.
func lengthAt(rev int64) int64   { return 10 * rev }
func timeAt(rev int64) time.Time { return start.Add(time.Duration(rev) * time.Millisecond) }

func snapshotAt(rev int64, epoch uuid.UUID) storage.Snapshot {
	return storage.Snapshot{
		Rev: rev, Format: storage.FormatJSON,
		Content:    fmt.Appendf(nil, "content %d of %s", rev, epoch),
		Authorship: fmt.Appendf(nil, "authors %d of %s", rev, epoch),
	}
}

// batch appends n changes on base, by nobody's client, with mark in their ops.
func batch(key storage.Key, base int64, n int, mark string) storage.Batch {
	b := storage.Batch{Key: key, Base: base, Length: lengthAt(base + int64(n))}
	for rev := base + 1; rev <= base+int64(n); rev++ {
		b.Changes = append(b.Changes, storage.Change{
			Rev: rev, Base: rev - 1, User: "ann", At: timeAt(rev), Format: storage.FormatJSON,
			Op: fmt.Appendf(nil, `[{"insert":%q}]`, fmt.Sprint(mark, " ", rev)),
		})
	}
	return b
}

// by names the client that submitted a batch, from seq on.
func by(b storage.Batch, client uuid.UUID, seq int64) storage.Batch {
	for i := range b.Changes {
		b.Changes[i].Client, b.Changes[i].Seq = client, seq+int64(i)
	}
	return b
}

// commit expects the batches to be stored.
func commit(t testing.TB, s storage.Store, batches ...storage.Batch) {
	t.Helper()
	for i, o := range outcomes(t, s, batches...) {
		if o != (storage.Outcome{}) {
			t.Fatalf("batch %d: %+v", i, o)
		}
	}
}

func outcomes(t testing.TB, s storage.Store, batches ...storage.Batch) []storage.Outcome {
	t.Helper()
	got, err := s.Commit(t.Context(), batches)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(batches) {
		t.Fatalf("%d outcomes of %d batches", len(got), len(batches))
	}
	return got
}

// allChanges reads a document's changes from the first on.
func allChanges(t testing.TB, s storage.Store, key storage.Key) []storage.Change {
	t.Helper()
	changes, err := s.Changes(t.Context(), key, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

// look reads a document's description.
func look(t testing.TB, s storage.Store, id string) storage.Document {
	t.Helper()
	d, err := s.Document(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// equal compares whole values and shows both.
func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %s\nwant %s", what, show(got), show(want))
	}
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil || len(text) > 2000 {
		return fmt.Sprintf("%.2000s", fmt.Sprintf("%+v", v))
	}
	return string(text)
}

// isErr expects err to be one of the errors that callers tell apart.
func isErr(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: error is %v, not %v", what, err, want)
	}
}

// noTraces expects every table to be empty.
func noTraces(t testing.TB, db Database) {
	t.Helper()
	for _, table := range tables {
		if n := db.Count(t, table); n != 0 {
			t.Errorf("%d rows are left in %s", n, table)
		}
	}
}

// stores opens two stores on one database where that may be, else the same
// store twice.
func stores(t testing.TB, db Database) [2]storage.Store {
	first := db.Open(t)
	if !db.Shared {
		return [2]storage.Store{first, first}
	}
	return [2]storage.Store{first, db.Open(t)}
}

// each calls every method of a store once, on a document that is there.
func each(ctx context.Context, s storage.Store, d storage.Document) map[string]error {
	errs := map[string]error{}
	_, errs["Create"] = s.Create(ctx, newDocument("another"))
	_, errs["Document"] = s.Document(ctx, d.ID)
	_, errs["List"] = s.List(ctx, "", "", 10)
	_, errs["Commit"] = s.Commit(ctx, []storage.Batch{batch(d.Key, d.Rev, 1, "cancelled")})
	_, errs["Load"] = s.Load(ctx, d.ID, 10)
	_, errs["Changes"] = s.Changes(ctx, d.Key, 0, 10)
	_, errs["Client"] = s.Client(ctx, d.Key, uuid.New())
	_, errs["Submission"] = s.Submission(ctx, d.Key, uuid.New(), 1)
	_, errs["Snapshot"] = s.Snapshot(ctx, d.Key, 0)
	errs["PutSnapshot"] = s.PutSnapshot(ctx, d.Key, snapshotAt(d.Rev, d.Epoch))
	_, errs["Aged"] = s.Aged(ctx, 0, 0, timeAt(d.Rev), 10)
	_, errs["Squash"] = s.Squash(ctx, d.Key, storage.Squash{From: 0, To: 1})
	errs["SetEpoch"] = s.SetEpoch(ctx, d.Key, uuid.New())
	_, errs["SnapshotAbove"] = s.SnapshotAbove(ctx, d.Key, 0)
	_, errs["PutVersion"] = s.PutVersion(ctx, d.Key, version(0, "cancelled"))
	_, errs["Version"] = s.Version(ctx, d.Key, uuid.New())
	_, errs["Versions"] = s.Versions(ctx, d.Key, uuid.Nil, 10)
	errs["DeleteVersion"] = s.DeleteVersion(ctx, d.Key, uuid.New())
	_, errs["Named"] = s.Named(ctx, d.Key, 0, 10)
	_, errs["Episodes"] = s.Episodes(ctx, d.Key, 0, 10)
	_, errs["LastEpisode"] = s.LastEpisode(ctx, d.Key)
	errs["PutEpisodes"] = s.PutEpisodes(ctx, d.Key, []storage.Episode{{From: 0, To: 1}})
	errs["KeepEvents"] = s.KeepEvents(ctx, true)
	errs["NoteChanged"] = s.NoteChanged(ctx, []storage.Key{d.Key})
	_, errs["NoteUntold"] = s.NoteUntold(ctx, 0, 10)
	_, errs["ClaimEvents"] = s.ClaimEvents(ctx, 10, time.Minute)
	errs["SettleEvents"] = s.SettleEvents(ctx, []storage.Settled{{Event: storage.Event{Seq: 1}}})
	_, errs["DropEvents"] = s.DropEvents(ctx, start, 10)
	_, errs["OldestEvent"] = s.OldestEvent(ctx)
	errs["Ping"] = s.Ping(ctx)
	errs["Delete"] = s.Delete(ctx, d.Key)
	return errs
}
