package otjson_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/ot/otjson"
)

func TestDecodeAccepts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"empty", `[]`, `[]`},
		{"all", ` [ {"retain":3}, {"insert":"a"}, {"delete":1} ] `, `[{"retain":3},{"insert":"a"},{"delete":1}]`},
		{"not normalised", `[{"insert":"a"},{"insert":"b"},{"retain":1}]`, `[{"insert":"a"},{"insert":"b"},{"retain":1}]`},
		{"integers by value", `[{"retain":1.0},{"delete":1e2},{"retain":12.5e1}]`, `[{"retain":1},{"delete":100},{"retain":125}]`},
		{"longest", `[{"retain":1099511627776}]`, `[{"retain":1099511627776}]`},
		{"escaped keys", `[{"\u0069nsert":"\u0061"}]`, `[{"insert":"a"}]`},
		{"attributes first", `[{"attributes":{"b":1},"insert":"a"}]`, `[{"insert":"a","attributes":{"b":1}}]`},
		{"empty attributes", `[{"insert":"a","attributes":{}}]`, `[{"insert":"a"}]`},
		{"null on retain", `[{"retain":1,"attributes":{"b":null}}]`, `[{"retain":1,"attributes":{"b":null}}]`},
		{"canonical values", `[{"retain":1,"attributes":{"z":1.50,"a":{"y":[1e2, "\u0041"],"x":null}}}]`, `[{"retain":1,"attributes":{"a":{"x":null,"y":[100,"A"]},"z":1.5}}]`},
		{"more than a few", `[` + strings.Repeat(`{"retain":1},`, 20) + `{"delete":1}]`, `[` + strings.Repeat(`{"retain":1},`, 20) + `{"delete":1}]`},
		{"embed", `[{"insert":{"image":{"src":"x.png","w":1}}}]`, `[{"insert":{"image":{"src":"x.png","w":1}}}]`},
		{"null embed", `[{"insert":{"image":null}}]`, `[{"insert":{"image":null}}]`},
		{"U+0000", `[{"insert":"a\u0000b"}]`, `[{"insert":"a\u0000b"}]`},
		{"emoji from escapes", `[{"insert":"\ud83d\ude00"}]`, `[{"insert":"😀"}]`},
		{"no HTML escapes", `[{"insert":"<a href='&'>\u2028"}]`, "[{\"insert\":\"<a href='&'>\u2028\"}]"},
		{"nested to the limit", nested(otjson.MaxDepth), nested(otjson.MaxDepth)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := otjson.Decode([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			checkSpaced(t, []byte(c.in), d, err)
			if got := string(otjson.Append(nil, d)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// nested is an op whose brackets nest to the given depth.
func nested(depth int) string {
	n := depth - 3 // the list, its element, the attributes
	return `[{"insert":"a","attributes":{"v":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}}]`
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, says string }{
		{"nothing", ``, ""},
		{"cut off", `[{"insert":"a"`, "element 0"},
		{"no list", `{"insert":"a"}`, "not a list of elements"},
		{"null", `null`, "not a list"},
		{"something behind", `[] []`, "follows"},
		{"garbage behind", `[]x`, "follows"},
		{"element no object", `[{"retain":1},3]`, "element 1: not an object"},
		{"empty element", `[{}]`, "none of insert, retain and delete"},
		{"attributes alone", `[{"attributes":{}}]`, "none of"},
		{"two kinds", `[{"insert":"a","delete":1}]`, "more than one of"},
		{"unknown key", `[{"insert":"a","x":1}]`, `unknown key "x"`},
		{"duplicate key", `[{"insert":"a","insert":"b"}]`, "duplicate"},
		{"duplicate by escape", `[{"insert":"a","\u0069nsert":"b"}]`, "duplicate"},
		{"zero", `[{"retain":0}]`, "retain: not an integer"},
		{"leading zero", `[{"retain":01}]`, "retain: not an integer"},
		{"no digits", `[{"delete":}]`, "delete: not a number"},
		{"no end", `[{"retain":1},{"insert":"a"}`, ""},
		{"no comma", `[{"retain":1}{"insert":"a"}]`, ""},
		{"a comma too many", `[{"insert":"a"},]`, ""},
		{"negative", `[{"delete":-1}]`, "delete: not an integer"},
		{"fraction", `[{"retain":1.5}]`, "not an integer"},
		{"too long", `[{"retain":1099511627777}]`, "not an integer"},
		{"much too long", `[{"retain":1e300}]`, "not an integer"},
		{"beyond the doubles", `[{"retain":1e999}]`, "not an integer"},
		{"length as string", `[{"retain":"1"}]`, "not a number"},
		{"object retain", `[{"retain":{"delta":[]}}]`, "not a number"},
		{"empty insert", `[{"insert":""}]`, "an empty string"},
		{"carriage return", `[{"insert":"a\r\n"}]`, "U+000D"},
		{"insert of a number", `[{"insert":1}]`, "neither a string nor an object"},
		{"insert of null", `[{"insert":null}]`, "neither a string nor an object"},
		{"embed without keys", `[{"insert":{}}]`, "0 keys"},
		{"embed with two keys", `[{"insert":{"a":1,"b":2}}]`, "2 keys"},
		{"attributes null", `[{"insert":"a","attributes":null}]`, "attributes: not an object"},
		{"attributes list", `[{"insert":"a","attributes":[]}]`, "attributes: not an object"},
		{"attributes on delete", `[{"delete":1,"attributes":{}}]`, "attributes on a delete"},
		{"null on insert", `[{"insert":"a","attributes":{"b":null}}]`, "a null attribute"},
		{"null on embed", `[{"insert":{"i":1},"attributes":{"b":null}}]`, "a null attribute"},
		{"lone surrogate", `[{"insert":"\ud83d"}]`, "surrogate"},
		{"lone surrogate in a key", `[{"retain":1,"attributes":{"\ude00":1}}]`, "surrogate"},
		{"invalid UTF-8", "[{\"insert\":\"\xff\"}]", "UTF-8"},
		{"infinite number", `[{"insert":"a","attributes":{"b":[1e999]}}]`, "beyond the doubles"},
		{"proto", `[{"insert":"a","attributes":{"__proto__":1}}]`, "__proto__"},
		{"proto as an embed", `[{"insert":{"__proto__":1}}]`, "__proto__"},
		{"proto inside", `[{"insert":{"a":[{"b":{"\u005f_proto__":1}}]}}]`, "__proto__"},
		{"proto as a component key", `[{"insert":"a","__proto__":1}]`, "__proto__"},
		{"nested too deep", nested(otjson.MaxDepth + 1), "nested deeper"},
		{"nested very deep", nested(100_000), "nested deeper"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := otjson.Decode([]byte(c.in))
			checkSpaced(t, []byte(c.in), d, err)
			if !errors.Is(err, otjson.ErrInvalid) || d != nil {
				t.Fatalf("got %v, %v, want ErrInvalid", d, err)
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("message %q does not say %q", err, c.says)
			}
		})
	}
}
