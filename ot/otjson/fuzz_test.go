package otjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/ot/ottest"
)

// FuzzDecode feeds anything. What is accepted must be readable by others and
// come back as it is, and applying it must not do harm.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`[]`,
		`[{"retain":120},{"insert":"a😀"},{"delete":3}]`,
		`[{"insert":"\n\t\"\\ \/"},{"insert":"\\"}]`,
		`[{"retain":1.0},{"insert":"a😀\u0000"},{"delete":1e2}]`,
		`[{"insert":{"image":{"a":[1,null]}},"attributes":{"b":true}}]`,
		`[{"attributes":{"b":null,"a":-0.1e-7},"retain":2}]`,
		`[{"\u0069nsert":"\ud83d\ude00"}]`,
		`[{"insert":"a"},{"insert":"a","attributes":{"__proto__":1}}]`,
	} {
		f.Add([]byte(seed))
	}
	doc, err := ot.NewDocument(ot.Delta{ot.Insert("a😀b", nil)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := otjson.Decode(data)
		checkSpaced(t, data, d, err)
		if err != nil {
			if !errors.Is(err, otjson.ErrInvalid) || d != nil {
				t.Fatalf("got %v with %v", d, err)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatal("accepted what is not JSON")
		}
		checkReversible(t, d)
		_, _ = doc.Apply(d)
		_, _ = d.Compose(d)
		d.Transform(d, true)
	})
}

// checkSpaced checks that the same with a space before it, which takes the
// general way through the decoder, is read alike.
func checkSpaced(t ottest.TB, data []byte, d ot.Delta, err error) {
	t.Helper()
	other, otherErr := otjson.Decode(append([]byte(" "), data...))
	if (err == nil) != (otherErr == nil) || !other.Equal(d) {
		t.Fatalf("%q is read as %v, %v, and behind a space as %v, %v", data, d, err, other, otherErr)
	}
}

// checkReversible checks that a delta is written as small valid JSON and read
// back as it was.
func checkReversible(t ottest.TB, d ot.Delta) {
	t.Helper()
	out := otjson.Append([]byte("x"), d)[1:]
	if compact := compacted(t, out); !bytes.Equal(compact, out) {
		t.Fatalf("%s could be %s", out, compact)
	}
	back, err := otjson.Decode(out)
	checkSpaced(t, out, back, err)
	if err != nil || !back.Equal(d) {
		t.Fatalf("%v is written as %s and read as %v, %v", d, out, back, err)
	}
}

func compacted(t ottest.TB, raw []byte) []byte {
	t.Helper()
	v := jsontext.Value(bytes.Clone(raw))
	if err := v.Format(jsontext.EscapeForHTML(false), jsontext.PreserveRawStrings(false)); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return v
}

func TestAppendIsReversible(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := ottest.Rapid(t)
		doc := ottest.Document(s, ot.RichText, 8)
		checkReversible(t, doc.Content())
		checkReversible(t, ottest.Op(s, ot.RichText, doc, 8))
	})
}

func TestAppendLeavesOutWhatDoesNothing(t *testing.T) {
	t.Parallel()
	d := ot.Delta{{}, ot.Retain(0, nil), ot.Insert("a", nil), ot.Delete(0), ot.Insert("", nil)}
	if got := string(otjson.Append(nil, d)); got != `[{"insert":"a"}]` {
		t.Errorf("written as %s", got)
	}
	if got := string(otjson.Append(nil, nil)); got != "[]" {
		t.Errorf("nothing is written as %s", got)
	}
}

func TestDecodeContent(t *testing.T) {
	t.Parallel()
	content, err := otjson.DecodeContent([]byte(`[{"insert":"a"},{"insert":{"i":1}}]`))
	if err != nil || len(content) != 2 {
		t.Errorf("got %v, %v", content, err)
	}
	for _, in := range []string{`[{"insert":"a"},{"retain":1}]`, `[{"delete":1}]`, `{}`} {
		if _, err := otjson.DecodeContent([]byte(in)); !errors.Is(err, otjson.ErrInvalid) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// An op inside a message is read from the message's decoder, and nests to its
// own depth whatever the message's is.
func TestDecodeFrom(t *testing.T) {
	t.Parallel()
	message := `{"a":[{"op":` + nested(otjson.MaxDepth) + `,"rest":1}]}`
	dec := jsontext.NewDecoder(bytes.NewBufferString(message))
	for dec.StackDepth() < 3 || dec.PeekKind() != '[' {
		if _, err := dec.ReadToken(); err != nil {
			t.Fatal(err)
		}
	}
	d, err := otjson.DecodeFrom(dec)
	if err != nil || len(d) != 1 {
		t.Fatalf("got %v, %v", d, err)
	}
	if rest, err := dec.ReadToken(); err != nil || rest.String() != "rest" {
		t.Errorf("then %v, %v", rest, err)
	}
}

// Decode keeps nothing of its input, which a caller may use again.
func TestDecodeCopies(t *testing.T) {
	t.Parallel()
	data := []byte(`[{"insert":"abcdefgh","attributes":{"link":"https://example.org"}},{"insert":{"image":"x.png"}}]`)
	d, err := otjson.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	want := string(otjson.Append(nil, d))
	clear(data)
	if got := string(otjson.Append(nil, d)); got != want {
		t.Errorf("now it says %s", got)
	}
}
