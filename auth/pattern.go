package auth

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// pattern is a document pattern, cut at its stars.
type pattern struct {
	// parts is the text between the stars, the first and the last of them tied
	// to the ends of the id. One part: there was no star.
	parts []string
	// literals counts the characters other than '*'.
	literals int
}

func parsePattern(text string) pattern {
	parts := strings.Split(text, "*")
	p := pattern{parts: parts, literals: utf8.RuneCountInString(text) - (len(parts) - 1)}
	if last := len(parts) - 1; last > 1 {
		// A run of stars says no more than one star.
		middle := slices.DeleteFunc(parts[1:last:last], func(part string) bool { return part == "" })
		p.parts = slices.Concat(parts[:1], middle, parts[last:])
	}
	return p
}

func (p pattern) hasStar() bool { return len(p.parts) > 1 }

// match reports whether the whole id matches. It takes time linear in the
// lengths of the id and the pattern: the leftmost place of a part leaves the
// most room for those that follow, so nothing is ever tried a second time.
func (p pattern) match(id string) bool {
	if !p.hasStar() {
		return id == p.parts[0]
	}
	last := len(p.parts) - 1
	rest, ok := strings.CutPrefix(id, p.parts[0])
	if !ok {
		return false
	}
	rest, ok = strings.CutSuffix(rest, p.parts[last])
	if !ok {
		return false
	}
	for _, part := range p.parts[1:last] {
		_, rest, ok = strings.Cut(rest, part)
		if !ok {
			return false
		}
	}
	return true
}
