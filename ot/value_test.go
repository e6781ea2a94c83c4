package ot_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/coscribe/coscribe/ot"
)

func TestValueOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   any
		want ot.Value
	}{
		{"nil", nil, "null"},
		{"bool", true, "true"},
		{"int", 7, "7"},
		{"other int", uint8(7), "7"},
		{"fraction", 1.5, "1.5"},
		{"negative zero", math.Copysign(0, -1), "0"},
		{"beyond 2^53", 9007199254740993, "9007199254740992"},
		{"below the exponent", 999999999999999900000.0, "999999999999999900000"},
		{"large", 1e21, "1e+21"},
		{"small", 1e-7, "1e-7"},
		{"above the small exponent", 0.000001, "0.000001"},
		{"smallest", 5e-324, "5e-324"},
		{"string", "a\"b\\c/<>&😀\u2028\x7f", "\"a\\\"b\\\\c/<>&😀\u2028\x7f\""},
		{"controls", "\x00\b\t\n\v\f\r\x1f", `"\u0000\b\t\n\u000b\f\r\u001f"`},
		{"list", []any{1, "a", nil, []any{}}, `[1,"a",null,[]]`},
		{"order of keys", map[string]any{"b": 1, "a": 2, "": 3, "aa": 4}, `{"":3,"a":2,"aa":4,"b":1}`},
		// RFC 8785 sorts by UTF-16 code units: a surrogate comes before U+FB33.
		{"order of astral keys", map[string]any{"\ufb33": 1, "😀": 2, "\u20ac": 3, "ö": 4}, "{\"ö\":4,\"\u20ac\":3,\"😀\":2,\"\ufb33\":1}"},
		{"value", map[string]any{"a": ot.Value(`{"b":1}`)}, `{"a":{"b":1}}`},
		{"struct", struct {
			B int    `json:"b"`
			A string `json:"a"`
		}{1, "x"}, `{"a":"x","b":1}`},
		{"marshaler", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), `"2026-01-02T03:04:05Z"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := ot.ValueOf(c.in)
			if err != nil || got != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

func TestValueOfRefuses(t *testing.T) {
	t.Parallel()
	cycle := []any{nil}
	cycle[0] = cycle
	for name, x := range map[string]any{
		"NaN":         math.NaN(),
		"infinity":    []any{math.Inf(-1)},
		"UTF-8":       "\xff",
		"UTF-8 key":   map[string]any{"\xed\xa0\x80": 1},
		"cycle":       cycle,
		"not in JSON": func() {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v, err := ot.ValueOf(x); !errors.Is(err, ot.ErrValue) {
				t.Errorf("got %s, %v, want ErrValue", v, err)
			}
		})
	}
}
