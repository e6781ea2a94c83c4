package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/coscribe/coscribe/storage"
)

const (
	insertCreated = `INSERT INTO events (key, kind, doc, epoch, rev, at, due)
		SELECT d.key, 'created', d.id, d.epoch, 0, d.created, ?2 FROM documents d, webhook WHERE d.key = ?1`
	insertNamed = `INSERT INTO events (key, kind, doc, epoch, rev, at, version, name, user_id, due)
		SELECT d.key, 'version', d.id, d.epoch, v.rev, v.at, v.id, v.name, v.user_id, ?2
		FROM documents d JOIN versions v ON v.key = d.key, webhook WHERE d.key = ?1 AND v.id = ?3`
	insertDeleted = `INSERT INTO events (key, kind, doc, epoch, rev, at, due)
		SELECT d.key, 'deleted', d.id, d.epoch, h.rev, ?2, ?2
		FROM documents d JOIN heads h ON h.key = d.key, webhook WHERE d.key = ?1`
	deleteEvents = `DELETE FROM events WHERE key = ? AND kind NOT IN ('created', 'deleted')`

	insertChanged = `INSERT INTO events (key, kind, doc, epoch, rev, at, due)
		SELECT d.key, 'changed', d.id, d.epoch, h.rev, h.updated, ?2
		FROM documents d JOIN heads h ON h.key = d.key, webhook w WHERE `
	noteChanged = insertChanged + `d.key = ?1 AND h.rev > d.told ON CONFLICT DO NOTHING`
	noteUntold  = insertChanged + `d.key > ?1 AND d.key <= ?3 AND h.rev > d.told AND h.updated >= w.since - 60000
		ON CONFLICT DO NOTHING`
	selectPage = `SELECT count(*), coalesce(max(key), 0) FROM
		(SELECT key FROM documents WHERE key > ? ORDER BY key LIMIT ?)`

	selectDue = ` FROM events e WHERE e.due <= ?
		AND NOT EXISTS (SELECT 1 FROM events o WHERE o.key = e.key AND o.seq < e.seq)`
	selectClaimed = `SELECT e.seq, e.kind, e.key, e.doc, e.epoch, coalesce(d.told, 0), coalesce(h.rev, e.rev),
			coalesce(h.updated, e.at), e.version, coalesce(e.name, ''), coalesce(e.user_id, ''), e.tries + 1
		FROM events e
		LEFT JOIN documents d ON d.key = e.key AND e.kind = 'changed'
		LEFT JOIN heads h ON h.key = e.key AND e.kind = 'changed'
		WHERE e.seq IN (SELECT e.seq` + selectDue + ` ORDER BY e.due, e.seq LIMIT ?) ORDER BY e.seq`
	claimEvent = `UPDATE events SET due = ?2, tries = tries + 1 WHERE seq = ?1`
	dropTold   = `DELETE FROM events WHERE seq = ?1
		AND (kind <> 'changed' OR NOT EXISTS (SELECT 1 FROM heads h WHERE h.key = events.key AND h.rev > ?2))`
	postpone   = `UPDATE events SET due = ?2, tries = CASE WHEN ?3 THEN 0 ELSE tries END WHERE seq = ?1`
	markTold   = `UPDATE documents SET told = ?2 WHERE key = ?1 AND told < ?2`
	dropEvents = `DELETE FROM events
		WHERE at < ?1 AND kind <> 'changed' OR seq <= (SELECT seq FROM events ORDER BY seq DESC LIMIT 1 OFFSET ?2)`
	selectOldest = `SELECT at FROM events ORDER BY seq LIMIT 1`
)

// writing runs f in a transaction.
func (s *Store) writing(ctx context.Context, f func(ctx context.Context, conn *sql.Conn) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	return s.write.transact(ctx, func(ctx context.Context) error { return f(ctx, s.write.conn) })
}

