package format

import (
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/coscribe/coscribe/ot"
)

// writeHTML writes a content as HTML: a block for each line, lists nested by
// their indent, neighbouring lines of code and of quotes in one element.
func writeHTML(content ot.Delta) string {
	return renderLines(lines(content))
}

func renderLines(all []line) string {
	var w htmlWriter
	for _, l := range all {
		w.line(l)
	}
	w.close()
	return policy.Sanitize(w.String())
}

type htmlWriter struct {
	strings.Builder
	lists []string // open, ol or ul
	group block    // of code or a quote that is open
}

func (w *htmlWriter) line(l line) {
	if w.group.kind != l.block.kind || w.group.language != l.block.language {
		w.closeGroup()
	}
	if l.block.kind != listItem {
		w.nest(0, "")
	}
	switch l.block.kind {
	case code:
		w.openGroup(l.block)
		w.inline(l)
		w.WriteByte('\n')
	case quote:
		w.openGroup(l.block)
		w.paragraph(l)
	case header:
		w.element("h"+strconv.Itoa(l.block.level), l)
	case listItem:
		tag := "ul"
		if l.block.list == "ordered" {
			tag = "ol"
		}
		w.nest(l.block.indent+1, tag)
		w.element("li", l)
	default:
		w.paragraph(l)
	}
}

func (w *htmlWriter) paragraph(l line) {
	if !l.isRule() {
		w.element("p", l)
		return
	}
	w.marked(l.pieces[0].mark, func() {
		w.WriteString("<hr")
		w.blockAttributes(l)
		w.WriteByte('>')
	})
}

// nest opens and closes lists until depth of them are open, the innermost of
// which is a tag.
func (w *htmlWriter) nest(depth int, tag string) {
	for n := len(w.lists); n > depth || n == depth && n > 0 && w.lists[n-1] != tag; n-- {
		w.WriteString("</" + w.lists[n-1] + ">")
		w.lists = w.lists[:n-1]
	}
	for len(w.lists) < depth {
		w.WriteString("<" + tag + ">")
		w.lists = append(w.lists, tag)
	}
}

func (w *htmlWriter) openGroup(b block) {
	if w.group.kind == b.kind {
		return
	}
	w.group = b
	switch {
	case b.kind == quote:
		w.WriteString("<blockquote>")
	case b.language == "":
		w.WriteString("<pre><code>")
	default:
		w.WriteString(`<pre><code class="language-` + b.language + `">`)
	}
}

func (w *htmlWriter) closeGroup() {
	switch w.group.kind {
	case code:
		w.WriteString("</code></pre>")
	case quote:
		w.WriteString("</blockquote>")
	}
	w.group = block{}
}

func (w *htmlWriter) close() {
	w.closeGroup()
	w.nest(0, "")
}

func (w *htmlWriter) element(tag string, l line) {
	w.WriteString("<" + tag)
	w.blockAttributes(l)
	w.WriteByte('>')
	w.inline(l)
	if len(l.pieces) == 0 && l.end == kept {
		w.WriteString("<br>")
	}
	w.WriteString("</" + tag + ">")
}

func (w *htmlWriter) blockAttributes(l line) {
	b := l.block
	if b.list == "checked" || b.list == "unchecked" {
		w.WriteString(` data-list="` + b.list + `"`)
	}
	if b.indent > 0 && b.kind != listItem {
		w.WriteString(` class="ql-indent-` + strconv.Itoa(b.indent) + `"`)
	}
	if b.rtl {
		w.WriteString(` dir="rtl"`)
	}
	var styles []string
	if b.align != "" {
		styles = append(styles, "text-align: "+b.align)
	}
	if collapses(l) {
		styles = append(styles, "white-space: pre-wrap")
	}
	if len(styles) > 0 {
		w.WriteString(` style="` + strings.Join(styles, "; ") + `"`)
	}
}

