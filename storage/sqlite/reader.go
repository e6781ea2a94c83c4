package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/coscribe/coscribe/storage"
)

// reader is the connections that read, with their statements, which each
// connection prepares once.
type reader struct {
	db *sql.DB

	document, list, snapshot, changes, client, submission, head, aged *sql.Stmt
}

const (
	selectDocument = `SELECT d.key, d.id, d.type, d.epoch, d.created, h.rev, h.length, h.updated
		FROM documents d JOIN heads h ON h.key = d.key `
	// The plus keeps the weaker of the two bounds from being the index's.
	selectList     = selectDocument + `WHERE d.id >= max(?1, ?2) AND +d.id > ?2 ORDER BY d.id LIMIT ?3`
	selectSnapshot = `SELECT rev, format, content, authorship FROM snapshots
		WHERE key = ? AND rev <= ? ORDER BY rev DESC LIMIT 1`
	selectChanges = `SELECT rev, base, client, coalesce(seq, 0), user_id, at, format, op FROM changes
		WHERE key = ? AND rev > ? ORDER BY rev LIMIT ?`
	// A client's changes, and what is left of those that were squashed.
	selectClient = `SELECT user_id, seq, rev FROM changes WHERE key = ?1 AND client = ?2
		UNION ALL SELECT user_id, seq, rev FROM clients WHERE key = ?1 AND client = ?2
		ORDER BY seq DESC LIMIT 1`
	selectSubmission = `SELECT user_id, seq, rev FROM changes WHERE key = ?1 AND client = ?2 AND seq = ?3
		UNION ALL SELECT user_id, ?3, rev FROM clients WHERE key = ?1 AND client = ?2
			AND seq = (SELECT min(seq) FROM clients WHERE key = ?1 AND client = ?2 AND seq >= ?3)
		LIMIT 1`
	selectAged = `SELECT key, id, squashed, upto, kept FROM (
			SELECT d.key, d.id, d.squashed,
				min(h.rev - ?2, (SELECT max(rev) FROM snapshots WHERE key = d.key)) AS upto,
				(SELECT json_group_array(rev) FROM (
					SELECT rev FROM versions WHERE key = d.key AND rev > d.squashed
					UNION SELECT rev FROM snapshots WHERE key = d.key AND rev > d.squashed
					ORDER BY rev)) AS kept
			FROM documents d JOIN heads h ON h.key = d.key
			WHERE d.key > ?1 AND d.squashed < h.rev - ?2
				AND (SELECT at FROM changes WHERE key = d.key AND rev > d.squashed ORDER BY rev LIMIT 1) < ?3
			ORDER BY d.key)
		WHERE squashed < upto LIMIT ?4`
)

func openReader(ctx context.Context, path string) (_ *reader, err error) {
	db, err := connect(path, readers, "_pragma=query_only(1)", "mode=rw")
	if err != nil {
		return nil, err
	}
	r := &reader{db: db}
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&r.document, selectDocument + `WHERE d.id = ?`},
		{&r.list, selectList},
		{&r.snapshot, selectSnapshot},
		{&r.changes, selectChanges},
		{&r.client, selectClient},
		{&r.submission, selectSubmission},
		{&r.aged, selectAged},
		{&r.head, `SELECT h.rev, d.epoch FROM heads h JOIN documents d ON d.key = h.key WHERE h.key = ?`},
	} {
		if *s.stmt, err = db.PrepareContext(ctx, s.text); err != nil {
			return nil, errors.Join(fmt.Errorf("preparing %q: %w", s.text, err), db.Close())
		}
	}
	return r, nil
}

func (r *reader) close() error { return r.db.Close() }

func (r *reader) ping(ctx context.Context) error {
	var n int
	return r.db.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM heads LIMIT 1)").Scan(&n)
}

// row is what Scan needs: one row of an answer, or the only one.
type row interface{ Scan(...any) error }

func scanDocument(r row, d *storage.Document) error {
	var created, updated int64
	err := r.Scan(&d.Key, &d.ID, &d.Type, &d.Epoch, &created, &d.Rev, &d.Length, &updated)
	d.Created, d.Updated = fromMillis(created), fromMillis(updated)
	return notFound(err)
}

func scanSnapshot(r row, s *storage.Snapshot) error {
	return notFound(r.Scan(&s.Rev, &s.Format, &s.Content, &s.Authorship))
}

func scanChange(r *sql.Rows, c *storage.Change) error {
	var at int64
	err := r.Scan(&c.Rev, &c.Base, &c.Client, &c.Seq, &c.User, &at, &c.Format, &c.Op)
	c.At = fromMillis(at)
	return err
}

// collect scans what is left of rows, which may well be as many as expected,
// and closes them.
func collect[T any](rows *sql.Rows, expected int64, scan func(*sql.Rows, *T) error) ([]T, error) {
	defer rows.Close()
	all := make([]T, 0, storage.Room(expected))
	for rows.Next() {
		all = append(all, *new(T))
		if err := scan(rows, &all[len(all)-1]); err != nil {
			return nil, err
		}
	}
	return all, rows.Err()
}

func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return storage.ErrNotFound
	}
	return err
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