// KeepEvents implements [storage.Store].
func (s *Store) KeepEvents(ctx context.Context, keep bool) error {
	err := s.writing(ctx, func(ctx context.Context, conn *sql.Conn) error {
		now := time.Now().UnixMilli()
		statements := []string{`INSERT INTO webhook (id, since) VALUES (1, ?) ON CONFLICT DO NOTHING`, `UPDATE events SET due = ?`}
		args := []any{now}
		if !keep {
			statements, args = []string{`DELETE FROM webhook`, `DELETE FROM events`}, nil
		}
		for _, statement := range statements {
			if _, err := conn.ExecContext(ctx, statement, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping events (%t): %w", keep, err)
	}
	return nil
}

// NoteChanged implements [storage.Store].
func (s *Store) NoteChanged(ctx context.Context, keys []storage.Key) error {
	err := s.writing(ctx, func(ctx context.Context, conn *sql.Conn) error {
		now := time.Now().UnixMilli()
		for _, key := range keys {
			if _, err := conn.ExecContext(ctx, noteChanged, int64(key), now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("noting that %d documents have changed: %w", len(keys), err)
	}
	return nil
}

// NoteUntold implements [storage.Store].
func (s *Store) NoteUntold(ctx context.Context, after storage.Key, limit int) (last storage.Key, err error) {
	var n int
	err = s.writing(ctx, func(ctx context.Context, conn *sql.Conn) error {
		if err := conn.QueryRowContext(ctx, selectPage, int64(after), max(limit, 0)).Scan(&n, &last); err != nil {
			return err
		}
		_, err := conn.ExecContext(ctx, noteUntold, int64(after), time.Now().UnixMilli(), int64(last))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("looking for changes that were not told: %w", err)
	}
	if n < limit {
		last = 0
	}
	return last, nil
}

// ClaimEvents implements [storage.Store]. Where nothing is due, it does not
// wait for its turn to write.
func (s *Store) ClaimEvents(ctx context.Context, limit int, lease time.Duration) (list []storage.Event, err error) {
	now := time.Now()
	due := false
	err = s.reading(func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1`+selectDue+`)`, now.UnixMilli()).Scan(&due)
	})
	if err == nil && due {
		err = s.writing(ctx, func(ctx context.Context, conn *sql.Conn) error {
			rows, err := conn.QueryContext(ctx, selectClaimed, now.UnixMilli(), max(limit, 0))
			if err != nil {
				return err
			}
			if list, err = collect(rows, 0, scanEvent); err != nil {
				return err
			}
			for _, e := range list {
				if _, err := conn.ExecContext(ctx, claimEvent, e.Seq, now.Add(lease).UnixMilli()); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("claiming events: %w", err)
	}
	return list, nil
}

func scanEvent(r *sql.Rows, e *storage.Event) error {
	var at int64
	var version []byte
	err := r.Scan(&e.Seq, &e.Kind, &e.Key, &e.Doc, &e.Epoch, &e.From, &e.Rev, &at, &version, &e.Name, &e.User, &e.Tries)
	e.At = fromMillis(at)
	copy(e.Version[:], version)
	return err
}

// SettleEvents implements [storage.Store].
func (s *Store) SettleEvents(ctx context.Context, settled []storage.Settled) error {
	err := s.writing(ctx, func(ctx context.Context, conn *sql.Conn) error {
		for _, e := range settled {
			if err := settle(ctx, conn, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settling %d events: %w", len(settled), err)
	}
	return nil
}

func settle(ctx context.Context, conn *sql.Conn, e storage.Settled) error {
	if e.Told {
		if _, err := conn.ExecContext(ctx, dropTold, e.Seq, e.Rev); err != nil {
			return err
		}
		if e.Kind == storage.DocumentChanged {
			if _, err := conn.ExecContext(ctx, markTold, int64(e.Key), e.Rev); err != nil {
				return err
			}
		}
	}
	_, err := conn.ExecContext(ctx, postpone, e.Seq, time.Now().Add(e.Wait).UnixMilli(), e.Told)
	return err
}

// DropEvents implements [storage.Store].
func (s *Store) DropEvents(ctx context.Context, before time.Time, most int64) (n int64, err error) {
	err = s.writing(ctx, func(ctx context.Context, conn *sql.Conn) error {
		n, err = affected(conn.ExecContext(ctx, dropEvents, before.UnixMilli(), most))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("dropping old events: %w", err)
	}
	return n, nil
}

// OldestEvent implements [storage.Store].
func (s *Store) OldestEvent(ctx context.Context) (time.Time, error) {
	var at int64
	err := s.reading(func(db *sql.DB) error { return notFound(db.QueryRowContext(ctx, selectOldest).Scan(&at)) })
	if err != nil {
		return time.Time{}, fmt.Errorf("looking for the oldest event: %w", err)
	}
	return fromMillis(at), nil
}
