package ot

import (
	"fmt"
	"iter"
)

// A tree is a content, in a persistent B+ tree of spans. The zero tree is
// empty.
type tree struct {
	root   *node
	n      int  // visible length, in units
	astral bool // there may be a surrogate pair
}

// fits reports whether an op in normal form can be applied.
func (t tree) fits(op Delta) error {
	if n := op.BaseLen(); n > t.n {
		return fmt.Errorf("%w: needs %d of %d units", ErrPastEnd, n, t.n)
	}
	if !t.astral {
		return nil
	}
	at := 0
	for _, c := range op {
		if !c.inserts() {
			if t.splitsPair(at) {
				return fmt.Errorf("%w at %d", ErrSplitsSurrogate, at)
			}
			at += c.n
		}
	}
	if t.splitsPair(at) {
		return fmt.Errorf("%w at %d", ErrSplitsSurrogate, at)
	}
	return nil
}

// splitsPair reports whether a place lies inside a surrogate pair.
func (t tree) splitsPair(at int) bool {
	if at == 0 || at == t.n {
		return false
	}
	n := t.root
	for !n.leaf() {
		kid, inside := n.kidAt(at)
		n, at = n.kids[kid].node, inside
	}
	i, inside, bytes := n.find(at)
	if inside == 0 {
		return false
	}
	_, ok := n.bytesBefore(i, inside, bytes)
	return !ok
}

// kidAt returns the first kid with the given place in it or at its end, and
// the place within that kid.
func (n *node) kidAt(at int) (i, inside int) {
	for at > n.kids[i].n {
		at -= n.kids[i].n
		i++
	}
	return i, at
}

// leaves yields the leaves from left to right.
func (t tree) leaves() iter.Seq[*node] {
	return func(yield func(*node) bool) {
		if t.root != nil {
			t.root.leaves(yield)
		}
	}
}

func (n *node) leaves(yield func(*node) bool) bool {
	if n.leaf() {
		return yield(n)
	}
	for _, k := range n.kids {
		if !k.leaves(yield) {
			return false
		}
	}
	return true
}

// runs yields what lies between two places, which are on characters.
// Neighbours may be mergeable.
func (t tree) runs(from, to int) iter.Seq[Op] {
	return func(yield func(Op) bool) {
		if t.root != nil && from < to {
			t.root.runs(from, to, yield)
		}
	}
}

func (n *node) runs(from, to int, yield func(Op) bool) bool {
	for _, k := range n.kids {
		if from < k.n && to > 0 && !k.runs(max(from, 0), min(to, k.n), yield) {
			return false
		}
		from, to = from-k.n, to-k.n
	}
	bytes := 0
	for i, s := range n.spans {
		if lo, hi := max(from, 0), min(to, s.n); lo < hi {
			a, _ := n.bytesBefore(i, lo, bytes)
			b, _ := n.bytesBefore(i, hi, bytes)
			piece := s
			piece.n = hi - lo
			if !yield(piece.op(n.text[bytes+a : bytes+b])) {
				return false
			}
		}
		from, to = from-s.n, to-s.n
		bytes += int(s.bytes)
	}
	return true
}

// delta returns the whole content in normal form.
func (t tree) delta() Delta {
	b := Builder{grown: make([]byte, 0, t.bytes())}
	for leaf := range t.leaves() {
		at := 0
		for _, s := range leaf.spans {
			text := leaf.text[at : at+int(s.bytes)]
			at += len(text)
			if last := len(b.ops) - 1; last >= 0 && mergeable(b.ops[last], s.op(nil)) {
				b.lengthen(last, s.n)
				b.grown = append(b.grown, text...)
			} else {
				b.Push(s.op(text))
			}
		}
	}
	return b.Delta()
}

// bytes is the size of the text.
func (t tree) bytes() int {
	size := 0
	for leaf := range t.leaves() {
		size += len(leaf.text)
	}
	return size
}
