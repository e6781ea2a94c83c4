-- +goose Up

-- The key is AUTOINCREMENT so that it is never used again: a document deleted
-- and created anew under the same id is another document. The id compares by
-- its bytes, SQLite's default. Times are milliseconds of the Unix epoch.
CREATE TABLE documents (
    key     INTEGER PRIMARY KEY AUTOINCREMENT,
    id      TEXT    NOT NULL UNIQUE,
    type    TEXT    NOT NULL,
    epoch   BLOB    NOT NULL CHECK (length(epoch) = 16),
    created INTEGER NOT NULL
) STRICT;

-- One narrow row for each document is its fence: who moves rev from the base
-- of a batch owns the revisions behind it. owner is the epoch of the server
-- that owns the document; 0 where none does.
CREATE TABLE heads (
    key     INTEGER PRIMARY KEY,
    rev     INTEGER NOT NULL,
    length  INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    owner   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- base is rev - 1, or less where a run of changes was squashed into one.
-- client and seq are null where no client submitted the change.
CREATE TABLE changes (
    key     INTEGER NOT NULL,
    rev     INTEGER NOT NULL,
    base    INTEGER NOT NULL,
    client  BLOB    CHECK (length(client) = 16),
    seq     INTEGER CHECK (seq >= 1),
    user_id TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    format  INTEGER NOT NULL,
    op      BLOB    NOT NULL,
    PRIMARY KEY (key, rev),
    CONSTRAINT changes_base CHECK (base >= 0 AND base < rev),
    CONSTRAINT changes_submitted CHECK ((client IS NULL) = (seq IS NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX changes_submission ON changes (key, client, seq) WHERE client IS NOT NULL;

-- What is still known of a client whose changes were squashed: its last
-- squashed seq, and the last revision of that run.
CREATE TABLE clients (
    key     INTEGER NOT NULL,
    client  BLOB    NOT NULL CHECK (length(client) = 16),
    user_id TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    rev     INTEGER NOT NULL,
    PRIMARY KEY (key, client)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
    key        INTEGER NOT NULL,
    rev        INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    content    BLOB    NOT NULL,
    authorship BLOB    NOT NULL,
    PRIMARY KEY (key, rev)
) STRICT;

-- Revisions that someone gave a name.
CREATE TABLE versions (
    key     INTEGER NOT NULL,
    id      BLOB    NOT NULL CHECK (length(id) = 16),
    name    TEXT    NOT NULL,
    rev     INTEGER NOT NULL,
    user_id TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (key, id)
) STRICT, WITHOUT ROWID;

-- +goose Down

DROP TABLE versions;
DROP TABLE snapshots;
DROP TABLE clients;
DROP TABLE changes;
DROP TABLE heads;
DROP TABLE documents;
