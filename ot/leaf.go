package ot

import (
	"slices"
	"unicode/utf8"
)

// find returns the first place in a leaf that has at visible units before it:
// the span behind it, how many units of that span are before it, and the
// bytes before that span.
func (l *node) find(at int) (i, inside, bytes int) {
	for at > 0 && at >= l.spans[i].visible() {
		at -= l.spans[i].visible()
		bytes += int(l.spans[i].bytes)
		i++
	}
	return i, at, bytes
}

// bytesBefore is the length of the first n units of span i, whose text begins
// at from. ok is false inside a surrogate pair.
func (l *node) bytesBefore(i, n, from int) (bytes int, ok bool) {
	s := l.spans[i]
	return cutAt(l.text[from:from+int(s.bytes)], s.n, n)
}

// cut makes a border between spans at the given place and returns the span
// behind it and the bytes before it.
func (l *node) cut(at int) (i, bytes int) {
	i, inside, bytes := l.find(at)
	if inside == 0 {
		return i, bytes
	}
	size, _ := l.bytesBefore(i, inside, bytes) // fits saw to the pairs
	l.cutSpan(i, inside, size)
	return i + 1, bytes + size
}

// cutSpan cuts span i after n units, which take the given bytes.
func (l *node) cutSpan(i, n, bytes int) {
	tail := l.spans[i]
	tail.n -= n
	tail.bytes -= int32(bytes)
	l.spans[i].n, l.spans[i].bytes = n, int32(bytes)
	l.spans = slices.Insert(l.spans, i+1, tail)
}

// insert puts op in, into a span that is like it where there is one.
func (l *node) insert(at int, op Op) {
	s := spanOf(op)
	i, inside, bytes := l.find(at)
	switch {
	case inside > 0 && l.spans[i].like(s):
		size, _ := l.bytesBefore(i, inside, bytes)
		bytes += size
		l.spans[i].grow(s)
	case inside == 0 && i > 0 && l.spans[i-1].like(s):
		l.spans[i-1].grow(s)
	case inside == 0 && i < len(l.spans) && l.spans[i].like(s):
		l.spans[i].grow(s)
	default:
		i, bytes = l.cut(at)
		l.spans = slices.Insert(l.spans, i, s)
	}
	l.insertText(bytes, op.text)
}

func (s *span) grow(by span) {
	s.n += by.n
	s.bytes += by.bytes
}

func (l *node) insertText(at int, text string) {
	if len(text) == 0 {
		return
	}
	l.text = append(roomFor(l.text, len(text)), text...)
	copy(l.text[at+len(text):], l.text[at:])
	copy(l.text[at:], text)
}

// roomFor returns text with room for n more bytes, and not much more: leaves
// are small, so that copying them often costs less than memory left idle.
func roomFor(text []byte, n int) []byte {
	if cap(text)-len(text) >= n {
		return text
	}
	return append(make([]byte, 0, len(text)+n+maxText/16), text...)
}

// change changes what lies between two places.
func (l *node) change(from, to int, c change) {
	if c.drops && l.shorten(from, to) {
		return
	}
	first, read := l.cut(from)
	last, _ := l.cut(to)
	out, write := first, read
	for _, s := range l.spans[first:last] {
		size := int(s.bytes)
		if changed, keep := c.to(s); keep {
			l.spans[out] = changed
			out++
			write += copy(l.text[write:], l.text[read:read+size])
		}
		read += size
	}
	write += copy(l.text[write:], l.text[read:])
	l.text = l.text[:write]
	l.spans = slices.Delete(l.spans, out, last)
	l.join(first-1, out)
}

// shorten takes away what lies between two places, if that is a part of one
// span, as it is when somebody deletes a letter.
func (l *node) shorten(from, to int) bool {
	i, inside, bytes := l.find(from)
	s := &l.spans[i]
	if n := to - from; inside+n > s.n || n == s.n {
		return false
	}
	start, _ := l.bytesBefore(i, inside, bytes)
	end, _ := l.bytesBefore(i, inside+to-from, bytes)
	l.text = slices.Delete(l.text, bytes+start, bytes+end)
	s.n -= to - from
	s.bytes -= int32(end - start)
	return true
}

// join merges like neighbours among the spans first to last, as far as they
// exist.
func (l *node) join(first, last int) {
	first, last = max(first, 0), min(last, len(l.spans)-1)
	if first >= last {
		return
	}
	out := first
	for _, s := range l.spans[first+1 : last+1] {
		if l.spans[out].like(s) {
			l.spans[out].grow(s)
			continue
		}
		out++
		l.spans[out] = s
	}
	l.spans = slices.Delete(l.spans, out+1, last+1)
}

// splitLeaf moves about half of the leaf into a new one. Both get memory of
// their own size.
func (l *node) splitLeaf() *node {
	i, bytes := l.middle()
	right := &node{edit: l.edit, spans: slices.Clone(l.spans[i:]), text: slices.Clone(l.text[bytes:])}
	l.spans, l.text = slices.Clone(l.spans[:i]), slices.Clone(l.text[:bytes])
	return right
}

// middle makes a border about in the middle of an overfull leaf and returns
// the span behind it and the bytes before it.
func (l *node) middle() (i, bytes int) {
	if len(l.text) <= maxText { // then it has many spans
		for i < len(l.spans)/2 {
			bytes += int(l.spans[i].bytes)
			i++
		}
		return i, bytes
	}
	half := len(l.text) / 2
	for !utf8.RuneStart(l.text[half]) {
		half--
	}
	for bytes+int(l.spans[i].bytes) <= half {
		bytes += int(l.spans[i].bytes)
		i++
	}
	if bytes < half {
		l.cutSpan(i, units(l.text[bytes:half]), half-bytes)
		i++
	}
	return i, half
}
