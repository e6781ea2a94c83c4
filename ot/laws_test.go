package ot_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/ottest"
)

// anyType draws a document type.
func anyType(s ottest.Source) ot.Type {
	return []ot.Type{ot.RichText, ot.Text}[s.IntN(2)]
}

// Each property runs under rapid, from `go test`, and under the fuzzer, from
// `go test -fuzz`.
var properties = map[string]func(t ottest.TB, s ottest.Source){
	"TP1":         converges,
	"composition": composes,
	"inverse":     inverts,
	"position":    keepsPlace,
	"positions":   keepsPlaces,
	"rebase":      rebases,
	"normal form": normalises,
	"model":       agreesWithModel,
	"refusal":     refuses,
	"slice":       slicesAsModel,
	"history":     composesHistory,
	"editor":      edits,
}

func TestLaws(t *testing.T) {
	t.Parallel()
	for name, property := range properties {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) { property(t, ottest.Rapid(t)) })
		})
	}
}

// TestLawsAtLength runs the properties on many seeded cases, larger than those
// that rapid and the fuzzer like.
func TestLawsAtLength(t *testing.T) {
	t.Parallel()
	for name, property := range properties {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(2000) {
				property(t, ottest.Rand(seed))
			}
		})
	}
}

func FuzzLaws(f *testing.F) {
	f.Add([]byte("converge, compose, invert, keep your place"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, property := range properties {
			property(t, ottest.Bytes(data))
		}
	})
}

func converges(t ottest.TB, s ottest.Source) {
	typ := anyType(s)
	doc := ottest.Document(s, typ, 8)
	ottest.Converges(t, doc, ottest.Op(s, typ, doc, 8), ottest.Op(s, typ, doc, 8))
}

func composes(t ottest.TB, s ottest.Source) {
	typ := anyType(s)
	doc := ottest.Document(s, typ, 8)
	a := ottest.RawOp(s, typ, doc, 8)
	b := ottest.RawOp(s, typ, ottest.Apply(t, doc, a), 8)
	ottest.Composes(t, doc, a, b)
}

func inverts(t ottest.TB, s ottest.Source) {
	typ := anyType(s)
	doc := ottest.Document(s, typ, 8)
	ottest.Inverts(t, doc, ottest.RawOp(s, typ, doc, 8))
}

func keepsPlace(t ottest.TB, s ottest.Source) {
	typ := anyType(s)
	doc := ottest.Document(s, typ, 8)
	ottest.KeepsPlace(t, ottest.Op(s, typ, doc, 8), s.IntN(doc.Len()+2), s.IntN(2) == 0)
}

// keepsPlaces checks that many places go where each goes by itself.
func keepsPlaces(t ottest.TB, s ottest.Source) {
	typ := anyType(s)
	doc := ottest.Document(s, typ, 8)
	op, priority := ottest.RawOp(s, typ, doc, 8), s.IntN(2) == 0
	var places, want []int
	for place := range doc.Len() + 2 {
		for range s.IntN(3) {
			places = append(places, place)
			want = append(want, op.TransformPosition(place, priority))
		}
	}
	op.TransformPositions(places, priority)
	if !slices.Equal(places, want) {
		t.Fatalf("%v moves places to %v, one by one to %v", op, places, want)
	}
}

// rebases checks that Rebase does what Transform does step by step, and leaves
// alone what it is given.
func rebases(t ottest.TB, s ottest.Source) {
	typ := anyType(s)
	doc := ottest.Document(s, typ, 8)
	op := ottest.Op(s, typ, doc, 12)
	given, want := slices.Clone(op), op
	var committed []ot.Delta
	for range s.IntN(4) {
		d := ottest.Op(s, typ, doc, 12)
		doc = ottest.Apply(t, doc, d)
		committed = append(committed, d)
		want = d.Transform(want, true)
	}
	if got := ot.Rebase(op, slices.Values(committed)); !got.Equal(want) || !op.Equal(given) {
		t.Fatalf("%v rebased over %v is %v, step by step %v; it was %v", op, committed, got, want, given)
	}
}

// normalises checks that the normal form does the same, is one, and leaves
// what it is made from alone.
func normalises(t ottest.TB, s ottest.Source) {
	typ := anyType(s)
	doc := ottest.Document(s, typ, 8)
	raw := ottest.RawOp(s, typ, doc, 10)
	given := append(ot.Delta{}, raw...)
	op := raw.Normalize()
	if !raw.Equal(given) {
		t.Fatalf("Normalize changed %v to %v", given, raw)
	}
	if again := op.Normalize(); !again.Equal(op) {
		t.Fatalf("%v is normalised to %v, and that to %v", raw, op, again)
	}
	if raw.Growth() != op.Growth() {
		t.Fatalf("%v grows by %d, its normal form by %d", raw, raw.Growth(), op.Growth())
	}
	before, after := ottest.Apply(t, doc, raw), ottest.Apply(t, doc, op)
	if !before.Content().Equal(after.Content()) {
		t.Fatalf("%v does not do what its normal form %v does", raw, op)
	}
}

