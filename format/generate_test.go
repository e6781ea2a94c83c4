package format_test

import (
	"github.com/coscribe/coscribe/ot"
	"pgregory.net/rapid"
)

// carrier says what a form carries; content draws one of it.
type carrier struct {
	characters string
	inline     []ot.Attribute // each may be there or not
	blocks     [][]ot.Attribute
	over       []ot.Attribute // on top of a block that is not code
	embeds     bool
	indents    int  // of list items
	steps      bool // an item is at most one deeper than the line before
	empty      bool // lines may be empty
	edges      bool // formatted text may begin and end with spaces
}

var carriedByHTML = carrier{
	characters: "ab  \u2028\t&<>\"'\u00a0é😀.*_#-1",
	inline: []ot.Attribute{
		{Key: "bold", Value: "true"}, {Key: "italic", Value: "true"}, {Key: "underline", Value: "true"},
		{Key: "strike", Value: "true"}, {Key: "code", Value: "true"}, {Key: "script", Value: `"sub"`},
		{Key: "script", Value: `"super"`}, {Key: "link", Value: `"https://a.example/b?c=d&e=f#g"`},
		{Key: "link", Value: `"mailto:a@b.example"`}, {Key: "color", Value: `"#ff0000"`},
		{Key: "background", Value: `"rgb(1, 2, 3)"`}, {Key: "font", Value: `"serif"`}, {Key: "size", Value: `"large"`},
	},
	blocks: blockFormats,
	over: []ot.Attribute{
		{Key: "align", Value: `"center"`}, {Key: "align", Value: `"right"`}, {Key: "direction", Value: `"rtl"`},
		{Key: "indent", Value: "1"}, {Key: "indent", Value: "8"},
	},
	embeds: true, indents: 8, empty: true, edges: true,
}

var carriedByMarkdown = carrier{
	characters: "ab  \u2028\t&<>\"'\u00a0é😀.*_#-1`[]()!~\\+=|{}:",
	inline: []ot.Attribute{
		{Key: "bold", Value: "true"}, {Key: "italic", Value: "true"}, {Key: "strike", Value: "true"},
		{Key: "code", Value: "true"}, {Key: "link", Value: `"https://a.example/b?c=d&e=f#g"`},
	},
	blocks: blockFormats, indents: 3, steps: true,
}

var blockFormats = [][]ot.Attribute{
	nil,
	{{Key: "header", Value: "1"}}, {{Key: "header", Value: "6"}},
	{{Key: "list", Value: `"ordered"`}}, {{Key: "list", Value: `"bullet"`}},
	{{Key: "list", Value: `"checked"`}}, {{Key: "list", Value: `"unchecked"`}},
	{{Key: "blockquote", Value: "true"}},
	{{Key: "code-block", Value: "true"}}, {{Key: "code-block", Value: `"go"`}},
}

func (c carrier) content(t *rapid.T) ot.Delta {
	var b ot.Builder
	depth := -1
	for range rapid.IntRange(1, 6).Draw(t, "lines") {
		block := append([]ot.Attribute(nil), rapid.SampledFrom(c.blocks).Draw(t, "block")...)
		isCode := len(block) > 0 && block[0].Key == "code-block"
		isList := len(block) > 0 && block[0].Key == "list"
		if len(c.over) > 0 && !isCode && rapid.Bool().Draw(t, "over") {
			if more := rapid.SampledFrom(c.over).Draw(t, "over"); more.Key != "indent" || !isList {
				block = append(block, more)
			}
		}
		deepest := c.indents
		if c.steps {
			deepest = min(deepest, depth+1)
		}
		depth = -1
		if isList {
			if depth = rapid.IntRange(0, max(deepest, 0)).Draw(t, "indent"); depth > 0 {
				block = append(block, ot.Attribute{Key: "indent", Value: ot.Value('0' + rune(depth))})
			}
		}
		if !isCode && !isList && (len(block) == 0 || block[0].Key != "header") && rapid.IntRange(0, 7).Draw(t, "rule") == 0 {
			b.InsertEmbed(ot.Embed{Key: "divider", Value: "true"}, nil)
		} else {
			c.line(t, &b, isCode)
		}
		b.Insert("\n", ot.MakeAttributes(block...))
	}
	return b.Delta()
}

func (c carrier) line(t *rapid.T, b *ot.Builder, isCode bool) {
	least := 1
	if c.empty || isCode {
		least = 0
	}
	for range rapid.IntRange(least, 4).Draw(t, "pieces") {
		if c.embeds && !isCode && rapid.IntRange(0, 5).Draw(t, "embed") == 0 {
			b.InsertEmbed(ot.Embed{Key: rapid.SampledFrom([]string{"image", "video", "formula"}).Draw(t, "key"), Value: `"https://a.example/x.png"`}, nil)
			continue
		}
		text := rapid.StringOfN(rapid.SampledFrom([]rune(c.characters)), 1, 5, -1).Draw(t, "text")
		var list []ot.Attribute
		if !isCode {
			for range rapid.IntRange(0, 3).Draw(t, "formats") {
				list = append(list, rapid.SampledFrom(c.inline).Draw(t, "format"))
			}
		}
		a := ot.MakeAttributes(list...)
		if a != nil && !c.edges {
			text = rapid.SampledFrom([]string{"x", ".", "*", "(", "😀", "`"}).Draw(t, "edge") + text + rapid.SampledFrom([]string{"y", ".", "*", "(", "é"}).Draw(t, "edge")
		}
		b.Insert(text, a)
	}
}
