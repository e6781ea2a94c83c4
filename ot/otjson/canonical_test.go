package otjson_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]ot.Value{
		`null`:                                "null",
		" 1.50 ":                              "1.5", //nolint:gocritic // the white space is the point
		`-0.0`:                                "0",
		`12345678901234567890`:                "12345678901234567000",
		`"\u0041\/\u2028"`:                    "\"A/\u2028\"",
		`{"b":[1e2,{}],"a":{"\u0000":false}}`: `{"a":{"\u0000":false},"b":[100,{}]}`,
		strings.Repeat("[", otjson.MaxDepth) + strings.Repeat("]", otjson.MaxDepth): ot.Value(
			strings.Repeat("[", otjson.MaxDepth) + strings.Repeat("]", otjson.MaxDepth)),
	} {
		if got, err := otjson.Canonical([]byte(in)); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
	}
}

func TestCanonicalRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		``, `{`, `1 2`, `nul`, `[1e999]`, `"\ud83d"`, "\"\xff\"", `{"a":1,"a":2}`, `[{"__proto__":1}]`,
		strings.Repeat("[", otjson.MaxDepth+1) + strings.Repeat("]", otjson.MaxDepth+1),
	} {
		if got, err := otjson.Canonical([]byte(in)); !errors.Is(err, otjson.ErrInvalid) || got != "" {
			t.Errorf("%s: got %s, %v, want ErrInvalid", in, got, err)
		}
	}
}
