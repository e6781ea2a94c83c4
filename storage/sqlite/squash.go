package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coscribe/coscribe/storage"
)

// Aged implements [storage.Store].
func (s *Store) Aged(ctx context.Context, after storage.Key, window int64, before time.Time, limit int) ([]storage.Aged, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	rows, err := s.read.aged.QueryContext(ctx, int64(after), window, before.UnixMilli(), max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("looking for changes to squash: %w", err)
	}
	all, err := collect(rows, 0, scanAged)
	if err != nil {
		return nil, fmt.Errorf("looking for changes to squash: %w", err)
	}
	return all, nil
}

func scanAged(r *sql.Rows, a *storage.Aged) error {
	var kept []byte
	if err := r.Scan(&a.Key, &a.ID, &a.Mark, &a.Upto, &kept); err != nil {
		return err
	}
	return json.Unmarshal(kept, &a.Kept)
}

// errChanged ends a transaction that finds the document not as it was read.
var errChanged = errors.New("the document has changed")

// Squash implements [storage.Store].
func (s *Store) Squash(ctx context.Context, key storage.Key, q storage.Squash) (bool, error) {
	if err := s.enter(); err != nil {
		return false, err
	}
	defer s.leave()
	err := q.Check()
	if err == nil {
		err = s.write.transact(ctx, func(ctx context.Context) error { return s.write.squash(ctx, key, q) })
	}
	if errors.Is(err, errChanged) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("squashing changes of document %d: %w", key, err)
	}
	return true, nil
}

func (w *writer) squash(ctx context.Context, key storage.Key, q storage.Squash) error {
	if n, err := affected(w.moveMark.ExecContext(ctx, int64(key), q.From, q.To)); err != nil {
		return err
	} else if n == 0 {
		return errChanged
	}
	for _, r := range q.Runs {
		if err := w.squashRun(ctx, int64(key), r); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) squashRun(ctx context.Context, key int64, r storage.Run) error {
	var inside bool
	if err := w.keptInside.QueryRowContext(ctx, key, r.Base, r.Rev).Scan(&inside); err != nil {
		return err
	} else if inside {
		return errChanged
	}
	if _, err := w.noteClients.ExecContext(ctx, key, r.Base, r.Rev); err != nil {
		return err
	}
	dropped, err := affected(w.dropChanges.ExecContext(ctx, key, r.Base, r.Rev))
	if err != nil {
		return err
	}
	squashed, err := affected(w.squashChange.ExecContext(ctx, key, r.Base, r.Rev, int64(r.Format), blob(r.Op)))
	if err != nil {
		return err
	}
	if dropped+squashed != r.Rev-r.Base {
		return errChanged
	}
	return nil
}

func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}
