package storagetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

var clientTests = map[string]func(*testing.T, Database){
	"ClientsLastSubmission": testClient,
	"SubmissionBySeq":       testSubmission,
	"ClientOfNobody":        testNoClient,
	"SubmissionsGoWithThem": testSubmissionsDeleted,
}

func submission(t testing.TB, s storage.Store, key storage.Key, client uuid.UUID, seq int64) storage.Submission {
	t.Helper()
	got, err := s.Submission(t.Context(), key, client, seq)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func last(t testing.TB, s storage.Store, key storage.Key, client uuid.UUID) storage.Submission {
	t.Helper()
	got, err := s.Client(t.Context(), key, client)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// twoClients commits ann's seqs 1 and 2 as 1 and 2, bob's 1 as 3, ann's 3 as 4.
func twoClients(t testing.TB, s storage.Store, key storage.Key) (ann, bob uuid.UUID) {
	t.Helper()
	ann, bob = uuid.New(), uuid.New()
	commit(t, s, by(batch(key, 0, 2, "ann"), ann, 1))
	b := by(batch(key, 2, 1, "bob"), bob, 1)
	b.Changes[0].User = "bob"
	commit(t, s, b)
	commit(t, s, by(batch(key, 3, 1, "ann"), ann, 3))
	return ann, bob
}

func testClient(t *testing.T, db Database) {
	s := db.Open(t)
	d, other := create(t, s, "doc"), create(t, s, "other")
	ann, bob := twoClients(t, s, d.Key)
	equal(t, "ann", last(t, s, d.Key, ann), storage.Submission{User: "ann", Seq: 3, Rev: 4})
	equal(t, "bob", last(t, s, d.Key, bob), storage.Submission{User: "bob", Seq: 1, Rev: 3})
	_, err := s.Client(t.Context(), d.Key, uuid.New())
	isErr(t, "a stranger", err, storage.ErrNotFound)
	_, err = s.Client(t.Context(), other.Key, ann)
	isErr(t, "ann elsewhere", err, storage.ErrNotFound)
}

func testSubmission(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	ann, bob := twoClients(t, s, d.Key)
	equal(t, "ann 2", submission(t, s, d.Key, ann, 2), storage.Submission{User: "ann", Seq: 2, Rev: 2})
	equal(t, "ann 3", submission(t, s, d.Key, ann, 3), storage.Submission{User: "ann", Seq: 3, Rev: 4})
	equal(t, "bob 1", submission(t, s, d.Key, bob, 1), storage.Submission{User: "bob", Seq: 1, Rev: 3})
	for _, c := range []struct {
		client uuid.UUID
		seq    int64
	}{{ann, 4}, {ann, 0}, {ann, -1}, {bob, 2}, {uuid.New(), 1}} {
		_, err := s.Submission(t.Context(), d.Key, c.client, c.seq)
		isErr(t, "unknown seq", err, storage.ErrNotFound)
	}
}

// Changes that nobody submitted belong to no client, not to the nil UUID.
func testNoClient(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	commit(t, s, batch(d.Key, 0, 3, "server"))
	_, err := s.Client(t.Context(), d.Key, uuid.Nil)
	isErr(t, "client", err, storage.ErrNotFound)
	_, err = s.Submission(t.Context(), d.Key, uuid.Nil, 0)
	isErr(t, "submission", err, storage.ErrNotFound)
}

func testSubmissionsDeleted(t *testing.T, db Database) {
	s := db.Open(t)
	d := create(t, s, "doc")
	ann, _ := twoClients(t, s, d.Key)
	if err := s.Delete(t.Context(), d.Key); err != nil {
		t.Fatal(err)
	}
	again := create(t, s, "doc")
	for _, key := range []storage.Key{d.Key, again.Key} {
		_, err := s.Client(t.Context(), key, ann)
		isErr(t, "client", err, storage.ErrNotFound)
		_, err = s.Submission(t.Context(), key, ann, 1)
		isErr(t, "submission", err, storage.ErrNotFound)
	}
}
