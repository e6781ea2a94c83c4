package client

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/coscribe/coscribe/bench/typing"
	"github.com/coscribe/coscribe/ot"
)

func TestDiffTakesOneContentToTheOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := types(t)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var docs [2]ot.Document
		start := typ.Initial()
		for i := range docs {
			docs[i] = start
			for n := range rapid.IntRange(0, 5).Draw(t, "edits") {
				var err error
				if docs[i], err = docs[i].Apply(typing.Edit(rng, docs[i], typ, typing.Token(i, n))); err != nil {
					t.Fatal(err)
				}
			}
		}
		d := diff(docs[0].Content(), docs[1].Content())
		got, err := docs[0].Apply(d)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Content().Equal(docs[1].Content()) {
			t.Fatalf("%v takes %v to %v, want %v", d, docs[0].Content(), got.Content(), docs[1].Content())
		}
	})
}

func TestDiffKeepsWholeCodePoints(t *testing.T) {
	t.Parallel()
	text := func(s string) ot.Delta { return ot.Delta{ot.Insert(s, nil)} }
	// 😀 and 😁 share their first UTF-16 unit.
	got := diff(text("a😀b"), text("a😁b"))
	var want ot.Builder
	want.Retain(1, nil)
	want.Insert("😁", nil)
	want.Delete(2)
	if w := want.Delta(); !got.Equal(w) {
		t.Errorf("diff %v, want %v", got, w)
	}
	if d := diff(text("same"), text("same")); len(d) != 0 {
		t.Errorf("diff of equals is %v", d)
	}
}
