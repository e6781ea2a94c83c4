// Package postgres keeps documents in PostgreSQL, version 12 or later.
//
// # One statement commits
//
// Commit sends the batches of many documents as arrays in one prepared
// statement, which is a transaction by itself: one round trip, one sync of the
// log. It locks the heads whose revision is their batch's base, in the order
// of their keys so that no two servers wait for each other, moves them on,
// inserts the changes of those only, and returns which they were. A batch that
// another server overtook finds its head moved (where it had to wait for the
// lock, Postgres checks once more) and is the only one to lose. The unique
// keys are a net below that, not a part of it.
//
// An error in one batch's data fails the statement as a whole; then each batch
// is sent alone, so that it fails alone.
//
// # Connections
//
// Each connection is set up for this work: synchronous_commit=on; read
// committed, under which a waiting statement sees what it waited for; all
// statements prepared, with plans made once. Every statement goes by an index
// and loops over few rows. The planner cannot know that of a table that was
// empty a moment ago, so it is kept from scanning and merging whole tables.
//
// These settings travel in the start of a connection. A pooler between here and
// Postgres has to keep them: PgBouncer needs pool_mode=session.
package postgres
