package format_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/format"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"pgregory.net/rapid"
)

func decode(t testing.TB, content string) ot.Delta {
	t.Helper()
	d, err := otjson.DecodeContent([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func write(t interface{ Fatal(...any) }, f format.Format, content ot.Delta) string {
	text, err := f.Write(content)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func read(t testing.TB, f format.Format, text string, typ ot.Type) ot.Delta {
	t.Helper()
	d, err := f.Read(text, typ)
	if err != nil {
		t.Fatalf("%s %q: %v", f, text, err)
	}
	return d
}

// What is written, and read back as the same.
var written = []struct{ name, content, html, markdown string }{
	{"nothing", `[{"insert":"\n"}]`, `<p><br></p>`, ``},
	{"paragraphs", `[{"insert":"a\nb\n"}]`, `<p>a</p><p>b</p>`, "a\n\nb\n"},
	{"formats", `[{"insert":"x","attributes":{"bold":true}},{"insert":" y ","attributes":{"italic":true}},{"insert":"z\n"}]`,
		`<p><strong>x</strong><em> y </em>z</p>`, "**x** *y* z\n"},
	{"a link", `[{"insert":"x","attributes":{"link":"https://a.example/?a=1&b=2"}},{"insert":"\n"}]`,
		`<p><a href="https://a.example/?a=1&amp;b=2">x</a></p>`, "[x](<https://a.example/?a=1\\&b=2>)\n"},
	{"a header", `[{"insert":"x"},{"insert":"\n","attributes":{"header":2}}]`, `<h2>x</h2>`, "## x\n"},
	{"a list", `[{"insert":"a"},{"insert":"\n","attributes":{"list":"bullet"}},` +
		`{"insert":"b"},{"insert":"\n","attributes":{"indent":1,"list":"ordered"}},{"insert":"c"},{"insert":"\n","attributes":{"list":"bullet"}}]`,
		`<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>`, "- a\n  1. b\n- c\n"},
	{"a check list", `[{"insert":"a"},{"insert":"\n","attributes":{"list":"checked"}},{"insert":"b"},{"insert":"\n","attributes":{"list":"unchecked"}}]`,
		`<ul><li data-list="checked">a</li><li data-list="unchecked">b</li></ul>`, "- [x] a\n- [ ] b\n"},
	{"code", "[{\"insert\":\"if a < b {\"},{\"insert\":\"\\n\",\"attributes\":{\"code-block\":\"go\"}},{\"insert\":\"\\t}\"},{\"insert\":\"\\n\",\"attributes\":{\"code-block\":\"go\"}}]",
		"<pre><code class=\"language-go\">if a &lt; b {\n\t}\n</code></pre>", "```go\nif a < b {\n\t}\n```\n"},
	{"a quote", `[{"insert":"a"},{"insert":"\n","attributes":{"blockquote":true}},{"insert":"b"},{"insert":"\n","attributes":{"blockquote":true}}]`,
		`<blockquote><p>a</p><p>b</p></blockquote>`, "> a\n>\n> b\n"},
	{"an image", `[{"insert":{"image":"/x.png"},"attributes":{"alt":"an x"}},{"insert":"\n"}]`,
		`<p><img src="/x.png" alt="an x"></p>`, "![an x](</x.png>)\n"},
	{"what would be syntax", `[{"insert":"1. <b>*a*</b> & [x]\n"}]`,
		`<p>1. &lt;b&gt;*a*&lt;/b&gt; &amp; [x]</p>`, "1\\. \\<b\\>\\*a\\*\\</b\\> \\& \\[x\\]\n"},
	{"code that would define a reference", "[{\"insert\":\"x]:y\",\"attributes\":{\"code\":true,\"link\":\"/z\"}},{\"insert\":\"\\n\"}]",
		`<p><a href="/z"><code>x]:y</code></a></p>`, "[<code>x\\]:y</code>](</z>)\n"},
	{"an item of several blocks", `[{"insert":"a"},{"insert":"\n","attributes":{"align":"right","list":"ordered"}},{"insert":"b"},{"insert":"\n","attributes":{"nest":"o"}},` +
		`{"insert":"c"},{"insert":"\n","attributes":{"code-block":true,"nest":"o"}},{"insert":"d"},{"insert":"\n","attributes":{"indent":1,"list":"bullet"}},` +
		`{"insert":"e"},{"insert":"\n","attributes":{"blockquote":true,"nest":"obQ"}},{"insert":"f"},{"insert":"\n","attributes":{"list":"ordered"}}]`,
		`<ol><li><p style="text-align: right">a</p><p>b</p><pre><code>c` + "\n" + `</code></pre><ul><li>d<blockquote><p>e</p></blockquote></li></ul></li><li>f</li></ol>`,
		"1. a\n\n   b\n\n   ```\n   c\n   ```\n\n   - d\n\n     > e\n\n1. f\n"},
	{"neighbours of a kind", `[{"insert":"a"},{"insert":"\n","attributes":{"blockquote":true}},{"insert":"b"},{"insert":"\n","attributes":{"blockquote":true,"nest":"Q"}},` +
		`{"insert":"c"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"d"},{"insert":"\n","attributes":{"list":"bullet","nest":"B"}},` +
		`{"insert":"e"},{"insert":"\n","attributes":{"code-block":true}},{"insert":"f"},{"insert":"\n","attributes":{"code-block":true,"nest":"/"}}]`,
		"<blockquote><p>a</p></blockquote><blockquote><p>b</p></blockquote><ul><li>c</li></ul><ul><li>d</li></ul><pre><code>e\n</code></pre><pre><code>f\n</code></pre>",
		"> a\n\n> b\n\n- c\n* d\n\n```\ne\n```\n\n```\nf\n```\n"},
	{"a quote of a header and a list", `[{"insert":"a"},{"insert":"\n","attributes":{"blockquote":true,"header":2}},{"insert":"b"},{"insert":"\n","attributes":{"blockquote":true,"list":"bullet"}}]`,
		`<blockquote><h2>a</h2><ul><li>b</li></ul></blockquote>`, "> ## a\n>\n> - b\n"},
	{"a rule", `[{"insert":"a\n"},{"insert":{"divider":true}},{"insert":"\n"},{"insert":{"divider":true}},{"insert":"\n","attributes":{"blockquote":true}}]`,
		`<p>a</p><hr><blockquote><hr></blockquote>`, "a\n\n---\n\n> ---\n"},
	{"breaks", `[{"insert":"a \u2028- b\u2028\u2028\nc\u2028d"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"e\u2028f"},{"insert":"\n","attributes":{"header":1}}]`,
		`<p style="white-space: pre-wrap">a <br>- b<br><br><br></p><ul><li>c<br>d</li></ul><h1>e<br>f</h1>`,
		"a&#32;\\\n\\- b<br><br><br>\n\n- c\\\n  d\n\n# e<br>f\n"},
	{"a break behind a backslash", `[{"insert":"\\\u2028a\n"}]`, `<p>\<br>a</p>`, "\\\\<br>a\n"},
	{"spaces", `[{"insert":"  a  b\tc \n"}]`,
		"<p style=\"white-space: pre-wrap\">  a  b\tc </p>", "&#32; a  b&#9;c&#32;\n"},
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for _, c := range written {
		content := decode(t, c.content)
		for f, want := range map[format.Format]string{format.HTML: c.html, format.Markdown: c.markdown} {
			got := write(t, f, content)
			if got != want {
				t.Errorf("%s: %s is\n%s\nwant\n%s", c.name, f, got, want)
			}
			if (c.name == "formats" || c.name == "an item of several blocks") && f == format.Markdown {
				continue // the italic spaces become plain, the item loses its alignment
			}
			if back := read(t, f, got, ot.RichText); !back.Equal(content) {
				t.Errorf("%s: %s is read back as %v", c.name, f, back)
			}
		}
	}
}

func TestReadHTML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ html, want string }{
		{"", `[{"insert":"\n"}]`},
		{"just text", `[{"insert":"just text\n"}]`},
		{"<p>a\n  b </p>\n<p>c</p>", `[{"insert":"a b\nc\n"}]`},
		{"<div>a <br> b<br></div>", `[{"insert":"a\u2028b\n"}]`},
		{"<p>a</p><p><br></p><b>b<br></b><pre>c<br>d</pre>", `[{"insert":"a\n\n"},{"insert":"b","attributes":{"bold":true}},` +
			`{"insert":"\nc"},{"insert":"\n","attributes":{"code-block":true}},{"insert":"d"},{"insert":"\n","attributes":{"code-block":true}}]`},
		{"a<h1>b<hr>c</h1>", `[{"insert":"a\nb"},{"insert":"\n","attributes":{"header":1}},{"insert":{"divider":true}},{"insert":"\nc"},{"insert":"\n","attributes":{"header":1}}]`},
		{"<p><b>a</p><p>b</b></p>", `[{"insert":"a","attributes":{"bold":true}},{"insert":"\nb\n"}]`},
		{"<B>a<a href=/x>b</a></B><b><p>c</p><p>d</p></b>", `[{"insert":"a","attributes":{"bold":true}},{"insert":"b","attributes":{"bold":true,"link":"/x"}},{"insert":"\n"},` +
			`{"insert":"c","attributes":{"bold":true}},{"insert":"\n"},{"insert":"d","attributes":{"bold":true}},{"insert":"\n"}]`},
		{"<p></p><p>a</p>", `[{"insert":"a\n"}]`},
		{"<b>a </b> b", `[{"insert":"a ","attributes":{"bold":true}},{"insert":"b\n"}]`},
		{"<ul><li>a<ul><li></li></ul></li></ul>",
			`[{"insert":"a"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"\n","attributes":{"indent":1,"list":"bullet"}}]`},
		{`<ol><li data-list="bullet">a</li><li data-list="ordered">b</li></ol>`,
			`[{"insert":"a"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"b"},{"insert":"\n","attributes":{"list":"ordered"}}]`},
		{"<ul><li><h1>a</h1></li><li><hr><blockquote>b</blockquote></li><ul><li>c</ul></ul>",
			`[{"insert":"a"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":{"divider":true}},{"insert":"\nb"},{"insert":"\n","attributes":{"list":"bullet"}},` +
				`{"insert":"c"},{"insert":"\n","attributes":{"indent":1,"list":"bullet"}}]`},
		{"<table><tr><td>a</td><td>b</td></tr></table>", `[{"insert":"a\nb\n"}]`},
		{"<script>alert(1)</script><p onclick=x()>a</p>", `[{"insert":"a\n"}]`},
		{`<a href="javascript:alert(1)">a</a>`, `[{"insert":"a\n"}]`},
		{`<img src="javascript:alert(1)">b`, `[{"insert":"b\n"}]`},
		{`<iframe src="https://a.example">x</iframe>b`, `[{"insert":"b\n"}]`},
		{`<span style="color:url(x)">a</span>`, `[{"insert":"a\n"}]`},
		{`<p class="ql-align-center">a</p>`, `[{"insert":"a"},{"insert":"\n","attributes":{"align":"center"}}]`},
		{"<pre>a\r\nb</pre>", `[{"insert":"a"},{"insert":"\n","attributes":{"code-block":true}},{"insert":"b"},{"insert":"\n","attributes":{"code-block":true}}]`},
	} {
		if got, want := read(t, format.HTML, c.html, ot.RichText), decode(t, c.want); !got.Equal(want) {
			t.Errorf("%s\n got %v\nwant %v", c.html, got, want)
		}
	}
}

func TestReadMarkdown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ markdown, want string }{
		{"# A\n\nb\nc", `[{"insert":"A"},{"insert":"\n","attributes":{"header":1}},{"insert":"b c\n"}]`},
		{"a  \nb\\\nc<br>", `[{"insert":"a\u2028b\u2028c\n"}]`},
		{"a\n***\nb", `[{"insert":"a\n"},{"insert":{"divider":true}},{"insert":"\nb\n"}]`},
		{"* a\n\n* b\r\n", `[{"insert":"a"},{"insert":"\n","attributes":{"list":"bullet"}},{"insert":"b"},{"insert":"\n","attributes":{"list":"bullet"}}]`},
		{"a <script>alert(1)</script> b", `[{"insert":"a  b\n"}]`},
		{"[a](javascript:alert(1))", `[{"insert":"a\n"}]`},
		{"<u>a</u>", `[{"insert":"a","attributes":{"underline":true}},{"insert":"\n"}]`},
	} {
		if got, want := read(t, format.Markdown, c.markdown, ot.RichText), decode(t, c.want); !got.Equal(want) {
			t.Errorf("%s\n got %v\nwant %v", c.markdown, got, want)
		}
	}
}

