package ot

import (
	"fmt"
	"iter"
	"strings"
)

// A Document is the content of a document at one revision. It is an immutable
// value: Apply returns a new one and the old one stays valid. The zero
// Document is empty. It may be used concurrently.
type Document struct {
	content Delta
	length  int
}

// NewDocument returns the document of that content. It fails with
// ErrNotContent unless it is made of inserts alone.
func NewDocument(content Delta) (Document, error) {
	n := 0
	for i, op := range content {
		if !op.inserts() {
			return Document{}, fmt.Errorf("component %d: %w", i, ErrNotContent)
		}
		n += op.n
	}
	return Document{content: content.Normalize(), length: n}, nil
}

// Apply returns the document after op. It fails with ErrPastEnd or
// ErrSplitsSurrogate where op does not fit. A plain retain at the end of op
// does nothing, however long: BaseLen tells of it.
func (d Document) Apply(op Delta) (Document, error) {
	op = op.Normalize()
	if err := d.fits(op); err != nil {
		return d, fmt.Errorf("apply: %w", err)
	}
	content, err := d.content.Compose(op)
	if err != nil {
		return d, fmt.Errorf("apply: %w", err)
	}
	return Document{content: content, length: d.length + op.Growth()}, nil
}

// fits reports whether op can be applied.
func (d Document) fits(op Delta) error {
	if n := op.BaseLen(); n > d.length {
		return fmt.Errorf("%w: needs %d of %d units", ErrPastEnd, n, d.length)
	}
	it := iterate(d.content)
	for _, c := range op {
		if c.inserts() {
			continue
		}
		for n := c.n; n > 0; {
			k := min(n, it.len())
			if _, err := it.take(k); err != nil {
				return err
			}
			n -= k
		}
	}
	return nil
}

// Len is the length in UTF-16 code units.
func (d Document) Len() int { return d.length }

// Content returns the content in normal form.
func (d Document) Content() Delta { return d.content }

// Text returns the text of the document, embeds left out.
func (d Document) Text() string {
	var b strings.Builder
	for _, op := range d.content {
		b.WriteString(op.text)
	}
	return b.String()
}

// EndsInNewline reports whether the last unit is a U+000A.
func (d Document) EndsInNewline() bool {
	n := len(d.content)
	return n > 0 && strings.HasSuffix(d.content[n-1].text, "\n")
}

// Slice returns the content between two offsets, in normal form. Offsets are
// UTF-16 code units. It fails with ErrPastEnd where they are not in order
// inside the document and with ErrSplitsSurrogate inside a surrogate pair.
func (d Document) Slice(from, to int) (Delta, error) {
	if from < 0 || to < from || to > d.length {
		return nil, fmt.Errorf("slice %d to %d of %d units: %w", from, to, d.length, ErrPastEnd)
	}
	if err := d.fits(Delta{Retain(from, nil), Retain(to-from, nil)}); err != nil {
		return nil, fmt.Errorf("slice: %w", err)
	}
	b := newBuilder(1)
	for op := range d.runs(from, to) {
		b.push(op)
	}
	return b.Delta(), nil
}

// runs yields the content between two offsets that lie on characters.
func (d Document) runs(from, to int) iter.Seq[Op] {
	return func(yield func(Op) bool) {
		at := 0
		for _, op := range d.content {
			start, end := max(from, at), min(to, at+op.n)
			if start < end {
				piece := op
				if start > at {
					_, piece, _ = piece.split(start - at)
				}
				if n := end - start; n < piece.n {
					piece, _, _ = piece.split(n)
				}
				if !yield(piece) {
					return
				}
			}
			at += op.n
		}
	}
}
