package docs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf16"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
)

// Diff returns one op that takes the content at one revision to that at
// another, later or earlier, in normal form.
//
// It takes what lies between from and the next snapshot, and between the last
// snapshot and to, step by step. Snapshots know for each unit of text when it
// was inserted, which is a name that it keeps, and so tell what was kept, what
// came and what went between them without a look at the changes: the work is
// bound by the two contents and two short replays, however far apart they are.
func (a *Archive) Diff(ctx context.Context, from, to int64) (ot.Delta, error) {
	if err := errors.Join(a.has(from), a.has(to)); err != nil {
		return nil, err
	}
	if from <= to {
		return a.forward(ctx, from, to)
	}
	op, err := a.forward(ctx, to, from)
	if err != nil {
		return nil, err
	}
	base, err := a.Content(ctx, to)
	if err != nil {
		return nil, err
	}
	back, err := op.Invert(base)
	if err != nil {
		return nil, fmt.Errorf("invert what takes revision %d to %d: %w", to, from, err)
	}
	return back, nil
}

func (a *Archive) forward(ctx context.Context, from, to int64) (ot.Delta, error) {
	parts, err := a.parts(ctx, from, to)
	if err != nil {
		return nil, fmt.Errorf("compare revisions %d and %d: %w", from, to, err)
	}
	op, err := ot.ComposeAll(slices.Values(parts))
	if err != nil {
		return nil, fmt.Errorf("compose what takes revision %d to %d: %w", from, to, err)
	}
	return op, nil
}

// parts returns ops that, one after the other, take from to to.
func (a *Archive) parts(ctx context.Context, from, to int64) ([]ot.Delta, error) {
	last, err := a.snapshot(ctx, to)
	if err != nil {
		return nil, err
	}
	if last.Rev <= from {
		return a.ops(ctx, from, to)
	}
	first, err := a.store.SnapshotAbove(ctx, a.Key, from)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, errNoDocument() // deleted meanwhile
	}
	if err != nil {
		return nil, err
	}
	if first.Rev >= last.Rev {
		return a.ops(ctx, from, to)
	}
	before, err := a.ops(ctx, from, first.Rev)
	if err != nil {
		return nil, err
	}
	leap, err := leap(first, last)
	if err != nil {
		return nil, err
	}
	after, err := a.ops(ctx, last.Rev, to)
	return slices.Concat(before, []ot.Delta{leap}, after), err
}

var errIdentity = errors.New("the stored authorship does not fit")

// leap compares two snapshots of a document.
func leap(first, last storage.Snapshot) (ot.Delta, error) {
	from, err := readSide(first)
	if err != nil {
		return nil, err
	}
	to, err := readSide(last)
	if err != nil {
		return nil, err
	}
	var b ot.Builder
	for !to.ended() {
		if n := to.newer(first.Rev); n > 0 {
			to.take(n, func(p part) { b.Push(p.insert()) })
			continue
		}
		s := to.by[0]
		b.Delete(from.skipTo(s))
		if from.ended() {
			return nil, errIdentity
		}
		n := min(s.length, from.by[0].length)
		to.take(n, func(now part) {
			from.take(now.length, func(was part) { b.Retain(was.length, reformat(was.of.Attributes(), now.of.Attributes())) })
		})
	}
	b.Delete(from.skipTo(stretch{rev: -1}))
	return b.Delta(), nil
}

// side is a content and its authorship, read from the beginning to the end.
type side struct {
	by   []stretch // what comes next, cut to where it begins
	next part      // the same of the content
	rest ot.Delta  // what comes behind next
}

// part is a part of an insert.
type part struct {
	of     ot.Op
	text   string
	length int
}

func (p part) insert() ot.Op {
	if p.of.Kind() == ot.EmbedKind {
		return p.of
	}
	return ot.Insert(p.text, p.of.Attributes())
}

func readSide(s storage.Snapshot) (*side, error) {
	content, err := otjson.DecodeContent(s.Content)
	if err != nil {
		return nil, fmt.Errorf("snapshot of revision %d: %w", s.Rev, err)
	}
	by, err := decodeAuthorship(s.Authorship)
	if err != nil {
		return nil, fmt.Errorf("snapshot of revision %d: %w", s.Rev, err)
	}
	if by.length() != content.Growth() {
		return nil, fmt.Errorf("snapshot of revision %d: %w", s.Rev, errIdentity)
	}
	return &side{rest: content, by: by.stretches()}, nil
}

func (s *side) ended() bool { return len(s.by) == 0 }

// newer returns how many units come next that were inserted after a revision.
func (s *side) newer(rev int64) (n int) {
	for _, next := range s.by {
		if next.rev <= rev {
			break
		}
		n += next.length
	}
	return n
}

// skipTo passes what comes before the unit that a stretch begins with, and
// returns how much that was.
func (s *side) skipTo(unit stretch) (passed int) {
	for !s.ended() {
		next := s.by[0]
		n := next.length
		found := next.rev == unit.rev && next.offset <= unit.offset && unit.offset < next.offset+n
		if found {
			n = unit.offset - next.offset
		}
		s.take(n, func(part) {})
		passed += n
		if found {
			break
		}
	}
	return passed
}

// take passes n units, handing them on.
func (s *side) take(n int, each func(part)) {
	for left := n; left > 0; {
		next := &s.by[0]
		if left < next.length {
			next.length -= left
			next.offset += left
			break
		}
		left -= next.length
		s.by = s.by[1:]
	}
	for n > 0 {
		if s.next.length == 0 {
			op := s.rest[0]
			s.next, s.rest = part{op, op.Text(), op.Len()}, s.rest[1:]
		}
		p := s.next
		if n < p.length {
			p.text, s.next.text = cutUnits(p.text, n)
			p.length = n
		}
		s.next.length -= p.length
		n -= p.length
		each(p)
	}
}

// cutUnits cuts a text behind n UTF-16 code units.
func cutUnits(text string, n int) (head, tail string) {
	for i, c := range text {
		if n <= 0 {
			return text[:i], text[i:]
		}
		n -= utf16.RuneLen(c)
	}
	return text, ""
}

// reformat returns what makes text look as now that looked as was.
func reformat(was, now *ot.Attributes) *ot.Attributes {
	if was == now {
		return nil
	}
	var list []ot.Attribute
	for key, value := range now.All() {
		if old, had := was.Get(key); !had || old != value {
			list = append(list, ot.Attribute{Key: key, Value: value})
		}
	}
	for key := range was.All() {
		if _, has := now.Get(key); !has {
			list = append(list, ot.Attribute{Key: key, Value: ot.Null})
		}
	}
	return ot.MakeAttributes(list...)
}
