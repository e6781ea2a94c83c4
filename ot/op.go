package ot

import (
	"math"
	"strings"
	"unicode/utf8"
)

// Kind tells what an Op does.
type Kind uint8

// The kinds of an Op.
const (
	InsertKind Kind = iota + 1 // puts text in
	EmbedKind                  // puts an embed in
	RetainKind                 // goes on, and formats where it has attributes
	DeleteKind                 // takes away
)

// String returns the name of the kind.
func (k Kind) String() string {
	switch k {
	case InsertKind:
		return "insert"
	case EmbedKind:
		return "embed"
	case RetainKind:
		return "retain"
	case DeleteKind:
		return "delete"
	}
	return "none"
}

// An Embed is an object in a document that is no text: an image, a formula, a
// mention. It is one unit long whatever it holds.
type Embed struct {
	Key   string // what it is, "image"
	Value Value  // what it holds, in JSON
}

// An Op is one component of a Delta. It is immutable. The zero Op does
// nothing, as does every Op of length 0; Normalize drops them.
type Op struct {
	text  string
	embed *Embed
	attrs *Attributes
	n     int
	kind  Kind
}

// Insert returns the component that inserts text with the given attributes,
// nil for none. Ill-formed UTF-8 becomes U+FFFD.
func Insert(text string, a *Attributes) Op {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, string(utf8.RuneError))
	}
	return Op{kind: InsertKind, n: units(text), text: text, attrs: a}
}

// InsertEmbed returns the component that inserts an embed.
func InsertEmbed(e Embed, a *Attributes) Op {
	return Op{kind: EmbedKind, n: 1, embed: &e, attrs: a}
}

// Retain returns the component that keeps n UTF-16 code units and lays the
// attributes over them: a null value unsets. A negative n counts as 0.
func Retain(n int, a *Attributes) Op {
	return Op{kind: RetainKind, n: max(n, 0), attrs: a}
}

// Delete returns the component that deletes n UTF-16 code units. A negative n
// counts as 0.
func Delete(n int) Op {
	return Op{kind: DeleteKind, n: max(n, 0)}
}

// Kind tells what the component does; 0 for the zero Op.
func (o Op) Kind() Kind { return o.kind }

// Len is the length of what it inserts, retains or deletes, in UTF-16 code
// units.
func (o Op) Len() int { return o.n }

// Text is the inserted text, "" for anything but InsertKind.
func (o Op) Text() string { return o.text }

// Attributes are those of the component, nil for none.
func (o Op) Attributes() *Attributes { return o.attrs }

// Embed is the inserted embed, the zero Embed for anything but EmbedKind.
func (o Op) Embed() Embed {
	if o.embed == nil {
		return Embed{}
	}
	return *o.embed
}

// Equal reports whether o and p are the same component.
func (o Op) Equal(p Op) bool {
	return o.kind == p.kind && o.n == p.n && o.attrs == p.attrs && o.text == p.text &&
		(o.embed == p.embed || o.embed != nil && p.embed != nil && *o.embed == *p.embed)
}

// inserts reports whether the component adds to the document.
func (o Op) inserts() bool { return o.kind == InsertKind || o.kind == EmbedKind }

// plainRetain reports whether the component only goes on.
func (o Op) plainRetain() bool { return o.kind == RetainKind && o.attrs == nil }

// idle reports whether the component does nothing at all, not even go on.
func (o Op) idle() bool { return o.n == 0 || o.kind == 0 }

// add is a+b for lengths, which are not negative; it saturates.
func add(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}
