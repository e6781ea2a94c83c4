-- +goose Up

-- Events are kept while there is a row here: for one service that is told of
-- them, since a time.
CREATE TABLE webhook (
    id    smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    since timestamptz NOT NULL DEFAULT now()
);

-- What that service is to be told, in the order in which it happened. A row
-- is due at a time; until then someone is at it, or it waits to be tried
-- again. name, user_id and version are of a named version.
CREATE TABLE events (
    seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key     bigint NOT NULL,
    rev     bigint NOT NULL,
    at      timestamptz NOT NULL,
    due     timestamptz NOT NULL DEFAULT now(),
    epoch   uuid NOT NULL,
    version uuid,
    tries   integer NOT NULL DEFAULT 0,
    kind    text NOT NULL,
    doc     text NOT NULL,
    name    text,
    user_id text
);

CREATE INDEX events_due ON events (due);
CREATE INDEX events_key ON events (key, seq);
CREATE UNIQUE INDEX events_changed ON events (key) WHERE kind = 'changed';

-- The revision that was told last. It is not in heads, which every commit
-- writes.
ALTER TABLE documents ADD COLUMN told bigint NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE documents DROP COLUMN told;
DROP TABLE events;
DROP TABLE webhook;
