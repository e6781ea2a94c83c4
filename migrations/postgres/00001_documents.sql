-- +goose Up

-- The key comes from a sequence and is never used again: a document deleted
-- and created anew under the same id is another document. The id compares by
-- its bytes, whatever the database's own collation.
CREATE TABLE documents (
    key     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created timestamptz NOT NULL,
    epoch   uuid NOT NULL,
    id      text COLLATE "C" NOT NULL,
    type    text NOT NULL,
    CONSTRAINT documents_id UNIQUE (id)
);

-- One narrow row for each document is its fence: who moves rev from the base
-- of a batch owns the revisions behind it. owner is the epoch of the server
-- that owns the document; 0 where none does. No index but the key and room on
-- the page, so that an update stays on it (HOT).
CREATE TABLE heads (
    key     bigint PRIMARY KEY,
    rev     bigint NOT NULL,
    length  bigint NOT NULL,
    owner   bigint NOT NULL DEFAULT 0,
    updated timestamptz NOT NULL
) WITH (fillfactor = 50);

-- base is rev - 1, or less where a run of changes was squashed into one.
-- client and seq are null where no client submitted the change. The op is
-- bytes: json types can hold neither U+0000 nor every number. There is no
-- foreign key: the head's row, locked before, guards each insert already.
CREATE TABLE changes (
    key     bigint NOT NULL,
    rev     bigint NOT NULL,
    base    bigint NOT NULL,
    seq     bigint,
    at      timestamptz NOT NULL,
    client  uuid,
    format  smallint NOT NULL,
    user_id text NOT NULL,
    op      bytea NOT NULL,
    PRIMARY KEY (key, rev),
    CONSTRAINT changes_base CHECK (base >= 0 AND base < rev),
    CONSTRAINT changes_submitted CHECK ((client IS NULL) = (seq IS NULL)),
    CONSTRAINT changes_seq CHECK (seq >= 1)
);

CREATE UNIQUE INDEX changes_submission ON changes (key, client, seq) WHERE client IS NOT NULL;

-- What is still known of a client whose changes were squashed: its last
-- squashed seq, and the last revision of that run.
CREATE TABLE clients (
    key     bigint NOT NULL,
    seq     bigint NOT NULL,
    rev     bigint NOT NULL,
    client  uuid NOT NULL,
    user_id text NOT NULL,
    PRIMARY KEY (key, client)
);

CREATE TABLE snapshots (
    key        bigint NOT NULL,
    rev        bigint NOT NULL,
    format     smallint NOT NULL,
    content    bytea NOT NULL,
    authorship bytea NOT NULL,
    PRIMARY KEY (key, rev)
);

-- Revisions that someone gave a name.
CREATE TABLE versions (
    key     bigint NOT NULL,
    rev     bigint NOT NULL,
    at      timestamptz NOT NULL,
    id      uuid NOT NULL,
    name    text NOT NULL,
    user_id text NOT NULL,
    PRIMARY KEY (key, id)
);

-- The servers on this database, and when each was alive last.
CREATE TABLE servers (
    id   uuid PRIMARY KEY,
    seen timestamptz NOT NULL
);

CREATE INDEX servers_seen ON servers (seen);

-- +goose Down

DROP TABLE servers;
DROP TABLE versions;
DROP TABLE snapshots;
DROP TABLE clients;
DROP TABLE changes;
DROP TABLE heads;
DROP TABLE documents;