// collapses tells whether HTML would drop some of a line's white space.
func collapses(l line) bool {
	const edge = lineBreak // of a line, too
	last := edge
	for _, p := range l.pieces {
		for _, c := range p.op.Text() {
			switch {
			case c == '\t' || c == '\f':
				return true
			case c == ' ' && (last == ' ' || last == edge), c == edge && last == ' ':
				return true
			}
			last = c
		}
		if p.op.Kind() == ot.EmbedKind {
			last = 0
		}
	}
	return last == ' '
}

// inline writes what stands in a line. Where the line is compared, the end of
// one that came or went is shown.
func (w *htmlWriter) inline(l line) {
	for _, p := range l.pieces {
		w.marked(p.mark, func() { w.piece(p.op, l.block.kind == code) })
	}
	if l.block.kind != code && l.endsInBreak() {
		w.WriteString("<br>") // the last one of a block counts for nothing
	}
	if l.end != kept {
		w.marked(l.end, func() { w.WriteString("¶") })
	}
}

func (w *htmlWriter) marked(m mark, write func()) {
	switch m {
	case inserted:
		w.WriteString("<ins>")
		defer w.WriteString("</ins>")
	case deleted:
		w.WriteString("<del>")
		defer w.WriteString("</del>")
	}
	write()
}

func (w *htmlWriter) piece(op ot.Op, isCode bool) {
	var closing []string
	open := func(tag, attributes string) {
		w.WriteString("<" + tag + attributes + ">")
		closing = append(closing, "</"+tag+">")
	}
	a := op.Attributes()
	if link := text(get(a, "link")); link != "" && safeURL(link) {
		open("a", ` href="`+html.EscapeString(link)+`"`)
	}
	for _, f := range inlineTags {
		if v := get(a, f.format); truthy(v) && (f.value == "" || text(v) == f.value) {
			open(f.tag, "")
		}
	}
	if attributes := spanAttributes(a); attributes != "" {
		open("span", attributes)
	}
	switch written := html.EscapeString(op.Text()); {
	case op.Kind() == ot.EmbedKind:
		w.embed(op)
	case isCode:
		w.WriteString(written)
	default:
		w.WriteString(strings.ReplaceAll(written, string(lineBreak), "<br>"))
	}
	for _, tag := range slices.Backward(closing) {
		w.WriteString(tag)
	}
}

// inlineTags are the formats that are elements, the outermost first; value is
// the format's, where it is not just set.
var inlineTags = []struct{ format, value, tag string }{
	{"bold", "", "strong"},
	{"italic", "", "em"},
	{"underline", "", "u"},
	{"strike", "", "s"},
	{"script", "sub", "sub"},
	{"script", "super", "sup"},
	{"code", "", "code"},
}

func spanAttributes(a *ot.Attributes) string {
	var classes, styles []string
	for _, f := range []string{"font", "size"} {
		if v := text(get(a, f)); namePattern.MatchString(v) {
			classes = append(classes, "ql-"+f+"-"+v)
		}
	}
	for _, f := range colorFormats {
		if v := text(get(a, f.format)); colorPattern.MatchString(v) {
			styles = append(styles, f.property+": "+v)
		}
	}
	attributes := ""
	if classes != nil {
		attributes = ` class="` + strings.Join(classes, " ") + `"`
	}
	if styles != nil {
		attributes += ` style="` + strings.Join(styles, "; ") + `"`
	}
	return attributes
}

var colorFormats = []struct{ format, property string }{
	{"color", "color"}, {"background", "background-color"},
}

func (w *htmlWriter) embed(op ot.Op) {
	value := html.EscapeString(text(op.Embed().Value))
	if value == "" {
		return
	}
	switch op.Embed().Key {
	case "image":
		w.WriteString(`<img src="` + value + `"`)
		for _, name := range imageFormats {
			if v := get(op.Attributes(), name); text(v) != "" {
				w.WriteString(" " + name + `="` + html.EscapeString(text(v)) + `"`)
			}
		}
		w.WriteByte('>')
	case "video":
		w.WriteString(`<a data-embed="video" href="` + value + `">` + value + `</a>`)
	case "formula":
		w.WriteString(`<span class="ql-formula" data-value="` + value + `">` + value + `</span>`)
	}
}

var imageFormats = []string{"alt", "width", "height"}
