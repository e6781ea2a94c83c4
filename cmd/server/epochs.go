package main

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

// newEpochsCommand is for after a restore. Clients hold revisions that the
// backup does not have; the same numbers will soon stand for other changes.
// With another epoch no client takes the new line for the one it knew.
type newEpochsCommand struct{ Source }

// Run gives every document a new epoch. No server may be running.
func (c *newEpochsCommand) Run(t *terminal) error {
	store, err := c.open(t.ctx)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	others, err := store.Beat(t.ctx, uuid.New())
	if err != nil {
		return err
	}
	if others {
		return errors.New("a server is running on this database, or was a few seconds ago: stop it first")
	}
	n := 0
	err = each(t, store, func(d storage.Document) error {
		n++
		return store.SetEpoch(t.ctx, d.Key, uuid.New())
	})
	if err != nil {
		return fmt.Errorf("after %d documents: %w; run this again before the server is started", n, err)
	}
	fmt.Fprintf(t.out, "%d documents have a new epoch\n", n)
	return nil
}
