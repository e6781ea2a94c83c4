package ottest

import (
	"maps"
	"slices"
	"unicode/utf16"

	"github.com/coscribe/coscribe/ot"
)

// Model is a document as the specification describes it, without any
// cleverness: a list of units, each with its own attributes. It knows nothing
// of normal forms, runs or sharing.
type Model []cell

type cell struct {
	unit  uint16
	embed ot.Embed
	attrs map[string]ot.Value
}

// ModelOf is the model of a content.
func ModelOf(content ot.Delta) Model { return Model(nil).Apply(content) }

// Apply returns what an op makes of it. It must get one that fits.
func (m Model) Apply(op ot.Delta) Model {
	var out Model
	for _, c := range op {
		switch c.Kind() {
		case ot.InsertKind:
			for _, unit := range utf16.Encode([]rune(c.Text())) {
				out = append(out, cell{unit: unit, attrs: maps.Collect(c.Attributes().All())})
			}
		case ot.EmbedKind:
			out = append(out, cell{embed: c.Embed(), attrs: maps.Collect(c.Attributes().All())})
		case ot.RetainKind:
			for _, old := range m[:c.Len()] {
				out = append(out, old.format(c.Attributes()))
			}
			m = m[c.Len():]
		case ot.DeleteKind:
			m = m[c.Len():]
		}
	}
	return append(out, m...)
}

func (c cell) format(a *ot.Attributes) cell {
	c.attrs = maps.Clone(c.attrs)
	for key, value := range a.All() {
		if value == ot.Null {
			delete(c.attrs, key)
		} else {
			c.attrs[key] = value
		}
	}
	return c
}

// Equal tells whether both have the same units, formatted alike.
func (m Model) Equal(o Model) bool {
	return slices.EqualFunc(m, o, func(a, b cell) bool {
		return a.unit == b.unit && a.embed == b.embed && maps.Equal(a.attrs, b.attrs)
	})
}

// Cuts tells whether an offset lies between two surrogates.
func (m Model) Cuts(at int) bool {
	return at > 0 && at < len(m) && utf16.IsSurrogate(rune(m[at].unit)) && m[at].unit >= 0xDC00
}

// EndsInNewline tells whether the last unit is a newline.
func (m Model) EndsInNewline() bool { return len(m) > 0 && m[len(m)-1].unit == '\n' }
