package docs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
)

// Archive reads what a document was, up to the head that it had when the
// archive was asked for. It is safe for concurrent use. Its errors are as the
// Hub's: ErrNotKept for a revision inside a squashed run.
type Archive struct {
	storage.Document
	store storage.Store
}

// Archive looks a document up.
func (h *Hub) Archive(ctx context.Context, id string) (*Archive, error) {
	d, err := h.Document(ctx, id)
	if err != nil {
		return nil, err
	}
	return &Archive{Document: d, store: h.Store}, nil
}

// Tag is a revision of one document for good: another one of the same id has
// another epoch.
type Tag struct {
	Epoch uuid.UUID
	Rev   int64
}

// String returns the tag as it travels: EPOCH.REV.
func (t Tag) String() string { return fmt.Sprintf("%s.%d", t.Epoch, t.Rev) }

// ParseTag reads what String writes.
func ParseTag(text string) (t Tag, err error) {
	epoch, rev, _ := strings.Cut(text, ".")
	if t.Epoch, err = uuid.Parse(epoch); err == nil {
		t.Rev, err = strconv.ParseInt(rev, 10, 64)
	}
	if err != nil || t.String() != text {
		return Tag{}, fmt.Errorf("%q is no tag of the form EPOCH.REV", text)
	}
	return t, nil
}

// Moment names a revision in one of three ways. The zero Moment is the head.
type Moment struct {
	Rev     *int64
	At      time.Time // the revision after the last change not later
	Version uuid.UUID
}

// Resolve returns the revision that a moment names.
func (a *Archive) Resolve(ctx context.Context, m Moment) (int64, error) {
	switch {
	case m.Rev != nil:
		return *m.Rev, a.has(*m.Rev)
	case !m.At.IsZero():
		return a.at(ctx, m.At)
	case m.Version != uuid.Nil:
		v, err := a.store.Version(ctx, a.Key, m.Version)
		if errors.Is(err, storage.ErrNotFound) {
			return 0, wire.Errorf(wire.NotFound, "there is no such version")
		}
		return v.Rev, err
	}
	return a.Document.Rev, nil
}

func (a *Archive) has(rev int64) error {
	if rev < 0 || rev > a.Rev {
		return wire.Errorf(wire.NotFound, "the document is at revision %d", a.Rev)
	}
	return nil
}

// at finds a time by halves: times do not run backwards along a document.
func (a *Archive) at(ctx context.Context, t time.Time) (int64, error) {
	if t.Before(a.Created) {
		return 0, wire.Errorf(wire.NotFound, "the document was created later, at %s", a.Created.Format(wire.TimeFormat))
	}
	found := storage.Change{At: a.Created}
	for low, high := int64(0), a.Rev; low < high; {
		mid := low + (high-low)/2
		changes, err := a.store.Changes(ctx, a.Key, mid, 1)
		switch {
		case err != nil:
			return 0, fmt.Errorf("look for a time: %w", err)
		case len(changes) == 0:
			return 0, errNoDocument() // deleted meanwhile
		case changes[0].At.After(t):
			high = mid
		default:
			found = changes[0]
			low = found.Rev
		}
	}
	next, err := a.store.Changes(ctx, a.Key, found.Rev, 1)
	if err != nil {
		return 0, fmt.Errorf("look for a time: %w", err)
	}
	if len(next) == 1 && next[0].Base < next[0].Rev-1 && t.After(found.At) && t.Before(next[0].At) {
		return 0, ErrNotKept // somewhere inside this run
	}
	return found.Rev, nil
}

// Content reads the content at a revision.
func (a *Archive) Content(ctx context.Context, rev int64) (ot.Document, error) {
	if err := a.has(rev); err != nil {
		return ot.Document{}, err
	}
	s, err := a.snapshot(ctx, rev)
	if err != nil {
		return ot.Document{}, err
	}
	body, err := decodeDocument(s.Content)
	if err != nil {
		return ot.Document{}, fmt.Errorf("snapshot of revision %d: %w", s.Rev, err)
	}
	editor := body.Edit()
	err = replay(ctx, a.store, a.Key, s.Rev, rev, func(_ storage.Change, op ot.Delta) error { return editor.Apply(op) })
	if err != nil {
		return ot.Document{}, fmt.Errorf("read revision %d: %w", rev, err)
	}
	return editor.Document(), nil
}

// snapshot returns the newest one at or below a revision. A document has one
// at revision 0 for as long as it is there.
func (a *Archive) snapshot(ctx context.Context, rev int64) (storage.Snapshot, error) {
	s, err := a.store.Snapshot(ctx, a.Key, rev)
	if errors.Is(err, storage.ErrNotFound) {
		return s, errNoDocument()
	}
	if err != nil {
		return s, fmt.Errorf("read a snapshot: %w", err)
	}
	return s, nil
}

// ops returns what the changes from one revision to another do, in order.
func (a *Archive) ops(ctx context.Context, from, to int64) (ops []ot.Delta, err error) {
	err = replay(ctx, a.store, a.Key, from, to, func(_ storage.Change, op ot.Delta) error {
		ops = append(ops, op)
		return nil
	})
	return ops, err
}

// encodeContent is the JSON by which contents are compared: both are in normal
// form.
func encodeContent(d ot.Document) string { return string(otjson.Append(nil, d.Content())) }
