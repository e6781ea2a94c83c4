package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/coscribe/coscribe/storage"
)

// Commit implements [storage.Store]. When ctx ends meanwhile, so does the
// connection, and Postgres may or may not commit.
func (s *Store) Commit(ctx context.Context, batches []storage.Batch) ([]storage.Outcome, error) {
	outcomes := make([]storage.Outcome, len(batches))
	p := newParams()
	defer p.free()
	for i := range batches {
		if outcomes[i].Err = batches[i].Check(); outcomes[i].Err == nil {
			p.add(i, &batches[i])
		}
	}
	if len(p.batches) == 0 {
		return outcomes, ctx.Err()
	}
	err := s.commit(ctx, p, outcomes)
	if isDataError(err) {
		err = s.commitEach(ctx, batches, p.batches, outcomes)
	}
	if err != nil {
		return nil, fmt.Errorf("committing %d batches: %w", len(batches), err)
	}
	return outcomes, nil
}

// commitEach commits the batches at the places given, each in a transaction of
// its own.
func (s *Store) commitEach(ctx context.Context, batches []storage.Batch, places []int, outcomes []storage.Outcome) error {
	for _, i := range places {
		p := newParams()
		p.add(i, &batches[i])
		err := s.commit(ctx, p, outcomes)
		p.free()
		if isDataError(err) {
			outcomes[i] = storage.Outcome{Err: err}
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// commit runs the statement, below pgx's own encoding of arguments.
func (s *Store) commit(ctx context.Context, p *params, outcomes []storage.Outcome) error {
	for _, i := range p.batches {
		outcomes[i].Lost = true
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	answer := conn.Conn().PgConn().ExecPrepared(ctx, commit, p.finish(), binaryFormat, binaryFormat)
	for answer.NextRow() {
		n := binary.BigEndian.Uint64(answer.Values()[0])
		outcomes[p.batches[n-1]].Lost = false
	}
	_, err = answer.Close()
	return err
}

// isDataError tells an error of the data from one of the database, by the
// class of its code (PostgreSQL documentation, appendix A).
func isDataError(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) || len(e.Code) != 5 {
		return false
	}
	switch e.Code[:2] {
	case "22", "23", "54": // data exception, constraint violation, program limit exceeded
		return true
	}
	return false
}
