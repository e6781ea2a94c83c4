package ot

import "math"

// An iterator hands out the components of a Delta in pieces of the length
// asked for, and behind its end a plain retain without end, so that compose
// and transform need no case for which side is longer. (The idea is
// quill-delta's OpIterator.) Components of length 0 are passed over.
type iterator struct {
	op   *Op    // the current component
	left int    // how much of it is left, in units
	text string // what is left of its text
	rest Delta
}

// endless is what comes behind the last component.
var endless = &Op{kind: RetainKind, n: math.MaxInt}

func iterate(d Delta) iterator {
	it := iterator{rest: d}
	it.advance()
	return it
}

func (it *iterator) advance() {
	for len(it.rest) > 0 {
		it.op, it.rest = &it.rest[0], it.rest[1:]
		if !it.op.idle() {
			it.left, it.text = it.op.n, it.op.text
			return
		}
	}
	it.op, it.left, it.text = endless, endless.n, ""
}

func (it *iterator) more() bool { return it.op != endless }

// skip passes over n units, n <= left.
func (it *iterator) skip(n int) {
	if it.op == endless {
		return
	}
	if it.left -= n; it.left == 0 {
		it.advance()
	}
}

// take takes n units, n <= left. It fails, and takes nothing, where that
// would cut a surrogate pair.
func (it *iterator) take(n int) (Op, error) {
	op := *it.op
	op.n = n
	if op.kind == InsertKind {
		i, ok := cutAt(it.text, it.left, n)
		if !ok {
			return Op{}, ErrSplitsSurrogate
		}
		op.text, it.text = it.text[:i], it.text[i:]
	}
	it.skip(n)
	return op, nil
}
