package ot

import "fmt"

// Invert returns the op that takes d back: base is the document that d was
// applied to. It fails with ErrPastEnd or ErrSplitsSurrogate where d does not
// fit base. The result is in normal form.
//
// One thing is not restored: a null value carried by an insert of base.
func (d Delta) Invert(base Document) (Delta, error) {
	d = d.Normalize()
	if err := base.fits(d); err != nil {
		return nil, fmt.Errorf("invert: %w", err)
	}
	out, at := newBuilder(len(d)), 0
	for _, op := range d {
		switch {
		case op.inserts():
			out.Push(Op{kind: DeleteKind, n: op.n})
			continue
		case op.plainRetain():
			out.Push(op)
		case op.kind == DeleteKind:
			for old := range base.runs(at, at+op.n) {
				out.Push(old)
			}
		case op.kind == RetainKind:
			for old := range base.runs(at, at+op.n) {
				out.Push(Op{kind: RetainKind, n: old.n, attrs: invertAttributes(op.attrs, old.attrs)})
			}
		}
		at += op.n
	}
	return out.Delta(), nil
}
