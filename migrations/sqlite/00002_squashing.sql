-- +goose Up

-- Up to this revision a document's old changes have been squashed, as far as
-- they ever will be.
ALTER TABLE documents ADD COLUMN squashed INTEGER NOT NULL DEFAULT 0;

-- A row for each client in each run that was squashed: its last seq in there,
-- and the run's last revision. SQLite cannot change a table's key.
CREATE TABLE clients_2 (
    key     INTEGER NOT NULL,
    client  BLOB    NOT NULL CHECK (length(client) = 16),
    user_id TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    rev     INTEGER NOT NULL,
    PRIMARY KEY (key, client, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO clients_2 SELECT key, client, user_id, seq, rev FROM clients;
DROP TABLE clients;
ALTER TABLE clients_2 RENAME TO clients;

-- +goose Down

CREATE TABLE clients_1 (
    key     INTEGER NOT NULL,
    client  BLOB    NOT NULL CHECK (length(client) = 16),
    user_id TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    rev     INTEGER NOT NULL,
    PRIMARY KEY (key, client)
) STRICT, WITHOUT ROWID;
INSERT INTO clients_1 SELECT key, client, user_id, max(seq), max(rev) FROM clients GROUP BY key, client;
DROP TABLE clients;
ALTER TABLE clients_1 RENAME TO clients;
ALTER TABLE documents DROP COLUMN squashed;
