package format

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/coscribe/coscribe/ot"
)

// readHTML reads the content of HTML. What the policy does not allow is left
// out before.
func readHTML(text string) (ot.Delta, error) {
	if len(text) > maxHTML {
		return nil, fmt.Errorf("%w: more than %d bytes of HTML", ErrTooLarge, maxHTML)
	}
	return parse(text, false)
}

// maxHTML is how many bytes of HTML are read: the tree of them takes some
// hundred times as many.
const maxHTML = 4 << 20

// parse reads HTML. With spaces all white space but newlines counts, as it does
// in Markdown.
func parse(text string, spaces bool) (ot.Delta, error) {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(disguise(policy.Sanitize(text))), body)
	if err != nil {
		return nil, fmt.Errorf("parse HTML: %w", err)
	}
	var r htmlReader
	r.spaces = spaces
	for _, n := range nodes {
		r.node(n)
	}
	r.endLine()
	return r.out.Delta(), nil
}

// formatting are the elements that an HTML parser opens again in each block
// behind the one in which they were left open. Of n of them and n blocks it
// would make n² elements, which nobody means.
var formatting = []atom.Atom{
	atom.A, atom.B, atom.Code, atom.Em, atom.I, atom.S, atom.Strike, atom.Strong, atom.U,
}

// disguised begins the names of those, so that the parser takes them for any
// elements, which end with the block that they are in.
const disguised = "x-"

// disguise gives them those names.
func disguise(page string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(page)); z.Next() != html.ErrorToken; {
		raw := string(z.Raw())
		name, _ := z.TagName()
		if slices.Contains(formatting, atom.Lookup(name)) {
			at := strings.IndexByte(raw, name[0])
			raw = raw[:at] + disguised + raw[at:]
		}
		b.WriteString(raw)
	}
	return b.String()
}

// htmlReader walks over a tree and builds lines.
type htmlReader struct {
	out   ot.Builder
	lines int // ended so far
	scope
	tree    tree
	started bool             // the line has something in it
	breaks  []*ot.Attributes // formats of line breaks, to be written if something follows
	pending bool             // white space, likewise
	gap     *ot.Attributes   // of that white space
	boxed   bool             // a checkbox was just read: the next space is its own
}

// scope is what an element lays over its children.
type scope struct {
	block  block
	format *ot.Attributes
	pre    bool // newlines end lines
	spaces bool // spaces count
	isRule bool // the line is one
}

func (r *htmlReader) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		r.text(n.Data)
	case html.ElementNode:
		outer := r.scope
		r.element(n)
		r.scope = outer
	}
}

func (r *htmlReader) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.node(c)
	}
}

func (r *htmlReader) element(n *html.Node) {
	if name, ok := strings.CutPrefix(n.Data, disguised); ok {
		n.DataAtom = atom.Lookup([]byte(name))
	}
	if r.leaf(n) {
		return
	}
	if !isBlock(n.DataAtom) {
		r.inline(n)
		r.children(n)
		return
	}
	r.endLine()
	depth := len(r.tree.open)
	r.enter(n)
	before := r.lines
	r.children(n)
	if r.lines == before && (n.DataAtom == atom.Li || r.block.kind == header) {
		r.started = true // an empty one is one, too
	}
	r.endLine()
	r.tree.open = r.tree.open[:depth]
}

// leaf reads elements whose children do not matter.
func (r *htmlReader) leaf(n *html.Node) bool {
	switch {
	case n.DataAtom == atom.Br && r.pre:
		r.started = true
		r.endLine()
	case n.DataAtom == atom.Br:
		r.started, r.pending = true, false
		r.breaks = append(r.breaks, r.format)
	case n.DataAtom == atom.Hr:
		r.rule(n)
	case n.DataAtom == atom.Img:
		r.image(n)
	case n.DataAtom == atom.Input: // enter has seen it
		r.boxed = true
	case n.DataAtom == atom.A && attr(n, "data-embed") == "video":
		r.embed("video", attr(n, "href"), r.format)
	case n.DataAtom == atom.Span && has(n, "data-value"):
		r.embed("formula", attr(n, "data-value"), r.format)
	default:
		return false
	}
	return true
}

var blocks = []atom.Atom{
	atom.P, atom.Div, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre,
	atom.Ol, atom.Ul, atom.Li, atom.Table, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th,
}

func isBlock(a atom.Atom) bool { return slices.Contains(blocks, a) }

// enter takes over what a block says of its lines.
func (r *htmlReader) enter(n *html.Node) {
	b := &r.block
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		b.kind, b.level = header, int(n.Data[1]-'0')
	case atom.Blockquote:
		r.tree.push("")
	case atom.Pre:
		*b, r.pre, r.tree.fresh = block{kind: code}, true, true
	case atom.Ol:
		r.tree.push("ordered")
	case atom.Ul:
		r.tree.push("bullet")
	case atom.Li:
		r.tree.item(listOf(n))
	}
	if attr(n, "dir") == "rtl" {
		b.rtl = true
	}
	r.classes(n)
	r.styles(n)
}

// listOf is what an item says itself of the list that it is in.
func listOf(n *html.Node) string {
	box := checkbox(n)
	switch {
	case box == nil:
		return attr(n, "data-list")
	case has(box, "checked"):
		return "checked"
	}
	return "unchecked"
}

