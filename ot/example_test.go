package ot_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/coscribe/coscribe/ot"
)

func ExampleDocument_Apply() {
	doc, _ := ot.NewDocument(ot.Delta{ot.Insert("Hello 😀\n", nil)})
	bold := ot.MakeAttributes(ot.Attribute{Key: "bold", Value: "true"})

	doc, err := doc.Apply(ot.Delta{
		ot.Retain(5, bold),
		ot.Insert(", world", nil),
		ot.Retain(1, nil),
		ot.Delete(2), // the emoji: two UTF-16 code units
	})
	fmt.Println(doc.Content(), doc.Len(), err)

	_, err = doc.Apply(ot.Delta{ot.Delete(100)})
	fmt.Println(errors.Is(err, ot.ErrPastEnd))
	// Output:
	// [+"Hello"{"bold":true} +", world \n"] 14 <nil>
	// true
}

func ExampleDelta_Transform() {
	doc, _ := ot.NewDocument(ot.Delta{ot.Insert("ac", nil)})
	committed := ot.Delta{ot.Retain(1, nil), ot.Insert("b", nil)}
	late := ot.Delta{ot.Retain(1, nil), ot.Insert("B", nil), ot.Delete(1)}

	moved := committed.Transform(late, true) // what is committed goes first
	doc, _ = doc.Apply(committed)
	doc, _ = doc.Apply(moved)
	fmt.Println(moved, doc.Text())
	// Output:
	// [=2 +"B" -1] abB
}

func ExampleDelta_Compose() {
	typed := ot.Delta{ot.Insert("Hello", nil)}
	corrected := ot.Delta{ot.Delete(1), ot.Insert("J", nil)}
	both, err := typed.Compose(corrected)
	fmt.Println(both, err)
	// Output:
	// [+"Jello"] <nil>
}

func ExampleDelta_Invert() {
	doc, _ := ot.NewDocument(ot.Delta{ot.Insert("one two\n", nil)})
	op := ot.Delta{ot.Insert("zero ", nil), ot.Delete(4)}
	undo, err := op.Invert(doc)
	fmt.Println(undo, err)
	// Output:
	// [+"one " -5] <nil>
}

func ExampleDelta_TransformCursor() {
	op := ot.Delta{ot.Retain(2, nil), ot.Insert("A", nil)}
	fmt.Println("author:", op.TransformCursor(2, true))
	fmt.Println("others:", op.TransformCursor(2, false))
	// Output:
	// author: 3
	// others: 2
}

func ExampleComposeAll() {
	keystrokes := []ot.Delta{
		{ot.Insert("c", nil)},
		{ot.Retain(1, nil), ot.Insert("at", nil)},
		{ot.Retain(3, nil), ot.Delete(1)},
	}
	op, err := ot.ComposeAll(slices.Values(keystrokes))
	fmt.Println(op, err)
	// Output:
	// [+"cat" -1] <nil>
}

func ExampleBuilder() {
	var b ot.Builder
	b.Retain(2, nil)
	b.Delete(1)
	b.Insert("x", nil) // goes in front of the delete
	b.Insert("y", nil) // joins the x
	b.Retain(7, nil)   // says nothing
	fmt.Println(b.Delta())
	// Output:
	// [=2 +"xy" -1]
}

func ExampleMakeAttributes() {
	a := ot.MakeAttributes(
		ot.Attribute{Key: "link", Value: `"https://example.org"`},
		ot.Attribute{Key: "bold", Value: "true"},
	)
	b := ot.MakeAttributes(
		ot.Attribute{Key: "bold", Value: "true"},
		ot.Attribute{Key: "link", Value: `"https://example.org"`},
	)
	fmt.Println(a.Value(), a == b)
	// Output:
	// {"bold":true,"link":"https://example.org"} true
}
