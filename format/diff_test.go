package format_test

import (
	"regexp"
	"testing"

	"github.com/coscribe/coscribe/format"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/ot/ottest"
	"pgregory.net/rapid"
)

func TestDiffHTML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, op, want string }{
		{`[{"insert":"abc\n"}]`, `[{"retain":1},{"insert":"x"},{"delete":1}]`, `<p>a<ins>x</ins><del>b</del>c</p>`},
		{`[{"insert":"abc\n"}]`, `[{"retain":1,"attributes":{"bold":true}}]`, `<p><strong>a</strong>bc</p>`},
		{`[{"insert":"a\nb\n"}]`, `[{"retain":1},{"delete":1}]`, `<p>a<del>¶</del></p><p>b</p>`},
		{`[{"insert":"ab\n"}]`, `[{"retain":1},{"insert":"\n","attributes":{"header":1}}]`, `<h1>a<ins>¶</ins></h1><p>b</p>`},
		{`[{"insert":"a\n"}]`, `[{"insert":"<b>"}]`, `<p><ins>&lt;b&gt;</ins>a</p>`},
		{`[{"insert":"a"},{"insert":"\n","attributes":{"list":"bullet"}}]`, `[]`, `<ul><li>a</li></ul>`},
	} {
		from, err := ot.NewDocument(decode(t, c.from))
		if err != nil {
			t.Fatal(err)
		}
		op, err := otjson.Decode([]byte(c.op))
		if err != nil {
			t.Fatal(err)
		}
		got, err := format.DiffHTML(from, op)
		if err != nil || got != c.want {
			t.Errorf("%s %s:\n got %s, %v\nwant %s", c.from, c.op, got, err, c.want)
		}
	}
	if _, err := format.DiffHTML(ot.Document{}, ot.Delta{ot.Delete(1)}); err == nil {
		t.Error("an op that does not fit is shown")
	}
}

var deletions = regexp.MustCompile(`<del>[^<]*</del>`)

// Without its deletions a comparison of plain lines reads as what came out.
func TestDiffHTMLShowsTheOutcome(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune("abc")), 1, 8, -1)
		var op, want ot.Builder
		old := word.Draw(t, "old")
		kept, gone := rapid.IntRange(0, len(old)).Draw(t, "kept"), 0
		if kept < len(old) {
			gone = rapid.IntRange(0, len(old)-kept).Draw(t, "gone")
		}
		added := word.Draw(t, "added")
		op.Retain(kept, nil)
		op.Insert(added, nil)
		op.Delete(gone)
		want.Insert(old[:kept]+added+old[kept+gone:]+"\n", nil)
		from, err := ot.NewDocument(ot.Delta{ot.Insert(old+"\n", nil)})
		if err != nil {
			t.Fatal(err)
		}
		page, err := format.DiffHTML(from, op.Delta())
		if err != nil {
			t.Fatal(err)
		}
		text, err := format.HTML.Read(deletions.ReplaceAllString(page, ""), ot.Text)
		if err != nil {
			t.Fatal(err)
		}
		if plain := (ot.Delta{ot.Insert(old[:kept]+added+old[kept+gone:], nil)}); !text.Equal(plain) {
			t.Fatalf("%s reads %v, want %v", page, text, plain)
		}
	})
}

// Any op on any content can be shown.
func TestDiffHTMLTakesAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := ottest.Rapid(t)
		content := ottest.Content(s, ot.RichText, 8)
		from, err := ot.NewDocument(content)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := format.DiffHTML(from, ottest.Op(s, ot.RichText, from, 3)); err != nil {
			t.Fatal(err)
		}
	})
}
