package docs

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
)

// NewVersion says which revision gets a name. Client and Seq are both given or
// neither; a repeat gets the first answer.
type NewVersion struct {
	Name   string
	Rev    *int64 // the head where nil
	User   string
	Client uuid.UUID
	Seq    int64 // from 1, on a line of its own beside the ops'
}

// NameVersion gives a revision a name, for as long as it has which it stays
// readable. The first of the two changes of P8 means the second.
func (h *Hub) NameVersion(ctx context.Context, id string, n NewVersion) (storage.Version, error) {
	a, err := h.Archive(ctx, id)
	if err != nil {
		return storage.Version{}, err
	}
	rev, err := a.Resolve(ctx, Moment{Rev: n.Rev})
	if err != nil {
		return storage.Version{}, err
	}
	if err := a.owned(ctx, n.Client, n.User); err != nil {
		return storage.Version{}, err
	}
	if rev, _, err = a.whole(ctx, rev); err != nil {
		return storage.Version{}, err
	}
	v := storage.Version{
		Name: n.Name, Rev: rev, User: n.User, Client: n.Client, Seq: n.Seq,
		At: h.now(),
	}
	if v.ID, err = uuid.NewV7(); err != nil {
		return v, fmt.Errorf("make an id: %w", err)
	}
	stored, err := h.Store.PutVersion(ctx, a.Key, v)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return v, ErrNotKept // squashed meanwhile, or gone
	case err != nil:
		return v, err
	case stored.User != n.User:
		return v, errClientTaken()
	}
	return stored, nil
}

// whole returns the content at a revision that can be named and restored: the
// revision itself, or the repair behind it (P8).
func (a *Archive) whole(ctx context.Context, rev int64) (int64, ot.Document, error) {
	doc, err := a.Content(ctx, rev)
	if err != nil {
		return rev, doc, err
	}
	typ, err := ot.ParseType(a.Type)
	if err != nil {
		return rev, doc, fmt.Errorf("document: %w", err)
	}
	if repair(typ, doc) == nil || rev == a.Rev {
		return rev, doc, nil
	}
	doc, err = a.Content(ctx, rev+1)
	return rev + 1, doc, err
}

// owned checks whose a client is (P3).
func (a *Archive) owned(ctx context.Context, client uuid.UUID, user string) error {
	if client == uuid.Nil {
		return nil
	}
	last, err := a.store.Client(ctx, a.Key, client)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up a client: %w", err)
	}
	if last.User != user {
		return errClientTaken()
	}
	return nil
}

// Versions lists named versions in the order in which they were named.
func (a *Archive) Versions(ctx context.Context, after uuid.UUID, limit int) ([]storage.Version, error) {
	return a.store.Versions(ctx, a.Key, after, limit)
}

// DeleteVersion takes a name away.
func (a *Archive) DeleteVersion(ctx context.Context, id uuid.UUID) error {
	err := a.store.DeleteVersion(ctx, a.Key, id)
	if errors.Is(err, storage.ErrNotFound) {
		return wire.Errorf(wire.NotFound, "there is no such version")
	}
	return err
}

func errClientTaken() *wire.Error {
	return wire.Errorf(wire.ClientTaken, "this client id belongs to another user")
}
