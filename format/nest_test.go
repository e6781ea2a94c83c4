package format_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/format"
	"github.com/coscribe/coscribe/ot"
	"pgregory.net/rapid"
)

// blocks draws HTML as it is written: any tree of quotes, lists and code.
func blocks(t *rapid.T, depth int) string {
	var b strings.Builder
	kinds := []string{"p", "p", "h2", "hr", "pre", "blockquote", "ul", "ol", "tasks"}
	if depth == 0 {
		kinds = kinds[:5]
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "blocks") {
		switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
		case "hr":
			b.WriteString("<hr>")
		case "pre":
			fmt.Fprintf(&b, "<pre><code>%d\n</code></pre>", i)
		case "blockquote":
			b.WriteString("<blockquote>" + blocks(t, depth-1) + "</blockquote>")
		case "ul", "ol":
			b.WriteString("<" + kind + ">" + items(t, depth-1, "<li>") + "</" + kind + ">")
		case "tasks":
			b.WriteString("<ul>" + items(t, depth-1, `<li data-list="checked">`) + "</ul>")
		default:
			fmt.Fprintf(&b, "<%s>%d</%[1]s>", kind, i)
		}
	}
	return b.String()
}

// items draws those of a list. They begin with text.
func items(t *rapid.T, depth int, tag string) string {
	all := ""
	for range rapid.IntRange(1, 3).Draw(t, "items") {
		all += tag + "x"
		if rapid.Bool().Draw(t, "more") {
			all += blocks(t, depth)
		}
		all += "</li>"
	}
	return all
}

// Any tree comes back from a content, and the content from Markdown, too.
func TestTreeRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		page := blocks(t, 4)
		content, err := format.HTML.Read(page, ot.RichText)
		if err != nil {
			t.Fatal(err)
		}
		if again := write(t, format.HTML, content); again != page {
			t.Fatalf("%v is\n%s\nwant\n%s", content, again, page)
		}
		text := write(t, format.Markdown, content)
		if back, err := format.Markdown.Read(text, ot.RichText); err != nil || !back.Equal(content) {
			t.Fatalf("%s\n got %v, %v\nwant %v", text, back, err, content)
		}
	})
}

// Where lines stand, whatever their formats say, comes back once it was read.
func TestAnyNestIsReadTheSameTwice(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"", "b", "b+", "B", "Q", "q", "qb", "qB", "bQ", "bo+", "/", "q/", "b/", "T", "t", "bb", "O", "QB"})
	rapid.Check(t, func(t *rapid.T) {
		var b ot.Builder
		for range rapid.IntRange(1, 8).Draw(t, "lines") {
			b.Insert(rapid.SampledFrom([]string{"", "a"}).Draw(t, "text"), nil)
			line := []ot.Attribute{{Key: "nest", Value: ot.Value(`"` + word.Draw(t, "nest") + `"`)}}
			line = append(line, rapid.SampledFrom(blockFormats).Draw(t, "block")...)
			if rapid.Bool().Draw(t, "quote") {
				line = append(line, ot.Attribute{Key: "blockquote", Value: "true"})
			}
			if depth := rapid.IntRange(0, 3).Draw(t, "indent"); depth > 0 {
				line = append(line, ot.Attribute{Key: "indent", Value: ot.Value('0' + rune(depth))})
			}
			b.Insert("\n", ot.MakeAttributes(line...))
		}
		content := b.Delta()
		page := write(t, format.HTML, content)
		first, err := format.HTML.Read(page, ot.RichText)
		if err != nil {
			t.Fatal(err)
		}
		if plain, want := write(t, format.Text, first), write(t, format.Text, content); plain != want {
			t.Fatalf("%s has the text %q, not %q", page, plain, want)
		}
		second, err := format.HTML.Read(write(t, format.HTML, first), ot.RichText)
		if err != nil || !second.Equal(first) {
			t.Fatalf("%s\n and %s\n got %v, %v\nwant %v", page, write(t, format.HTML, first), second, err, first)
		}
		write(t, format.Markdown, content)
	})
}
