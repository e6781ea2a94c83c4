package main

import (
	"bytes"
	"testing"
)

// What Yjs 13.6 itself makes of the text "ab\n" by client 1, and of an "x" by
// client 300 between its first two letters, as its first edit and its second.
var (
	yjsFirst  = []byte{1, 1, 1, 0, 4, 1, 4, 't', 'e', 'x', 't', 3, 'a', 'b', '\n', 0}
	yjsSecond = []byte{1, 1, 0xac, 2, 0, 0xc4, 1, 0, 1, 1, 1, 'x', 0}
)

func TestUpdatesAreThoseOfYjs(t *testing.T) {
	t.Parallel()
	if got := firstUpdate("ab\n"); !bytes.Equal(got, yjsFirst) {
		t.Errorf("first update\n% x, want\n% x", got, yjsFirst)
	}
	if got := appendLetter(nil, 300, 0, 1); !bytes.Equal(got, yjsSecond) {
		t.Errorf("a letter\n% x, want\n% x", got, yjsSecond)
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	k := known{}
	for i, step := range []struct {
		update []byte
		ops    int64
		mine   bool
	}{
		{yjsFirst, 3, false},
		{yjsFirst, 0, false}, // nothing new
		{yjsSecond, 1, true},
		{appendLetter(nil, 301, 0, 2), 1, false},
	} {
		ops, mine, err := k.add(step.update, 300)
		if err != nil || ops != step.ops || mine != step.mine {
			t.Errorf("%d: %d letters, mine %v, %v; want %d, %v", i, ops, mine, err, step.ops, step.mine)
		}
	}
	for n := range yjsSecond {
		if _, _, err := (known{}).add(yjsSecond[:n], 300); err == nil && n < len(yjsSecond)-1 {
			t.Errorf("the first %d bytes are taken", n)
		}
	}
}
