package format

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/coscribe/coscribe/ot"
)

// span is a piece of a line in Markdown: a core between delimiters, with the
// spaces at its edges outside of them, where delimiters would not count.
type span struct {
	before, core, after string
	marks               string // opens and, reversed, closes the core
	link                string
	verbatim            bool // the core is Markdown already
}

// markdownMarks are the delimiters of formats, the outermost first.
var markdownMarks = []struct{ format, mark string }{{"strike", "~~"}, {"bold", "**"}, {"italic", "*"}}

// spans returns those of a line, neighbours without formats as one.
func (w *markdownWriter) spans(l line) []span {
	var all []span
	var bare strings.Builder
	flush := func() {
		if bare.Len() > 0 {
			all = append(all, span{core: bare.String()})
			bare.Reset()
		}
	}
	for _, p := range l.pieces {
		s := spanOf(p.op, w.linkOf(p.op.Attributes()))
		if s.bare() {
			bare.WriteString(s.core)
			continue
		}
		flush()
		all = append(all, s)
	}
	flush()
	return all
}

func (s span) bare() bool { return s.marks == "" && s.link == "" && !s.verbatim }

func spanOf(op ot.Op, link string) span {
	a := op.Attributes()
	s := span{core: op.Text(), link: link}
	if op.Kind() == ot.EmbedKind {
		source := longText(op.Embed().Value)
		if op.Embed().Key != "image" || source == "" {
			return span{}
		}
		s.core, s.verbatim = "!["+escape(longText(get(a, "alt")))+"]("+destination(source)+")", true
	}
	for _, f := range markdownMarks {
		if truthy(get(a, f.format)) {
			s.marks += f.mark
		}
	}
	switch {
	case s.verbatim:
	case truthy(get(a, "code")) && s.link != "" && strings.Contains(s.core, "]"):
		// In backticks the bracket would count: "[`]: x`](y)" defines a reference.
		s.core, s.verbatim = "<code>"+escape(s.core)+"</code>", true
	case truthy(get(a, "code")):
		s.core, s.verbatim = codeSpan(s.core), true
	case s.marks != "":
		s.trim()
	}
	return s
}

// trim moves spaces at the edges of the core out of it.
func (s *span) trim() {
	core := strings.TrimFunc(s.core, unicode.IsSpace)
	if core == "" {
		s.marks = ""
		return
	}
	at := strings.Index(s.core, core)
	s.before, s.after = s.core[:at], s.core[at+len(core):]
	s.core = core
}

// inline writes the pieces of a line, each by itself.
func (w *markdownWriter) inline(l line) {
	all := w.spans(l)
	start := w.Len()
	for i, s := range all {
		w.keepApart(start, s)
		if s.link != "" {
			w.WriteByte('[')
		}
		w.text(s.before, w.Len() == start, false)
		w.WriteString(s.marks)
		if s.verbatim {
			w.WriteString(s.core)
		} else {
			w.text(s.core, w.Len() == start, i == len(all)-1 && s.marks == "" && s.link == "")
		}
		w.WriteString(closing(s.marks))
		w.text(s.after, false, i == len(all)-1 && s.link == "")
		if s.link != "" {
			w.WriteString("](" + destination(s.link) + ")")
		}
		if i+1 < len(all) && s.after == "" && s.marks != "" && s.link == "" && !all[i+1].spaceFirst() {
			if last, _ := utf8.DecodeLastRuneInString(s.core); !letter(last) || s.verbatim || s.mixed() {
				w.WriteString(apart)
			}
		}
	}
	if l.endsInBreak() {
		w.WriteString(htmlBreak) // the last one of a paragraph counts for nothing
	}
}

// htmlBreak is a line break where a backslash would not be one.
const htmlBreak = "<br>"

// apart stands between delimiters that would otherwise count as one run, or
// not count at all because of what is next to them. It is read as nothing.
const apart = "<!-- -->"

// keepApart separates a span from what was written of the line before it.
func (w *markdownWriter) keepApart(start int, s span) {
	written := w.String()[start:]
	last, _ := utf8.DecodeLastRuneInString(written)
	if written == "" || s.before != "" || s.link != "" || unicode.IsSpace(last) || strings.HasSuffix(written, apart) {
		return
	}
	if s.marks == "" && !(s.verbatim && strings.HasPrefix(s.core, "`")) {
		return
	}
	first, _ := utf8.DecodeRuneInString(s.core)
	if strings.ContainsRune("*~`", last) || s.marks != "" && (!letter(first) || s.verbatim || s.mixed()) {
		w.WriteString(apart)
	}
}

func (s span) spaceFirst() bool {
	first, _ := utf8.DecodeRuneInString(s.before + s.core)
	return s.link == "" && unicode.IsSpace(first)
}

// mixed tells whether one run of delimiters stands right inside another one.
func (s span) mixed() bool { return strings.HasPrefix(s.marks, "~~*") }

func letter(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// closing returns delimiters in the order that closes them.
func closing(marks string) string {
	if rest, ok := strings.CutPrefix(marks, "~~"); ok {
		return rest + "~~"
	}
	return marks
}

// text writes text so that all of it is read as such; first and last say
// whether it is at the edge of the line. Line breaks inside of it wrap.
func (w *markdownWriter) text(text string, first, last bool) {
	before, after, more := strings.Cut(text, string(lineBreak))
	w.words(before, first, last || more)
	if !more {
		return
	}
	wraps := w.last.kind != header && before != "" && after != "" &&
		!strings.HasPrefix(after, string(lineBreak)) && !strings.HasSuffix(before, `\`) // which goldmark takes for this one
	if wraps {
		w.WriteString("\\\n" + w.prefix(len(w.open)))
	} else {
		w.WriteString(htmlBreak)
	}
	w.text(after, wraps, last)
}

func (w *markdownWriter) words(text string, first, last bool) {
	escaped := escape(text)
	if first {
		escaped = escapeStart(escaped)
	}
	if last && strings.HasSuffix(escaped, " ") {
		escaped = escaped[:len(escaped)-1] + "&#32;"
	}
	w.WriteString(escaped)
}

const special = "\\`*_{}[]<>&#!|~"

func escape(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c < utf8.RuneSelf && strings.ContainsRune(special, c):
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\t' || c == '\v' || c == '\f':
			fmt.Fprintf(&b, "&#%d;", c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// escapeStart keeps the beginning of a line from being a list, a rule, or
// nothing.
func escapeStart(text string) string {
	if text == "" {
		return ""
	}
	if text[0] == ' ' {
		return "&#32;" + text[1:]
	}
	if strings.IndexByte("+-=", text[0]) >= 0 {
		return `\` + text
	}
	digits := strings.IndexFunc(text, func(c rune) bool { return c < '0' || c > '9' })
	if digits > 0 && (text[digits] == '.' || text[digits] == ')') {
		return text[:digits] + `\` + text[digits:]
	}
	return text
}

// codeSpan puts text between more backticks than it has in a row. One space is
// taken off both ends again where it stands between them and something else.
func codeSpan(text string) string {
	fence := strings.Repeat("`", longest(text)+1)
	blank := strings.Trim(text, " ") == ""
	if !blank && (text[0] == '`' || text[len(text)-1] == '`' || text[0] == ' ' && text[len(text)-1] == ' ') {
		text = " " + text + " "
	}
	return fence + text + fence
}

var destinations = strings.NewReplacer(`\`, `\\`, "<", `\<`, ">", `\>`, "&", `\&`, "\n", "%0A")

func destination(link string) string { return "<" + destinations.Replace(link) + ">" }
