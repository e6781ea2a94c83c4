package ot

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Value is a JSON value in the canonical form of RFC 8785: equal values are
// equal strings. Make one with ValueOf or decode it with package otjson.
type Value string

// Null is the JSON null. As the value of an attribute on a retain it unsets.
const Null Value = "null"

// maxDepth bounds the nesting of a value, so that one which contains itself
// is an error and no endless recursion.
const maxDepth = 1000

// scalar reports whether the value is neither an object nor a list.
func (v Value) scalar() bool { return v == "" || v[0] != '{' && v[0] != '[' }

// ValueOf returns the JSON value of x, which may be anything that
// encoding/json can encode, or a Value. Numbers become doubles. It fails with
// ErrValue for what JSON cannot express: NaN, ill-formed UTF-8, a cycle.
func ValueOf(x any) (Value, error) {
	dst, err := appendValue(nil, x, 0)
	if err != nil {
		return "", err
	}
	return Value(dst), nil
}

func appendValue(dst []byte, x any, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%w: nested deeper than %d", ErrValue, maxDepth)
	}
	switch x := x.(type) {
	case nil:
		return append(dst, Null...), nil
	case bool:
		return strconv.AppendBool(dst, x), nil
	case float64:
		return appendNumber(dst, x)
	case int:
		return appendNumber(dst, float64(x))
	case string:
		if !utf8.ValidString(x) {
			return nil, fmt.Errorf("%w: ill-formed UTF-8", ErrValue)
		}
		return appendString(dst, x), nil
	case Value:
		return append(dst, x...), nil
	case []any:
		return appendList(dst, x, depth)
	case map[string]any:
		return appendObject(dst, x, depth)
	}
	return appendOther(dst, x, depth)
}

// appendOther takes the way round through encoding/json.
func appendOther(dst []byte, x any, depth int) ([]byte, error) {
	raw, err := json.Marshal(x)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrValue, err)
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrValue, err)
	}
	return appendValue(dst, plain, depth)
}

func appendList(dst []byte, list []any, depth int) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, x := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendValue(dst, x, depth+1); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func appendObject(dst []byte, object map[string]any, depth int) (_ []byte, err error) {
	dst = append(dst, '{')
	for i, key := range slices.SortedFunc(maps.Keys(object), compareKeys) {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendValue(dst, key, depth); err != nil {
			return nil, err
		}
		dst = append(dst, ':')
		if dst, err = appendValue(dst, object[key], depth+1); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// appendNumber writes a double as ECMAScript does: the shortest digits that
// give the same double, with an exponent below 1e-6 and from 1e21.
func appendNumber(dst []byte, x float64) ([]byte, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil, fmt.Errorf("%w: %v", ErrValue, x)
	}
	if x == 0 {
		return append(dst, '0'), nil // also for -0
	}
	if size := math.Abs(x); size >= 1e-6 && size < 1e21 {
		return strconv.AppendFloat(dst, x, 'f', -1, 64), nil
	}
	text := strconv.FormatFloat(x, 'e', -1, 64) // two digits of exponent at least
	digits, exponent, _ := strings.Cut(text, "e")
	dst = append(dst, digits...)
	dst = append(dst, 'e', exponent[0])
	return append(dst, strings.TrimLeft(exponent[1:], "0")...), nil
}

const hex = "0123456789abcdef"

// appendString quotes well-formed UTF-8 with as few escapes as JSON allows.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\r':
			dst = append(dst, `\r`...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}
