package ot

// Transform returns other as it must be applied after d, where both were made
// on the same document. With priority d goes first: its inserts end up in
// front of those of other at the same place, and its attributes stand where
// both set one. The result is in normal form if other is.
//
// The server's rule: committed.Transform(op, true).
func (d Delta) Transform(other Delta, priority bool) Delta {
	mine, theirs := iterate(d), iterate(other)
	out := newBuilder(len(other) + 2)
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
	return out.Delta()
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

// TransformCursor returns where a cursor at index has gone after d. The
// author's own cursor (own) goes behind what d inserts at that very place,
// everybody else's stays in front of it.
func (d Delta) TransformCursor(index int, own bool) int {
	return d.TransformPosition(index, !own)
}
