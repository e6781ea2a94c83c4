package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/coscribe/coscribe/storage"
)

// Aged implements [storage.Store].
func (s *Store) Aged(ctx context.Context, after storage.Key, window int64, before time.Time, limit int) ([]storage.Aged, error) {
	rows, err := s.pool.Query(ctx, aged, after, window, before, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("looking for changes to squash: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a storage.Aged, err error) {
		err = row.Scan(&a.Key, &a.ID, &a.Mark, &a.Upto, &a.Kept)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for changes to squash: %w", err)
	}
	return all, nil
}

// errChanged ends a transaction that finds the document not as it was read.
var errChanged = errors.New("the document has changed")

// Squash implements [storage.Store]. Whoever moves the mark holds it until the
// end: a second one finds it moved. Looks that must see what others did before
// they let go of the mark are statements of their own.
func (s *Store) Squash(ctx context.Context, key storage.Key, q storage.Squash) (bool, error) {
	err := q.Check()
	if err == nil {
		err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return squash(ctx, tx, key, q) })
	}
	if errors.Is(err, errChanged) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("squashing changes of document %d: %w", key, err)
	}
	return true, nil
}

func squash(ctx context.Context, tx pgx.Tx, key storage.Key, q storage.Squash) error {
	if _, err := tx.Exec(ctx, lockHead, key); err != nil {
		return err
	}
	if tag, err := tx.Exec(ctx, moveMark, key, q.From, q.To); err != nil {
		return err
	} else if tag.RowsAffected() == 0 {
		return errChanged
	}
	if len(q.Runs) == 0 {
		return nil
	}
	var r runs
	for _, run := range q.Runs {
		r.add(run)
	}
	var inside bool
	if err := tx.QueryRow(ctx, keptInside, key, r.bases, r.revs).Scan(&inside); err != nil {
		return err
	} else if inside {
		return errChanged
	}
	if _, err := tx.Exec(ctx, noteClients, key, r.bases, r.revs); err != nil {
		return err
	}
	dropped, err := tx.Exec(ctx, dropChanges, key, r.bases, r.revs)
	if err != nil {
		return err
	}
	squashed, err := tx.Exec(ctx, squashChanges, key, r.bases, r.revs, r.formats, r.ops)
	if err != nil {
		return err
	}
	if dropped.RowsAffected()+squashed.RowsAffected() != r.steps {
		return errChanged
	}
	return nil
}

// runs is runs as columns.
type runs struct {
	bases, revs []int64
	formats     []int16
	ops         [][]byte
	steps       int64 // how many changes they replace
}

func (r *runs) add(run storage.Run) {
	r.bases, r.revs = append(r.bases, run.Base), append(r.revs, run.Rev)
	r.formats, r.ops = append(r.formats, run.Format), append(r.ops, blob(run.Op))
	r.steps += run.Rev - run.Base
}
