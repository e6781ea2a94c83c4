package ottest

import (
	"strings"

	"github.com/coscribe/coscribe/ot"
)

// The text of random documents: of one and two units, of one to four bytes,
// joined sequences, combining marks, controls.
var characters = []string{
	"a", "b", "c", " ", "\n", "xyz", "\x00", "é", "字", "e\u0301", "\u2028", "\uffee",
	"😀", "𝒕", "👩\u200d💻", "👍🏽", "🇯🇵",
}

var embeds = []ot.Embed{
	{Key: "image", Value: `"x.png"`},
	{Key: "mention", Value: `{"id":7,"name":"Ann 😀"}`},
	{Key: "rule", Value: "true"},
}

// What a piece of content may look like, and what a retain may do to it.
var (
	formats = sets(
		`bold=true`, `bold=false`, `color="red"`, `color="blue"`, `bold=true color="red"`,
		`size=0`, `mention={"id":7}`, `comment=[1,2]`,
	)
	changes = append(sets(`bold=null`, `color=null`, `bold=null color="blue"`, `mention=null size=0`), formats...)
)

func sets(lines ...string) []*ot.Attributes {
	var out []*ot.Attributes
	for _, line := range lines {
		var list []ot.Attribute
		for _, field := range strings.Fields(line) {
			key, value, _ := strings.Cut(field, "=")
			list = append(list, ot.Attribute{Key: key, Value: ot.Value(value)})
		}
		out = append(out, ot.MakeAttributes(list...))
	}
	return out
}

// Text returns random text of one to most characters.
func Text(s Source, most int) string {
	var b strings.Builder
	for range 1 + s.IntN(most) {
		b.WriteString(pick(s, characters))
	}
	return b.String()
}

// insert returns a random insert for a document of type t.
func insert(s Source, t ot.Type) ot.Op {
	if t == ot.Text {
		return ot.Insert(Text(s, 4), nil)
	}
	var a *ot.Attributes
	if s.IntN(2) == 0 {
		a = pick(s, formats)
	}
	if s.IntN(5) == 0 {
		return ot.InsertEmbed(pick(s, embeds), a)
	}
	return ot.Insert(Text(s, 4), a)
}

// Content returns a random content of type t, at most runs inserts long, in
// normal form. A rich-text ends with a newline.
func Content(s Source, t ot.Type, runs int) ot.Delta {
	var b ot.Builder
	for range s.IntN(runs + 1) {
		b.Push(insert(s, t))
	}
	if t == ot.RichText {
		b.Insert("\n", nil)
	}
	return b.Delta()
}

// Document returns a random document with a Content.
func Document(s Source, t ot.Type, runs int) ot.Document {
	d, err := ot.NewDocument(Content(s, t, runs))
	if err != nil {
		panic(err) // a content is one
	}
	return d
}

// Op returns a random op in normal form that applies to doc, of type t: at
// most steps components, no boundary of which cuts a surrogate pair.
func Op(s Source, t ot.Type, doc ot.Document, steps int) ot.Delta {
	return RawOp(s, t, doc, steps).Normalize()
}

// RawOp is Op before normalising: neighbours may be mergeable, inserts follow
// deletes, and plain retains stand at the end.
func RawOp(s Source, t ot.Type, doc ot.Document, steps int) ot.Delta {
	left := lengths(doc)
	var d ot.Delta
	for range s.IntN(steps + 1) {
		choice := s.IntN(4)
		if choice == 0 || len(left) == 0 {
			d = append(d, insert(s, t))
			continue
		}
		reach := min(len(left), 6)
		if s.IntN(4) == 0 {
			reach = len(left)
		}
		k, n := 1+s.IntN(reach), 0
		for _, size := range left[:k] {
			n += size
		}
		left = left[k:]
		switch {
		case choice == 1:
			d = append(d, ot.Delete(n))
		case choice == 2 && t == ot.RichText:
			d = append(d, ot.Retain(n, pick(s, changes)))
		default:
			d = append(d, ot.Retain(n, nil))
		}
	}
	return d
}

// lengths lists the units of each character and embed of a document.
func lengths(doc ot.Document) []int {
	var out []int
	for _, op := range doc.Content() {
		if op.Kind() == ot.EmbedKind {
			out = append(out, 1)
		}
		for _, r := range op.Text() {
			if r > 0xFFFF {
				out = append(out, 2)
			} else {
				out = append(out, 1)
			}
		}
	}
	return out
}
