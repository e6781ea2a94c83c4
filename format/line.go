package format

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/coscribe/coscribe/ot"
)

// mark says what became of a piece in a comparison of two contents.
type mark uint8

const (
	kept mark = iota
	inserted
	deleted
)

// piece is an insert without a newline in it.
type piece struct {
	op   ot.Op
	mark mark
}

// line is what stands before a newline, and that newline's formats.
type line struct {
	pieces []piece
	block  block
	end    mark // of the newline
}

// split cuts pieces into lines. What stands behind the last newline is one,
// too.
func split(pieces []piece) []line {
	var all []line
	var last line
	for _, p := range pieces {
		text := p.op.Text()
		if text == "" {
			last.pieces = append(last.pieces, p)
			continue
		}
		a := p.op.Attributes()
		for {
			before, rest, more := strings.Cut(text, "\n")
			if before != "" {
				last.pieces = append(last.pieces, piece{ot.Insert(before, a), p.mark})
			}
			if !more {
				break
			}
			last.block, last.end = blockOf(a), p.mark
			all, last, text = append(all, last), line{}, rest
		}
	}
	if len(last.pieces) > 0 {
		all = append(all, last)
	}
	return all
}

// isRule tells whether a line is a rule across the page: an embed on its own.
func (l line) isRule() bool {
	if len(l.pieces) != 1 || l.block.kind != paragraph || l.block.list != "" {
		return false
	}
	op := l.pieces[0].op
	return op.Kind() == ot.EmbedKind && op.Embed() == rule
}

var rule = ot.Embed{Key: "divider", Value: "true"}

// lineBreak is a break within a line, U+2028.
const lineBreak = '\u2028'

// endsInBreak tells whether nothing stands behind the last break of a line.
func (l line) endsInBreak() bool {
	n := len(l.pieces)
	return n > 0 && strings.HasSuffix(l.pieces[n-1].op.Text(), string(lineBreak))
}

func lines(content ot.Delta) []line {
	pieces := make([]piece, len(content))
	for i, op := range content {
		pieces[i].op = op
	}
	return split(pieces)
}

// kind is what a line is, wherever it stands.
type kind uint8

const (
	paragraph kind = iota
	header
	code
)

// maxIndent is the deepest indent that Quill knows.
const maxIndent = 8

// block is the formats of a line.
type block struct {
	kind     kind
	level    int    // of a header, 1 to 6
	language string // of code, empty where it is not known
	quote    bool
	list     string // ordered, bullet, checked, unchecked; empty where it begins no item
	nest     string // see place
	indent   int
	align    string // center, right, justify
	rtl      bool
}

func blockOf(a *ot.Attributes) block {
	b := block{quote: truthy(get(a, "blockquote")), nest: text(get(a, "nest"))}
	if truthy(get(a, "code-block")) {
		b.kind, b.language = code, languageOf(get(a, "code-block"))
		return b
	}
	list, level := text(get(a, "list")), number(get(a, "header"))
	switch {
	case listKinds[list] != "":
		b.list = list
	case level >= 1 && level <= 6:
		b.kind, b.level = header, level
	}
	b.indent = min(max(number(get(a, "indent")), 0), maxIndent)
	if align := text(get(a, "align")); aligns[align] {
		b.align = align
	}
	b.rtl = text(get(a, "direction")) == "rtl"
	return b
}

var aligns = map[string]bool{"center": true, "right": true, "justify": true}

// languageOf is the language of code that is not just code.
func languageOf(v ot.Value) string {
	if name := text(v); languagePattern.MatchString(name) {
		return name
	}
	return ""
}

// attributes is the formats as the newline has them.
func (b block) attributes() *ot.Attributes {
	var list []ot.Attribute
	set := func(key string, value any) { list = append(list, attribute(key, value)) }
	if b.quote {
		set("blockquote", true)
	}
	if b.nest != "" {
		set("nest", b.nest)
	}
	switch {
	case b.kind == code && b.language == "":
		set("code-block", true)
	case b.kind == code:
		set("code-block", b.language)
	case b.list != "":
		set("list", b.list)
	case b.kind == header:
		set("header", b.level)
	}
	if b.kind == code {
		return ot.MakeAttributes(list...)
	}
	if b.indent > 0 {
		set("indent", b.indent)
	}
	if b.align != "" {
		set("align", b.align)
	}
	if b.rtl {
		set("direction", "rtl")
	}
	return ot.MakeAttributes(list...)
}

func attribute(key string, value any) ot.Attribute {
	v, err := ot.ValueOf(value)
	if err != nil {
		panic("internal error: a format without a JSON form: " + err.Error())
	}
	return ot.Attribute{Key: key, Value: v}
}

func get(a *ot.Attributes, key string) ot.Value {
	v, _ := a.Get(key)
	return v
}

// truthy is JavaScript's idea of a value that is set.
func truthy(v ot.Value) bool {
	switch v {
	case "", "null", "false", "0", `""`:
		return false
	}
	return true
}

// maxText is longer than any value of a format that is looked at for each line
// of a text, in bytes.
const maxText = 200

// text returns a value that is a short string, else "".
func text(v ot.Value) string {
	if len(v) > maxText {
		return ""
	}
	return longText(v)
}

// longText returns a value that is a string, else "".
func longText(v ot.Value) string {
	var s string
	if len(v) == 0 || v[0] != '"' || json.Unmarshal([]byte(v), &s) != nil {
		return ""
	}
	return s
}

// linker tells where pieces link to. It remembers the last: many lines may be
// one link, which may be long.
type linker struct {
	of   *ot.Attributes
	link string
}

func (l *linker) linkOf(a *ot.Attributes) string {
	if l.of == a {
		return l.link
	}
	l.of, l.link = a, longText(get(a, "link"))
	if !safeURL(l.link) {
		l.link = ""
	}
	return l.link
}

// number returns a value that is a small integer, or a string of one, else 0.
func number(v ot.Value) int {
	digits := string(v)
	if s := text(v); s != "" {
		digits = s
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
