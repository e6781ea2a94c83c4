package format

import (
	"regexp"
	"strings"
)

// place is where a line stands in the tree of quotes and lists. Most places
// follow from list, indent and blockquote; the others are told by one more
// format of the line, nest, as the client's mapping for ProseMirror writes it: a
// word with a letter for each quote (q), item of bullets (b), of numbers (o) or
// of tasks (t) that the line is in, from the outside.
//
//	small letter  it goes on in the one that the line before is in
//	letter and +  it begins the next item of that list
//	capital       it begins a new quote, or a new list
//	/             it begins new code, although the line before is such code
//
// A word that does not fit the line before it, or the line's other formats,
// counts for nothing.
type place struct {
	kinds string // the letters of all containers
	keep  int    // in how many of them the line before is, too
	next  bool   // the list behind those goes on, with another item
	joins bool   // it is code that is one with the code before it
}

// maxDepth bounds the containers of a line: a quote, and the lists of the
// deepest indent.
const maxDepth = maxIndent + 2

// tooDeep tells whether there would be more containers than are kept.
func tooDeep(kinds string) bool {
	return len(kinds) > maxDepth || listDepth(kinds) > maxIndent+1
}

func listDepth(kinds string) int { return len(kinds) - strings.Count(kinds, "q") }

// beginsItem tells whether the line is the first of an item.
func (p place) beginsItem() bool { return len(p.kinds) > p.keep && p.kinds[len(p.kinds)-1] != 'q' }

// context is what the place of a line depends on: the line before it.
type context struct {
	kinds string
	block block
}

// enter returns the place of a line with these formats behind the others.
func (c *context) enter(b block) place {
	p, ok := c.told(b)
	if !ok {
		p = c.usual(b)
	}
	c.leave(p, b)
	return p
}

func (c *context) leave(p place, b block) {
	b.nest = ""
	*c = context{kinds: p.kinds, block: b}
}

var listKinds = map[string]string{"bullet": "b", "ordered": "o", "checked": "t", "unchecked": "t"}

// usual is the place by list, indent and blockquote. Where an indent is deeper
// than the line before allows, there are lists without items in between.
func (c *context) usual(b block) place {
	quote, around := "", c.kinds
	if b.quote {
		quote = "q"
		if !strings.HasPrefix(around, quote) {
			around = ""
		}
	}
	keep := min(len(quote), len(around))
	if b.list == "" {
		return c.join(place{kinds: quote, keep: keep}, b)
	}
	around = around[keep:]
	if n := strings.IndexByte(around, 'q'); n >= 0 {
		around = around[:n]
	}
	kind, outer := listKinds[b.list], min(b.indent, len(around))
	between := "b"
	if kind == "o" {
		between = "o"
	}
	return place{
		kinds: quote + around[:outer] + strings.Repeat(between, b.indent-outer) + kind,
		keep:  keep + outer,
		next:  outer == b.indent && strings.HasPrefix(around[outer:], kind),
	}
}

// join finds out whether a line goes on in the code before it.
func (c *context) join(p place, b block) place {
	b.nest = ""
	p.joins = b.kind == code && b == c.block && p.kinds == c.kinds && p.keep == len(p.kinds)
	return p
}

var nestPattern = regexp.MustCompile(`^([qbot]*?)(?:([bot])\+|(Q*[BOT]?))(/?)$`)

// told is the place by the line's own word, if that fits.
func (c *context) told(b block) (place, bool) {
	if b.nest == "" {
		return place{}, false
	}
	m := nestPattern.FindStringSubmatch(b.nest)
	if m == nil {
		return place{}, false
	}
	kept, next, begun, fresh := m[1], m[2], strings.ToLower(m[3]), m[4] != ""
	p := place{kinds: kept + next + begun, keep: len(kept), next: next != ""}
	p = c.join(p, b)
	list := ""
	if p.beginsItem() {
		list = p.kinds[len(p.kinds)-1:]
	}
	fits := strings.HasPrefix(c.kinds, kept+next) && !tooDeep(p.kinds) && (p.joins || !fresh) &&
		list == listKinds[b.list] && b.quote == strings.Contains(p.kinds, "q")
	p.joins = p.joins && !fresh
	return p, fits
}

// nest is the word for a place; fresh, where it is code that begins anew.
func (p place) nest(fresh bool) string {
	word := p.kinds[:p.keep]
	if p.next {
		word += p.kinds[p.keep:] + "+"
	} else {
		word += strings.ToUpper(p.kinds[p.keep:])
	}
	if fresh {
		word += "/"
	}
	return word
}

// places returns where lines stand.
func places(all []line) []place {
	var c context
	found := make([]place, len(all))
	for i, l := range all {
		found[i] = c.enter(l.block)
	}
	return found
}