// What would take too much memory to read, or is no text, is refused.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	long := "[a]: /" + strings.Repeat("b", 100_000) + "\n\n"
	for _, c := range []struct {
		format format.Format
		text   string
	}{
		{format.HTML, strings.Repeat("<p>x", 2<<20)},
		{format.Markdown, strings.Repeat("x\n\n", 1<<20)},
		{format.Markdown, long + strings.Repeat("[a]\n\n", 10_000)},
		{format.Markdown, strings.Repeat(strings.Repeat("> ", 90)+"a\n\n", 5000)},
	} {
		if _, err := c.format.Read(c.text, ot.RichText); !errors.Is(err, format.ErrTooLarge) || !errors.Is(err, format.ErrInvalid) {
			t.Errorf("%s %.20s…: %v", c.format, c.text, err)
		}
	}
	if _, err := format.Markdown.Read(long+strings.Repeat("[a]\n\n", 5), ot.RichText); err != nil {
		t.Error(err)
	}
	if _, err := format.Text.Read("\xfe", ot.RichText); !errors.Is(err, format.ErrInvalid) {
		t.Errorf("no UTF-8: %v", err)
	}
	if _, err := format.HTML.Read(strings.Repeat("<b>", 1000), ot.RichText); !errors.Is(err, format.ErrInvalid) {
		t.Errorf("a thousand elements in each other: %v", err)
	}
}

