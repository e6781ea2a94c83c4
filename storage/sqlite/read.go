package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

// Document implements [storage.Store].
func (s *Store) Document(ctx context.Context, id string) (d storage.Document, err error) {
	if err := s.enter(); err != nil {
		return d, err
	}
	defer s.leave()
	if err := scanDocument(s.read.document.QueryRowContext(ctx, id), &d); err != nil {
		return storage.Document{}, fmt.Errorf("looking up document %q: %w", id, err)
	}
	return d, nil
}

// List implements [storage.Store].
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]storage.Document, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	rows, err := s.read.list.QueryContext(ctx, prefix, after, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("listing documents: %w", err)
	}
	docs, err := collect(rows, 0, func(r *sql.Rows, d *storage.Document) error { return scanDocument(r, d) })
	if err != nil {
		return nil, fmt.Errorf("listing documents: %w", err)
	}
	return storage.WithPrefix(docs, prefix), nil
}

// Load implements [storage.Store].
func (s *Store) Load(ctx context.Context, id string, window int64) (storage.Loaded, error) {
	if err := s.enter(); err != nil {
		return storage.Loaded{}, err
	}
	defer s.leave()
	l, err := s.read.load(ctx, id, window)
	if err != nil {
		return storage.Loaded{}, fmt.Errorf("loading document %q: %w", id, err)
	}
	return l, nil
}

// load reads in one transaction, which sees one moment of the database.
func (r *reader) load(ctx context.Context, id string, window int64) (l storage.Loaded, err error) {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return l, err
	}
	defer func() { _ = tx.Rollback() }() // it has nothing to commit
	if err := scanDocument(tx.StmtContext(ctx, r.document).QueryRowContext(ctx, id), &l.Document); err != nil {
		return l, err
	}
	key, head := int64(l.Document.Key), l.Document.Rev
	if err := scanSnapshot(tx.StmtContext(ctx, r.snapshot).QueryRowContext(ctx, key, head), &l.Snapshot); err != nil {
		return l, fmt.Errorf("its snapshot: %w", err)
	}
	tail := l.Tail(window)
	rows, err := tx.StmtContext(ctx, r.changes).QueryContext(ctx, key, head-tail, math.MaxInt64)
	if err != nil {
		return l, err
	}
	l.Changes, err = collect(rows, tail, scanChange)
	return l, err
}

// Changes implements [storage.Store].
func (s *Store) Changes(ctx context.Context, key storage.Key, after int64, limit int) ([]storage.Change, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	rows, err := s.read.changes.QueryContext(ctx, int64(key), after, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("reading changes of document %d: %w", key, err)
	}
	changes, err := collect(rows, 0, scanChange)
	if err != nil {
		return nil, fmt.Errorf("reading changes of document %d: %w", key, err)
	}
	return changes, nil
}

// Snapshot implements [storage.Store].
func (s *Store) Snapshot(ctx context.Context, key storage.Key, rev int64) (snap storage.Snapshot, err error) {
	if err := s.enter(); err != nil {
		return snap, err
	}
	defer s.leave()
	if err := scanSnapshot(s.read.snapshot.QueryRowContext(ctx, int64(key), rev), &snap); err != nil {
		return storage.Snapshot{}, fmt.Errorf("reading the snapshot of document %d at %d: %w", key, rev, err)
	}
	return snap, nil
}

// Client implements [storage.Store].
func (s *Store) Client(ctx context.Context, key storage.Key, client uuid.UUID) (storage.Submission, error) {
	return s.lookUp(ctx, s.read.client, key, client)
}

// Submission implements [storage.Store].
func (s *Store) Submission(ctx context.Context, key storage.Key, client uuid.UUID, seq int64) (storage.Submission, error) {
	return s.lookUp(ctx, s.read.submission, key, client, seq)
}

// lookUp asks stmt for what client committed, as the seq given if there is one.
func (s *Store) lookUp(ctx context.Context, stmt *sql.Stmt, key storage.Key, client uuid.UUID, seq ...any) (sub storage.Submission, err error) {
	if err := s.enter(); err != nil {
		return sub, err
	}
	defer s.leave()
	args := append([]any{int64(key), client[:]}, seq...)
	err = notFound(stmt.QueryRowContext(ctx, args...).Scan(&sub.User, &sub.Seq, &sub.Rev))
	if err != nil {
		return storage.Submission{}, fmt.Errorf("looking up client %s of document %d: %w", client, key, err)
	}
	return sub, nil
}
