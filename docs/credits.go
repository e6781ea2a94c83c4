package docs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
)

// Credit says who inserted a piece of a content, and in which change.
type Credit struct {
	Length int // UTF-16 code units
	User   string
	Rev    int64
	At     time.Time
}

// Authorship returns credits that cover the content at a revision from its
// beginning to its end, in as few pieces as there can be. Formatting does not
// change hands.
//
// The user is always who inserted it. Where changes have been squashed, a piece
// that was gone again at the next snapshot is credited to the end of its run;
// all others keep the revision and time of their own change.
func (a *Archive) Authorship(ctx context.Context, rev int64) ([]Credit, error) {
	if err := a.has(rev); err != nil {
		return nil, err
	}
	s, err := a.snapshot(ctx, rev)
	if err != nil {
		return nil, err
	}
	by, err := decodeAuthorship(s.Authorship)
	if err != nil {
		return nil, fmt.Errorf("snapshot of revision %d: %w", s.Rev, err)
	}
	coarse := false
	err = replay(ctx, a.store, a.Key, s.Rev, rev, func(c storage.Change, op ot.Delta) error {
		by.apply(op, credit{User: c.User, Rev: c.Rev, At: c.At})
		coarse = coarse || c.Base != c.Rev-1
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read revision %d: %w", rev, err)
	}
	if coarse {
		return a.sharpen(ctx, by, rev)
	}
	return by.runs(), nil
}

// sharpen credits what a revision has in common with the next snapshot, which
// was stored before anything below it was squashed, as that one does; the rest
// as by does.
func (a *Archive) sharpen(ctx context.Context, by *authorship, rev int64) ([]Credit, error) {
	next, err := a.store.SnapshotAbove(ctx, a.Key, rev)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, errNoDocument() // deleted meanwhile: nothing is squashed above the last one
	}
	if err != nil {
		return nil, fmt.Errorf("read a snapshot: %w", err)
	}
	known, err := decodeAuthorship(next.Authorship)
	if err != nil {
		return nil, fmt.Errorf("snapshot of revision %d: %w", next.Rev, err)
	}
	// As if all had been inserted at once: the offset is where it stood.
	stood := newAuthorship(by.length(), credit{})
	err = replay(ctx, a.store, a.Key, rev, next.Rev, func(c storage.Change, op ot.Delta) error {
		stood.apply(op, credit{Rev: c.Rev})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read from revision %d to %d: %w", rev, next.Rev, err)
	}
	if stood.length() != known.length() {
		return nil, fmt.Errorf("snapshot of revision %d: %w", next.Rev, errIdentity)
	}
	return sharpened(by, known, stood), nil
}

// sharpened goes through a content and a later one at once. stood says of the
// later one's units that came from the former, which have revision 0, where they
// stood in it.
func sharpened(by, known, stood *authorship) []Credit {
	var all credits
	former, later, at := by.cursor(), known.cursor(), 0
	for _, s := range stood.stretches() {
		if s.rev != 0 {
			later.pass(s.length, nil)
			continue
		}
		former.pass(s.offset-at, &all)
		former.pass(s.length, nil)
		later.pass(s.length, &all)
		at = s.offset + s.length
	}
	former.pass(by.length()-at, &all)
	return all
}

// cursor reads an authorship from its beginning.
type cursor struct {
	users []string
	rest  []stretch
}

func (a *authorship) cursor() cursor { return cursor{users: a.users, rest: a.stretches()} }

// pass passes n units, and hands them on where to is not nil.
func (c *cursor) pass(n int, to *credits) {
	for n > 0 {
		s := &c.rest[0]
		take := min(n, s.length)
		if to != nil {
			to.add(c.users[s.user], *s, take)
		}
		n -= take
		if s.length -= take; s.length == 0 {
			c.rest = c.rest[1:]
		}
	}
}

// runs returns the authorship in as few pieces as there can be.
func (a *authorship) runs() []Credit {
	all := make(credits, 0, a.pieces())
	for _, b := range a.blocks {
		for _, s := range b.list {
			all.add(a.users[s.user], s, s.length)
		}
	}
	return all
}

// credits are neighbours.
type credits []Credit

func (c *credits) add(user string, s stretch, length int) {
	next := Credit{User: user, Rev: s.rev, At: time.UnixMilli(s.at).UTC()}
	if n := len(*c); n > 0 {
		last := &(*c)[n-1]
		if next.Length = last.Length; next == *last {
			last.Length += length
			return
		}
	}
	next.Length = length
	*c = append(*c, next)
}
