package ottest

import (
	"errors"

	"github.com/coscribe/coscribe/ot"
)

// TB is what a law needs of *testing.T and *rapid.T.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Apply applies an op that must fit.
func Apply(t TB, doc ot.Document, op ot.Delta) ot.Document {
	t.Helper()
	next, err := doc.Apply(op)
	if err != nil {
		t.Fatalf("applying %v to %v: %v", op, doc.Content(), err)
	}
	return next
}

// same fails unless both documents have one content.
func same(t TB, law string, got, want ot.Document, ops ...ot.Delta) {
	t.Helper()
	if !got.Content().Equal(want.Content()) {
		t.Fatalf("%s broken by %v\ngot  %v\nwant %v", law, ops, got.Content(), want.Content())
	}
}

// Converges checks TP1: whichever of a and b, ops on doc, comes first, the
// other one transformed over it leads to the same document.
func Converges(t TB, doc ot.Document, a, b ot.Delta) {
	t.Helper()
	left := Apply(t, Apply(t, doc, a), a.Transform(b, true))
	right := Apply(t, Apply(t, doc, b), b.Transform(a, false))
	same(t, "TP1", left, right, a, b)
}

// Composes checks that the composition of a, on doc, and b, on what follows,
// does what they do.
func Composes(t TB, doc ot.Document, a, b ot.Delta) {
	t.Helper()
	once, err := a.Compose(b)
	if err != nil {
		t.Fatalf("composing %v with %v: %v", a, b, err)
	}
	if !once.Normalize().Equal(once) {
		t.Fatalf("the composition %v of %v and %v is not normal", once, a, b)
	}
	same(t, "composition", Apply(t, doc, once), Apply(t, Apply(t, doc, a), b), a, b)
}

// Inverts checks that the inverse of op, on doc, takes it back.
func Inverts(t TB, doc ot.Document, op ot.Delta) {
	t.Helper()
	back, err := op.Invert(doc)
	if err != nil {
		t.Fatalf("inverting %v: %v", op, err)
	}
	same(t, "inverse", Apply(t, Apply(t, doc, op), back), doc, op, back)
}

// Refuses checks that op does not apply to doc, for the reason given, and
// that doc comes back unchanged.
func Refuses(t TB, doc ot.Document, op ot.Delta, reason error) {
	t.Helper()
	next, err := doc.Apply(op)
	if !errors.Is(err, reason) {
		t.Fatalf("applying %v: got error %v, want %v", op, err, reason)
	}
	same(t, "refusal", next, doc, op)
}

// KeepsPlace checks that op moves a position as it moves the text: a mark
// inserted at index before op and transformed over it stands where the
// transformed position says. own tells whose cursor it is.
func KeepsPlace(t TB, op ot.Delta, index int, own bool) {
	t.Helper()
	mark := ot.Delta{ot.Retain(index, nil), ot.Insert("|", nil)}.Normalize()
	moved := op.Transform(mark, own)
	if got, want := op.TransformCursor(index, own), moved.BaseLen(); got != want {
		t.Fatalf("%v moves a cursor (own: %v) from %d to %d, and an insert there to %d", op, own, index, got, want)
	}
}
