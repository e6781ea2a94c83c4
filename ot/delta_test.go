package ot_test

import (
	"errors"
	"math"
	"testing"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/ottest"
)

func TestLengths(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "a": 1, "é": 1, "e\u0301": 2, "字": 1, "😀": 2, "👩\u200d💻": 5, "\x00": 1, "\uffff": 1} {
		if got := ot.Insert(text, nil).Len(); got != want {
			t.Errorf("%q is %d units long, want %d", text, got, want)
		}
	}
	image := ot.Embed{Key: "image", Value: `"x"`}
	d := ot.Delta{ot.Retain(3, nil), ot.Insert("😀", nil), ot.InsertEmbed(image, nil), ot.Delete(7), ot.Retain(1, nil)}
	if d.BaseLen() != 11 || d.Growth() != -4 {
		t.Errorf("%v has the base length %d and the growth %d", d, d.BaseLen(), d.Growth())
	}
	if e := d[2].Embed(); e != image || d[1].Embed() != (ot.Embed{}) {
		t.Errorf("embeds %v and %v", e, d[1].Embed())
	}
}

func TestLengthsSaturate(t *testing.T) {
	t.Parallel()
	most := ot.Delta{ot.Delete(math.MaxInt), ot.Retain(math.MaxInt, nil), ot.Insert("a", nil), ot.Delete(math.MaxInt)}
	if got := most.BaseLen(); got != math.MaxInt {
		t.Errorf("base length %d", got)
	}
	if got := most.Growth(); got != 1-math.MaxInt {
		t.Errorf("growth %d", got)
	}
	doc := ot.RichText.Initial()
	ottest.Refuses(t, doc, most, ot.ErrPastEnd)
	if _, err := most.Invert(doc); !errors.Is(err, ot.ErrPastEnd) {
		t.Errorf("inverting: %v", err)
	}
	merged := ot.Delta{ot.Delete(math.MaxInt), ot.Delete(math.MaxInt)}.Normalize()
	if !merged.Equal(ot.Delta{ot.Delete(math.MaxInt)}) {
		t.Errorf("merged to %v", merged)
	}
	// What matters is that nothing panics.
	for _, d := range []ot.Delta{most, merged} {
		if _, err := d.Compose(most); err != nil {
			t.Errorf("composing: %v", err)
		}
		d.Transform(most, true)
		d.TransformPosition(math.MaxInt, false)
		(ot.Delta{ot.Insert("abc", nil)}).TransformPosition(math.MaxInt, false)
	}
}

func TestIdleComponents(t *testing.T) {
	t.Parallel()
	d := ot.Delta{{}, ot.Insert("", nil), ot.Retain(-5, nil), ot.Delete(-1), ot.Retain(0, nil)}
	if n := d.Normalize(); len(n) != 0 {
		t.Errorf("normalised to %v", n)
	}
	doc, err := ot.NewDocument(d[:2])
	if err != nil || doc.Len() != 0 {
		t.Errorf("%d units, %v", doc.Len(), err)
	}
	abc := ot.Delta{ot.Insert("abc", nil)}
	got, err := abc.Compose(append(d, ot.Insert("X", nil)))
	if err != nil || !got.Equal(ot.Delta{ot.Insert("Xabc", nil)}) {
		t.Errorf("composed to %v, %v", got, err)
	}
}

func TestNormalizeReturnsWhatIsNormal(t *testing.T) {
	t.Parallel()
	d := ot.Delta{ot.Retain(1, nil), ot.Insert("a", nil), ot.Delete(1)}
	if n := d.Normalize(); &n[0] != &d[0] {
		t.Error("a copy")
	}
}

func TestIllFormedTextIsReplaced(t *testing.T) {
	t.Parallel()
	op := ot.Insert("a\xffb\xed\xa0\x80", nil)
	if op.Text() != "a\ufffdb\ufffd" || op.Len() != 4 {
		t.Errorf("%q of %d units", op.Text(), op.Len())
	}
}

func TestNewDocumentRefusesOps(t *testing.T) {
	t.Parallel()
	for _, op := range []ot.Op{ot.Retain(1, nil), ot.Delete(1)} {
		if _, err := ot.NewDocument(ot.Delta{ot.Insert("a", nil), op}); !errors.Is(err, ot.ErrNotContent) {
			t.Errorf("%v: %v", op, err)
		}
	}
}

func TestSliceRefuses(t *testing.T) {
	t.Parallel()
	doc, err := ot.NewDocument(ot.Delta{ot.Insert("a😀b", nil)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to int
		want     error
	}{{-1, 2, ot.ErrPastEnd}, {2, 1, ot.ErrPastEnd}, {0, 5, ot.ErrPastEnd}, {0, 2, ot.ErrSplitsSurrogate}, {2, 4, ot.ErrSplitsSurrogate}} {
		if _, err := doc.Slice(c.from, c.to); !errors.Is(err, c.want) {
			t.Errorf("Slice(%d, %d): %v, want %v", c.from, c.to, err, c.want)
		}
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	for _, typ := range []ot.Type{ot.RichText, ot.Text} {
		if got, err := ot.ParseType(typ.String()); got != typ || err != nil {
			t.Errorf("%v is parsed as %v, %v", typ, got, err)
		}
	}
	if _, err := ot.ParseType("json1"); !errors.Is(err, ot.ErrUnknownType) {
		t.Errorf("json1: %v", err)
	}
	if got := ot.RichText.Initial().Content(); !got.Equal(ot.Delta{ot.Insert("\n", nil)}) {
		t.Errorf("a rich-text begins as %v", got)
	}
	if ot.Text.Initial().Len() != 0 {
		t.Error("a text does not begin empty")
	}
}

func TestTypeCheck(t *testing.T) {
	t.Parallel()
	bold := ot.MakeAttributes(ot.Attribute{Key: "bold", Value: "true"})
	plain := ot.Delta{ot.Retain(1, nil), ot.Insert("a", nil), ot.Delete(1)}
	if err := ot.Text.Check(plain); err != nil {
		t.Errorf("plain text: %v", err)
	}
	for _, op := range []ot.Op{ot.Insert("a", bold), ot.Retain(1, bold), ot.InsertEmbed(ot.Embed{Key: "i", Value: "1"}, nil)} {
		if err := ot.Text.Check(ot.Delta{op}); !errors.Is(err, ot.ErrNotText) {
			t.Errorf("%v in a text: %v", op, err)
		}
		if err := ot.RichText.Check(ot.Delta{op}); err != nil {
			t.Errorf("%v in a rich-text: %v", op, err)
		}
	}
}
