package session_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/wire"
)

// nested wraps a value in so many objects.
func nested(depth int) string {
	return strings.Repeat(`{"a":`, depth) + `1` + strings.Repeat(`}`, depth)
}

// invalid are ops that must not get into `ab😀d` and its newline, six units.
var invalid = map[string]string{
	"not a list":                  `{"insert":"x"}`,
	"a string":                    `"x"`,
	"a number":                    `1`,
	"false":                       `false`,
	"an element that is a string": `["x"]`,
	"an element that is null":     `[null]`,
	"an element that is a list":   `[[]]`,
	"an empty element":            `[{}]`,
	"attributes alone":            `[{"attributes":{"bold":true}}]`,
	"insert and delete":           `[{"insert":"x","delete":1}]`,
	"insert and retain":           `[{"retain":1,"insert":"x"}]`,
	"retain and delete":           `[{"retain":1,"delete":1}]`,
	"insert twice":                `[{"insert":"x","insert":"y"}]`,
	"an unknown key":              `[{"insert":"x","colour":"red"}]`,
	"a key in capitals":           `[{"Insert":"x"}]`,
	"retain 0":                    `[{"retain":0}]`,
	"retain -1":                   `[{"retain":-1}]`,
	"retain 1.5":                  `[{"retain":1.5}]`,
	"retain a string":             `[{"retain":"1"}]`,
	"retain true":                 `[{"retain":true}]`,
	"retain null":                 `[{"retain":null}]`,
	"retain an object":            `[{"retain":{"a":1}}]`,
	"retain 1e400":                `[{"retain":1e400}]`,
	"retain 2^63":                 `[{"retain":9223372036854775808}]`,
	"retain 2^64+1":               `[{"retain":18446744073709551617}]`,
	"delete 0":                    `[{"delete":0}]`,
	"delete -1":                   `[{"delete":-1}]`,
	"delete 0.5":                  `[{"delete":0.5}]`,
	"delete a string":             `[{"delete":"1"}]`,
	"insert nothing":              `[{"insert":""}]`,
	"insert a number":             `[{"insert":1}]`,
	"insert null":                 `[{"insert":null}]`,
	"insert a list":               `[{"insert":["x"]}]`,
	"insert an empty object":      `[{"insert":{}}]`,
	"insert an object of two":     `[{"insert":{"image":"x","video":"y"}}]`,
	"a carriage return":           `[{"insert":"x\r\n"}]`,
	"attributes a string":         `[{"insert":"x","attributes":"bold"}]`,
	"attributes a list":           `[{"insert":"x","attributes":["bold"]}]`,
	"attributes on a delete":      `[{"delete":1,"attributes":{"bold":true}}]`,
	"null attribute on an insert": `[{"insert":"x","attributes":{"bold":null}}]`,
	"null attribute on an embed":  `[{"insert":{"image":"x"},"attributes":{"bold":null}}]`,
	"lone high surrogate":         `[{"insert":"\ud83d"}]`,
	"lone low surrogate":          `[{"insert":"\ude00x"}]`,
	"surrogates the wrong way":    `[{"insert":"\ude00\ud83d"}]`,
	"surrogate in a key":          `[{"insert":"x","attributes":{"\ud800":1}}]`,
	"surrogate in a value":        `[{"insert":"x","attributes":{"a":"\udfff"}}]`,
	"surrogate in an embed":       `[{"insert":{"image":"\ud800"}}]`,
	"surrogate in an embed's key": `[{"insert":{"\ud800":1}}]`,
	"surrogate in a deep value":   `[{"retain":1,"attributes":{"a":[{"b":"\ud800"}]}}]`,
	"invalid UTF-8":               "[{\"insert\":\"\xff\"}]",
	"a surrogate in UTF-8":        "[{\"insert\":\"\xed\xa0\x80\"}]",
	"an overlong NUL":             "[{\"insert\":\"\xc0\x80\"}]",
	"cut-off UTF-8":               "[{\"insert\":\"\xf0\x9f\x98\"}]",
	"invalid UTF-8 in a key":      "[{\"insert\":\"x\",\"attributes\":{\"\xff\":1}}]",
	"an infinite number":          `[{"insert":"x","attributes":{"a":1e999}}]`,
	"an infinite number, deep":    `[{"insert":{"a":[{"b":-1e999}]}}]`,
	"nested too deep, attributes": `[{"insert":"x","attributes":` + nested(31) + `}]`,
	"nested too deep, embed":      `[{"insert":` + nested(31) + `}]`,
	"nested far too deep":         `[{"insert":` + nested(5000) + `}]`,
	"__proto__ in attributes":     `[{"insert":"x","attributes":{"__proto__":1}}]`,
	"__proto__ in an embed":       `[{"insert":{"__proto__":1}}]`,
	"__proto__ deep down":         `[{"insert":{"a":{"b":[{"__proto__":{}}]}}}]`,
	"__proto__ in disguise":       `[{"insert":{"a":{"__pro\u0074o__":{}}}}]`,
	"a name twice":                `[{"insert":"x","attributes":{"a":1,"a":2}}]`,
	"retain past the end":         `[{"retain":7}]`,
	"format past the end":         `[{"retain":7,"attributes":{"bold":true}}]`,
	"delete past the end":         `[{"delete":7}]`,
	"both past the end":           `[{"retain":4},{"delete":3}]`,
	"retains past the end":        `[{"retain":3},{"insert":"x"},{"retain":4}]`,
	"far past the end":            `[{"retain":1099511627776},{"retain":1099511627776}]`,
	"insert into a pair":          `[{"retain":3},{"insert":"x"}]`,
	"delete half a pair":          `[{"retain":2},{"delete":1}]`,
	"delete the other half":       `[{"retain":3},{"delete":1}]`,
	"format half a pair":          `[{"retain":3,"attributes":{"bold":true}}]`,
	"format the other half":       `[{"retain":3},{"retain":1,"attributes":{"bold":true}}]`,
}

