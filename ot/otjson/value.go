package otjson

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/ot"
)

// string reads a string.
func (r reader) string() (string, error) {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return "", err
	}
	return unquote(raw)
}

// unquote returns what a valid JSON string says.
func unquote(raw []byte) (string, error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), nil
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	return string(text), err
}

// length reads an integer from 1 to MaxLength, in whatever way it is written.
func (r reader) length() (int, error) {
	if k := r.dec.PeekKind(); k != '0' && k != 0 {
		return 0, errors.New("not a number")
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil { // 1.0 or 1e2, or not an integer at all
		x, err := strconv.ParseFloat(string(raw), 64)
		if err != nil || x < 1 || x > MaxLength || x != float64(int(x)) {
			return 0, errLength
		}
		n = int(x)
	}
	if n < 1 || n > MaxLength {
		return 0, errLength
	}
	return n, nil
}

var errLength = fmt.Errorf("not an integer from 1 to %d", MaxLength)

// object reads an object as a list of names and values.
func (r reader) object() ([]ot.Attribute, error) {
	if err := r.open('{', "an object"); err != nil {
		return nil, err
	}
	var few [4]ot.Attribute
	list := few[:0]
	for r.dec.PeekKind() != '}' {
		name, err := r.name()
		if err != nil {
			return nil, err
		}
		v, err := r.canonical()
		if err != nil {
			return nil, fmt.Errorf("%q: %w", name, err)
		}
		list = append(list, ot.Attribute{Key: name, Value: v})
	}
	_, err := r.dec.ReadToken()
	return list, err
}

// name reads the name of an object member.
func (r reader) name() (string, error) {
	name, err := r.string()
	if err == nil && name == "__proto__" {
		return "", errors.New(`a key "__proto__"`)
	}
	return name, err
}

// canonical reads any value, in canonical form.
func (r reader) canonical() (ot.Value, error) {
	switch r.dec.PeekKind() {
	case '[', '{', '0':
		x, err := r.value()
		if err != nil {
			return "", err
		}
		return ot.ValueOf(x)
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		return "", err
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return ot.Value(raw), nil // without escapes there is only one way to write it
	}
	text, err := unquote(raw)
	if err != nil {
		return "", err
	}
	return ot.ValueOf(text)
}

// value reads any value, as encoding/json would store it in an interface.
func (r reader) value() (any, error) {
	switch r.dec.PeekKind() {
	case '"':
		return r.string()
	case '0':
		return r.number()
	case '[':
		return r.list()
	case '{':
		return r.members()
	}
	token, err := r.dec.ReadToken()
	if err != nil || token.Kind() == 'n' {
		return nil, err
	}
	return token.Bool(), nil
}

func (r reader) number() (any, error) {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	x, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return nil, errors.New("a number beyond the doubles")
	}
	return x, nil
}

func (r reader) list() (any, error) {
	if err := r.open('[', "a list"); err != nil {
		return nil, err
	}
	list := []any{}
	for r.dec.PeekKind() != ']' {
		x, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	_, err := r.dec.ReadToken()
	return list, err
}

func (r reader) members() (any, error) {
	if err := r.open('{', "an object"); err != nil {
		return nil, err
	}
	object := map[string]any{}
	for r.dec.PeekKind() != '}' {
		name, err := r.name()
		if err != nil {
			return nil, err
		}
		if object[name], err = r.value(); err != nil {
			return nil, err
		}
	}
	_, err := r.dec.ReadToken()
	return object, err
}
