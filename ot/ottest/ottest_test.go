package ottest_test

import (
	"strings"
	"testing"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/ottest"
)

// What the generators make applies, and has everything in it that engines get
// wrong.
func TestVariety(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for seed := range uint64(2000) {
		s := ottest.Rand(seed)
		for _, typ := range []ot.Type{ot.RichText, ot.Text} {
			doc := ottest.Document(s, typ, 8)
			op := ottest.RawOp(s, typ, doc, 8)
			ottest.Apply(t, doc, op)
			if err := typ.Check(op); err != nil {
				t.Fatal(err)
			}
			note(seen, typ, op)
			if typ == ot.RichText && !doc.EndsInNewline() {
				t.Fatalf("%v does not end with a newline", doc.Content())
			}
		}
	}
	for _, what := range []string{
		"rich-text insert", "rich-text embed", "rich-text retain", "rich-text delete",
		"text insert", "text retain", "text delete",
		"not normal", "formatting", "null", "surrogates", "joiner", "combining", "U+0000",
	} {
		if !seen[what] {
			t.Errorf("no %s", what)
		}
	}
}

// note writes down what there is in an op.
func note(seen map[string]bool, typ ot.Type, op ot.Delta) {
	if !op.Normalize().Equal(op) {
		seen["not normal"] = true
	}
	for _, c := range op {
		seen[typ.String()+" "+c.Kind().String()] = true
		if c.Kind() == ot.RetainKind && c.Attributes() != nil {
			seen["formatting"] = true
		}
		if c.Attributes().HasNull() {
			seen["null"] = true
		}
		for what, text := range map[string]string{"surrogates": "😀", "joiner": "\u200d", "combining": "\u0301", "U+0000": "\x00"} {
			if strings.Contains(c.Text(), text) {
				seen[what] = true
			}
		}
	}
}

func TestSourcesRepeatThemselves(t *testing.T) {
	t.Parallel()
	data := []byte("the same choices for the same bytes")
	for name, source := range map[string]func() ottest.Source{
		"Rand":  func() ottest.Source { return ottest.Rand(1) },
		"Bytes": func() ottest.Source { return ottest.Bytes(data) },
	} {
		a, b := ottest.Content(source(), ot.RichText, 20), ottest.Content(source(), ot.RichText, 20)
		if !a.Equal(b) || len(a) < 2 {
			t.Errorf("%s: %v and %v", name, a, b)
		}
	}
}

// A law must be able to fail.
func TestLawsCanFail(t *testing.T) {
	t.Parallel()
	doc := ot.RichText.Initial()
	past := ot.Delta{ot.Delete(2)}
	for name, law := range map[string]func(ottest.TB){
		"Apply":     func(t ottest.TB) { ottest.Apply(t, doc, past) },
		"Refuses":   func(t ottest.TB) { ottest.Refuses(t, doc, ot.Delta{ot.Delete(1)}, ot.ErrPastEnd) },
		"Inverts":   func(t ottest.TB) { ottest.Inverts(t, doc, past) },
		"Composes":  func(t ottest.TB) { ottest.Composes(t, doc, past, nil) },
		"Converges": func(t ottest.TB) { ottest.Converges(t, doc, past, nil) },
		// An op that is not normal: the cursor goes behind the A, a mark does not.
		"KeepsPlace": func(t ottest.TB) { ottest.KeepsPlace(t, ot.Delta{ot.Delete(2), ot.Insert("A", nil)}, 1, true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !fails(law) {
				t.Error("it held")
			}
		})
	}
}

// fails reports whether a law called Fatalf.
func fails(law func(ottest.TB)) (failed bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, failed = r.(fatal); !failed {
				panic(r)
			}
		}
	}()
	law(recorder{})
	return false
}

type fatal struct{}

type recorder struct{}

func (recorder) Helper()               {}
func (recorder) Fatalf(string, ...any) { panic(fatal{}) }
