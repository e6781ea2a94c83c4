package ot

import "unicode/utf8"

// units is the length of well-formed UTF-8 in UTF-16 code units: one for each
// character, and a second one for those that take four bytes.
func units[T string | []byte](text T) int {
	n := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c&0xC0 != 0x80 {
			n++
		}
		if c >= 0xF0 {
			n++
		}
	}
	return n
}

// cutAt is offset for a text whose length in units is known.
func cutAt[T string | []byte](text T, length, n int) (at int, ok bool) {
	switch {
	case n == length:
		return len(text), true
	case len(text) == length: // ASCII
		return n, true
	}
	return offset(text, n)
}

// offset is the byte offset of the n-th unit of the text, at most its length.
// ok is false where n falls between the halves of a surrogate pair.
func offset[T string | []byte](text T, n int) (at int, ok bool) {
	for at < len(text) && n > 0 {
		switch c := text[at]; {
		case c < utf8.RuneSelf:
			at++
		case c < 0xE0:
			at += 2
		case c < 0xF0:
			at += 3
		default:
			at += 4
			n--
		}
		n--
	}
	return at, n >= 0
}
