package docs

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
)

// maxRestores is how often a restore is prepared where so much is committed
// meanwhile that the room no longer knows it all.
const maxRestores = 4

// ErrMatch is the answer where the document is not at a revision that the
// caller insists on.
var ErrMatch = wire.Errorf(wire.BadRevision, "the document is not at the revision given")

// errLate: a restore was prepared for a revision that is out of reach.
var errLate = wire.Errorf(wire.Unavailable, "others are writing too fast")

// Restore says what to bring back.
type Restore struct {
	Moment
	User   string
	Client uuid.UUID // with Seq or not at all
	Seq    int64
	Match  []Tag // only where the document is at one of these; nil: no matter where
}

// Restore commits a change after which the content equals what it was at a
// moment. Where it does so already, nothing is committed and the revision is
// the head's. When ctx ends first, the outcome is unknown to the caller.
//
// What takes the head back is worked out beside the room. What others commit
// meanwhile the room takes back before it, in the same change.
func (h *Hub) Restore(ctx context.Context, id string, o Restore) (Committed, error) {
	a, err := h.Archive(ctx, id)
	if err != nil {
		return Committed{}, err
	}
	if done, err := a.repeated(ctx, o); done.Rev > 0 || err != nil {
		return done, err
	}
	rev, err := a.Resolve(ctx, o.Moment)
	if err != nil {
		return Committed{}, err
	}
	rev, target, err := a.whole(ctx, rev)
	if err != nil {
		return Committed{}, err
	}
	for range maxRestores {
		var p *restoration
		if p, err = h.prepare(ctx, a, rev, target); err != nil {
			return Committed{}, err
		}
		var done Committed
		done, err = h.submit(ctx, id, &submission{
			metrics: h.metrics, doc: id, author: o.Client, user: o.User, seq: o.Seq,
			key: a.Key, match: o.Match, restore: p,
		})
		if !errors.Is(err, errLate) {
			return done, err
		}
	}
	return Committed{}, err
}

// repeated returns what became of the restore if it was committed before: what
// it named then may be gone by now.
func (a *Archive) repeated(ctx context.Context, o Restore) (Committed, error) {
	if o.Client == uuid.Nil {
		return Committed{}, nil
	}
	first, err := a.store.Submission(ctx, a.Key, o.Client, o.Seq)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return Committed{}, nil
	case err != nil:
		return Committed{}, err
	case first.User != o.User:
		return Committed{}, errClientTaken()
	}
	return Committed{Rev: first.Rev}, nil
}

// restoration is what takes one revision to an older one's content.
type restoration struct {
	from   version
	target ot.Document
	op     ot.Delta
}

func (h *Hub) prepare(ctx context.Context, a *Archive, rev int64, target ot.Document) (*restoration, error) {
	from, err := h.version(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	whole := Archive{a.Document, a.store}
	whole.Rev = max(a.Rev, from.rev)
	op, err := whole.Diff(ctx, from.rev, rev)
	if err != nil {
		return nil, err
	}
	return &restoration{from, target, op}, nil
}

// onto returns the op that brings the target back at the head, which the
// batch must be empty for; nil where there is nothing to do.
func (p *restoration) onto(r *room) (ot.Delta, *wire.Error) {
	if r.durable.rev < p.from.rev || !r.window.covers(p.from.rev, r.durable.rev) {
		return nil, errLate
	}
	if p.target.Len() == r.durable.doc.Len() && encodeContent(p.target) == encodeContent(r.durable.doc) {
		return nil, nil
	}
	op := p.op
	if later := r.window.since(p.from.rev); len(later) > 0 {
		ops := make([]ot.Delta, len(later))
		for i := range later {
			ops[i] = later[i].op
		}
		since, err := ot.ComposeAll(slices.Values(ops))
		if err == nil {
			since, err = since.Invert(p.from.doc)
		}
		if err == nil {
			op, err = since.Compose(op)
		}
		if err != nil {
			return nil, wire.Errorf(wire.Internal, "what was committed meanwhile cannot be taken back")
		}
	}
	return op, nil
}

// version asks a document's room for its durable version.
func (h *Hub) version(ctx context.Context, id string) (version, error) {
	answer := make(chan versionAnswer, 1)
	if _, err := h.post(id, asksVersion(answer)); err != nil {
		return version{}, err
	}
	select {
	case a := <-answer:
		if a.err != nil {
			return version{}, a.err
		}
		return a.version, nil
	case <-ctx.Done():
		return version{}, ctx.Err()
	}
}

type versionAnswer struct {
	version
	err *wire.Error
}

// asksVersion is a question to a room.
type asksVersion chan<- versionAnswer

func (asksVersion) client() uuid.UUID      { return uuid.Nil }
func (asksVersion) ready(r *room) bool     { return true }
func (a asksVersion) refuse(e *wire.Error) { a <- versionAnswer{err: e} }
func (a asksVersion) run(r *room) {
	if r.absent {
		a.refuse(errNoDocument())
		return
	}
	a <- versionAnswer{version: r.durable}
}
