package ot

import "slices"

// Limits of a node. A leaf of prose is between a half and the whole of
// maxText; one of many short runs is bounded by maxSpans.
const (
	maxText  = 1024 // bytes
	maxSpans = 16
	maxKids  = 16

	maxPiece = maxText * 3 / 4 // bytes put into a leaf at once
)

// A node is part of a B+ tree: all leaves are equally deep, and the content
// lies in them alone.
//
// Nodes are shared between documents and never change once a document has
// them. An Editor changes nodes that it made itself, known by the number of
// its edit, in place, and copies others.
type node struct {
	edit  uint64
	kids  []kid  // of an inner node
	spans []span // of a leaf
	text  []byte // of all its spans
}

// A kid is a child of an inner node with its visible length.
type kid struct {
	*node
	n int
}

func (n *node) leaf() bool { return n.kids == nil }

// own returns the node itself if the edit may change it, else a copy.
func (n *node) own(edit uint64) *node {
	if n.edit == edit {
		return n
	}
	c := &node{edit: edit, kids: slices.Clone(n.kids), spans: slices.Clone(n.spans)}
	if len(n.text) > 0 {
		c.text = append(make([]byte, 0, len(n.text)+16), n.text...) // room for what is typed
	}
	return c
}

// visible is the length of what is below the node, in units.
func (n *node) visible() int {
	total := 0
	for _, s := range n.spans {
		total += s.visible()
	}
	for _, k := range n.kids {
		total += k.n
	}
	return total
}

func (n *node) empty() bool { return len(n.kids) == 0 && len(n.spans) == 0 }

func (n *node) overfull() bool {
	return len(n.text) > maxText || len(n.spans) > maxSpans || len(n.kids) > maxKids
}

// sparse reports whether the node should be merged with a neighbour.
func (n *node) sparse() bool {
	return len(n.text) < maxText/4 && len(n.spans) < maxSpans/4 && len(n.kids) < maxKids/4
}

// fitsWith reports whether one node can hold what n and m have, and some more.
func (n *node) fitsWith(m *node) bool {
	return len(n.text)+len(m.text) <= maxText*3/4 &&
		len(n.spans)+len(m.spans) <= maxSpans*3/4 &&
		len(n.kids)+len(m.kids) <= maxKids*3/4
}

// split moves about half of the node, which is overfull and owned, into a new
// one and returns that.
func (n *node) split() *node {
	if n.leaf() {
		return n.splitLeaf()
	}
	half := len(n.kids) / 2
	right := &node{edit: n.edit, kids: slices.Clone(n.kids[half:])}
	n.kids = slices.Clone(n.kids[:half])
	return right
}

// absorb appends what m, the node behind n, has.
func (n *node) absorb(m *node) {
	if n.leaf() {
		seam := len(n.spans)
		n.spans = append(n.spans, m.spans...)
		n.text = append(n.text, m.text...)
		n.join(seam-1, seam)
		return
	}
	seam := len(n.kids)
	n.kids = append(n.kids, m.kids...)
	n.mergeKids(seam - 1)
}

// settle puts the kids first to last of an owned node in order after they
// have changed: the empty ones go, the large ones are split, the small ones
// merged.
func (n *node) settle(first, last int) {
	for i := last; i >= first; i-- {
		if n.kids[i].empty() {
			n.kids = slices.Delete(n.kids, i, i+1)
			last--
		} else if n.splitKid(i) {
			last++
		}
	}
	for i := min(last, len(n.kids)-2); i >= max(first-1, 0); i-- {
		n.mergeKids(i)
	}
}

// splitKid splits kid i if it is overfull.
func (n *node) splitKid(i int) bool {
	k := &n.kids[i]
	if !k.overfull() {
		return false
	}
	right := k.split()
	size := right.visible()
	k.n -= size
	n.kids = slices.Insert(n.kids, i+1, kid{right, size})
	return true
}

// mergeKids merges kid i and the next one if one of them is small and there is
// room for both.
func (n *node) mergeKids(i int) {
	left, right := &n.kids[i], n.kids[i+1]
	if !left.sparse() && !right.sparse() || !left.fitsWith(right.node) {
		return
	}
	left.node = left.own(n.edit)
	left.absorb(right.node)
	left.n += right.n
	n.kids = slices.Delete(n.kids, i+1, i+2)
}
