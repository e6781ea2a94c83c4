package client

import (
	"unicode/utf16"

	"github.com/coscribe/coscribe/ot"
)

// atom is one whole code point or embed of a content, with its attributes.
type atom struct {
	r     rune // 0 and an embed, or a code point
	embed ot.Embed
	attrs *ot.Attributes
}

func (a atom) op() ot.Op {
	if a.embed.Key != "" {
		return ot.InsertEmbed(a.embed, a.attrs)
	}
	return ot.Insert(string(a.r), a.attrs)
}

func (a atom) units() int {
	if a.embed.Key != "" {
		return 1
	}
	return utf16.RuneLen(a.r)
}

// atoms takes a content apart.
func atoms(content ot.Delta) []atom {
	var list []atom
	for _, op := range content {
		if op.Kind() == ot.EmbedKind {
			list = append(list, atom{embed: op.Embed(), attrs: op.Attributes()})
		}
		for _, r := range op.Text() {
			list = append(list, atom{r: r, attrs: op.Attributes()})
		}
	}
	return list
}

// diff returns an op that takes one content to another: what lies between
// their common beginning and their common end is replaced. It never cuts a
// surrogate pair.
func diff(from, to ot.Delta) ot.Delta {
	a, b := atoms(from), atoms(to)
	head := 0
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head += a[0].units()
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var d ot.Builder
	d.Retain(head, nil)
	for _, x := range b {
		d.Push(x.op())
	}
	for _, x := range a {
		d.Delete(x.units())
	}
	return d.Delta()
}
