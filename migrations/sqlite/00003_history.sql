-- +goose Up

-- Which client named a version, so that it does so once.
ALTER TABLE versions ADD COLUMN client BLOB;
ALTER TABLE versions ADD COLUMN seq INTEGER;
CREATE UNIQUE INDEX versions_submission ON versions (key, client, seq) WHERE client IS NOT NULL;
CREATE INDEX versions_rev ON versions (key, rev);

-- Runs of editing that have ended: what the changes after base, up to rev,
-- come to. Stored before any of those changes is squashed.
CREATE TABLE episodes (
    key  INTEGER NOT NULL,
    rev  INTEGER NOT NULL,
    base INTEGER NOT NULL CHECK (base >= 0 AND base < rev),
    data BLOB    NOT NULL,
    PRIMARY KEY (key, rev)
) STRICT, WITHOUT ROWID;

-- +goose Down

DROP TABLE episodes;
DROP INDEX versions_rev;
DROP INDEX versions_submission;
ALTER TABLE versions DROP COLUMN seq;
ALTER TABLE versions DROP COLUMN client;
