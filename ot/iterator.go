package ot

import "math"

// An iterator hands out the components of a Delta in pieces of the length
// asked for, and behind its end a plain retain without end, so that compose
// and transform need no case for which side is longer. (The idea is
// quill-delta's OpIterator.) Components of length 0 are passed over.
type iterator struct {
	head Op // what is left of the current component; idle at the end
	rest Delta
}

func iterate(d Delta) iterator {
	it := iterator{rest: d}
	it.advance()
	return it
}

func (it *iterator) advance() {
	for len(it.rest) > 0 {
		it.head, it.rest = it.rest[0], it.rest[1:]
		if !it.head.idle() {
			return
		}
	}
	it.head = Op{}
}

func (it *iterator) more() bool { return !it.head.idle() }

// inserts reports whether an insert comes next.
func (it *iterator) inserts() bool { return it.head.inserts() }

// len is how much of the current component is left.
func (it *iterator) len() int {
	if it.head.idle() {
		return math.MaxInt
	}
	return it.head.n
}

// whole takes all that is left of the current component.
func (it *iterator) whole() Op {
	op := it.head
	it.advance()
	return op
}

// take takes n units, n <= len(). It fails, and takes nothing, where that
// would cut a surrogate pair of an insert.
func (it *iterator) take(n int) (Op, error) {
	if it.head.kind != InsertKind || n == it.head.n {
		return it.pass(n), nil
	}
	op, tail, err := it.head.split(n)
	if err != nil {
		return Op{}, err
	}
	it.head = tail
	return op, nil
}

// pass is take where no text is to be cut.
func (it *iterator) pass(n int) Op {
	if it.head.idle() {
		return Op{kind: RetainKind, n: n}
	}
	op := it.head
	op.n = n
	if it.head.n -= n; it.head.n == 0 {
		it.advance()
	}
	return op
}
