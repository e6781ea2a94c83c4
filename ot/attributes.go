package ot

import (
	"iter"
	"slices"
	"strings"
)

// An Attribute is one property of a piece of content: bold, a link, a comment.
type Attribute struct {
	Key   string
	Value Value // Null unsets, on a retain
}

// Attributes are a set of attributes, at most one for each key. They are
// immutable and interned: equal sets are the same pointer. nil is the empty
// set and the only one.
type Attributes struct {
	list  []Attribute // in the order of keys
	json  Value
	nulls bool
}

// MakeAttributes returns the set of the given attributes. Of several with one
// key the last counts. A Value must be canonical, as ValueOf makes it; the
// empty one counts as Null. It may be called concurrently.
func MakeAttributes(list ...Attribute) *Attributes {
	if ready(list) {
		return intern(list)
	}
	sorted := slices.Clone(list)
	for i := range sorted {
		if sorted[i].Value == "" {
			sorted[i].Value = Null
		}
	}
	slices.SortStableFunc(sorted, func(a, b Attribute) int { return compareKeys(a.Key, b.Key) })
	distinct := sorted[:0]
	for i, a := range sorted {
		if i+1 == len(sorted) || sorted[i+1].Key != a.Key {
			distinct = append(distinct, a)
		}
	}
	return intern(distinct)
}

// ready reports whether a list is as intern wants it.
func ready(list []Attribute) bool {
	for i, a := range list {
		if a.Value == "" || i > 0 && compareKeys(list[i-1].Key, a.Key) >= 0 {
			return false
		}
	}
	return true
}

// All yields the keys and values in the order of RFC 8785.
func (a *Attributes) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if a == nil {
			return
		}
		for _, one := range a.list {
			if !yield(one.Key, one.Value) {
				return
			}
		}
	}
}

// Get returns the value of key.
func (a *Attributes) Get(key string) (v Value, ok bool) {
	if a == nil {
		return "", false
	}
	for _, one := range a.list {
		if one.Key == key {
			return one.Value, true
		}
	}
	return "", false
}

// Len is the number of attributes.
func (a *Attributes) Len() int {
	if a == nil {
		return 0
	}
	return len(a.list)
}

// HasNull reports whether a value is Null, one that unsets.
func (a *Attributes) HasNull() bool { return a != nil && a.nulls }

// Value is the set as one JSON object.
func (a *Attributes) Value() Value {
	if a == nil {
		return "{}"
	}
	return a.json
}

// composeAttributes lays b over a. Nulls of b unset; they stay in the result
// only where keepNull says so, on retains.
func composeAttributes(a, b *Attributes, keepNull bool) *Attributes {
	if b == nil {
		return a
	}
	if keep := keepNull || !b.nulls; keep && (a == nil || a == b) {
		return b
	}
	out := make([]Attribute, 0, a.Len()+b.Len())
	for old, new := range pairs(a, b) {
		switch {
		case new == nil:
			out = append(out, *old)
		case keepNull || new.Value != Null:
			out = append(out, *new)
		}
	}
	return intern(out)
}

// transformAttributes returns b as it must be laid over content that already
// got a: with priority, without the keys of a.
func transformAttributes(a, b *Attributes, priority bool) *Attributes {
	if b == nil || !priority {
		return b
	}
	out := make([]Attribute, 0, b.Len())
	for old, new := range pairs(a, b) {
		if old == nil {
			out = append(out, *new)
		}
	}
	return intern(out)
}

// invertAttributes returns what takes a back on content that had base.
// An object or a list is written again even where it was equal: quill-delta
// compares them by identity.
func invertAttributes(a, base *Attributes) *Attributes {
	out := make([]Attribute, 0, a.Len())
	for old, new := range pairs(base, a) {
		switch {
		case new == nil:
		case old == nil:
			out = append(out, Attribute{Key: new.Key, Value: Null})
		case old.Value != new.Value || !old.Value.scalar():
			out = append(out, *old)
		}
	}
	return intern(out)
}

// pairs yields the attributes of a and b side by side, in the order of keys,
// nil where one has no such key.
func pairs(a, b *Attributes) iter.Seq2[*Attribute, *Attribute] {
	return func(yield func(*Attribute, *Attribute) bool) {
		var x, y []Attribute
		if a != nil {
			x = a.list
		}
		if b != nil {
			y = b.list
		}
		for len(x) > 0 || len(y) > 0 {
			var p, q *Attribute
			var order int
			switch {
			case len(x) == 0:
				order = 1
			case len(y) == 0:
				order = -1
			default:
				order = compareKeys(x[0].Key, y[0].Key)
			}
			if order <= 0 {
				p, x = &x[0], x[1:]
			}
			if order >= 0 {
				q, y = &y[0], y[1:]
			}
			if !yield(p, q) {
				return
			}
		}
	}
}

// compareKeys orders keys by their UTF-16 code units, as RFC 8785 does. That
// is the order of the UTF-8 bytes but for characters beyond U+FFFF, whose
// surrogates come before U+E000 to U+FFFF.
func compareKeys(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if x, y := a[i], b[i]; x != y {
			if x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0) {
				return int(y) - int(x)
			}
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

// hasNull reports whether a list has a value that unsets.
func hasNull(list []Attribute) bool {
	return slices.ContainsFunc(list, func(a Attribute) bool { return a.Value == Null })
}

// clone returns the list with strings of its own, so that an interned set
// does not keep a whole message alive.
func clone(list []Attribute) []Attribute {
	out := make([]Attribute, len(list))
	for i, a := range list {
		out[i] = Attribute{Key: strings.Clone(a.Key), Value: Value(strings.Clone(string(a.Value)))}
	}
	return out
}
