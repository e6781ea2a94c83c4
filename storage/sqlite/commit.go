package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/coscribe/coscribe/storage"
)

// Commit implements [storage.Store]. ctx bounds the wait for the turn to
// write; once a transaction has begun, it is carried through.
func (s *Store) Commit(ctx context.Context, batches []storage.Batch) ([]storage.Outcome, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	outcomes := make([]storage.Outcome, len(batches))
	for i := range batches {
		outcomes[i].Err = batches[i].Check()
	}
	err := s.write.transact(ctx, func(ctx context.Context) error {
		return s.write.appendAll(ctx, batches, outcomes)
	})
	if isDataError(err) {
		// Somebody's data: once more, each behind a savepoint of its own,
		// which would slow down every commit if it were the rule.
		err = s.write.transact(ctx, func(ctx context.Context) error {
			return s.write.appendEach(ctx, batches, outcomes)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("committing %d batches: %w", len(batches), err)
	}
	return outcomes, nil
}

// appendAll stops at the first error.
func (w *writer) appendAll(ctx context.Context, batches []storage.Batch, outcomes []storage.Outcome) error {
	for i := range batches {
		if outcomes[i].Err != nil {
			continue
		}
		moved, err := w.append(ctx, &batches[i])
		if err != nil {
			return err
		}
		outcomes[i].Lost = !moved
	}
	return nil
}

// appendEach gives a batch that cannot be stored its own outcome.
func (w *writer) appendEach(ctx context.Context, batches []storage.Batch, outcomes []storage.Outcome) error {
	for i := range batches {
		if outcomes[i].Err != nil {
			continue
		}
		if _, err := w.savepoint.ExecContext(ctx); err != nil {
			return err
		}
		moved, err := w.append(ctx, &batches[i])
		if isDataError(err) {
			outcomes[i].Err = err
			_, err = w.rollbackTo.ExecContext(ctx)
		}
		if err != nil {
			return err
		}
		outcomes[i].Lost = !moved && outcomes[i].Err == nil
		if _, err := w.release.ExecContext(ctx); err != nil {
			return err
		}
	}
	return nil
}

// append stores b if it moves its document's head, and reports whether it did.
func (w *writer) append(ctx context.Context, b *storage.Batch) (bool, error) {
	last := &b.Changes[len(b.Changes)-1]
	r, err := w.advance.ExecContext(ctx, last.Rev, b.Length, last.At.UnixMilli(), int64(b.Key), b.Base)
	if err != nil {
		return false, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	for i := range b.Changes {
		c := &b.Changes[i]
		var client, seq any
		if c.Client != uuid.Nil {
			client, seq = c.Client[:], c.Seq
		}
		if _, err := w.insertChange.ExecContext(ctx, int64(b.Key), c.Rev, c.Base, client, seq, c.User,
			c.At.UnixMilli(), int64(c.Format), blob(c.Op)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// blob keeps an empty payload from being taken for no value.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// isDataError tells an error of the data from one of the database.
func isDataError(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff { // the primary code; more bits say which constraint
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH:
		return true
	}
	return false
}
