package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

// Create implements [storage.Store].
func (s *Store) Create(ctx context.Context, d storage.NewDocument) (storage.Document, error) {
	if err := s.enter(); err != nil {
		return storage.Document{}, err
	}
	defer s.leave()
	doc := d.Document()
	err := d.Check()
	if err == nil {
		err = s.write.transact(ctx, func(ctx context.Context) error {
			doc.Key, err = s.write.create(ctx, &d)
			return err
		})
	}
	if err != nil {
		return storage.Document{}, fmt.Errorf("creating document %q: %w", d.ID, err)
	}
	return doc, nil
}

func (w *writer) create(ctx context.Context, d *storage.NewDocument) (storage.Key, error) {
	created := d.Document().Created.UnixMilli()
	r, err := w.insertDocument.ExecContext(ctx, d.ID, d.Type, d.Epoch[:], created)
	if err != nil {
		return 0, err
	}
	if n, err := r.RowsAffected(); err != nil {
		return 0, err
	} else if n == 0 {
		return 0, storage.ErrExists
	}
	key, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	if _, err := w.insertHead.ExecContext(ctx, key, d.Length, created); err != nil {
		return 0, err
	}
	if _, err := w.conn.ExecContext(ctx, insertCreated, key, time.Now().UnixMilli()); err != nil {
		return 0, err
	}
	return storage.Key(key), w.putSnapshot(ctx, storage.Key(key), &d.Snapshot)
}

// Delete implements [storage.Store].
func (s *Store) Delete(ctx context.Context, key storage.Key) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	err := s.write.transact(ctx, func(ctx context.Context) error { return s.write.delete(ctx, key) })
	if err != nil {
		return fmt.Errorf("deleting document %d: %w", key, err)
	}
	return nil
}

func (w *writer) delete(ctx context.Context, key storage.Key) error {
	if _, err := w.conn.ExecContext(ctx, insertDeleted, int64(key), time.Now().UnixMilli()); err != nil {
		return err
	}
	r, err := w.deleteDocument.ExecContext(ctx, int64(key))
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return storage.ErrNotFound
	}
	for _, stmt := range w.deleteRest {
		if _, err := stmt.ExecContext(ctx, int64(key)); err != nil {
			return err
		}
	}
	return nil
}

// SetEpoch implements [storage.Store].
func (s *Store) SetEpoch(ctx context.Context, key storage.Key, epoch uuid.UUID) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	err := s.write.transact(ctx, func(ctx context.Context) error {
		r, err := s.write.setEpoch.ExecContext(ctx, epoch[:], int64(key))
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return storage.ErrNotFound
	})
	if err != nil {
		return fmt.Errorf("setting the epoch of document %d: %w", key, err)
	}
	return nil
}

// PutSnapshot implements [storage.Store]; [storage.Thin] says which snapshots
// stay.
func (s *Store) PutSnapshot(ctx context.Context, key storage.Key, snap storage.Snapshot) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	err := s.write.transact(ctx, func(ctx context.Context) error {
		if err := s.write.putSnapshot(ctx, key, &snap); err != nil {
			return err
		}
		return s.write.thin(ctx, key)
	})
	if err != nil {
		return fmt.Errorf("storing snapshot %d of document %d: %w", snap.Rev, key, err)
	}
	return nil
}

func (w *writer) putSnapshot(ctx context.Context, key storage.Key, s *storage.Snapshot) error {
	_, err := w.insertSnapshot.ExecContext(ctx, s.Rev, int64(s.Format), blob(s.Content), blob(s.Authorship), int64(key))
	return err
}

func (w *writer) thin(ctx context.Context, key storage.Key) error {
	rows, err := w.snapshotRevs.QueryContext(ctx, int64(key))
	if err != nil {
		return err
	}
	all, err := collect(rows, 0, func(rows *sql.Rows, s *storage.Stored) error { return rows.Scan(&s.Rev, &s.Size) })
	if err != nil {
		return err
	}
	for _, rev := range storage.Thin(all) {
		if _, err := w.dropSnapshot.ExecContext(ctx, int64(key), rev); err != nil {
			return err
		}
	}
	return nil
}
