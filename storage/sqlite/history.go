package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

const (
	selectAbove = `SELECT rev, format, content, authorship FROM snapshots
		WHERE key = ? AND rev >= ? ORDER BY rev LIMIT 1`
	selectVersions = `SELECT id, name, rev, user_id, at, client, coalesce(seq, 0) FROM versions WHERE key = ? `
	insertVersion  = `INSERT INTO versions (key, id, name, rev, user_id, at, client, seq)
		SELECT key, ?2, ?3, ?4, ?5, ?6, ?7, nullif(?8, 0) FROM heads
		WHERE key = ?1 AND (?4 = 0 OR EXISTS (SELECT 1 FROM changes WHERE key = ?1 AND rev = ?4))
		ON CONFLICT DO NOTHING`
	selectNamed    = `SELECT DISTINCT rev FROM versions WHERE key = ? AND rev > ? ORDER BY rev LIMIT ?`
	selectEpisodes = `SELECT base, rev, data FROM episodes WHERE key = ? `
	insertEpisode  = `INSERT INTO episodes (key, rev, base, data) SELECT key, ?2, ?3, ?4 FROM heads WHERE key = ?1
		ON CONFLICT DO NOTHING`
)

// SnapshotAbove implements [storage.Store].
func (s *Store) SnapshotAbove(ctx context.Context, key storage.Key, rev int64) (snap storage.Snapshot, err error) {
	err = s.reading(func(db *sql.DB) error {
		return scanSnapshot(db.QueryRowContext(ctx, selectAbove, int64(key), rev), &snap)
	})
	if err != nil {
		return storage.Snapshot{}, fmt.Errorf("reading the snapshot of document %d from %d: %w", key, rev, err)
	}
	return snap, nil
}

// PutVersion implements [storage.Store].
func (s *Store) PutVersion(ctx context.Context, key storage.Key, v storage.Version) (stored storage.Version, err error) {
	if err := s.enter(); err != nil {
		return v, err
	}
	defer s.leave()
	err = v.Check()
	if err == nil {
		err = s.write.transact(ctx, func(ctx context.Context) error {
			stored, err = s.write.putVersion(ctx, key, v)
			return err
		})
	}
	if err != nil {
		return storage.Version{}, fmt.Errorf("naming revision %d of document %d: %w", v.Rev, key, err)
	}
	return stored, nil
}

func (w *writer) putVersion(ctx context.Context, key storage.Key, v storage.Version) (storage.Version, error) {
	var client any
	if v.Client != uuid.Nil {
		client = v.Client[:]
	}
	n, err := affected(w.conn.ExecContext(ctx, insertVersion, int64(key), v.ID[:], v.Name, v.Rev, v.User, v.At.UnixMilli(), client, v.Seq))
	if err == nil && n > 0 {
		_, err = w.conn.ExecContext(ctx, insertNamed, int64(key), time.Now().UnixMilli(), v.ID[:])
		return v, err
	}
	if err != nil {
		return v, err
	}
	var first storage.Version
	row := w.conn.QueryRowContext(ctx, selectVersions+`AND client = ? AND seq = ?`, int64(key), client, v.Seq)
	err = scanVersion(row, &first)
	return first, err
}

// Version implements [storage.Store].
func (s *Store) Version(ctx context.Context, key storage.Key, id uuid.UUID) (v storage.Version, err error) {
	err = s.reading(func(db *sql.DB) error {
		return scanVersion(db.QueryRowContext(ctx, selectVersions+`AND id = ?`, int64(key), id[:]), &v)
	})
	if err != nil {
		return storage.Version{}, fmt.Errorf("looking up version %s of document %d: %w", id, key, err)
	}
	return v, nil
}

// Versions implements [storage.Store].
func (s *Store) Versions(ctx context.Context, key storage.Key, after uuid.UUID, limit int) ([]storage.Version, error) {
	scan := func(r *sql.Rows, v *storage.Version) error { return scanVersion(r, v) }
	list, err := listed(ctx, s, scan, selectVersions+`AND id > ? ORDER BY id LIMIT ?`, int64(key), after[:], max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("listing versions of document %d: %w", key, err)
	}
	return list, nil
}

// DeleteVersion implements [storage.Store].
func (s *Store) DeleteVersion(ctx context.Context, key storage.Key, id uuid.UUID) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	err := s.write.transact(ctx, func(ctx context.Context) error {
		n, err := affected(s.write.conn.ExecContext(ctx, `DELETE FROM versions WHERE key = ? AND id = ?`, int64(key), id[:]))
		if err == nil && n == 0 {
			err = storage.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("deleting version %s of document %d: %w", id, key, err)
	}
	return nil
}

// Named implements [storage.Store].
func (s *Store) Named(ctx context.Context, key storage.Key, after int64, limit int) ([]int64, error) {
	scan := func(r *sql.Rows, rev *int64) error { return r.Scan(rev) }
	revs, err := listed(ctx, s, scan, selectNamed, int64(key), after, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("listing named revisions of document %d: %w", key, err)
	}
	return revs, nil
}

// Episodes implements [storage.Store].
func (s *Store) Episodes(ctx context.Context, key storage.Key, after int64, limit int) ([]storage.Episode, error) {
	scan := func(r *sql.Rows, e *storage.Episode) error { return scanEpisode(r, e) }
	list, err := listed(ctx, s, scan, selectEpisodes+`AND rev > ? ORDER BY rev LIMIT ?`, int64(key), after, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("reading episodes of document %d: %w", key, err)
	}
	return list, nil
}

// LastEpisode implements [storage.Store].
func (s *Store) LastEpisode(ctx context.Context, key storage.Key) (e storage.Episode, err error) {
	err = s.reading(func(db *sql.DB) error {
		return scanEpisode(db.QueryRowContext(ctx, selectEpisodes+`ORDER BY rev DESC LIMIT 1`, int64(key)), &e)
	})
	if err != nil {
		return storage.Episode{}, fmt.Errorf("reading the last episode of document %d: %w", key, err)
	}
	return e, nil
}

// PutEpisodes implements [storage.Store].
func (s *Store) PutEpisodes(ctx context.Context, key storage.Key, list []storage.Episode) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	err := s.write.transact(ctx, func(ctx context.Context) error {
		for _, e := range list {
			if _, err := s.write.conn.ExecContext(ctx, insertEpisode, int64(key), e.To, e.From, blob(e.Data)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("storing episodes of document %d: %w", key, err)
	}
	return nil
}

// reading runs f on the connections that read.
func (s *Store) reading(f func(db *sql.DB) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	return f(s.read.db)
}

// listed collects what a query finds.
func listed[T any](ctx context.Context, s *Store, scan func(*sql.Rows, *T) error, query string, args ...any) (list []T, err error) {
	err = s.reading(func(db *sql.DB) error {
		rows, err := db.QueryContext(ctx, query, args...)
		if err == nil {
			list, err = collect(rows, 0, scan)
		}
		return err
	})
	return list, err
}

func scanVersion(r row, v *storage.Version) error {
	var at int64
	var client []byte
	err := r.Scan(&v.ID, &v.Name, &v.Rev, &v.User, &at, &client, &v.Seq)
	v.At = fromMillis(at)
	copy(v.Client[:], client)
	return notFound(err)
}

func scanEpisode(r row, e *storage.Episode) error { return notFound(r.Scan(&e.From, &e.To, &e.Data)) }
