package ot

import (
	"iter"
	"slices"
)

// Transform returns other as it must be applied after d, where both were made
// on the same document. With priority d goes first: its inserts end up in
// front of those of other at the same place, and its attributes stand where
// both set one. The result is in normal form if other is.
//
// The server's rule: committed.Transform(op, true).
func (d Delta) Transform(other Delta, priority bool) Delta {
	out := newBuilder(len(other) + 2)
	d.transform(other, priority, &out)
	return out.Delta()
}

// Rebase returns op as it must be applied after all of committed, one after
// the other, each of which goes first: what
//
//	for d := range committed {
//		op = d.Transform(op, true)
//	}
//
// returns, but the steps between take no memory. The result is in normal form
// if op is.
func Rebase(op Delta, committed iter.Seq[Delta]) Delta {
	var buffers [2]Delta // one to read from, one to write to
	steps := 0
	for d := range committed {
		out := Builder{ops: slices.Grow(buffers[steps%2][:0], len(op)+2)}
		d.transform(op, true, &out)
		op = out.Delta()
		buffers[steps%2] = op
		steps++
	}
	if steps == 0 {
		return op
	}
	return slices.Clone(op)
}

// transform appends other, transformed, to out.
func (d Delta) transform(other Delta, priority bool, out *Builder) {
	mine, theirs := iterate(d), iterate(other)
	for theirs.more() {
		over, op := mine.op, theirs.op
		switch {
		case over.inserts() && (priority || !op.inserts()):
			out.Push(Op{kind: RetainKind, n: over.n})
			mine.advance()
		case op.inserts():
			out.Push(*op)
			theirs.advance()
		default:
			n := min(mine.left, theirs.left)
			mine.skip(n)
			theirs.skip(n)
			if over.kind == DeleteKind {
				continue // it is gone, whatever op did to it
			}
			attrs := op.attrs
			if over.attrs != nil {
				attrs = transformAttributes(over.attrs, attrs, priority)
			}
			out.Push(Op{kind: op.kind, n: n, attrs: attrs})
		}
	}
}

// TransformPosition returns where the place before the index-th UTF-16 code
// unit has gone after d. An insert at the very place moves it unless
// priority is set.
func (d Delta) TransformPosition(index int, priority bool) int {
	at := 0
	for _, op := range d {
		if at > index {
			break
		}
		switch {
		case op.kind == DeleteKind:
			index -= min(op.n, index-at)
			continue
		case op.inserts() && (at < index || !priority):
			index = add(index, op.n)
		}
		at = add(at, op.n)
	}
	return index
}

// TransformPositions does in one pass what TransformPosition does for each of
// many places, which are in ascending order, and stay so.
func (d Delta) TransformPositions(places []int, priority bool) {
	at, shift := 0, 0 // shift is how far all of places have gone
	for _, op := range d {
		for len(places) > 0 && places[0]+shift < at {
			places[0] += shift
			places = places[1:]
		}
		switch {
		case op.kind == DeleteKind:
			shift -= op.n
			for i := 0; i < len(places) && places[i]+shift < at; i++ {
				places[i] = at - shift // what it was in is gone
			}
			continue
		case op.inserts():
			for priority && len(places) > 0 && places[0]+shift == at {
				places[0] = at
				places = places[1:]
			}
			shift += op.n
		}
		at = add(at, op.n)
	}
	for i := range places {
		places[i] += shift
	}
}

// TransformCursor returns where a cursor at index has gone after d. The
// author's own cursor (own) goes behind what d inserts at that very place,
// everybody else's stays in front of it.
func (d Delta) TransformCursor(index int, own bool) int {
	return d.TransformPosition(index, !own)
}