// checkbox returns the box that an item begins with, nil where there is none.
func checkbox(n *html.Node) *html.Node {
	c := n.FirstChild
	for c != nil && c.DataAtom != atom.Input {
		switch {
		case c.DataAtom == atom.Ol || c.DataAtom == atom.Ul: // has boxes of its own
			return nil
		case c.Type == html.TextNode && strings.TrimSpace(c.Data) == "":
			c = c.NextSibling
		default:
			c = c.FirstChild
		}
	}
	return c
}

// inline takes over how an element formats its text.
func (r *htmlReader) inline(n *html.Node) {
	switch n.DataAtom {
	case atom.A:
		if link := attr(n, "href"); link != "" {
			r.set("link", link)
		}
	case atom.Strong, atom.B:
		r.set("bold", true)
	case atom.Em, atom.I:
		r.set("italic", true)
	case atom.U, atom.Ins:
		r.set("underline", true)
	case atom.S, atom.Del, atom.Strike:
		r.set("strike", true)
	case atom.Sub:
		r.set("script", "sub")
	case atom.Sup:
		r.set("script", "super")
	case atom.Code:
		if !r.pre {
			r.set("code", true)
		}
	}
	r.classes(n)
	r.styles(n)
}

func (r *htmlReader) set(key string, value any) {
	list := []ot.Attribute{}
	for k, v := range r.format.All() {
		list = append(list, ot.Attribute{Key: k, Value: v})
	}
	r.format = ot.MakeAttributes(append(list, attribute(key, value))...)
}

func (r *htmlReader) classes(n *html.Node) {
	for class := range strings.FieldsSeq(attr(n, "class")) {
		if language, ok := strings.CutPrefix(class, "language-"); ok && r.pre {
			r.block.language = language
		}
		name, ok := strings.CutPrefix(class, "ql-")
		if !ok {
			continue
		}
		switch format, value, _ := strings.Cut(name, "-"); format {
		case "font", "size":
			r.set(format, value)
		case "indent":
			r.block.indent = int(value[0] - '0')
		case "align":
			r.block.align = value
		case "direction":
			r.block.rtl = true
		}
	}
}

func (r *htmlReader) styles(n *html.Node) {
	for style := range strings.SplitSeq(attr(n, "style"), ";") {
		property, value, _ := strings.Cut(style, ":")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(property) {
		case "color":
			r.set("color", value)
		case "background-color":
			r.set("background", value)
		case "text-align":
			r.block.align = value
		case "white-space":
			r.spaces = true
		}
	}
}

// text reads a piece of text. White space that counts for nothing is dropped
// or becomes one space.
func (r *htmlReader) text(text string) {
	rest := text
	if r.boxed {
		rest, r.boxed = strings.TrimPrefix(rest, " "), false
	}
	for rest != "" {
		n := strings.IndexFunc(rest, r.special)
		if n < 0 {
			n = len(rest)
		}
		if n > 0 {
			r.write(rest[:n])
		}
		if n == len(rest) {
			return
		}
		switch {
		case r.pre:
			r.started = true
			r.endLine()
		case r.started && !r.pending && len(r.breaks) == 0:
			r.pending, r.gap = true, r.format
		}
		rest = rest[n+1:]
	}
}

// special tells of the characters that are not written as they are.
func (r *htmlReader) special(c rune) bool {
	if r.pre || r.spaces {
		return c == '\n'
	}
	return c == ' ' || c == '\n' || c == '\t' || c == '\f'
}

func (r *htmlReader) write(text string) {
	r.writePending()
	r.out.Insert(text, r.format)
	r.started = true
}

func (r *htmlReader) writePending() {
	for _, format := range r.breaks {
		r.out.Insert(string(lineBreak), format)
	}
	r.breaks = nil
	if r.pending {
		r.out.Insert(" ", r.gap)
		r.pending = false
	}
}

func (r *htmlReader) embed(key string, value any, a *ot.Attributes) {
	if value == "" {
		return
	}
	r.writePending()
	r.out.InsertEmbed(ot.Embed{Key: key, Value: attribute(key, value).Value}, a)
	r.started = true
}

// rule reads a rule across the page, which is a line.
func (r *htmlReader) rule(n *html.Node) {
	r.endLine()
	r.enter(n)
	r.block.kind, r.isRule = paragraph, true
	r.embed(rule.Key, true, nil)
	r.endLine()
}

func (r *htmlReader) image(n *html.Node) {
	outer := r.format
	for _, name := range imageFormats {
		if v := attr(n, name); v != "" {
			r.set(name, v)
		}
	}
	r.embed("image", attr(n, "src"), r.format)
	r.format = outer
}

// endLine ends a line that has begun. A break at its end counts for nothing.
func (r *htmlReader) endLine() {
	r.pending = false
	if n := len(r.breaks); n > 0 {
		r.breaks = r.breaks[:n-1]
		r.writePending()
	}
	if !r.started {
		return
	}
	r.started = false
	r.lines++
	b := r.block
	r.tree.line(&b, !r.isRule && b.kind != code)
	r.out.Insert("\n", b.attributes())
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}
