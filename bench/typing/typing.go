// Package typing makes up random edits that can be recognised afterwards.
//
// Each edit inserts a token of its own, ⟦client.n⟧, in one piece. No edit
// inserts into a token or deletes of one, as far as its author can see, and
// transformation keeps it so: what others insert concurrently lies beside a
// token, and a delete takes only what its author saw. So in the end each edit
// is there exactly as often as it was committed.
package typing

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"unicode/utf16"

	"github.com/coscribe/coscribe/ot"
)

const (
	opening = '⟦'
	closing = '⟧'
)

var token = regexp.MustCompile(`⟦[^⟦⟧]*⟧?`)

// Token names the n-th edit of a client.
func Token(client, n int) string { return fmt.Sprintf("%c%d.%d%c", opening, client, n, closing) }

// Count counts the tokens in a text. A token that was cut shows as a fragment.
func Count(text string) map[string]int {
	counts := make(map[string]int)
	for _, t := range token.FindAllString(text, -1) {
		counts[t]++
	}
	return counts
}

// Edit returns a random edit of the document, in normal form: it inserts token
// and, mostly, types, deletes or formats something around it. On a rich-text it
// may format, insert embeds and take away the last newline.
func Edit(rng *rand.Rand, doc ot.Document, typ ot.Type, token string) ot.Delta {
	stops := scan(doc.Content())
	at := rng.IntN(len(stops))
	var b ot.Builder
	from := format(rng, &b, stops, at, typ)
	b.Retain(stops[at].offset-from, nil)
	b.Insert(token, attributes(rng, typ, false))
	typed(rng, &b, typ)
	if n := deletable(rng, stops[at:]); n > 0 {
		b.Delete(n)
	}
	return b.Delta()
}

// stop is a place where something may be inserted.
type stop struct {
	offset int  // UTF-16 code units
	token  bool // what follows is a token, not to be deleted
}

// scan returns every place of a content that is not inside a token, the end
// included.
func scan(content ot.Delta) []stop {
	var stops []stop
	offset, inside := 0, false
	for _, op := range content {
		if op.Kind() == ot.EmbedKind {
			stops = append(stops, stop{offset: offset})
			offset++
		}
		for _, r := range op.Text() {
			if !inside {
				stops = append(stops, stop{offset: offset, token: r == opening})
			}
			inside = (inside || r == opening) && r != closing
			offset += utf16.RuneLen(r)
		}
	}
	return append(stops, stop{offset: offset, token: true})
}

// deletable picks how many units behind the first stop to delete: whole
// characters, none of a token.
func deletable(rng *rand.Rand, stops []stop) int {
	last := 0
	for want := rng.IntN(8); last < want && !stops[last].token; {
		last++
	}
	return stops[last].offset - stops[0].offset
}

// format puts attributes on a run before at, in a rich-text, now and then, and
// returns the offset up to which b has come.
func format(rng *rand.Rand, b *ot.Builder, stops []stop, at int, typ ot.Type) int {
	if typ != ot.RichText || at == 0 || rng.IntN(3) > 0 {
		return 0
	}
	start := rng.IntN(at)
	end := start + rng.IntN(min(at-start, 6)) + 1
	b.Retain(stops[start].offset, nil)
	b.Retain(stops[end].offset-stops[start].offset, attributes(rng, typ, true))
	return stops[end].offset
}

// typed inserts some text or an embed.
func typed(rng *rand.Rand, b *ot.Builder, typ ot.Type) {
	if typ == ot.RichText && rng.IntN(6) == 0 {
		b.InsertEmbed(ot.Embed{Key: "image", Value: value(fmt.Sprintf("%d.png", rng.IntN(9)))}, attributes(rng, typ, false))
		return
	}
	words := []string{"", "a", "word ", "😀", "👩‍💻", "é", "字", "e\u0301", "\n", "\u0000", "\u2028", "x😀y", "\"\\"}
	b.Insert(strings.Repeat(words[rng.IntN(len(words))], 1+rng.IntN(3)), attributes(rng, typ, false))
}

// attributes picks some, where the type allows them; null values only for a
// retain.
func attributes(rng *rand.Rand, typ ot.Type, retain bool) *ot.Attributes {
	if typ != ot.RichText || !retain && rng.IntN(2) == 0 {
		return nil
	}
	key := []string{"bold", "color", "link", "comment"}[rng.IntN(4)]
	values := []ot.Value{value(true), value("#f00"), value(1.5), value(map[string]any{"id": "é", "n": []int{1}})}
	if retain {
		values = append(values, ot.Null)
	}
	return ot.MakeAttributes(ot.Attribute{Key: key, Value: values[rng.IntN(len(values))]})
}

func value(x any) ot.Value {
	v, err := ot.ValueOf(x)
	if err != nil {
		panic("internal error: " + err.Error())
	}
	return v
}
