package otjson

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/coscribe/coscribe/ot"
)

// plain reads what people who type send: text inserts, retains and deletes
// without attributes, written as JSON.stringify and Append write them, with no
// space and few escapes. Where ok is false something else is there, right or
// wrong, and nothing is decided.
func plain(data []byte) (d ot.Delta, ok bool) {
	var few [8]ot.Op
	rest, ok := bytes.CutPrefix(data, []byte(`[`))
	if !ok {
		return nil, false
	}
	for n := range few {
		if few[n], rest, ok = plainElement(rest); !ok {
			return nil, false
		}
		if len(rest) == 1 && rest[0] == ']' {
			return slices.Clone(few[:n+1]), true
		}
		if rest, ok = bytes.CutPrefix(rest, []byte(`,`)); !ok {
			return nil, false
		}
	}
	return nil, false
}

// plainElement reads one element and returns what follows it.
func plainElement(data []byte) (op ot.Op, rest []byte, ok bool) {
	const head = `{"insert":` // the others are as long
	if len(data) < len(head) {
		return op, nil, false
	}
	switch rest = data[len(head):]; string(data[:len(head)]) {
	case head:
		text, rest, ok := plainText(rest)
		return ot.Insert(text, nil), rest, ok
	case `{"retain":`:
		n, rest, ok := plainLength(rest)
		return ot.Retain(n, nil), rest, ok
	case `{"delete":`:
		n, rest, ok := plainLength(rest)
		return ot.Delete(n), rest, ok
	}
	return op, nil, false
}

// plainText reads a string and the end of its element.
func plainText(data []byte) (text string, rest []byte, ok bool) {
	if len(data) == 0 || data[0] != '"' {
		return "", nil, false
	}
	data = data[1:]
	escapes := 0
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			raw := data[:i]
			rest, ok = bytes.CutPrefix(data[i+1:], []byte(`}`))
			if ok = ok && i > 0 && utf8.Valid(raw); ok && escapes > 0 {
				return unescape(raw, escapes), rest, true
			}
			return string(raw), rest, ok
		case c == '\\':
			i++
			if i == len(data) || escaped(data[i]) == 0 {
				return "", nil, false
			}
			escapes++
		case c < ' ':
			return "", nil, false
		}
	}
	return "", nil, false
}

// escaped returns what a backslash and c stand for, of what people type: lines,
// tabs and quotes; 0 for all others.
func escaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case '"', '\\':
		return c
	}
	return 0
}

// unescape returns a text without its so many backslashes.
func unescape(raw []byte, escapes int) string {
	var b strings.Builder
	b.Grow(len(raw) - escapes)
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			b.WriteByte(raw[i])
			continue
		}
		i++
		b.WriteByte(escaped(raw[i]))
	}
	return b.String()
}

// plainLength reads a length and the end of its element.
func plainLength(data []byte) (n int, rest []byte, ok bool) {
	for i, c := range data {
		switch {
		case '0' <= c && c <= '9' && (n > 0 || c > '0') && n < MaxLength/10:
			n = 10*n + int(c-'0')
		case c == '}' && n > 0:
			return n, data[i+1:], true
		default:
			return 0, nil, false
		}
	}
	return 0, nil, false
}
