package docs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
)

// Verified tells what Verify looked at.
type Verified struct {
	Rev       int64 // the head
	From      int64 // the revision that the replay began with
	Changes   int   // replayed
	Snapshots int   // compared
}

// Verify replays a document from the oldest snapshot on and compares the
// outcome with all that is stored of it: changes are gapless up to the head,
// each applies, times do not run backwards, seqs of clients have no gaps, each
// snapshot has the content and the authorship that the replay has, the head
// its length and time. The error says what does not agree, or is
// storage.ErrNotFound.
//
// A server may go on working on the document. What it squashes meanwhile looks
// wrong in the middle of a replay, so a failure counts only when it stays.
func Verify(ctx context.Context, store storage.Store, id string) (v Verified, err error) {
	for range 3 {
		if v, err = verify(ctx, store, id); err == nil || errors.Is(err, storage.ErrNotFound) || ctx.Err() != nil {
			break
		}
	}
	return v, err
}

func verify(ctx context.Context, store storage.Store, id string) (Verified, error) {
	d, err := store.Document(ctx, id)
	if err != nil {
		return Verified{}, err
	}
	revs, err := snapshotRevs(ctx, store, d)
	if err != nil {
		return Verified{}, err
	}
	r := &replica{
		store: store, document: d, pending: revs, clients: make(map[uuid.UUID]int64),
		Verified: Verified{Rev: d.Rev, From: revs[0]},
	}
	if err := r.begin(ctx); err != nil {
		return Verified{}, err
	}
	if err := r.replay(ctx); err != nil {
		return Verified{}, err
	}
	return r.Verified, r.compareHead()
}

// snapshotRevs returns the revisions of a document's snapshots, oldest first.
func snapshotRevs(ctx context.Context, store storage.Store, d storage.Document) (revs []int64, err error) {
	for below := d.Rev; below >= 0; {
		s, err := store.Snapshot(ctx, d.Key, below)
		if errors.Is(err, storage.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the snapshot at revision %d: %w", below, err)
		}
		revs = append(revs, s.Rev)
		below = s.Rev - 1
	}
	if len(revs) == 0 {
		return nil, errors.New("there is no snapshot")
	}
	slices.Reverse(revs)
	return revs, nil
}

// replica is a document that is built up from its changes.
type replica struct {
	Verified
	store    storage.Store
	document storage.Document
	pending  []int64 // revisions of snapshots to compare with

	version
	by      *authorship
	blurred bool                // a run was passed since the last snapshot, so that who wrote what is not known step by step
	clients map[uuid.UUID]int64 // last seqs
}

// begin starts from the oldest snapshot.
func (r *replica) begin(ctx context.Context) error {
	s, err := r.store.Snapshot(ctx, r.document.Key, r.From)
	if err != nil {
		return fmt.Errorf("read the snapshot of revision %d: %w", r.From, err)
	}
	if r.doc, err = decodeDocument(s.Content); err != nil {
		return fmt.Errorf("snapshot of revision %d: %w", r.From, err)
	}
	if r.by, err = decodeAuthorship(s.Authorship); err != nil {
		return fmt.Errorf("snapshot of revision %d: %w", r.From, err)
	}
	r.rev, r.at = r.From, r.document.Created
	return r.compare(ctx)
}

