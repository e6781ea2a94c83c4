package ot

// A span is a run of content in a leaf of the tree. Its text lies in the
// leaf, in the order of the spans.
//
// A document has insert spans only. The tree that composes a history has
// retain spans too, which stand for the base, and delete spans, which mark
// where some of the base was taken away.
type span struct {
	attrs *Attributes
	embed *Embed
	n     int   // length in units, as in an Op
	bytes int32 // length of its text
	kind  Kind
}

// visible is what the span adds to the length of the content, in units.
func (s span) visible() int {
	if s.kind == DeleteKind {
		return 0
	}
	return s.n
}

// like reports whether s and t, neighbours, are better written as one.
func (s span) like(t span) bool {
	return s.kind == t.kind && s.attrs == t.attrs && s.kind != EmbedKind
}

// op is the span as a component.
func (s span) op(text []byte) Op {
	return Op{kind: s.kind, n: s.n, attrs: s.attrs, embed: s.embed, text: string(text)}
}

func spanOf(op Op) span {
	return span{kind: op.kind, n: op.n, attrs: op.attrs, embed: op.embed, bytes: int32(len(op.text))}
}

// A change is what an op does to the spans that it covers.
type change struct {
	// to returns what becomes of a span; keep is false where nothing does.
	to      func(s span) (_ span, keep bool)
	shrinks bool // what is covered is not visible afterwards
	drops   bool // nothing becomes of any span
}

// remove is a delete on a document.
var remove = change{
	to:      func(span) (span, bool) { return span{}, false },
	shrinks: true,
	drops:   true,
}

// entomb is a delete on a history: what was inserted is gone, what was
// retained is marked as deleted.
var entomb = change{
	to: func(s span) (span, bool) {
		if s.kind == RetainKind {
			s = span{kind: DeleteKind, n: s.n}
		}
		return s, s.kind == DeleteKind
	},
	shrinks: true,
}

// format is a retain with attributes.
func format(a *Attributes) change {
	return change{to: func(s span) (span, bool) {
		if s.kind != DeleteKind {
			s.attrs = composeAttributes(s.attrs, a, s.kind == RetainKind)
		}
		return s, true
	}}
}
