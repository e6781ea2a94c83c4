package ot

import (
	"fmt"
	"slices"
	"testing"
	"unicode/utf8"
)

// check reports what is wrong with the structure of a tree.
func (t tree) check() error {
	if t.root == nil {
		if t.n != 0 {
			return fmt.Errorf("no root and %d units", t.n)
		}
		return nil
	}
	if n := t.root.visible(); n != t.n {
		return fmt.Errorf("the root has %d units, the tree %d", n, t.n)
	}
	if len(t.root.kids) == 1 || t.root.empty() {
		return fmt.Errorf("a root with %d kids", len(t.root.kids))
	}
	_, err := t.root.check(t.astral)
	return err
}

// check returns the height of the node.
func (n *node) check(astral bool) (height int, err error) {
	if n.empty() || n.overfull() {
		return 0, fmt.Errorf("a node of %d kids, %d spans, %d bytes", len(n.kids), len(n.spans), len(n.text))
	}
	if n.leaf() {
		return 0, n.checkLeaf(astral)
	}
	for i, k := range n.kids {
		h, err := k.check(astral)
		if err != nil {
			return 0, err
		}
		if i > 0 && h != height {
			return 0, fmt.Errorf("leaves %d and %d deep", h, height)
		}
		if size := k.visible(); size != k.n {
			return 0, fmt.Errorf("a kid of %d units is thought to have %d", size, k.n)
		}
		if i > 0 && k.sparse() && n.kids[i-1].sparse() {
			return 0, fmt.Errorf("kids %d and %d should have been merged", i-1, i)
		}
		height = h
	}
	return height + 1, nil
}

func (n *node) checkLeaf(astral bool) error {
	at := 0
	for i, s := range n.spans {
		text := n.text[at : at+int(s.bytes)]
		at += int(s.bytes)
		if s.n <= 0 || s.kind == InsertKind && units(text) != s.n || !utf8.Valid(text) {
			return fmt.Errorf("a %v of %d units with the text %q", s.kind, s.n, text)
		}
		if (s.kind == EmbedKind) != (s.embed != nil) || s.kind != InsertKind && s.bytes > 0 {
			return fmt.Errorf("a %v with the text %q and the embed %v", s.kind, text, s.embed)
		}
		if hasAstral(string(text)) && !astral {
			return fmt.Errorf("the tree does not know of the surrogate pairs in %q", text)
		}
		if i > 0 && n.spans[i-1].like(s) {
			return fmt.Errorf("spans %d and %d should have been merged", i-1, i)
		}
	}
	if at != len(n.text) {
		return fmt.Errorf("spans of %d bytes and %d bytes of text", at, len(n.text))
	}
	return nil
}

// height is the number of levels.
func (t tree) height() int {
	if t.root == nil {
		return 0
	}
	h, n := 1, t.root
	for ; !n.leaf(); n = n.kids[0].node {
		h++
	}
	return h
}

func TestLongTextIsCutAtCharacters(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"😀", "字", "é", "a", "ab😀"} {
		long := Insert(string(slices.Repeat([]byte(text), 40_000)), nil)
		for _, content := range []Delta{{long}, {Insert("x", nil), long}, {long, Insert("x", nil)}} {
			doc, err := NewDocument(content)
			if err != nil {
				t.Fatal(err)
			}
			if err := doc.check(); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if h := doc.height(); h < 3 {
				t.Errorf("%q: only %d levels", text, h)
			}
			if got := doc.Content(); !got.Equal(content.Normalize()) {
				t.Errorf("%q: the content is not what was put in", text)
			}
		}
	}
}