// A format of many lines is written for each of them: what would become too
// long is refused.
func TestWriteRefusesTooLarge(t *testing.T) {
	t.Parallel()
	link := func(url string) ot.Delta {
		a := ot.MakeAttributes(ot.Attribute{Key: "link", Value: ot.Value(`"` + url + strings.Repeat("x", 500_000) + `"`)})
		return ot.Delta{ot.Insert(strings.Repeat("a\n", 10_000), a)}
	}
	for _, f := range []format.Format{format.HTML, format.Markdown} {
		if _, err := f.Write(link("https://")); !errors.Is(err, format.ErrTooLarge) {
			t.Errorf("%s: %v", f, err)
		}
		if page := write(t, f, link("nobody:")); strings.Contains(page, "nobody") {
			t.Errorf("%s has a link that is not safe", f)
		}
	}
	from, err := ot.NewDocument(link("https://"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := format.DiffHTML(from, nil); !errors.Is(err, format.ErrTooLarge) {
		t.Errorf("a comparison: %v", err)
	}
}

// What would take too long to read is refused.
func TestReadRefusesIntricateMarkdown(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		strings.Repeat("*a _", 3000), strings.Repeat("[a](", 3000), strings.Repeat(">", 200), strings.Repeat("1. ", 200),
	} {
		if _, err := format.Markdown.Read(text, ot.RichText); !errors.Is(err, format.ErrInvalid) {
			t.Errorf("%.20s… is read: %v", text, err)
		}
	}
	if _, err := format.Markdown.Read(strings.Repeat("*a*\n\n", 10_000), ot.RichText); err != nil {
		t.Error(err)
	}
}

func TestReadPlainText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format format.Format
		text   string
		typ    ot.Type
		want   string
	}{
		{format.Text, "a\r\nb\rc", ot.Text, "a\nb\nc"},
		{format.Text, "a\r\nb", ot.RichText, "a\nb\n"},
		{format.Text, "a\n", ot.RichText, "a\n"},
		{format.Text, "", ot.Text, ""},
		{format.HTML, "<h1>a</h1><b>b</b><img src=x>", ot.Text, "a\nb"},
		{format.HTML, "a<br>b<hr>", ot.Text, "a\nb\n"},
		{format.Markdown, "# a\n\n**b**", ot.Text, "a\nb"},
	} {
		got := read(t, c.format, c.text, c.typ)
		if want := (ot.Delta{ot.Insert(c.want, nil)}).Normalize(); !got.Equal(want) {
			t.Errorf("%s %q of type %s: %v, want %v", c.format, c.text, c.typ, got, want)
		}
	}
}

