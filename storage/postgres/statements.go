package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// The names of the statements that every connection has prepared. They must not
// be what pgx sends to begin and end a transaction.
const (
	begin           = "begin_reading"
	end             = "end"
	commit          = "commit_batches"
	create          = "create"
	document        = "document"
	list            = "list"
	loadSnapshot    = "load_snapshot"
	loadChanges     = "load_changes"
	changes         = "changes"
	client          = "client"
	submission      = "submission"
	snapshot        = "snapshot"
	putSnapshot     = "put_snapshot"
	snapshotRevs    = "snapshot_revs"
	dropSnapshots   = "drop_snapshots"
	aged            = "aged"
	lockHead        = "lock_head"
	lockMark        = "lock_mark"
	moveMark        = "move_mark"
	keptInside      = "kept_inside"
	noteClients     = "note_clients"
	dropChanges     = "drop_changes"
	squashChanges   = "squash_changes"
	heads           = "heads"
	beat            = "beat"
	setEpoch        = "set_epoch"
	setting         = "setting"
	deleteHead      = "delete_head"
	deleteChanges   = "delete_changes"
	deleteClients   = "delete_clients"
	deleteSnapshots = "delete_snapshots"
	deleteVersions  = "delete_versions"
	deleteEpisodes  = "delete_episodes"
	deleteEvents    = "delete_events"
	deleteDocument  = "delete_document"
	selectDocument  = `SELECT d.key, d.id, d.type, d.epoch, d.created, h.rev, h.length, h.updated
		FROM documents d JOIN heads h ON h.key = d.key `
	selectSnapshot = `SELECT rev, format, content, authorship FROM snapshots `
	selectChanges  = `SELECT rev, base, client, seq, user_id, at, format, op FROM changes `
	keyOf          = `(SELECT key FROM documents WHERE id = $1)`
)

