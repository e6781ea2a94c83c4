-- +goose Up

-- Events are kept while there is a row here: for one service that is told of
-- them, since a time.
CREATE TABLE webhook (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    since INTEGER NOT NULL
) STRICT;

-- What that service is to be told, in the order in which it happened. A row
-- is due at a time; until then someone is at it, or it waits to be tried
-- again. name, user_id and version are of a named version.
CREATE TABLE events (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    key     INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    doc     TEXT    NOT NULL,
    epoch   BLOB    NOT NULL,
    rev     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    version BLOB,
    name    TEXT,
    user_id TEXT,
    due     INTEGER NOT NULL,
    tries   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX events_due ON events (due);
CREATE INDEX events_key ON events (key, seq);
CREATE UNIQUE INDEX events_changed ON events (key) WHERE kind = 'changed';

-- The revision that was told last. It is not in heads, which every commit
-- writes.
ALTER TABLE documents ADD COLUMN told INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE documents DROP COLUMN told;
DROP TABLE events;
DROP TABLE webhook;
