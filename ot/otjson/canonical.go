package otjson

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/ot"
)

// Canonical returns the one JSON value that data is in canonical form, held
// to the rules that Decode has for values: well-formed strings, finite
// doubles, distinct names, none "__proto__", nesting not above MaxDepth. It
// fails with ErrInvalid.
func Canonical(data []byte) (ot.Value, error) {
	return only(data, func(dec *jsontext.Decoder) (ot.Value, error) {
		v, err := reader{dec: dec, base: dec.StackDepth()}.canonical()
		if err != nil {
			return "", invalid(err)
		}
		return v, nil
	})
}
