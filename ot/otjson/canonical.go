package otjson

import (
	"bytes"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/ot"
)

// Canonical returns one JSON value in canonical form, held to the rules that
// Decode has for values: well-formed strings, finite doubles, distinct names,
// none "__proto__", bounded nesting. It fails with ErrInvalid.
func Canonical(data []byte) (ot.Value, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(data))
	x, err := reader{dec: dec}.value()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return "", fmt.Errorf("%w: something follows the value", ErrInvalid)
	}
	v, err := ot.ValueOf(x)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return v, nil
}