// agreesWithModel applies a run of ops to a document and to the model.
func agreesWithModel(t ottest.TB, s ottest.Source) {
	typ := anyType(s)
	doc := ottest.Document(s, typ, 12)
	m := ottest.ModelOf(doc.Content())
	for range 1 + s.IntN(6) {
		op := ottest.RawOp(s, typ, doc, 8)
		doc, m = ottest.Apply(t, doc, op), m.Apply(op)
		content := doc.Content()
		if !ottest.ModelOf(content).Equal(m) || doc.Len() != len(m) {
			t.Fatalf("after %v: %d units %v, the model has %d", op, doc.Len(), content, len(m))
		}
		if !content.Normalize().Equal(content) {
			t.Fatalf("content %v is not normal", content)
		}
		newline := m.EndsInNewline()
		if doc.EndsInNewline() != newline {
			t.Fatalf("EndsInNewline of %v is %v", content, !newline)
		}
	}
}

// refuses checks ops that reach past the end or cut a surrogate pair.
func refuses(t ottest.TB, s ottest.Source) {
	doc := ottest.Document(s, ot.RichText, 8)
	m := ottest.ModelOf(doc.Content())
	bold := ot.MakeAttributes(ot.Attribute{Key: "bold", Value: "true"})
	over := doc.Len() + 1 + s.IntN(3)
	for _, op := range []ot.Op{ot.Retain(over, nil), ot.Delete(over), ot.Retain(over, bold)} {
		ottest.Refuses(t, doc, ot.Delta{op, ot.Insert("x", nil)}, ot.ErrPastEnd)
	}
	for at := range m {
		if !m.Cuts(at) {
			continue
		}
		for _, op := range []ot.Delta{
			{ot.Retain(at, nil), ot.Insert("x", nil)},
			{ot.Insert("x", nil), ot.Delete(at)},
			{ot.Delete(at - 1), ot.Retain(1, nil), ot.Delete(1)},
			{ot.Retain(at, bold)},
			{ot.Retain(at, nil), ot.Retain(1, bold)},
		} {
			ottest.Refuses(t, doc, op, ot.ErrSplitsSurrogate)
		}
	}
}

func slicesAsModel(t ottest.TB, s ottest.Source) {
	doc := ottest.Document(s, ot.RichText, 8)
	m := ottest.ModelOf(doc.Content())
	from := s.IntN(doc.Len() + 1)
	to := from + s.IntN(doc.Len()-from+1)
	piece, err := doc.Slice(from, to)
	if m.Cuts(from) || m.Cuts(to) {
		if err == nil {
			t.Fatalf("Slice(%d, %d) of %v cuts a surrogate pair", from, to, doc.Content())
		}
		return
	}
	if err != nil || !ottest.ModelOf(piece).Equal(m[from:to]) {
		t.Fatalf("Slice(%d, %d) of %v: %v, %v", from, to, doc.Content(), piece, err)
	}
}

// Transforming over a composition is not transforming over its parts
// (quill-delta has this too). A server and its clients therefore step over the
// same changes.
func TestTransformOverACompositionDiffers(t *testing.T) {
	t.Parallel()
	doc, err := ot.NewDocument(ot.Delta{ot.Insert("x", nil)})
	if err != nil {
		t.Fatal(err)
	}
	first, second := ot.Delta{ot.Delete(1)}, ot.Delta{ot.Insert("c", nil)}
	late := ot.Delta{ot.Retain(1, nil), ot.Insert("b", nil)}
	both, err := first.Compose(second)
	if err != nil {
		t.Fatal(err)
	}
	stepped := second.Transform(first.Transform(late, false), false)
	jumped := both.Transform(late, false)
	after := ottest.Apply(t, doc, both)
	if got := ottest.Apply(t, after, stepped).Text(); got != "bc" {
		t.Errorf("step by step: %q, want bc", got)
	}
	if got := ottest.Apply(t, after, jumped).Text(); got != "cb" {
		t.Errorf("over the composition: %q, want cb", got)
	}
}

// A small op on its way through many small ones takes no memory for each.
func TestRebaseTakesNoMemoryForEachStep(t *testing.T) {
	op := ot.Delta{ot.Retain(1000, nil), ot.Insert("mine", nil), ot.Delete(3)}
	committed := make([]ot.Delta, 1000)
	for i := range committed {
		committed[i] = ot.Delta{ot.Retain(i, nil), ot.Insert("x", nil), ot.Delete(1)}
	}
	if n := testing.AllocsPerRun(10, func() { ot.Rebase(op, slices.Values(committed)) }); n > 10 {
		t.Errorf("%v allocations for %d steps", n, len(committed))
	}
}
