package ot_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/ottest"
)

// A history is a document and what was done to it, one op after the other.
type history struct {
	revisions []ot.Document // one more than ops
	ops       []ot.Delta
}

func makeHistory(t ottest.TB, s ottest.Source, typ ot.Type, runs, ops, steps int) history {
	h := history{revisions: []ot.Document{ottest.Document(s, typ, runs)}}
	for range ops {
		doc := h.last()
		op := ottest.RawOp(s, typ, doc, steps)
		h.ops = append(h.ops, op)
		h.revisions = append(h.revisions, ottest.Apply(t, doc, op))
	}
	return h
}

func (h history) last() ot.Document { return h.revisions[len(h.revisions)-1] }

// composesHistory checks that ComposeAll is Compose pair by pair.
func composesHistory(t ottest.TB, s ottest.Source) {
	h := makeHistory(t, s, anyType(s), 8, s.IntN(10), 6)
	var want ot.Delta
	for _, op := range h.ops {
		var err error
		if want, err = want.Compose(op); err != nil {
			t.Fatalf("composing %v: %v", h.ops, err)
		}
	}
	got, err := ot.ComposeAll(slices.Values(h.ops))
	if err != nil || !got.Equal(want) {
		t.Fatalf("ComposeAll of %v: %v, %v, want %v", h.ops, got, err, want)
	}
	if after := ottest.Apply(t, h.revisions[0], got); !after.Content().Equal(h.last().Content()) {
		t.Fatalf("the composition %v of %v leads to %v, not %v", got, h.ops, after.Content(), h.last().Content())
	}
}

// edits checks that an Editor does what Apply does, that refused ops leave it
// alone, and that what it gave out does not change.
func edits(t ottest.TB, s ottest.Source) {
	h := makeHistory(t, s, anyType(s), 8, s.IntN(10), 6)
	e := h.revisions[0].Edit()
	given := []ot.Document{e.Document()}
	for _, op := range h.ops {
		if s.IntN(3) == 0 {
			past := ot.Delta{ot.Insert("x", nil), ot.Delete(given[len(given)-1].Len() + 1)}
			if err := e.Apply(past); !errors.Is(err, ot.ErrPastEnd) {
				t.Fatalf("applying %v: %v", past, err)
			}
		}
		if err := e.Apply(op); err != nil {
			t.Fatalf("applying %v: %v", op, err)
		}
		given = append(given, e.Document())
	}
	for i, doc := range given {
		if want := h.revisions[i]; !doc.Content().Equal(want.Content()) {
			t.Fatalf("revision %d is %v, want %v", i, doc.Content(), want.Content())
		}
	}
}

// TestTallTrees takes documents of several levels through a history, op by op
// and in one go, and looks at the trees and at every old revision.
func TestTallTrees(t *testing.T) {
	t.Parallel()
	tall := 0
	for seed := range uint64(20) {
		s := ottest.Rand(seed)
		h := makeHistory(t, s, ot.RichText, 4000, 12, 60)
		var contents []ot.Delta
		e := h.revisions[0].Edit()
		for i, doc := range h.revisions {
			if err := ot.Check(doc); err != nil {
				t.Fatalf("seed %d, revision %d: %v", seed, i, err)
			}
			tall = max(tall, ot.Height(doc))
			contents = append(contents, doc.Content())
			if i == len(h.ops) {
				break
			}
			if err := e.Apply(h.ops[i]); err != nil {
				t.Fatal(err)
			}
		}
		edited := e.Document()
		if err := ot.Check(edited); err != nil {
			t.Fatalf("seed %d, edited in place: %v", seed, err)
		}
		if !edited.Content().Equal(h.last().Content()) {
			t.Fatalf("seed %d: edited in place it is another document", seed)
		}
		checkContents(t, seed, h, contents)
	}
	if tall < 4 {
		t.Errorf("the tallest tree had %d levels", tall)
	}
}

// checkContents checks each revision against the model and against what it
// was before later ops were applied.
func checkContents(t *testing.T, seed uint64, h history, contents []ot.Delta) {
	t.Helper()
	m := ottest.ModelOf(contents[0])
	for i, doc := range h.revisions {
		if !doc.Content().Equal(contents[i]) {
			t.Fatalf("seed %d: revision %d has changed since", seed, i)
		}
		if !ottest.ModelOf(contents[i]).Equal(m) {
			t.Fatalf("seed %d: revision %d is not what the model has", seed, i)
		}
		if i < len(h.ops) {
			m = m.Apply(h.ops[i])
		}
	}
}

// Many may apply ops to one document at the same time.
func TestDocumentsAreShared(t *testing.T) {
	t.Parallel()
	doc := ottest.Document(ottest.Rand(1), ot.RichText, 2000)
	before := doc.Content()
	var wg sync.WaitGroup
	for seed := range uint64(8) {
		wg.Go(func() {
			s, mine := ottest.Rand(seed), doc
			m := ottest.ModelOf(before)
			for range 10 {
				op := ottest.RawOp(s, ot.RichText, mine, 10)
				next, err := mine.Apply(op)
				if err != nil {
					t.Error(err)
					return
				}
				mine, m = next, m.Apply(op)
			}
			if !ottest.ModelOf(mine.Content()).Equal(m) {
				t.Errorf("seed %d: not what the model has", seed)
			}
		})
	}
	wg.Wait()
	if !doc.Content().Equal(before) {
		t.Error("the shared document has changed")
	}
}

func TestComposeAllRefuses(t *testing.T) {
	t.Parallel()
	smile, inside := ot.Delta{ot.Insert("😀", nil)}, ot.Delta{ot.Retain(1, nil), ot.Insert("x", nil)}
	if _, err := ot.ComposeAll(slices.Values([]ot.Delta{smile, inside})); !errors.Is(err, ot.ErrSplitsSurrogate) {
		t.Errorf("cutting a surrogate pair: %v", err)
	}
	if _, err := smile.Compose(inside); !errors.Is(err, ot.ErrSplitsSurrogate) {
		t.Errorf("cutting a surrogate pair in Compose: %v", err)
	}
	endless := ot.Delta{ot.Delete(1 << 62)}
	if _, err := ot.ComposeAll(slices.Values([]ot.Delta{endless})); !errors.Is(err, ot.ErrPastEnd) {
		t.Errorf("a delete longer than any document: %v", err)
	}
}
