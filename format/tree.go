package format

import (
	"slices"
	"strings"
)

// tree follows the quotes and lists of HTML, and tells the lines in them where
// they stand.
type tree struct {
	open   []container
	before []container // of the line before
	last   int         // id that was given
	fresh  bool        // a new element of code has begun
	context
}

// container is a quote, or a list at one of its items. What has the same ids is
// the same.
type container struct {
	list     string // what the items are, until one says otherwise; empty for a quote
	id, item int
	own      string // list of this item
	begun    bool   // the item has a line already; always true of a quote
}

func (c container) kind() string {
	if c.list == "" {
		return "q"
	}
	return listKinds[c.own]
}

func kindsOf(all []container) string {
	var b strings.Builder
	for _, c := range all {
		b.WriteString(c.kind())
	}
	return b.String()
}

// push opens a quote or a list, unless there are too many.
func (t *tree) push(list string) {
	t.last++
	c := container{list: list, own: list, id: t.last, begun: list == ""}
	if !tooDeep(kindsOf(t.open) + c.kind()) {
		t.open = append(t.open, c)
	}
}

// item begins another item of the list that is open. It may be in another list
// than the others.
func (t *tree) item(list string) {
	n := len(t.open)
	if n == 0 || t.open[n-1].list == "" {
		return
	}
	t.last++
	c := &t.open[n-1]
	c.item, c.begun, c.own = t.last, false, list
	if list == "" {
		c.own = c.list
	}
}

// line gives a line the formats that say where it stands. Only text begins
// items: other things before it stand outside of them, and quotes around it
// begin behind it.
func (t *tree) line(b *block, isText bool) {
	if b.kind == code {
		*b = block{kind: code, language: b.language}
	}
	open := t.open
	item := slices.IndexFunc(open, func(c container) bool { return !c.begun })
	begins := item >= 0 && isText
	switch {
	case begins:
		for item < len(open) && open[item].list != "" {
			open[item].begun = true
			item++
		}
		open = open[:item]
		b.kind, b.list = paragraph, open[item-1].own
	case item >= 0:
		open = open[:item]
	}
	p := place{kinds: kindsOf(open)}
	for p.keep < min(len(open), len(t.before)) && open[p.keep] == t.before[p.keep] {
		p.keep++
	}
	if n := p.keep; begins && n == len(open)-1 && n < len(t.before) {
		p.next = open[n].id == t.before[n].id && open[n].kind() == t.before[n].kind()
	}
	b.quote = slices.ContainsFunc(open, func(c container) bool { return c.list == "" })
	if begins {
		b.indent = listDepth(p.kinds) - 1
	}
	t.tell(b, p)
	t.before = append(t.before[:0], open...)
}

// tell gives a line the word for its place, where it needs one and there is one.
func (t *tree) tell(b *block, p place) {
	p = t.join(p, *b)
	fresh := p.joins && t.fresh
	p.joins = p.joins && !fresh
	t.fresh = false
	if usual := t.usual(*b); p != usual {
		b.nest = p.nest(fresh)
		if told, ok := t.told(*b); !ok || told != p {
			b.nest, p = "", usual
		}
	}
	t.leave(p, *b)
}
