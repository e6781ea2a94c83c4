package main

import (
	"errors"
	"fmt"

	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/storage"
)

// verifyCommand checks what is stored.
type verifyCommand struct {
	Source
	Doc string `placeholder:"ID" help:"Only the document of that id."`
}

// page is how many documents are listed at once.
const page = 1000

// Run looks at every document, or at one. What does not agree is named, a
// line each, and is an error.
func (c *verifyCommand) Run(t *terminal) error {
	store, err := c.read(t.ctx)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	v := &verification{terminal: t, store: store}
	if c.Doc != "" {
		if err := v.look(c.Doc); err != nil {
			return err
		}
		if v.documents == 0 {
			return fmt.Errorf("there is no document %s", c.Doc)
		}
	} else if err := each(t, store, func(d storage.Document) error { return v.look(d.ID) }); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d documents, %d changes, %d snapshots\n", v.documents, v.changes, v.snapshots)
	if v.wrong > 0 {
		return fmt.Errorf("%d of %d documents do not agree with themselves", v.wrong, v.documents)
	}
	return nil
}

// verification adds up what was looked at.
type verification struct {
	*terminal
	store storage.Store

	documents, wrong   int
	changes, snapshots int
}

// look checks one document; it may have been deleted meanwhile.
func (v *verification) look(id string) error {
	found, err := docs.Verify(v.ctx, v.store, id)
	switch {
	case v.ctx.Err() != nil:
		return v.ctx.Err()
	case errors.Is(err, storage.ErrNotFound):
		return nil
	case err != nil:
		v.wrong++
		fmt.Fprintf(v.out, "%s: %s\n", id, oneLine(err))
	}
	v.documents++
	v.changes += found.Changes
	v.snapshots += found.Snapshots
	return nil
}

// each calls f with every document, by id.
func each(t *terminal, store storage.Store, f func(storage.Document) error) error {
	for after := ""; ; {
		list, err := store.List(t.ctx, "", after, page)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return nil
		}
		for _, d := range list {
			if err := f(d); err != nil {
				return err
			}
		}
		after = list[len(list)-1].ID
	}
}
