package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/coscribe/coscribe/storage"
)

// Create implements [storage.Store].
func (s *Store) Create(ctx context.Context, d storage.NewDocument) (storage.Document, error) {
	doc := d.Document()
	err := d.Check()
	if err == nil {
		err = s.pool.QueryRow(ctx, create, doc.ID, doc.Type, doc.Epoch, doc.Created, doc.Length,
			d.Snapshot.Format, blob(d.Snapshot.Content), blob(d.Snapshot.Authorship)).Scan(&doc.Key)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		err = storage.ErrExists
	}
	if err != nil {
		return storage.Document{}, fmt.Errorf("creating document %q: %w", d.ID, err)
	}
	return doc, nil
}

// Delete implements [storage.Store]. The head goes first: a commit under way
// has ended by then, so that the next statement sees its changes, and later
// ones find no head.
func (s *Store) Delete(ctx context.Context, key storage.Key) error {
	var b pgx.Batch // one round trip, one transaction
	found := false
	b.Queue(deleteHead, key).Exec(func(tag pgconn.CommandTag) error {
		found = tag.RowsAffected() > 0
		return nil
	})
	for _, statement := range []string{
		deleteChanges, deleteClients, deleteSnapshots, deleteVersions, deleteEpisodes, deleteEvents, deleteDocument,
	} {
		b.Queue(statement, key)
	}
	err := s.pool.SendBatch(ctx, &b).Close()
	if err == nil && !found {
		err = storage.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("deleting document %d: %w", key, err)
	}
	return nil
}

// SetEpoch implements [storage.Store].
func (s *Store) SetEpoch(ctx context.Context, key storage.Key, epoch uuid.UUID) error {
	tag, err := s.pool.Exec(ctx, setEpoch, key, epoch)
	if err == nil && tag.RowsAffected() == 0 {
		err = storage.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("setting the epoch of document %d: %w", key, err)
	}
	return nil
}

// PutSnapshot implements [storage.Store]; [storage.Thin] says which snapshots
// stay. What a server leaves behind that ends halfway, the next snapshot
// thins.
func (s *Store) PutSnapshot(ctx context.Context, key storage.Key, snap storage.Snapshot) error {
	var b pgx.Batch
	var all []storage.Stored
	b.Queue(lockHead, key)
	b.Queue(lockMark, key)
	b.Queue(putSnapshot, key, snap.Rev, snap.Format, blob(snap.Content), blob(snap.Authorship))
	b.Queue(snapshotRevs, key).Query(func(rows pgx.Rows) (err error) {
		all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[storage.Stored])
		return err
	})
	err := s.pool.SendBatch(ctx, &b).Close()
	if err == nil {
		if drop := storage.Thin(all); len(drop) > 0 {
			_, err = s.pool.Exec(ctx, dropSnapshots, key, drop)
		}
	}
	if err != nil {
		return fmt.Errorf("storing snapshot %d of document %d: %w", snap.Rev, key, err)
	}
	return nil
}

// blob keeps an empty payload from being taken for no value.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
