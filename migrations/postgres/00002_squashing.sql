-- +goose Up

-- Up to this revision a document's old changes have been squashed, as far as
-- they ever will be. Who moves it owns the changes in between.
ALTER TABLE documents ADD COLUMN squashed bigint NOT NULL DEFAULT 0;

-- A row for each client in each run that was squashed: its last seq in there,
-- and the run's last revision.
ALTER TABLE clients DROP CONSTRAINT clients_pkey;
ALTER TABLE clients ADD PRIMARY KEY (key, client, seq);

-- +goose Down

ALTER TABLE clients DROP CONSTRAINT clients_pkey;
DELETE FROM clients c WHERE EXISTS
    (SELECT FROM clients d WHERE d.key = c.key AND d.client = c.client AND d.seq > c.seq);
ALTER TABLE clients ADD PRIMARY KEY (key, client);
ALTER TABLE documents DROP COLUMN squashed;
