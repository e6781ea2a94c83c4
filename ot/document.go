package ot

import (
	"fmt"
	"strings"
)

// A Document is the content of a document at one revision. It is an immutable
// value: Apply returns a new one, which shares with the old one what did not
// change, and the old one stays valid. The zero Document is empty. It may be
// used concurrently.
//
// Inside it is a persistent balanced tree, so that applying an op takes time
// proportional to the op and to the logarithm of the document.
type Document struct{ tree }

// NewDocument returns the document of that content. It fails with
// ErrNotContent unless it is made of inserts alone.
func NewDocument(content Delta) (Document, error) {
	e := Document{}.tree.editor(remove)
	for i, op := range content {
		switch {
		case op.idle():
		case !op.inserts():
			return Document{}, fmt.Errorf("component %d: %w", i, ErrNotContent)
		default:
			e.insert(e.n, op)
		}
	}
	return e.Document(), nil
}

// Apply returns the document after op. It fails with ErrPastEnd or
// ErrSplitsSurrogate where op does not fit. A plain retain at the end of op
// does nothing, however long: BaseLen tells of it.
func (d Document) Apply(op Delta) (Document, error) {
	e := d.tree.editor(remove)
	if err := e.Apply(op); err != nil {
		return d, err
	}
	return Document{e.tree}, nil
}

// Len is the length in UTF-16 code units.
func (d Document) Len() int { return d.n }

// Content returns the content in normal form.
func (d Document) Content() Delta { return d.delta() }

// Text returns the text of the document, embeds left out.
func (d Document) Text() string {
	var b strings.Builder
	b.Grow(d.bytes())
	for leaf := range d.leaves() {
		b.Write(leaf.text)
	}
	return b.String()
}

// EndsInNewline reports whether the last unit is a U+000A.
func (d Document) EndsInNewline() bool {
	n := d.root
	if n == nil {
		return false
	}
	for !n.leaf() {
		n = n.kids[len(n.kids)-1].node
	}
	return n.spans[len(n.spans)-1].kind == InsertKind && n.text[len(n.text)-1] == '\n'
}

// Slice returns the content between two offsets, in normal form. Offsets are
// UTF-16 code units. It fails with ErrPastEnd where they are not in order
// inside the document and with ErrSplitsSurrogate inside a surrogate pair.
func (d Document) Slice(from, to int) (Delta, error) {
	if from < 0 || to < from || to > d.n {
		return nil, fmt.Errorf("slice %d to %d of %d units: %w", from, to, d.n, ErrPastEnd)
	}
	if d.splitsPair(from) || d.splitsPair(to) {
		return nil, fmt.Errorf("slice %d to %d: %w", from, to, ErrSplitsSurrogate)
	}
	var b Builder
	for op := range d.runs(from, to) {
		b.Push(op)
	}
	return b.Delta(), nil
}