// P6: an op is refused whole, the document untouched and the room going on;
// S2: its seq can be used again.
func TestP6InvalidOps(t *testing.T) {
	s := start(t, servertest.Options{})
	const content = `[{"insert":"ab😀d\n"}]`
	s.Create("d", "rich-text", content)
	c, other := s.Connect(), s.Connect()
	c.Open("d")
	other.Open("d")
	for name, op := range invalid {
		c.Op("d", 0, 1, op)
		m := c.Next()
		if !m.Matches(t, `{"t":"error","code":"invalid_op","doc":"d","seq":1,"message":"…"}`) {
			t.Errorf("%s: received %s", name, m.Raw)
		}
	}
	other.Quiet()
	if got := s.Content("d"); got != content {
		t.Fatalf("content %s", got)
	}
	for name, op := range invalid {
		a := s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":0,"op":`+op+`}`)
		if a.Status != http.StatusUnprocessableEntity || !a.Matches(t, `{"code":"invalid_op"}`) {
			t.Errorf("%s over REST: %d %.300s", name, a.Status, a.Body)
		}
	}
	c.Op("d", 0, 1, `[{"retain":5},{"insert":"!"}]`)
	c.Expect(`{"t":"changes","changes":[{"rev":1,"seq":1}]}`)
	other.Expect(`{"t":"changes","changes":[{"rev":1}]}`)
}

