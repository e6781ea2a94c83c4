package storage

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// Errors that callers tell apart. Drivers return them wrapped or bare; test
// with errors.Is.
var (
	// ErrNotFound: there is no such document, snapshot or submission.
	ErrNotFound = errors.New("not found")
	// ErrExists: a document with that id is already there.
	ErrExists = errors.New("already exists")
	// ErrInUse: another process holds the database exclusively (SQLite).
	ErrInUse = errors.New("database is in use by another process")
)

// FormatJSON marks an op or a content stored as the JSON of a delta. A stored
// payload carries its mark so that another encoding can come later.
const FormatJSON = 1

// FormatRestore marks an op that brings an earlier revision back. It is stored
// as the JSON of a delta, too.
const FormatRestore = 2

// Store keeps documents, their changes and snapshots. It knows nothing of
// operations: payloads are bytes. All methods are safe for concurrent use;
// arguments belong to the caller again, and results to the caller, on return.
type Store interface {
	History
	Events

	// Create makes a document at revision 0 with its first snapshot.
	// ErrExists if the id is taken.
	Create(ctx context.Context, d NewDocument) (Document, error)

	// Document looks a document up by its id. ErrNotFound.
	Document(ctx context.Context, id string) (Document, error)

	// List returns up to limit documents whose id begins with prefix and is
	// greater than after, in byte order of their ids.
	List(ctx context.Context, prefix, after string, limit int) ([]Document, error)

	// Delete erases every trace of a document. ErrNotFound.
	Delete(ctx context.Context, key Key) error

	// SetEpoch gives a document another epoch, and changes nothing else of it.
	// ErrNotFound.
	SetEpoch(ctx context.Context, key Key, epoch uuid.UUID) error

	// Commit appends batches to many documents at once, in one transaction
	// and one round trip. It returns one outcome for each batch, in their
	// order. A batch whose base is not its document's head is Lost, alone:
	// the others stand. A batch that the database cannot store has its own
	// Err. An error of Commit itself leaves the fate of every batch unknown.
	// At most one batch for a document may be in one call.
	Commit(ctx context.Context, batches []Batch) ([]Outcome, error)

	// Load reads what a room needs to open: the document, its newest
	// snapshot, and every change after min(snapshot, head-window), gapless up
	// to the head, as of one moment. ErrNotFound.
	Load(ctx context.Context, id string, window int64) (Loaded, error)

	// Changes returns up to limit changes with after < rev, oldest first.
	// A key that no longer exists has none.
	Changes(ctx context.Context, key Key, after int64, limit int) ([]Change, error)

	// Client returns what the client last committed on the document, and as
	// whom. ErrNotFound if it never did.
	Client(ctx context.Context, key Key, client uuid.UUID) (Submission, error)

	// Submission finds a committed op by client and seq; for one that was
	// squashed, Rev is its run's last revision. ErrNotFound.
	Submission(ctx context.Context, key Key, client uuid.UUID, seq int64) (Submission, error)

	// Snapshot returns the newest snapshot at or below rev. ErrNotFound.
	Snapshot(ctx context.Context, key Key, rev int64) (Snapshot, error)

	// PutSnapshot stores a snapshot and thins older ones with their age.
	// Storing a revision again, one below the mark of what is squashed, or for
	// a deleted document, does nothing.
	PutSnapshot(ctx context.Context, key Key, s Snapshot) error

	// Aged returns up to limit documents whose keys are greater than after,
	// in their order, that have changes to squash: behind their mark, below
	// the last window revisions and the newest snapshot, the first of them
	// committed before a time.
	Aged(ctx context.Context, after Key, window int64, before time.Time, limit int) ([]Aged, error)

	// Squash replaces runs of a document's changes by one change each and
	// moves its mark. All of it happens, or nothing and it returns false:
	// where another one has moved the mark, the document is gone, a revision
	// inside a run has got a name or a snapshot, or the runs are not as they
	// were read.
	Squash(ctx context.Context, key Key, s Squash) (bool, error)

	// Heads returns the heads of those of the documents that still exist.
	Heads(ctx context.Context, keys []Key) (map[Key]Head, error)

	// Beat notes that a server lives and tells whether another one does, on
	// the same database.
	Beat(ctx context.Context, server uuid.UUID) (others bool, err error)

	// Ping reports whether the store can serve just now.
	Ping(ctx context.Context) error

	// Close releases the store. Calls under way end first.
	Close() error
}

// Key is the internal name of a document, minted at its creation and never
// used again, so that an id deleted and created anew is not confused.
type Key int64

// NewDocument is what Create needs. Created is in UTC, whole milliseconds.
type NewDocument struct {
	ID       string
	Type     string
	Epoch    uuid.UUID
	Created  time.Time
	Snapshot Snapshot // of revision 0
	Length   int64    // UTF-16 code units
}

// Document describes a document at its head.
type Document struct {
	Key     Key
	ID      string
	Type    string
	Epoch   uuid.UUID
	Created time.Time
	Rev     int64     // the head
	Length  int64     // of the content at the head, UTF-16 code units
	Updated time.Time // when the head was committed; Created at revision 0
}

// Head is how far a document has got.
type Head struct {
	Rev   int64
	Epoch uuid.UUID
}

// BeatLife is for how long a server counts as alive after its last Beat.
const BeatLife = 5 * time.Second

// Change is one committed op: it takes revision Base to revision Rev.
type Change struct {
	Rev    int64
	Base   int64     // Rev-1, or less where a run was squashed
	Client uuid.UUID // uuid.Nil where none submitted it
	Seq    int64     // 0 where none submitted it
	User   string
	At     time.Time // UTC, whole milliseconds
	Format int16
	Op     []byte
}

// Batch holds changes to append to one document, contiguous from Base+1.
type Batch struct {
	Key     Key
	Base    int64 // the head this batch was made on
	Changes []Change
	Length  int64 // of the content after the last change, UTF-16 code units
}

// Outcome says what became of one batch of a Commit that succeeded.
type Outcome struct {
	Lost bool  // the head was not Base, or the document is gone; nothing was stored
	Err  error // the database refuses this batch's data; nothing was stored
}

// Snapshot is a document's content at a revision, with the authorship of
// that content beside it. The store reads neither.
type Snapshot struct {
	Rev        int64
	Format     int16
	Content    []byte
	Authorship []byte
}

// Aged is a document with changes that may be squashed.
type Aged struct {
	Key  Key
	ID   string
	Mark int64 // up to here all is squashed that ever will be
	Upto int64 // the mark may be moved up to here
	// Kept is the revisions above Mark that have to stay, in order: named
	// versions and snapshots.
	Kept []int64
}

// Squash says what to squash of a document between its mark and a later one.
type Squash struct {
	From, To int64 // moves the mark
	Runs     []Run // in order, each inside (From, To]
}

// Run is several changes that become one: from revision Base, whole single
// steps, to revision Rev, whose user and time stay as they are. It belongs to
// no client; Submission still finds what clients submitted in it.
type Run struct {
	Base, Rev int64
	Format    int16
	Op        []byte
}

// Loaded is what a room opens from.
type Loaded struct {
	Document Document
	Snapshot Snapshot
	Changes  []Change
}

// Submission is a committed op by the identity its client gave it.
type Submission struct {
	User string
	Seq  int64
	Rev  int64
}
