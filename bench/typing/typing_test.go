package typing

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
)

func TestEveryEditFitsAndKeepsTokensWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom([]ot.Type{ot.RichText, ot.Text}).Draw(t, "type")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		doc := typ.Initial()
		edits := rapid.IntRange(1, 40).Draw(t, "edits")
		for n := range edits {
			// Two authors who do not see each other's edit.
			a, b := Edit(rng, doc, typ, Token(1, n)), Edit(rng, doc, typ, Token(2, n))
			for _, op := range []ot.Delta{a, a.Transform(b, true)} {
				if _, err := otjson.Decode(otjson.Append(nil, op)); err != nil {
					t.Fatalf("not valid on the wire: %v", err)
				}
				if err := typ.Check(op); err != nil {
					t.Fatal(err)
				}
				var err error
				if doc, err = doc.Apply(op); err != nil {
					t.Fatal(err)
				}
			}
			if !a.Equal(a.Normalize()) {
				t.Fatalf("not in normal form: %v", a)
			}
		}
		counts := Count(doc.Text())
		for n := range edits {
			for _, tok := range []string{Token(1, n), Token(2, n)} {
				if counts[tok] != 1 {
					t.Fatalf("%s is there %d times in %q", tok, counts[tok], doc.Text())
				}
			}
		}
		if len(counts) != 2*edits {
			t.Fatalf("%d tokens of %d edits: fragments in %q", len(counts), 2*edits, doc.Text())
		}
	})
}

func TestCount(t *testing.T) {
	t.Parallel()
	got := Count("a⟦1.2⟧b⟦1.2⟧⟦3.4⟧ ⟦9.")
	if want := "map[⟦1.2⟧:2 ⟦3.4⟧:1 ⟦9.:1]"; fmt.Sprint(got) != want {
		t.Errorf("Count = %v, want %s", got, want)
	}
}
