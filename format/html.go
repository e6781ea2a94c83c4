package format

import (
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/coscribe/coscribe/ot"
)

// writeHTML writes a content as HTML: a block for each line, in the quotes and
// items that it stands in, and neighbouring lines of code in one element.
func writeHTML(content ot.Delta) (string, error) {
	return renderLines(lines(content))
}

func renderLines(all []line) (string, error) {
	var w htmlWriter
	where := places(all)
	for i, l := range all {
		alone := i+1 == len(all) || where[i+1].keep < len(where[i].kinds)
		w.line(l, where[i], alone)
		if w.Len() > maxWritten {
			return "", ErrTooLarge
		}
	}
	w.enter(place{})
	return policy.Sanitize(w.String()), nil
}

type htmlWriter struct {
	strings.Builder
	linker
	open []level
	code bool // is open, too
}

// level is a quote or a list that is open.
type level struct {
	kind byte
	item bool // of the list: is open, too
}

// line writes a line. Alone it is where nothing stands in the same item behind
// it.
func (w *htmlWriter) line(l line, p place, alone bool) {
	b := l.block
	if !p.joins {
		w.enter(p)
	}
	switch {
	case p.beginsItem():
		w.item(l, alone)
	case b.kind == code:
		w.openCode(b.language)
		w.inline(l)
		w.WriteByte('\n')
	case b.kind == header:
		w.element("h"+strconv.Itoa(b.level), l)
	case l.isRule():
		w.marked(l.pieces[0].mark, func() {
			w.WriteString("<hr" + blockAttributes(l) + ">")
		})
	default:
		w.element("p", l)
	}
}

// enter closes and opens what stands between the line before and one at p.
func (w *htmlWriter) enter(p place) {
	if w.code {
		w.WriteString("</code></pre>")
		w.code = false
	}
	for n := len(w.open); n > p.keep; n = len(w.open) {
		last := &w.open[n-1]
		if last.item {
			w.WriteString("</li>")
			last.item = false
		}
		if p.next && n == p.keep+1 {
			break
		}
		w.WriteString("</" + elements[last.kind] + ">")
		w.open = w.open[:n-1]
	}
	for _, kind := range []byte(p.kinds[len(w.open):]) {
		w.WriteString("<" + elements[kind] + ">")
		w.open = append(w.open, level{kind: kind})
	}
}

// elements are those of quotes and lists.
var elements = map[byte]string{'q': "blockquote", 'b': "ul", 'o': "ol", 't': "ul"}

// item begins an item with its first line. What the line has of its own stands
// in the item only where that has no other.
func (w *htmlWriter) item(l line, alone bool) {
	w.open[len(w.open)-1].item = true
	w.WriteString("<li")
	if list := l.block.list; listKinds[list] == "t" {
		w.WriteString(` data-list="` + list + `"`)
	}
	l.block.indent = 0 // it is where it stands
	own := blockAttributes(l)
	if own != "" && !alone {
		w.WriteByte('>')
		w.element("p", l)
		return
	}
	w.WriteString(own + ">")
	w.content(l)
}

func (w *htmlWriter) openCode(language string) {
	if w.code {
		return
	}
	w.code = true
	w.WriteString("<pre><code")
	if language != "" {
		w.WriteString(` class="language-` + language + `"`)
	}
	w.WriteByte('>')
}

func (w *htmlWriter) element(tag string, l line) {
	w.WriteString("<" + tag + blockAttributes(l) + ">")
	w.content(l)
	w.WriteString("</" + tag + ">")
}

// content writes what stands in a line, so that the line is seen.
func (w *htmlWriter) content(l line) {
	w.inline(l)
	if len(l.pieces) == 0 && l.end == kept {
		w.WriteString("<br>")
	}
}

func blockAttributes(l line) string {
	b, own := l.block, ""
	if b.indent > 0 {
		own += ` class="ql-indent-` + strconv.Itoa(b.indent) + `"`
	}
	if b.rtl {
		own += ` dir="rtl"`
	}
	var styles []string
	if b.align != "" {
		styles = append(styles, "text-align: "+b.align)
	}
	if collapses(l) {
		styles = append(styles, "white-space: pre-wrap")
	}
	if len(styles) > 0 {
		own += ` style="` + strings.Join(styles, "; ") + `"`
	}
	return own
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
	if link := w.linkOf(a); link != "" {
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
	value := html.EscapeString(longText(op.Embed().Value))
	if value == "" {
		return
	}
	switch op.Embed().Key {
	case "image":
		w.WriteString(`<img src="` + value + `"`)
		for _, name := range imageFormats {
			if v := longText(get(op.Attributes(), name)); v != "" {
				w.WriteString(" " + name + `="` + html.EscapeString(v) + `"`)
			}
		}
		w.WriteByte('>')
	case "video":
		w.WriteString(`<a data-embed="video" href="` + value + `">` + value + `</a>`)
	case "formula":
		w.WriteString(`<span class="ql-formula" data-value="` + value + `">` + value + `</span>`)
	}
}

var imageFormats = []string{"alt", "title", "width", "height"}