var statements = map[string]string{
	begin: `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`,
	end:   `COMMIT`,

	// The lateral select is what makes the locks come in order: one by one
	// along the sorted batches. Columns $6 to $13 are of the changes.
	commit: `
		WITH batch AS (
			SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
				WITH ORDINALITY AS b (key, base, rev, length, updated, n)
			ORDER BY key
		), locked AS MATERIALIZED (
			SELECT b.* FROM batch b, LATERAL (
				SELECT FROM heads h WHERE h.key = b.key AND h.rev = b.base FOR NO KEY UPDATE
			) h
		), moved AS (
			UPDATE heads h SET rev = l.rev, length = l.length, updated = l.updated
			FROM locked l WHERE h.key = l.key
			RETURNING l.n, l.key
		), stored AS (
			INSERT INTO changes (key, rev, base, client, seq, user_id, at, format, op)
			SELECT m.key, c.rev, c.rev - 1, nullif(c.client, '00000000-0000-0000-0000-000000000000'),
				nullif(c.seq, 0), c.user_id, c.at, c.format, c.op
			FROM unnest($6::bigint[], $7::bigint[], $8::uuid[], $9::bigint[], $10::text[],
				$11::timestamptz[], $12::smallint[], $13::bytea[])
				AS c (n, rev, client, seq, user_id, at, format, op)
			JOIN moved m ON m.n = c.n
		)
		SELECT n FROM moved`,

	create: `
		WITH d AS (
			INSERT INTO documents (id, type, epoch, created) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO NOTHING RETURNING key
		), h AS (
			INSERT INTO heads (key, rev, length, updated) SELECT key, 0, $5, $4 FROM d
		), s AS (
			INSERT INTO snapshots (key, rev, format, content, authorship) SELECT key, 0, $6, $7, $8 FROM d
		), e AS (
			INSERT INTO events (key, kind, doc, epoch, rev, at) SELECT d.key, 'created', $1, $3, 0, $4 FROM d, webhook
		)
		SELECT key FROM d`,

	document: selectDocument + `WHERE d.id = $1`,
	list:     selectDocument + `WHERE d.id >= $1 AND d.id > $2 ORDER BY d.id LIMIT $3`,

	loadSnapshot: selectSnapshot + `WHERE key = ` + keyOf + ` ORDER BY rev DESC LIMIT 1`,
	loadChanges: selectChanges + `WHERE key = ` + keyOf + ` AND rev > least(
			(SELECT max(rev) FROM snapshots WHERE key = ` + keyOf + `),
			(SELECT rev - $2 FROM heads WHERE key = ` + keyOf + `))
		ORDER BY rev`,

	changes:  selectChanges + `WHERE key = $1 AND rev > $2 ORDER BY rev LIMIT $3`,
	snapshot: selectSnapshot + `WHERE key = $1 AND rev <= $2 ORDER BY rev DESC LIMIT 1`,

	// A client's changes, and what is left of those that were squashed.
	client: `
		(SELECT user_id, seq, rev FROM changes WHERE key = $1 AND client = $2 ORDER BY seq DESC LIMIT 1)
		UNION ALL
		(SELECT user_id, seq, rev FROM clients WHERE key = $1 AND client = $2)
		ORDER BY seq DESC LIMIT 1`,
	submission: `
		SELECT user_id, seq, rev FROM changes WHERE key = $1 AND client = $2 AND seq = $3
		UNION ALL
		(SELECT user_id, $3, rev FROM clients WHERE key = $1 AND client = $2 AND seq >= $3 ORDER BY seq LIMIT 1)
		LIMIT 1`,

	// Whoever adds a snapshot or a version takes both locks before, in this
	// order: no deletion and no squashing pass between the look and the
	// insert. A commit waits for neither.
	lockHead: `SELECT FROM heads WHERE key = $1 FOR KEY SHARE`,
	lockMark: `SELECT FROM documents WHERE key = $1 FOR SHARE`,
	putSnapshot: `
		INSERT INTO snapshots (key, rev, format, content, authorship)
		SELECT key, $2, $3, $4, $5 FROM documents WHERE key = $1 AND squashed <= $2
		ON CONFLICT DO NOTHING`,
	snapshotRevs:  `SELECT rev, octet_length(content) + octet_length(authorship) FROM snapshots WHERE key = $1`,
	dropSnapshots: `DELETE FROM snapshots WHERE key = $1 AND rev = ANY ($2)`,

	aged: `
		SELECT d.key, d.id, d.squashed, u.upto, ARRAY(
			SELECT rev FROM versions WHERE key = d.key AND rev > d.squashed
			UNION SELECT rev FROM snapshots WHERE key = d.key AND rev > d.squashed
			ORDER BY rev)
		FROM documents d JOIN heads h ON h.key = d.key, LATERAL (
			SELECT least(h.rev - $2, (SELECT max(rev) FROM snapshots WHERE key = d.key)) AS upto
		) u
		WHERE d.key > $1 AND d.squashed < u.upto
			AND (SELECT at FROM changes WHERE key = d.key AND rev > d.squashed ORDER BY rev LIMIT 1) < $3
		ORDER BY d.key LIMIT $4`,
	moveMark: `UPDATE documents SET squashed = $3 WHERE key = $1 AND squashed = $2`,
	keptInside: `
		SELECT EXISTS (
			SELECT FROM unnest($2::bigint[], $3::bigint[]) AS r (base, rev)
			WHERE EXISTS (SELECT FROM versions v WHERE v.key = $1 AND v.rev > r.base AND v.rev < r.rev)
				OR EXISTS (SELECT FROM snapshots s WHERE s.key = $1 AND s.rev > r.base AND s.rev < r.rev))`,
	noteClients: `
		INSERT INTO clients (key, client, seq, rev, user_id)
		SELECT c.key, c.client, max(c.seq), r.rev, min(c.user_id)
		FROM unnest($2::bigint[], $3::bigint[]) AS r (base, rev)
		JOIN changes c ON c.key = $1 AND c.rev > r.base AND c.rev <= r.rev
		WHERE c.client IS NOT NULL
		GROUP BY c.key, r.rev, c.client`,
	dropChanges: `
		DELETE FROM changes c USING unnest($2::bigint[], $3::bigint[]) AS r (base, rev)
		WHERE c.key = $1 AND c.rev > r.base AND c.rev < r.rev AND c.base = c.rev - 1`,
	squashChanges: `
		UPDATE changes c SET base = r.base, client = NULL, seq = NULL, format = r.format, op = r.op
		FROM unnest($2::bigint[], $3::bigint[], $4::smallint[], $5::bytea[]) AS r (base, rev, format, op)
		WHERE c.key = $1 AND c.rev = r.rev AND c.base = c.rev - 1`,

	heads: `SELECT h.key, h.rev, d.epoch FROM heads h JOIN documents d ON d.key = h.key WHERE h.key = ANY ($1)`,

	// Rows of servers long gone go on the way. The database's clock decides.
	beat: `
		WITH me AS (
			INSERT INTO servers (id, seen) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET seen = now()
		), gone AS (
			DELETE FROM servers WHERE id <> $1 AND seen < now() - interval '1 hour'
		)
		SELECT EXISTS (SELECT FROM servers WHERE id <> $1 AND seen > now() - $2::interval)`,

	setting:  `SELECT current_setting($1)`,
	setEpoch: `UPDATE documents SET epoch = $2 WHERE key = $1`,

	deleteHead: `
		WITH h AS (
			DELETE FROM heads WHERE key = $1 RETURNING rev
		), e AS (
			INSERT INTO events (key, kind, doc, epoch, rev, at)
			SELECT d.key, 'deleted', d.id, d.epoch, h.rev, date_trunc('milliseconds', now())
			FROM h, webhook, documents d WHERE d.key = $1
		)
		SELECT FROM h`,
	deleteEvents:    `DELETE FROM events WHERE key = $1 AND kind NOT IN ('created', 'deleted')`,
	deleteChanges:   `DELETE FROM changes WHERE key = $1`,
	deleteClients:   `DELETE FROM clients WHERE key = $1`,
	deleteSnapshots: `DELETE FROM snapshots WHERE key = $1`,
	deleteVersions:  `DELETE FROM versions WHERE key = $1`,
	deleteEpisodes:  `DELETE FROM episodes WHERE key = $1`,
	deleteDocument:  `DELETE FROM documents WHERE key = $1`,
}

// prepareStatements prepares all on a new connection.
func prepareStatements(ctx context.Context, conn *pgx.Conn) error {
	for name, text := range statements {
		if _, err := conn.Prepare(ctx, name, text); err != nil {
			return fmt.Errorf("preparing %s: %w", name, err)
		}
	}
	return nil
}
