package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// bodies says how bodies are read and written: as JSON, whatever the call.
var bodies = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}

var jsonFormat = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: readBody}

// readBody decodes a body. To hold it to its description the library wants it
// as plain values first. A number that is none of those, such as 1e999, is
// left out there: where it stands in an op, P6 says what becomes of it, and
// elsewhere it will not fit.
func readBody(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	_, plain := v.(*any)
	if _, tooLarge := errors.AsType[*json.UnmarshalTypeError](err); plain && tooLarge {
		return nil
	}
	return err
}

// isJSON tells whether a body is said to be JSON, in letters of any case.
func isJSON(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(media), "application/json")
}

// spelled returns r with its media type, in the letters that the
// library knows.
func spelled(r *http.Request) *http.Request {
	const header, known = "Content-Type", "application/json"
	if kind := r.Header.Get(header); kind == "" || kind == known {
		return r
	}
	r = r.Clone(r.Context())
	r.Header.Set(header, known)
	return r
}