// replay takes every change up to the head.
func (r *replica) replay(ctx context.Context) error {
	for r.rev < r.document.Rev {
		changes, err := r.store.Changes(ctx, r.document.Key, r.rev, readPage)
		if err != nil {
			return fmt.Errorf("read changes after revision %d: %w", r.rev, err)
		}
		if len(changes) == 0 {
			return fmt.Errorf("changes end at revision %d, the head is %d", r.rev, r.document.Rev)
		}
		for _, c := range changes {
			if c.Rev > r.document.Rev {
				break // committed since
			}
			if err := r.step(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *replica) step(ctx context.Context, c storage.Change) error {
	if c.Base != r.rev || c.Rev <= c.Base {
		return fmt.Errorf("revision %d stands on %d, where %d ends", c.Rev, c.Base, r.rev)
	}
	if c.At.Before(r.at) {
		return fmt.Errorf("revision %d was committed at %s, before its predecessor", c.Rev, c.At.Format(time.RFC3339Nano))
	}
	op, err := otjson.Decode(c.Op)
	if err != nil {
		return fmt.Errorf("decode revision %d: %w", c.Rev, err)
	}
	if r.doc, err = r.doc.Apply(op); err != nil {
		return fmt.Errorf("apply revision %d: %w", c.Rev, err)
	}
	if err := r.submitted(ctx, c); err != nil {
		return err
	}
	r.by.apply(op, credit{User: c.User, Rev: c.Rev, At: c.At})
	if c.Base < c.Rev-1 {
		r.blurred = true
	}
	r.rev, r.at = c.Rev, c.At
	r.Changes++
	return r.compare(ctx)
}

// submitted checks the seq of a change: it follows the client's last one. Where
// that is no longer there by itself, what was noted of its run stands for it.
func (r *replica) submitted(ctx context.Context, c storage.Change) error {
	if c.Client == uuid.Nil {
		return nil
	}
	last := r.clients[c.Client]
	r.clients[c.Client] = c.Seq
	if c.Seq == last+1 {
		return nil
	}
	before, err := r.store.Submission(ctx, r.document.Key, c.Client, c.Seq-1)
	if errors.Is(err, storage.ErrNotFound) || err == nil && (c.Seq <= last || before.Rev > c.Base) {
		return fmt.Errorf("revision %d is op %d of client %s, whose last one was %d", c.Rev, c.Seq, c.Client, last)
	}
	if err != nil {
		return fmt.Errorf("look for op %d of client %s: %w", c.Seq-1, c.Client, err)
	}
	return nil
}

// compare holds the replica against the snapshot of its revision, if one is
// due.
func (r *replica) compare(ctx context.Context) error {
	if len(r.pending) == 0 || r.rev < r.pending[0] {
		return nil
	}
	rev := r.pending[0]
	r.pending = r.pending[1:]
	if r.rev > rev {
		return fmt.Errorf("the snapshot of revision %d lies inside a squashed run", rev)
	}
	s, err := r.store.Snapshot(ctx, r.document.Key, rev)
	if err != nil {
		return fmt.Errorf("read the snapshot of revision %d: %w", rev, err)
	}
	if s.Rev != rev {
		return nil // thinned since
	}
	r.Snapshots++
	return r.compareWith(s)
}

func (r *replica) compareWith(s storage.Snapshot) error {
	doc, err := decodeDocument(s.Content)
	if err != nil {
		return fmt.Errorf("snapshot of revision %d: %w", s.Rev, err)
	}
	if string(otjson.Append(nil, doc.Content())) != string(otjson.Append(nil, r.doc.Content())) {
		return fmt.Errorf("the snapshot of revision %d has another content than its changes make", s.Rev)
	}
	by, err := decodeAuthorship(s.Authorship)
	if err != nil {
		return fmt.Errorf("snapshot of revision %d: %w", s.Rev, err)
	}
	if have := by.length(); have != doc.Len() {
		return fmt.Errorf("the authorship of revision %d covers %d units of %d", s.Rev, have, doc.Len())
	}
	if !r.blurred && !slices.Equal(by.runs(), r.by.runs()) {
		return fmt.Errorf("the snapshot of revision %d has another authorship than its changes make", s.Rev)
	}
	r.by, r.blurred = by, false
	return nil
}

func (r *replica) compareHead() error {
	typ, err := ot.ParseType(r.document.Type)
	switch {
	case err != nil:
		return err
	case int64(r.doc.Len()) != r.document.Length:
		return fmt.Errorf("the content has %d units, the head says %d", r.doc.Len(), r.document.Length)
	case r.rev > r.From && !r.at.Equal(r.document.Updated):
		return fmt.Errorf("the last change is of %s, the head says %s", r.at, r.document.Updated)
	case repair(typ, r.doc) != nil:
		return errors.New("the content does not end in a newline")
	}
	return nil
}
