package ot

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// An Editor applies a run of ops to a document. It does what Apply does for
// each, and copies a node of the tree once rather than once for each op.
//
// An Editor must not be used concurrently. The documents that it begins with
// and gives out are as immutable as any.
type Editor struct {
	tree
	edit  uint64 // of the nodes that may be changed in place
	erase change // what a delete does
}

// edits counts edits, so that each has a number of its own.
var edits atomic.Uint64

// Edit returns an Editor that begins with d.
func (d Document) Edit() *Editor {
	e := d.tree.editor(remove)
	return &e
}

func (t tree) editor(erase change) Editor {
	return Editor{tree: t, edit: edits.Add(1), erase: erase}
}

// Document returns the document as it is now. The editor can go on.
func (e *Editor) Document() Document {
	e.edit = edits.Add(1) // the nodes belong to the document from here
	return Document{e.tree}
}

// Apply applies op. It fails with ErrPastEnd or ErrSplitsSurrogate where op
// does not fit, and then leaves everything as it was.
func (e *Editor) Apply(op Delta) error {
	if err := e.apply(op); err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	return nil
}

func (e *Editor) apply(op Delta) error {
	op = op.Normalize()
	if err := e.fits(op); err != nil {
		return err
	}
	// From back to front, so that places not yet reached keep their offsets.
	at := op.BaseLen()
	for _, c := range slices.Backward(op) {
		switch {
		case c.inserts():
			e.insert(at, c)
			continue
		case c.kind == DeleteKind:
			e.change(at-c.n, at, e.erase)
		case c.attrs != nil:
			e.change(at-c.n, at, format(c.attrs))
		}
		at -= c.n
	}
	return nil
}

// insert puts op in, long text in pieces that a leaf can take.
func (e *Editor) insert(at int, op Op) {
	e.astral = e.astral || op.n < len(op.text) && hasAstral(op.text)
	for len(op.text) > maxPiece {
		cut := maxPiece
		for !utf8.RuneStart(op.text[cut]) {
			cut--
		}
		piece := op
		piece.text, op.text = op.text[:cut], op.text[cut:]
		piece.n = units(piece.text)
		op.n -= piece.n
		e.insertPiece(at, piece)
		at += piece.n
	}
	e.insertPiece(at, op)
}

// hasAstral reports whether a character takes four bytes, which is two units.
func hasAstral(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > 0xFFFF }) >= 0
}

func (e *Editor) insertPiece(at int, op Op) {
	if e.root == nil {
		e.root = &node{edit: e.edit}
	}
	e.root = e.insertBelow(e.root, at, op)
	e.n += op.n
	e.settleRoot()
}

func (e *Editor) insertBelow(n *node, at int, op Op) *node {
	n = n.own(e.edit)
	if n.leaf() {
		n.insert(at, op)
		return n
	}
	i, inside := n.kidAt(at)
	k := &n.kids[i]
	k.node = e.insertBelow(k.node, inside, op)
	k.n += op.n
	n.splitKid(i)
	return n
}

// change changes what lies between two places.
func (e *Editor) change(from, to int, c change) {
	e.root = e.changeBelow(e.root, from, to, c)
	if c.shrinks {
		e.n -= to - from
	}
	e.settleRoot()
}

func (e *Editor) changeBelow(n *node, from, to int, c change) *node {
	n = n.own(e.edit)
	if n.leaf() {
		n.change(from, to, c)
		return n
	}
	first, last := len(n.kids), -1
	for i := range n.kids {
		if to <= 0 {
			break
		}
		k := &n.kids[i]
		size, lo, hi := k.n, max(from, 0), min(to, k.n)
		from, to = from-size, to-size
		if lo >= hi {
			continue
		}
		if c.drops && hi-lo == size {
			k.node = nothing
		} else {
			k.node = e.changeBelow(k.node, lo, hi, c)
		}
		if c.shrinks {
			k.n -= hi - lo
		}
		first, last = min(first, i), i
	}
	n.settle(first, last)
	return n
}

// nothing stands in for a dropped node.
var nothing = &node{}

// settleRoot keeps the tree as low as its content allows.
func (e *Editor) settleRoot() {
	if e.root.overfull() {
		right := e.root.split()
		size := right.visible()
		e.root = &node{edit: e.edit, kids: []kid{{e.root, e.n - size}, {right, size}}}
	}
	for len(e.root.kids) == 1 {
		e.root = e.root.kids[0].node
	}
	if e.root.empty() {
		e.root = nil
	}
}
