package servertest

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Message is a JSON object that was received.
type Message struct {
	Raw    string
	Fields map[string]any
}

func parse(t testing.TB, data []byte) Message {
	t.Helper()
	m := Message{Raw: string(data)}
	if err := json.Unmarshal(data, &m.Fields); err != nil {
		t.Fatalf("received %q: %v", data, err)
	}
	return m
}

// Expect fails the test unless the message matches a pattern.
func (m Message) Expect(t testing.TB, pattern string) {
	t.Helper()
	if !m.Matches(t, pattern) {
		t.Fatalf("received %s\nwant     %s", m.Raw, pattern)
	}
}

// Matches tells whether the message has everything that the pattern has, the
// members of nested objects, too. Lists match element by element. In a
// pattern the text … stands for any value but null and no text.
func (m Message) Matches(t testing.TB, pattern string) bool {
	t.Helper()
	var want any
	if err := json.Unmarshal([]byte(pattern), &want); err != nil {
		t.Fatalf("the pattern %s: %v", pattern, err)
	}
	return match(want, m.Fields, false)
}

// Same tells whether got is what want says and no more, both as encoding/json
// decodes them. In want the text … stands for anything but null and no text.
func Same(want, got any) bool { return match(want, got, true) }

// match compares; whole: objects have no members but those wanted.
func match(want, got any, whole bool) bool {
	switch want := want.(type) {
	case string:
		if want == "…" {
			return got != nil && got != ""
		}
	case []any:
		list, ok := got.([]any)
		return ok && slices.EqualFunc(want, list, func(want, got any) bool { return match(want, got, whole) })
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok || whole && len(object) != len(want) {
			return false
		}
		for name := range want {
			value, here := object[name]
			if !here || !match(want[name], value, whole) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(want, got)
}

// Has tells whether a member is there, null or not.
func (m Message) Has(path string) bool {
	_, here := m.at(path)
	return here
}

// String returns a member that is a string; path has dots between names and
// list indexes.
func (m Message) String(path string) string {
	v, _ := m.at(path)
	s, _ := v.(string)
	return s
}

// Int returns a member that is a number; -1 where there is none.
func (m Message) Int(path string) int {
	v, _ := m.at(path)
	if n, ok := v.(float64); ok {
		return int(n)
	}
	return -1
}

// JSON returns a member as compact JSON, names in order.
func (m Message) JSON(path string) string {
	v, _ := m.at(path)
	return string(encode(v))
}

// encode writes what was decoded from JSON.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("internal error: what was JSON is not: " + err.Error())
	}
	return data
}

// List returns the objects in a list.
func (m Message) List(t testing.TB, path string) []Message {
	t.Helper()
	v, _ := m.at(path)
	list, ok := v.([]any)
	if !ok {
		t.Fatalf("no list %s in %s", path, m.Raw)
	}
	messages := make([]Message, len(list))
	for i := range list {
		messages[i] = parse(t, encode(list[i]))
	}
	return messages
}

func (m Message) at(path string) (v any, here bool) {
	v, here = m.Fields, true
	for name := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v, here = at[name]
		case []any:
			i, err := strconv.Atoi(name)
			if here = err == nil && i < len(at); here {
				v = at[i]
			}
		default:
			return nil, false
		}
		if !here {
			return nil, false
		}
	}
	return v, here
}