// What HTML carries comes back; writing what was read changes nothing.
func TestHTMLRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		content := carriedByHTML.content(t)
		page := write(t, format.HTML, content)
		back, err := format.HTML.Read(page, ot.RichText)
		if err != nil || !back.Equal(content) {
			t.Fatalf("%s\n got %v, %v\nwant %v", page, back, err, content)
		}
	})
}

// The same of Markdown.
func TestMarkdownRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		content := carriedByMarkdown.content(t)
		page := write(t, format.Markdown, content)
		back, err := format.Markdown.Read(page, ot.RichText)
		if err != nil || !back.Equal(content) {
			t.Fatalf("%s\n got %v, %v\nwant %v", page, back, err, content)
		}
	})
}

func TestTextRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab \n\x00é😀"))).Draw(t, "text")
		content, err := format.Text.Read(text, ot.Text)
		if err != nil || write(t, format.Text, content) != text {
			t.Fatalf("%q is read as %v, %v", text, content, err)
		}
	})
}

// Whatever is read is a content that a document takes, and safe when written.
func FuzzRead(f *testing.F) {
	for _, c := range written {
		f.Add(c.html)
		f.Add(c.markdown)
	}
	f.Add(strings.Repeat("<div>", 1000))
	f.Add("![\xe6]()") // ill-formed, and made an attribute
	f.Add("<p><b>a<p>b<ul><li>c<blockquote>d<pre>e<br>f<hr>")
	f.Fuzz(func(t *testing.T, text string) {
		for _, of := range []format.Format{format.Text, format.HTML, format.Markdown} {
			for _, typ := range []ot.Type{ot.RichText, ot.Text} {
				content, err := of.Read(text, typ)
				if err != nil {
					continue
				}
				if err := typ.Check(content); err != nil {
					t.Fatal(err)
				}
				if _, err := otjson.DecodeContent(otjson.Append(nil, content)); err != nil {
					t.Fatalf("%s %q: %v", of, text, err)
				}
				if page := write(t, format.HTML, content); strings.Contains(page, "<script") || strings.Contains(page, "<iframe") {
					t.Fatal(page)
				}
				write(t, format.Markdown, content)
			}
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, f := range []format.Format{format.Delta, format.Text, format.HTML, format.Markdown} {
		if got, err := format.Parse(f.String()); got != f || err != nil {
			t.Errorf("%s: %v, %v", f, got, err)
		}
	}
	if _, err := format.Parse("pdf"); err == nil {
		t.Error("pdf is known")
	}
}
