package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/coscribe/coscribe/storage"
)

const (
	keepEvents = `INSERT INTO webhook DEFAULT VALUES ON CONFLICT DO NOTHING`

	// The lock keeps the document from being deleted meanwhile. Of a head that
	// moves just now the commit notes the document again.
	noteChanged = `
		INSERT INTO events (key, kind, doc, epoch, rev, at)
		SELECT d.key, 'changed', d.id, d.epoch, h.rev, h.updated
		FROM documents d JOIN heads h ON h.key = d.key, webhook
		WHERE d.key = ANY ($1) AND h.rev > d.told
		FOR KEY SHARE OF h
		ON CONFLICT (key) WHERE kind = 'changed' DO NOTHING`

	// The clocks of servers and the database's differ a little.
	noteUntold = `
		WITH page AS MATERIALIZED (
			SELECT key, id, epoch, told FROM documents WHERE key > $1 ORDER BY key LIMIT $2
		), noted AS (
			INSERT INTO events (key, kind, doc, epoch, rev, at)
			SELECT p.key, 'changed', p.id, p.epoch, h.rev, h.updated
			FROM page p JOIN heads h ON h.key = p.key, webhook w
			WHERE h.rev > p.told AND h.updated >= w.since - interval '1 minute'
			FOR KEY SHARE OF h
			ON CONFLICT (key) WHERE kind = 'changed' DO NOTHING
		)
		SELECT count(*), coalesce(max(key), 0) FROM page`

	claimEvents = `
		WITH next AS MATERIALIZED (
			SELECT e.seq FROM events e
			WHERE e.due <= now() AND NOT EXISTS (SELECT FROM events o WHERE o.key = e.key AND o.seq < e.seq)
			ORDER BY e.due, e.seq LIMIT $1 FOR UPDATE SKIP LOCKED
		), claimed AS (
			UPDATE events e SET due = now() + $2::interval, tries = e.tries + 1
			FROM next n WHERE n.seq = e.seq RETURNING e.*
		)
		SELECT c.seq, c.kind, c.key, c.doc, c.epoch, coalesce(d.told, 0), coalesce(h.rev, c.rev), coalesce(h.updated, c.at),
			coalesce(c.version, '00000000-0000-0000-0000-000000000000'), coalesce(c.name, ''), coalesce(c.user_id, ''), c.tries
		FROM claimed c
		LEFT JOIN documents d ON d.key = c.key AND c.kind = 'changed'
		LEFT JOIN heads h ON h.key = c.key AND c.kind = 'changed'
		ORDER BY c.seq`

	// Events before documents, as a deletion goes through them.
	dropTold = `
		DELETE FROM events e USING unnest($1::bigint[], $2::bigint[]) AS s (seq, rev)
		WHERE e.seq = s.seq AND (e.kind <> 'changed' OR NOT EXISTS (SELECT FROM heads h WHERE h.key = e.key AND h.rev > s.rev))`
	postpone = `
		UPDATE events e SET due = now() + s.wait, tries = CASE WHEN s.told THEN 0 ELSE e.tries END
		FROM unnest($1::bigint[], $2::interval[], $3::bool[]) AS s (seq, wait, told)
		WHERE e.seq = s.seq`
	markTold = `
		UPDATE documents d SET told = s.rev FROM unnest($1::bigint[], $2::bigint[]) AS s (key, rev)
		WHERE d.key = s.key AND d.told < s.rev`

	dropEvents = `
		DELETE FROM events
		WHERE at < $1 AND kind <> 'changed' OR seq <= (SELECT seq FROM events ORDER BY seq DESC OFFSET $2 LIMIT 1)`
	oldestEvent = `SELECT at FROM events ORDER BY seq LIMIT 1`
)

// KeepEvents implements [storage.Store].
func (s *Store) KeepEvents(ctx context.Context, keep bool) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if keep {
			_, err := tx.Exec(ctx, keepEvents)
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM webhook`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM events`)
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping events (%t): %w", keep, err)
	}
	return nil
}

// NoteChanged implements [storage.Store].
func (s *Store) NoteChanged(ctx context.Context, keys []storage.Key) error {
	if _, err := s.pool.Exec(ctx, noteChanged, keys); err != nil {
		return fmt.Errorf("noting that %d documents have changed: %w", len(keys), err)
	}
	return nil
}

// NoteUntold implements [storage.Store].
func (s *Store) NoteUntold(ctx context.Context, after storage.Key, limit int) (last storage.Key, err error) {
	var n int
	if err := s.pool.QueryRow(ctx, noteUntold, after, max(limit, 0)).Scan(&n, &last); err != nil {
		return 0, fmt.Errorf("looking for changes that were not told: %w", err)
	}
	if n < limit {
		last = 0
	}
	return last, nil
}

// ClaimEvents implements [storage.Store].
func (s *Store) ClaimEvents(ctx context.Context, limit int, lease time.Duration) ([]storage.Event, error) {
	scan := func(row pgx.CollectableRow) (e storage.Event, err error) {
		err = row.Scan(&e.Seq, &e.Kind, &e.Key, &e.Doc, &e.Epoch, &e.From, &e.Rev, &e.At, &e.Version, &e.Name, &e.User, &e.Tries)
		e.At = e.At.UTC()
		return e, err
	}
	list, err := listed(ctx, s, scan, claimEvents, max(limit, 0), lease)
	if err != nil {
		return nil, fmt.Errorf("claiming events: %w", err)
	}
	return list, nil
}

// SettleEvents implements [storage.Store].
func (s *Store) SettleEvents(ctx context.Context, settled []storage.Settled) error {
	var told, revs, all, changed, heads []int64
	var waits []time.Duration
	var tolds []bool
	for _, e := range settled {
		all, waits, tolds = append(all, e.Seq), append(waits, e.Wait), append(tolds, e.Told)
		if !e.Told {
			continue
		}
		told, revs = append(told, e.Seq), append(revs, e.Rev)
		if e.Kind == storage.DocumentChanged {
			changed, heads = append(changed, int64(e.Key)), append(heads, e.Rev)
		}
	}
	var b pgx.Batch // one round trip, one transaction
	b.Queue(dropTold, told, revs)
	b.Queue(postpone, all, waits, tolds)
	b.Queue(markTold, changed, heads)
	if err := s.pool.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("settling %d events: %w", len(settled), err)
	}
	return nil
}

// DropEvents implements [storage.Store].
func (s *Store) DropEvents(ctx context.Context, before time.Time, most int64) (int64, error) {
	tag, err := s.pool.Exec(ctx, dropEvents, before, most)
	if err != nil {
		return 0, fmt.Errorf("dropping old events: %w", err)
	}
	return tag.RowsAffected(), nil
}

// OldestEvent implements [storage.Store].
func (s *Store) OldestEvent(ctx context.Context) (at time.Time, err error) {
	if err := notFound(s.pool.QueryRow(ctx, oldestEvent).Scan(&at)); err != nil {
		return at, fmt.Errorf("looking for the oldest event: %w", err)
	}
	return at.UTC(), nil
}