// P6: a text document gets neither attributes nor embeds.
func TestP6PlainText(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[{"insert":"abc"}]`)
	c := s.Connect()
	c.Open("d")
	for _, op := range []string{
		`[{"insert":{"image":"x"}}]`, `[{"insert":"x","attributes":{"bold":true}}]`, `[{"retain":1,"attributes":{"bold":true}}]`,
		`[{"retain":1,"attributes":{"bold":null}}]`, `[{"insert":"x"},{"retain":1},{"insert":{"a":1}}]`,
	} {
		c.Op("d", 0, 1, op)
		c.Refused("invalid_op", "d", 1)
	}
	c.Op("d", 0, 1, `[{"insert":"x","attributes":{}}]`) // none at all
	c.Expect(`{"t":"changes","changes":[{"op":[{"insert":"x"}]}]}`)
}

// P6: whatever passes can be stored, and comes back as it was.
func TestP6WhatPasses(t *testing.T) {
	s := start(t, servertest.Options{Idle: 1})
	for name, op := range map[string]string{
		"U+0000":            `[{"insert":"a\u0000b"}]`,
		"U+0000 elsewhere":  `[{"insert":{"a\u0000":"\u0000"},"attributes":{"\u0000":"\u0000"}}]`,
		"U+2028":            `[{"insert":"\u2028\u2029\u0085\ufeff\uffff"}]`,
		"a pair":            `[{"insert":"\ud83d\ude00"}]`,
		"large numbers":     `[{"insert":"x","attributes":{"a":1e308,"b":-1e-308,"c":123456789012345680000}}]`,
		"nested just right": `[{"insert":"x","attributes":` + nested(30) + `}]`,
		"values":            `[{"insert":{"a":[null,true,"x",{"b":[]}]},"attributes":{"c":false,"":""}}]`,
		"format characters": `[{"insert":"<b>&amp;\"\\/</script>"}]`,
	} {
		c := s.Connect()
		doc := strings.NewReplacer(" ", "-", "+", "").Replace(name)
		c.Open(doc)
		c.Op(doc, 0, 1, op)
		m := c.Next()
		if !m.Matches(t, `{"t":"changes","changes":[{"rev":1,"seq":1}]}`) {
			t.Errorf("%s: received %s", name, m.Raw)
			continue
		}
		c.Leave()
		servertest.Eventually(t, "the room leaves memory", func() bool { return s.Hub.Rooms() == 0 })
		back := s.Connect()
		fresh := back.Open(doc)
		back.Leave()
		if got, want := fresh.JSON("content.0"), m.JSON("changes.0.op.0"); !strings.HasPrefix(got, strings.TrimSuffix(want, `"}`)) {
			t.Errorf("%s: %s came back as %s", name, want, got)
		}
	}
}

// P6: an op is checked as it is at the head: a pair that came in between may
// not be cut, one that has gone may.
func TestP6PairsAtTheHead(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[{"insert":"a😀b"}]`)
	c, other := s.Connect(), s.Connect()
	c.Open("d")
	other.Open("d")
	c.Op("d", 0, 1, `[{"retain":1},{"delete":2}]`)
	c.Expect(`{"t":"changes"}`)
	other.Op("d", 0, 1, `[{"retain":2},{"delete":1}]`) // half of what has gone
	c.Expect(`{"t":"changes","changes":[{"rev":2,"op":[]}]}`)
}

// S8: an op that would make the document longer than it may be is too_large.
func TestS8DocumentLimit(t *testing.T) {
	s := start(t, servertest.Options{Limits: wire.Limits{Document: 10}})
	c := s.Connect()
	c.Open("d")
	c.Op("d", 0, 1, `[{"insert":"1234567890"}]`)
	c.Refused("too_large", "d", 1)
	c.Op("d", 0, 1, `[{"insert":"123456789"}]`)
	c.Expect(`{"t":"changes"}`)
	c.Op("d", 1, 2, `[{"insert":"x"}]`)
	c.Refused("too_large", "d", 2)
	c.Op("d", 1, 2, `[{"delete":1},{"insert":"x"}]`) // no longer than before
	c.Expect(`{"t":"changes"}`)
	a := s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":2,"op":[{"insert":"x"}]}`)
	if a.Status != http.StatusRequestEntityTooLarge || !a.Matches(t, `{"code":"too_large"}`) {
		t.Errorf("over REST: %d %s", a.Status, a.Body)
	}
	a = s.Call(http.MethodPost, "/v1/documents", `{"content":[{"insert":"12345678901"}]}`)
	if a.Status != http.StatusRequestEntityTooLarge || !a.Matches(t, `{"code":"too_large"}`) {
		t.Errorf("create: %d %s", a.Status, a.Body)
	}
}
