package ot

import "fmt"

// Compose returns one op that does d, then b. It fails with
// ErrSplitsSurrogate where b cuts a surrogate pair that d inserts. The
// result is in normal form.
//
// Do not transform over a composition in place of its parts: see the package
// documentation.
func (d Delta) Compose(b Delta) (Delta, error) {
	first, second := iterate(d.Normalize()), iterate(b.Normalize())
	out := newBuilder(len(d) + len(b))
	for first.more() || second.more() {
		switch {
		case second.inserts():
			out.Push(second.whole())
		case first.head.kind == DeleteKind:
			out.Push(first.whole())
		default:
			n := min(first.len(), second.len())
			under, err := first.take(n)
			if err != nil {
				return nil, fmt.Errorf("compose: %w", err)
			}
			if op, ok := lay(second.pass(n), under); ok {
				out.Push(op)
			}
		}
	}
	return out.Delta(), nil
}

// lay returns what becomes of under, an insert or a retain, when over, a
// retain or a delete of the same length, follows it. ok is false if nothing
// does.
func lay(over, under Op) (op Op, ok bool) {
	if over.kind == DeleteKind {
		return over, under.kind == RetainKind
	}
	under.attrs = composeAttributes(under.attrs, over.attrs, under.kind == RetainKind)
	return under, true
}
