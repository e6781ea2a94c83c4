-- +goose Up

-- Which client named a version, so that it does so once.
ALTER TABLE versions ADD COLUMN client uuid, ADD COLUMN seq bigint;
CREATE UNIQUE INDEX versions_submission ON versions (key, client, seq) WHERE client IS NOT NULL;
CREATE INDEX versions_rev ON versions (key, rev);

-- Runs of editing that have ended: what the changes after base, up to rev,
-- come to. Stored before any of those changes is squashed.
CREATE TABLE episodes (
    key  bigint NOT NULL,
    rev  bigint NOT NULL,
    base bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (key, rev),
    CONSTRAINT episodes_base CHECK (base >= 0 AND base < rev)
);

-- +goose Down

DROP TABLE episodes;
DROP INDEX versions_rev;
DROP INDEX versions_submission;
ALTER TABLE versions DROP COLUMN seq, DROP COLUMN client;
