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
		under, over := first.op, second.op
		switch {
		case over.inserts():
			out.Push(*over)
			second.advance()
		case under.kind == DeleteKind:
			out.Push(*under)
			first.advance()
		default:
			n := min(first.left, second.left)
			op, err := first.take(n)
			if err != nil {
				return nil, fmt.Errorf("compose: %w", err)
			}
			second.skip(n)
			if over.kind == RetainKind {
				op.attrs = composeAttributes(op.attrs, over.attrs, op.kind == RetainKind)
				out.Push(op)
			} else if op.kind == RetainKind {
				out.Push(Delete(n))
			} // else an insert that is deleted again
		}
	}
	return out.Delta(), nil
}
