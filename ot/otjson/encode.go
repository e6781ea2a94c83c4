package otjson

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/ot"
)

// Append appends the JSON form of d to dst, in as few bytes as the values
// allow: "[]" for the empty op. Components of length 0, which do nothing, are
// left out. Decode reads it back as an equal Delta, but for what a library
// user may build and Decode refuses, such as a carriage return.
func Append(dst []byte, d ot.Delta) []byte {
	dst = append(dst, '[')
	first := true
	for _, op := range d {
		if op.Len() == 0 {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = appendOp(dst, op)
	}
	return append(dst, ']')
}

func appendOp(dst []byte, op ot.Op) []byte {
	switch op.Kind() {
	case ot.InsertKind:
		dst = append(dst, `{"insert":`...)
		dst = appendString(dst, op.Text())
	case ot.EmbedKind:
		e := op.Embed()
		dst = append(dst, `{"insert":{`...)
		dst = appendString(dst, e.Key)
		dst = append(dst, ':')
		dst = append(dst, e.Value...)
		dst = append(dst, '}')
	case ot.RetainKind:
		dst = append(dst, `{"retain":`...)
		dst = strconv.AppendInt(dst, int64(op.Len()), 10)
	case ot.DeleteKind:
		dst = append(dst, `{"delete":`...)
		dst = strconv.AppendInt(dst, int64(op.Len()), 10)
	}
	if a := op.Attributes(); a != nil {
		dst = append(dst, `,"attributes":`...)
		dst = append(dst, a.Value()...)
	}
	return append(dst, '}')
}

// appendString quotes s. Ill-formed UTF-8, which only the key of a hand-made
// embed can hold, becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s) // the error tells of the U+FFFD
	return dst
}
