package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/coscribe/coscribe/storage"
)

// Document implements [storage.Store].
func (s *Store) Document(ctx context.Context, id string) (storage.Document, error) {
	docs, err := s.documents(ctx, id, document, id)
	if err == nil && len(docs) == 0 {
		err = storage.ErrNotFound
	}
	if err != nil {
		return storage.Document{}, fmt.Errorf("looking up document %q: %w", id, err)
	}
	return docs[0], nil
}

// List implements [storage.Store].
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]storage.Document, error) {
	docs, err := s.documents(ctx, prefix, list, prefix, after, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("listing documents: %w", err)
	}
	return storage.WithPrefix(docs, prefix), nil
}

// documents runs a selectDocument for text, which none has if it is not
// storable as such.
func (s *Store) documents(ctx context.Context, text, statement string, args ...any) ([]storage.Document, error) {
	if !storage.ValidText(text) {
		return nil, ctx.Err()
	}
	rows, err := s.pool.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	return scanDocuments(rows)
}

// Load implements [storage.Store].
func (s *Store) Load(ctx context.Context, id string, window int64) (storage.Loaded, error) {
	l, err := s.load(ctx, id, window)
	if err != nil {
		return storage.Loaded{}, fmt.Errorf("loading document %q: %w", id, err)
	}
	return l, nil
}

// load sends a whole transaction, which sees one moment of the database, in
// one round trip.
func (s *Store) load(ctx context.Context, id string, window int64) (l storage.Loaded, err error) {
	if !storage.ValidText(id) {
		return l, storage.ErrNotFound
	}
	var b pgx.Batch
	b.Queue(begin)
	b.Queue(document, id).Query(func(rows pgx.Rows) error {
		docs, err := scanDocuments(rows)
		if err == nil && len(docs) == 0 {
			err = storage.ErrNotFound
		}
		if err == nil {
			l.Document = docs[0]
		}
		return err
	})
	b.Queue(loadSnapshot, id).QueryRow(func(row pgx.Row) error { return scanSnapshot(row, &l.Snapshot) })
	b.Queue(loadChanges, id, window).Query(func(rows pgx.Rows) (err error) {
		l.Changes, err = scanChanges(rows, l.Tail(window))
		return err
	})
	b.Queue(end)
	return l, s.pool.SendBatch(ctx, &b).Close()
}

// Changes implements [storage.Store].
func (s *Store) Changes(ctx context.Context, key storage.Key, after int64, limit int) ([]storage.Change, error) {
	rows, err := s.pool.Query(ctx, changes, key, after, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("reading changes of document %d: %w", key, err)
	}
	all, err := scanChanges(rows, 0)
	if err != nil {
		return nil, fmt.Errorf("reading changes of document %d: %w", key, err)
	}
	return all, nil
}

// Snapshot implements [storage.Store].
func (s *Store) Snapshot(ctx context.Context, key storage.Key, rev int64) (snap storage.Snapshot, err error) {
	if err := scanSnapshot(s.pool.QueryRow(ctx, snapshot, key, rev), &snap); err != nil {
		return storage.Snapshot{}, fmt.Errorf("reading the snapshot of document %d at %d: %w", key, rev, err)
	}
	return snap, nil
}

// Client implements [storage.Store].
func (s *Store) Client(ctx context.Context, key storage.Key, id uuid.UUID) (storage.Submission, error) {
	return s.lookUp(ctx, client, key, id)
}

// Submission implements [storage.Store].
func (s *Store) Submission(ctx context.Context, key storage.Key, client uuid.UUID, seq int64) (storage.Submission, error) {
	return s.lookUp(ctx, submission, key, client, seq)
}

// lookUp asks a statement for what a client committed, as the seq given if
// there is one.
func (s *Store) lookUp(ctx context.Context, statement string, key storage.Key, client uuid.UUID, seq ...any) (sub storage.Submission, err error) {
	args := append([]any{key, client}, seq...)
	err = notFound(s.pool.QueryRow(ctx, statement, args...).Scan(&sub.User, &sub.Seq, &sub.Rev))
	if err != nil {
		return storage.Submission{}, fmt.Errorf("looking up client %s of document %d: %w", client, key, err)
	}
	return sub, nil
}
