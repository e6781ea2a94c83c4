package docs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// What other services do with documents. Errors are *wire.Error where the
// caller can do something about them; everything else means that the store
// failed. Access has been decided before.

// ErrNotKept is returned for a revision that lies inside a squashed run.
var ErrNotKept = errors.New("the revision is no longer kept")

// NewDocument says what to create.
type NewDocument struct {
	ID      string // made where empty
	Type    string // rich-text where empty
	Content ot.Delta
	User    string
	// Access is what User may do with it: who may delete documents may create
	// any number of them.
	Access auth.Access
}

// Create makes a document. A rich-text content that does not end in a newline
// gets one.
func (h *Hub) Create(_ context.Context, n NewDocument) (storage.Document, error) {
	typ, werr := parseType(n.Type)
	if werr != nil {
		return storage.Document{}, werr
	}
	doc := typ.Initial()
	if n.Content != nil {
		if doc, werr = h.newContent(typ, n.Content); werr != nil {
			return storage.Document{}, werr
		}
	}
	if n.ID == "" {
		n.ID = uuid.NewString()
	}
	if werr := h.mayCreate(n.User, n.Access); werr != nil {
		return storage.Document{}, werr
	}
	l, err := create(h, n.ID, typ, doc, n.User)
	if err != nil {
		return storage.Document{}, fmt.Errorf("create document: %w", err)
	}
	return l.Document, nil
}

func (h *Hub) newContent(typ ot.Type, content ot.Delta) (ot.Document, *wire.Error) {
	if err := typ.Check(content); err != nil {
		return ot.Document{}, wire.Errorf(wire.InvalidOp, "%v", err)
	}
	doc, err := ot.NewDocument(content)
	if err == nil {
		if last := repair(typ, doc); last != nil {
			doc, err = doc.Apply(last)
		}
	}
	if err != nil {
		return doc, wire.Errorf(wire.InvalidOp, "%v", err)
	}
	if doc.Len() > h.Limits.Document {
		return doc, wire.Errorf(wire.TooLarge, "the document would be longer than %d units", h.Limits.Document)
	}
	return doc, nil
}

// Document describes a document at its head.
func (h *Hub) Document(ctx context.Context, id string) (storage.Document, error) {
	d, err := h.Store.Document(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return d, errNoDocument()
	}
	if err != nil {
		return d, fmt.Errorf("read document: %w", err)
	}
	return d, nil
}

// List returns documents by id, see storage.Store.
func (h *Hub) List(ctx context.Context, prefix, after string, limit int) ([]storage.Document, error) {
	list, err := h.Store.List(ctx, prefix, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", err)
	}
	return list, nil
}

// Content is a document's content at a revision.
type Content struct {
	storage.Document
	Rev  int64
	Body ot.Document
}

// Head asks for the content at the head.
const Head = -1

// Content reads the content at a revision, or at Head.
func (h *Hub) Content(ctx context.Context, id string, rev int64) (Content, error) {
	a, err := h.Archive(ctx, id)
	if err != nil {
		return Content{}, err
	}
	if rev == Head {
		rev = a.Rev
	}
	body, err := a.Content(ctx, rev)
	return Content{Document: a.Document, Rev: rev, Body: body}, err
}

// Changes returns committed changes after a revision, oldest first.
func (h *Hub) Changes(ctx context.Context, id string, after int64, limit int) ([]wire.Change, error) {
	d, err := h.Document(ctx, id)
	if err != nil {
		return nil, err
	}
	stored, err := h.Store.Changes(ctx, d.Key, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	if len(stored) > 0 && stored[0].Base < after {
		return nil, fmt.Errorf("read changes after revision %d: %w", after, ErrNotKept)
	}
	changes := make([]wire.Change, len(stored))
	for i, c := range stored {
		changes[i] = *wireChange(c)
	}
	return changes, nil
}

// Edit is an op from another service. Client and Seq are both given or
// neither.
type Edit struct {
	Rev     int64
	Op      ot.Delta // as sent, not in normal form
	Invalid error    // what is wrong with Op already
	User    string
	Client  uuid.UUID
	Seq     int64
	Epoch   uuid.UUID // checked unless uuid.Nil
	Match   []Tag     // refuses the edit unless the head is one of these; nil: no matter what it is
}

// Submit commits an edit, transformed and broadcast like any other. When ctx
// ends first, the edit's fate is unknown to the caller.
func (h *Hub) Submit(ctx context.Context, id string, e Edit) (Committed, error) {
	d, err := h.Document(ctx, id)
	if err != nil {
		return Committed{}, err
	}
	if e.Epoch != uuid.Nil && e.Epoch != d.Epoch {
		return Committed{}, wire.Errorf(wire.BadRevision, "the document has another epoch: it was deleted and created again")
	}
	return h.submit(ctx, id, &submission{
		metrics: h.metrics, doc: id, author: e.Client, user: e.User, rev: e.Rev, seq: e.Seq, op: e.Op,
		invalid: e.Invalid, key: d.Key, match: e.Match,
	})
}

// submit hands a submission to its room and waits for what becomes of it.
func (h *Hub) submit(ctx context.Context, id string, s *submission) (Committed, error) {
	type result struct {
		Committed
		err *wire.Error
	}
	answer := make(chan result, 1)
	s.reply = func(c Committed, err *wire.Error) {
		select {
		case answer <- result{c, err}:
		default: // it was answered before its room failed
		}
	}
	if _, err := h.post(id, s); err != nil {
		return Committed{}, err
	}
	select {
	case a := <-answer:
		if a.err != nil {
			return Committed{}, a.err
		}
		return a.Committed, nil
	case <-ctx.Done():
		return Committed{}, ctx.Err()
	}
}

// Presence tells who is in a document's room.
func (h *Hub) Presence(ctx context.Context, id string) (Present, error) {
	d, err := h.Document(ctx, id)
	if err != nil {
		return Present{}, err
	}
	r := h.live(id)
	answer := make(chan Present, 1)
	if r == nil || !r.inbox.put(&look{answer}) {
		return Present{Rev: d.Rev}, nil
	}
	select {
	case p := <-answer:
		if p.err != nil {
			return p, p.err
		}
		return p, nil
	case <-ctx.Done():
		return Present{}, ctx.Err()
	}
}

// Delete erases a document. Sessions that have it open get `closed`.
func (h *Hub) Delete(ctx context.Context, id string) error {
	if _, err := h.Document(ctx, id); err != nil {
		return err
	}
	answer := make(chan error, 1)
	if _, err := h.post(id, &erase{answer}); err != nil {
		return err
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// erase is a request to delete the document.
type erase struct{ answer chan<- error }

func (e *erase) client() uuid.UUID      { return uuid.Nil }
func (e *erase) ready(r *room) bool     { return r.settled() }
func (e *erase) refuse(err *wire.Error) { e.answer <- err }
func (e *erase) run(r *room) {
	if r.absent {
		e.refuse(errNoDocument())
		return
	}
	ctx, cancel := context.WithTimeout(r.hub.ctx, 30*time.Second)
	defer cancel()
	err := r.hub.Store.Delete(ctx, r.key)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		e.answer <- fmt.Errorf("delete document: %w", err)
		return
	}
	r.deleted() // before the answer: what the caller does next must not meet this room
	e.answer <- nil
}

// deleted tells everyone that the document is gone, and ends the room.
func (r *room) deleted() {
	for _, m := range r.members {
		m.link.left(r)
	}
	r.broadcast(wire.Closed(r.id, wire.NotFound))
	clear(r.members)
	r.dismiss(errNoDocument())
}
