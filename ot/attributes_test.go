package ot_test

import (
	"fmt"
	"maps"
	"runtime"
	"sync"
	"testing"

	"github.com/coscribe/coscribe/ot"
)

func TestAttributes(t *testing.T) {
	t.Parallel()
	a := ot.MakeAttributes(
		ot.Attribute{Key: "color", Value: `"red"`},
		ot.Attribute{Key: "bold"}, // no value: null
		ot.Attribute{Key: "color", Value: `"blue"`},
	)
	want := map[string]ot.Value{"bold": ot.Null, "color": `"blue"`}
	if got := maps.Collect(a.All()); !maps.Equal(got, want) {
		t.Errorf("All is %v, want %v", got, want)
	}
	if a.Len() != 2 || !a.HasNull() || a.Value() != `{"bold":null,"color":"blue"}` {
		t.Errorf("%d attributes, null: %v, %s", a.Len(), a.HasNull(), a.Value())
	}
	if v, ok := a.Get("color"); !ok || v != `"blue"` {
		t.Errorf("color is %s, %v", v, ok)
	}
	if _, ok := a.Get("size"); ok {
		t.Error("there is a size")
	}
}

func TestNoAttributes(t *testing.T) {
	t.Parallel()
	none := ot.MakeAttributes()
	if none != nil || none.Len() != 0 || none.HasNull() || none.Value() != "{}" {
		t.Errorf("no attributes are %v", none)
	}
	if _, ok := none.Get("bold"); ok {
		t.Error("no attributes have bold")
	}
	for key := range none.All() {
		t.Errorf("no attributes have %s", key)
	}
}

// A key may hold what looks like JSON; two sets must not be taken for one.
func TestAttributesAreNotConfused(t *testing.T) {
	t.Parallel()
	a := ot.MakeAttributes(ot.Attribute{Key: `a":1,"b`, Value: "2"})
	b := ot.MakeAttributes(ot.Attribute{Key: "a", Value: "1"}, ot.Attribute{Key: "b", Value: "2"})
	if a == b || a.Value() == b.Value() {
		t.Errorf("%s and %s", a.Value(), b.Value())
	}
}

func TestInterningConcurrently(t *testing.T) {
	t.Parallel()
	const workers, sets = 8, 200
	got := make([][]*ot.Attributes, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range sets {
				a := ot.MakeAttributes(ot.Attribute{Key: "concurrent", Value: ot.Value(fmt.Sprint(i))})
				got[w] = append(got[w], a)
				if i%50 == 0 {
					runtime.GC()
				}
			}
		})
	}
	wg.Wait()
	for i := range sets {
		for w := range workers {
			if got[w][i] != got[0][i] {
				t.Fatalf("two sets for %d", i)
			}
		}
	}
}

// The table keeps nothing alive.
func TestInternedSetsAreForgotten(t *testing.T) {
	const sets = 10_000
	for i := range sets {
		ot.MakeAttributes(ot.Attribute{Key: "forgotten", Value: ot.Value(fmt.Sprint(i))})
	}
	// Cleanups run some time after a collection.
	for range 1000 {
		runtime.GC()
		if ot.Interned() < sets/10 {
			return
		}
	}
	t.Errorf("%d sets are still in the table", ot.Interned())
}
