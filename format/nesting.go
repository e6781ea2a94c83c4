package format

import "strings"

// nesting is the quotes and items that are open in Markdown.
type nesting struct {
	open   []around
	shared int  // how many of them were open all the time since a line was written
	quotes bool // began or ended since then
}

// around is a quote or an item: what the lines in it begin with.
type around struct {
	kind   byte
	prefix string
	marker string // of the list
}

// markers are those of lists, and of lists right behind such a list.
var markers = map[byte][2]string{'b': {"-", "*"}, 't': {"-", "*"}, 'o': {"1.", "1)"}}

var boxes = map[string]string{"checked": "[x] ", "unchecked": "[ ] "}

// enter goes to the place of a line, and returns what it begins with.
func (n *nesting) enter(p place, list string) string {
	var left around // the outermost that is left
	if p.keep < len(n.open) {
		left = n.open[p.keep]
		n.leave(p.keep)
	}
	for i := p.keep; i < len(p.kinds); i++ {
		c := around{kind: p.kinds[i]}
		switch {
		case c.kind == 'q':
			c.prefix, n.quotes = "> ", true
		case i == len(p.kinds)-1:
			c.marker = markers[c.kind][0]
			// The next item has the marker of its list; a new list, another one.
			if left.kind == c.kind && i == p.keep && p.next == (left.marker != c.marker) {
				c.marker = markers[c.kind][1]
			}
			c.prefix = strings.Repeat(" ", len(c.marker)+1)
		}
		n.open = append(n.open, c)
	}
	if !p.beginsItem() {
		return n.prefix(len(n.open))
	}
	last := len(n.open) - 1
	return n.prefix(last) + n.open[last].marker + " " + boxes[list]
}

func (n *nesting) leave(depth int) {
	for _, c := range n.open[depth:] {
		n.quotes = n.quotes || c.kind == 'q'
	}
	n.open = n.open[:depth]
	n.shared = min(n.shared, depth)
}

// prefix is what a line in so many of the open ones begins with.
func (n *nesting) prefix(depth int) string {
	var b strings.Builder
	for _, c := range n.open[:depth] {
		b.WriteString(c.prefix)
	}
	return b.String()
}

// written tells that a line is written, and returns what an empty one before it
// consists of.
func (n *nesting) written() string {
	empty := strings.TrimRight(n.prefix(n.shared), " ")
	n.shared, n.quotes = len(n.open), false
	return empty
}
