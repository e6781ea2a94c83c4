package storage

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Events is the part of a Store that another service is told of what happens
// from: a queue in the database. What is put there in the transaction that it
// tells of costs Create, Delete and PutVersion a row, and Commit nothing: a
// changed head is found by comparing it with what was told last.
type Events interface {
	// KeepEvents begins to keep events, or forgets all and keeps none.
	// Heads that moved before it began are not told. Of a store that no other
	// server shares, what was claimed is due again.
	KeepEvents(ctx context.Context, keep bool) error

	// NoteChanged puts those of the documents into the queue, once each, whose
	// heads are not what was told last.
	NoteChanged(ctx context.Context, keys []Key) error

	// NoteUntold is NoteChanged of up to limit documents with keys greater
	// than after, in their order. It returns the key to go on behind, 0 at
	// the end.
	NoteUntold(ctx context.Context, after Key, limit int) (Key, error)

	// ClaimEvents takes up to limit events that are due, of each document the
	// oldest one alone. For the lease nobody else gets them.
	ClaimEvents(ctx context.Context, limit int, lease time.Duration) ([]Event, error)

	// SettleEvents says what became of claimed events.
	SettleEvents(ctx context.Context, settled []Settled) error

	// DropEvents gives up events that happened before a time, and all but the
	// newest, and returns how many. Changed heads are never too old.
	DropEvents(ctx context.Context, before time.Time, most int64) (int64, error)

	// OldestEvent returns when the first event in the queue happened.
	// ErrNotFound where there is none.
	OldestEvent(ctx context.Context) (time.Time, error)
}

// EventKind says what has happened.
type EventKind string

// The kinds of events.
const (
	DocumentCreated EventKind = "created"
	DocumentChanged EventKind = "changed"
	VersionNamed    EventKind = "version"
	DocumentDeleted EventKind = "deleted"
)

// Event is something that happened to a document. Of a deleted one the queue
// keeps that it was created, where that was not told yet, and deleted.
type Event struct {
	Seq   int64 // its place in the queue
	Kind  EventKind
	Key   Key
	Doc   string
	Epoch uuid.UUID
	From  int64 // of a changed head: the revision told last
	Rev   int64
	At    time.Time // UTC, whole milliseconds

	Version uuid.UUID // this, Name and User are of a named version
	Name    string
	User    string

	Tries int // claims so far, with this one
}

// Settled is a claimed event that was told or has to wait. Of a changed head
// that has moved on meanwhile, the rest waits.
type Settled struct {
	Event
	Told bool
	Wait time.Duration
}
