package ot

import (
	"fmt"
	"iter"
)

// everything is the length of the base that a history is composed on: longer
// than any document.
const everything = 1 << 60

// ComposeAll returns one op that does all the ops, one after the other: what
// Compose makes of them pair by pair, in normal form. The ops are applied to a
// tree that stands for "retain everything", so that n components take
// O(n log n) time, and a little for each run that they format, where composing
// pair by pair takes O(n²).
//
// It fails with ErrSplitsSurrogate where an op cuts a surrogate pair that an
// earlier one inserts, and with ErrPastEnd where an op is longer than 2^60
// units.
//
// Do not transform over a composition in place of its parts: see the package
// documentation.
func ComposeAll(ops iter.Seq[Delta]) (Delta, error) {
	e := tree{}.editor(entomb)
	e.insertPiece(0, Op{kind: RetainKind, n: everything})
	i := 0
	for op := range ops {
		if err := e.apply(op); err != nil {
			return nil, fmt.Errorf("compose op %d: %w", i, err)
		}
		i++
	}
	return e.delta(), nil
}
