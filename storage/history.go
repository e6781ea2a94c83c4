package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// History is the part of a Store that reading a document's past needs beside
// its changes.
type History interface {
	// SnapshotAbove returns the oldest snapshot at or above rev. ErrNotFound.
	SnapshotAbove(ctx context.Context, key Key, rev int64) (Snapshot, error)

	// PutVersion gives a revision a name, and returns what it stored: where
	// the version's client has named one with its seq before, that one.
	// ErrNotFound if the document is gone, or the revision not there or
	// squashed.
	PutVersion(ctx context.Context, key Key, v Version) (Version, error)

	// Version looks a version up. ErrNotFound.
	Version(ctx context.Context, key Key, id uuid.UUID) (Version, error)

	// Versions returns up to limit versions whose ids are greater than after,
	// in the order of their ids.
	Versions(ctx context.Context, key Key, after uuid.UUID, limit int) ([]Version, error)

	// DeleteVersion takes a name away. ErrNotFound.
	DeleteVersion(ctx context.Context, key Key, id uuid.UUID) error

	// Named returns the first limit revisions above after that have a name,
	// in order, each once.
	Named(ctx context.Context, key Key, after int64, limit int) ([]int64, error)

	// Episodes returns up to limit episodes that end above after, in order.
	Episodes(ctx context.Context, key Key, after int64, limit int) ([]Episode, error)

	// LastEpisode returns the newest one. ErrNotFound.
	LastEpisode(ctx context.Context, key Key) (Episode, error)

	// PutEpisodes stores episodes. Storing one again, or one of a deleted
	// document, does nothing.
	PutEpisodes(ctx context.Context, key Key, list []Episode) error
}

// Version is a revision that someone gave a name. It is kept readable.
type Version struct {
	ID     uuid.UUID // of version 7, so that ids are in the order of time
	Name   string
	Rev    int64
	User   string
	At     time.Time // UTC, whole milliseconds
	Client uuid.UUID // uuid.Nil where none asked
	Seq    int64     // 0 where none asked
}

// Check says what keeps v from being stored, before a database is asked.
func (v *Version) Check() error {
	switch {
	case !ValidText(v.Name) || !ValidText(v.User):
		return fmt.Errorf("version %q of user %q cannot be stored", v.Name, v.User)
	case (v.Client == uuid.Nil) != (v.Seq == 0) || v.Seq < 0:
		return fmt.Errorf("version with seq %d of client %s", v.Seq, v.Client)
	}
	return nil
}

// Episode is what the changes after From, up to To, come to as a run of
// editing. The store does not read Data.
type Episode struct {
	From, To int64
	Data     []byte
}
