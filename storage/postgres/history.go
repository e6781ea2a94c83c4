package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/coscribe/coscribe/storage"
)

const (
	selectVersions = `SELECT id, name, rev, user_id, at, coalesce(client, '00000000-0000-0000-0000-000000000000'),
		coalesce(seq, 0) FROM versions WHERE key = $1 `
	insertVersion = `INSERT INTO versions (key, id, name, rev, user_id, at, client, seq)
		SELECT key, $2, $3, $4::bigint, $5, $6, nullif($7::uuid, '00000000-0000-0000-0000-000000000000'), nullif($8::bigint, 0)
		FROM heads
		WHERE key = $1 AND ($4::bigint = 0 OR EXISTS (SELECT FROM changes WHERE key = $1 AND rev = $4::bigint))
		ON CONFLICT DO NOTHING`
	insertNamed = `INSERT INTO events (key, kind, doc, epoch, rev, at, version, name, user_id)
		SELECT d.key, 'version', d.id, d.epoch, $4, $6, $2, $3, $5 FROM documents d, webhook WHERE d.key = $1`
	selectNamed    = `SELECT DISTINCT rev FROM versions WHERE key = $1 AND rev > $2 ORDER BY rev LIMIT $3`
	selectEpisodes = `SELECT base, rev, data FROM episodes WHERE key = $1 `
	insertEpisodes = `INSERT INTO episodes (key, rev, base, data)
		SELECT h.key, e.rev, e.base, e.data FROM heads h, unnest($2::bigint[], $3::bigint[], $4::bytea[]) AS e (rev, base, data)
		WHERE h.key = $1 ON CONFLICT DO NOTHING`
)

// SnapshotAbove implements [storage.Store].
func (s *Store) SnapshotAbove(ctx context.Context, key storage.Key, rev int64) (snap storage.Snapshot, err error) {
	row := s.pool.QueryRow(ctx, selectSnapshot+`WHERE key = $1 AND rev >= $2 ORDER BY rev LIMIT 1`, key, rev)
	if err := scanSnapshot(row, &snap); err != nil {
		return storage.Snapshot{}, fmt.Errorf("reading the snapshot of document %d from %d: %w", key, rev, err)
	}
	return snap, nil
}

// PutVersion implements [storage.Store].
func (s *Store) PutVersion(ctx context.Context, key storage.Key, v storage.Version) (stored storage.Version, err error) {
	if err = v.Check(); err == nil {
		err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			stored, err = putVersion(ctx, tx, key, v)
			return err
		})
	}
	if err != nil {
		return storage.Version{}, fmt.Errorf("naming revision %d of document %d: %w", v.Rev, key, err)
	}
	return stored, nil
}

func putVersion(ctx context.Context, tx pgx.Tx, key storage.Key, v storage.Version) (first storage.Version, err error) {
	for _, lock := range []string{lockHead, lockMark} {
		if _, err := tx.Exec(ctx, lock, key); err != nil {
			return v, err
		}
	}
	tag, err := tx.Exec(ctx, insertVersion, key, v.ID, v.Name, v.Rev, v.User, v.At, v.Client, v.Seq)
	if err == nil && tag.RowsAffected() > 0 {
		_, err = tx.Exec(ctx, insertNamed, key, v.ID, v.Name, v.Rev, v.User, v.At)
		return v, err
	}
	if err != nil {
		return v, err
	}
	err = scanVersion(tx.QueryRow(ctx, selectVersions+`AND client = $2 AND seq = $3`, key, v.Client, v.Seq), &first)
	return first, err
}

// Version implements [storage.Store].
func (s *Store) Version(ctx context.Context, key storage.Key, id uuid.UUID) (v storage.Version, err error) {
	if err := scanVersion(s.pool.QueryRow(ctx, selectVersions+`AND id = $2`, key, id), &v); err != nil {
		return storage.Version{}, fmt.Errorf("looking up version %s of document %d: %w", id, key, err)
	}
	return v, nil
}

// Versions implements [storage.Store].
func (s *Store) Versions(ctx context.Context, key storage.Key, after uuid.UUID, limit int) ([]storage.Version, error) {
	scan := func(row pgx.CollectableRow) (v storage.Version, err error) {
		err = scanVersion(row, &v)
		return v, err
	}
	list, err := listed(ctx, s, scan, selectVersions+`AND id > $2 ORDER BY id LIMIT $3`, key, after, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("listing versions of document %d: %w", key, err)
	}
	return list, nil
}

// DeleteVersion implements [storage.Store].
func (s *Store) DeleteVersion(ctx context.Context, key storage.Key, id uuid.UUID) error {
	tag, err := s.pool.Exec(ctx, `DELETE FROM versions WHERE key = $1 AND id = $2`, key, id)
	if err == nil && tag.RowsAffected() == 0 {
		err = storage.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("deleting version %s of document %d: %w", id, key, err)
	}
	return nil
}

// Named implements [storage.Store].
func (s *Store) Named(ctx context.Context, key storage.Key, after int64, limit int) ([]int64, error) {
	revs, err := listed(ctx, s, pgx.RowTo[int64], selectNamed, key, after, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("listing named revisions of document %d: %w", key, err)
	}
	return revs, nil
}

// Episodes implements [storage.Store].
func (s *Store) Episodes(ctx context.Context, key storage.Key, after int64, limit int) ([]storage.Episode, error) {
	list, err := listed(ctx, s, pgx.RowToStructByPos[storage.Episode],
		selectEpisodes+`AND rev > $2 ORDER BY rev LIMIT $3`, key, after, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("reading episodes of document %d: %w", key, err)
	}
	return list, nil
}

// LastEpisode implements [storage.Store].
func (s *Store) LastEpisode(ctx context.Context, key storage.Key) (storage.Episode, error) {
	list, err := listed(ctx, s, pgx.RowToStructByPos[storage.Episode], selectEpisodes+`ORDER BY rev DESC LIMIT 1`, key)
	if err == nil && len(list) == 0 {
		err = storage.ErrNotFound
	}
	if err != nil {
		return storage.Episode{}, fmt.Errorf("reading the last episode of document %d: %w", key, err)
	}
	return list[0], nil
}

// PutEpisodes implements [storage.Store]. The lock keeps the document from
// being deleted meanwhile.
func (s *Store) PutEpisodes(ctx context.Context, key storage.Key, list []storage.Episode) error {
	revs, bases, data := make([]int64, len(list)), make([]int64, len(list)), make([][]byte, len(list))
	for i, e := range list {
		revs[i], bases[i], data[i] = e.To, e.From, blob(e.Data)
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockHead, key); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, insertEpisodes, key, revs, bases, data)
		return err
	})
	if err != nil {
		return fmt.Errorf("storing episodes of document %d: %w", key, err)
	}
	return nil
}

// listed collects what a query finds.
func listed[T any](ctx context.Context, s *Store, scan pgx.RowToFunc[T], query string, args ...any) ([]T, error) {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func scanVersion(row pgx.Row, v *storage.Version) error {
	err := notFound(row.Scan(&v.ID, &v.Name, &v.Rev, &v.User, &v.At, &v.Client, &v.Seq))
	v.At = v.At.UTC()
	return err
}
