package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

var errReadOnly = errors.New("the store was opened to read only")

// writer is the one connection that writes, with its statements prepared.
type writer struct {
	db   *sql.DB
	conn *sql.Conn
	turn chan struct{} // holds one token: who takes it may write
	all  []*sql.Stmt   // a connection is not closed before its statements

	begin, commit, rollback        *sql.Stmt
	savepoint, release, rollbackTo *sql.Stmt
	advance, insertChange          *sql.Stmt
	insertDocument, insertHead     *sql.Stmt
	insertSnapshot, snapshotRevs   *sql.Stmt
	dropSnapshot                   *sql.Stmt
	moveMark, keptInside           *sql.Stmt
	noteClients, dropChanges       *sql.Stmt
	squashChange                   *sql.Stmt
	deleteDocument, setEpoch       *sql.Stmt
	deleteRest                     []*sql.Stmt
}

func openWriter(ctx context.Context, path string) (_ *writer, err error) {
	db, err := connect(path, 1, "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	w := &writer{db: db, turn: make(chan struct{}, 1)}
	w.turn <- struct{}{}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if err := migrate(ctx, db); err != nil {
		return nil, err
	}
	if w.conn, err = db.Conn(ctx); err != nil {
		return nil, err
	}
	return w, w.prepare(ctx)
}

func (w *writer) prepare(ctx context.Context) error {
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&w.begin, "BEGIN IMMEDIATE"},
		{&w.commit, "COMMIT"},
		{&w.rollback, "ROLLBACK"},
		{&w.savepoint, "SAVEPOINT batch"},
		{&w.release, "RELEASE batch"},
		{&w.rollbackTo, "ROLLBACK TO batch"},
		{&w.advance, `UPDATE heads SET rev = ?, length = ?, updated = ? WHERE key = ? AND rev = ?`},
		{&w.insertChange, `INSERT INTO changes (key, rev, base, client, seq, user_id, at, format, op)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&w.insertDocument, `INSERT INTO documents (id, type, epoch, created) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO NOTHING`},
		{&w.insertHead, `INSERT INTO heads (key, rev, length, updated) VALUES (?, 0, ?, ?)`},
		{&w.insertSnapshot, `INSERT INTO snapshots (key, rev, format, content, authorship)
			SELECT key, ?1, ?2, ?3, ?4 FROM documents WHERE key = ?5 AND squashed <= ?1 ON CONFLICT DO NOTHING`},
		{&w.snapshotRevs, `SELECT rev, length(content) + length(authorship) FROM snapshots WHERE key = ?`},
		{&w.dropSnapshot, `DELETE FROM snapshots WHERE key = ? AND rev = ?`},
		{&w.moveMark, `UPDATE documents SET squashed = ?3 WHERE key = ?1 AND squashed = ?2`},
		{&w.keptInside, `SELECT EXISTS (SELECT 1 FROM versions WHERE key = ?1 AND rev > ?2 AND rev < ?3)
			OR EXISTS (SELECT 1 FROM snapshots WHERE key = ?1 AND rev > ?2 AND rev < ?3)`},
		{&w.noteClients, `INSERT INTO clients (key, client, user_id, seq, rev)
			SELECT key, client, min(user_id), max(seq), ?3 FROM changes
			WHERE key = ?1 AND rev > ?2 AND rev <= ?3 AND client IS NOT NULL GROUP BY key, client`},
		{&w.dropChanges, `DELETE FROM changes WHERE key = ?1 AND rev > ?2 AND rev < ?3 AND base = rev - 1`},
		{&w.squashChange, `UPDATE changes SET base = ?2, client = NULL, seq = NULL, format = ?4, op = ?5
			WHERE key = ?1 AND rev = ?3 AND base = rev - 1`},
		{&w.deleteDocument, `DELETE FROM documents WHERE key = ?`},
		{&w.setEpoch, `UPDATE documents SET epoch = ? WHERE key = ?`},
	} {
		var err error
		if *s.stmt, err = w.conn.PrepareContext(ctx, s.text); err != nil {
			return fmt.Errorf("preparing %q: %w", s.text, err)
		}
		w.all = append(w.all, *s.stmt)
	}
	rest := []string{deleteEvents}
	for _, table := range []string{"heads", "changes", "clients", "snapshots", "versions", "episodes"} {
		rest = append(rest, "DELETE FROM "+table+" WHERE key = ?")
	}
	for _, text := range rest {
		stmt, err := w.conn.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("preparing %q: %w", text, err)
		}
		w.all, w.deleteRest = append(w.all, stmt), append(w.deleteRest, stmt)
	}
	return nil
}

// close ends the connection, and its statements with it.
func (w *writer) close() error {
	var err error
	for _, stmt := range w.all {
		err = errors.Join(err, stmt.Close())
	}
	if w.conn != nil {
		err = errors.Join(err, w.conn.Close())
	}
	return errors.Join(err, w.db.Close())
}

// transact runs f in a transaction when it is the caller's turn. ctx bounds the
// wait only: f gets one that does not end, because a statement cut
// short would leave the connection unfit for the next call, and is over in
// little time. A store that was opened to read has no writer.
func (w *writer) transact(ctx context.Context, f func(ctx context.Context) error) error {
	if w == nil {
		return errReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w.turn:
	}
	defer func() { w.turn <- struct{}{} }()

	ctx = context.WithoutCancel(ctx)
	if _, err := w.begin.ExecContext(ctx); err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	err := f(ctx)
	if err == nil {
		if _, err = w.commit.ExecContext(ctx); err == nil {
			return nil
		}
		err = fmt.Errorf("committing: %w", err)
	}
	// Some errors, such as a full disk, have rolled back already; then this
	// one says so, and only that.
	_, _ = w.rollback.ExecContext(ctx)
	return err
}
