package ot

// A Delta is an op: a list of components that walk over a document from its
// beginning. What follows the last one is kept. A Delta of inserts alone is
// also a content.
//
// Treat a Delta as immutable once it has been handed on: results may share
// memory with arguments.
type Delta []Op

// BaseLen is the length that a document must at least have for d to fit: its
// retains and deletes, in UTF-16 code units.
func (d Delta) BaseLen() int {
	n := 0
	for _, op := range d {
		if op.kind == RetainKind || op.kind == DeleteKind {
			n = add(n, op.n)
		}
	}
	return n
}

// Growth is by how much d makes a document longer, in UTF-16 code units;
// negative if it deletes more than it inserts.
func (d Delta) Growth() int {
	inserted, deleted := 0, 0
	for _, op := range d {
		switch {
		case op.inserts():
			inserted = add(inserted, op.n)
		case op.kind == DeleteKind:
			deleted = add(deleted, op.n)
		}
	}
	return inserted - deleted
}

// Equal reports whether d and o have the same components. Two ops that do the
// same are equal in normal form.
func (d Delta) Equal(o Delta) bool {
	if len(d) != len(o) {
		return false
	}
	for i := range d {
		if !d[i].Equal(o[i]) {
			return false
		}
	}
	return true
}

// Normalize returns d in normal form: nothing of length 0, neighbours merged
// where they can be, an insert in front of a delete at the same place, and no
// plain retain at the end. It is what quill-delta's builder makes, with a
// final chop. A Delta that is already normal is returned as it is.
func (d Delta) Normalize() Delta {
	if d.normal() {
		return d
	}
	b := newBuilder(len(d))
	for _, op := range d {
		b.Push(op)
	}
	return b.Delta()
}

func (d Delta) normal() bool {
	for i, op := range d {
		if op.idle() || i > 0 && !(ordered(d[i-1], op)) {
			return false
		}
	}
	return len(d) == 0 || !d[len(d)-1].plainRetain()
}

// ordered reports whether b may follow a in normal form.
func ordered(a, b Op) bool {
	return !mergeable(a, b) && !(a.kind == DeleteKind && b.inserts())
}

// mergeable reports whether a and b, neighbours, are better written as one.
// Embeds never are.
func mergeable(a, b Op) bool {
	return a.kind == b.kind && a.attrs == b.attrs && a.kind != EmbedKind
}
