package otjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/ot"
)

// ErrInvalid is the error of everything that Decode refuses. The message
// around it names the element and the rule.
var ErrInvalid = errors.New("invalid op")

// Limits of what is accepted.
const (
	// MaxLength is the largest retain or delete, in UTF-16 code units.
	MaxLength = 1 << 40
	// MaxDepth is the deepest nesting of lists and objects. The list of
	// elements itself is the first level.
	MaxDepth = 32
)

// Decode returns the op that data holds, element by element as given, not
// normalised. It fails with ErrInvalid unless data is one JSON list whose
// elements follow the rules:
//
//   - exactly one of insert, retain and delete, perhaps attributes, no other key;
//   - retain and delete are integers from 1 to MaxLength, by value: 1.0 is one;
//   - insert is a string, neither empty nor with a U+000D in it, or an object
//     with one key;
//   - attributes are an object, on insert and retain only; null values are for
//     retain only. An empty object counts as none;
//   - strings are well-formed Unicode, numbers finite doubles, names in an
//     object distinct and never "__proto__", the nesting not above MaxDepth.
//
// The result shares no memory with data.
func Decode(data []byte) (ot.Delta, error) {
	if op, ok := plain(data); ok {
		return op, nil
	}
	return only(data, DecodeFrom)
}

// An input is a decoder that is used again and again.
type input struct {
	buf bytes.Buffer // jsontext reads it in place
	dec *jsontext.Decoder
}

var inputs = sync.Pool{New: func() any { return &input{dec: new(jsontext.Decoder)} }}

func (in *input) open(data []byte) {
	in.buf = *bytes.NewBuffer(data)
	in.dec.Reset(&in.buf)
}

func (in *input) release() {
	in.open(nil) // data is the caller's
	inputs.Put(in)
}

// only reads the one value that data must be.
func only[T any](data []byte, read func(*jsontext.Decoder) (T, error)) (value T, err error) {
	in := inputs.Get().(*input)
	defer in.release()
	in.open(data)
	if value, err = read(in.dec); err != nil {
		return value, err
	}
	if _, err := in.dec.ReadToken(); err != io.EOF {
		var none T
		return none, fmt.Errorf("%w: something follows it", ErrInvalid)
	}
	return value, nil
}

// DecodeContent is Decode for the content of a document: inserts only.
func DecodeContent(data []byte) (ot.Delta, error) {
	content, err := Decode(data)
	if err != nil {
		return nil, err
	}
	for i, op := range content {
		if k := op.Kind(); k != ot.InsertKind && k != ot.EmbedKind {
			return nil, fmt.Errorf("%w: element %d: a %v in a content", ErrInvalid, i, k)
		}
	}
	return content, nil
}

// DecodeFrom reads one op, the next value of dec, by the rules of Decode. The
// decoder must refuse invalid UTF-8 and duplicate names, as it does by
// default. After an error its place in the input is undefined.
func DecodeFrom(dec *jsontext.Decoder) (ot.Delta, error) {
	r := reader{dec: dec, base: dec.StackDepth()}
	op, err := r.delta()
	if err != nil {
		return nil, invalid(err)
	}
	return op, nil
}

// invalid makes an ErrInvalid. What the JSON decoder says of a mistake quotes
// the text around it, which may be a document's and is left out.
func invalid(err error) error {
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	cause := syntax.Err.Error()
	if quote := strings.IndexAny(cause, "`'\""); quote >= 0 {
		cause = strings.TrimSpace(cause[:quote])
	}
	plain := fmt.Sprintf("%s at byte %d", cause, syntax.ByteOffset)
	where, _, _ := strings.Cut(err.Error(), syntax.Error())
	return fmt.Errorf("%w: %s%s", ErrInvalid, where, plain)
}

type reader struct {
	dec  *jsontext.Decoder
	base int // depth around the op
}

func (r reader) delta() (ot.Delta, error) {
	if err := r.open('[', "a list of elements"); err != nil {
		return nil, err
	}
	var few [8]ot.Op // most ops are short
	d := few[:0]
	for r.dec.PeekKind() != ']' {
		op, err := r.element()
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", len(d), err)
		}
		d = append(d, op)
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	return slices.Clone(d), nil
}

// open reads the token that begins a list or an object.
func (r reader) open(kind jsontext.Kind, what string) error {
	if k := r.dec.PeekKind(); k != kind && k != 0 { // 0: let ReadToken tell
		return fmt.Errorf("not %s", what)
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	if r.dec.StackDepth()-r.base > MaxDepth {
		return fmt.Errorf("nested deeper than %d", MaxDepth)
	}
	return nil
}

// element reads one object of the list.
func (r reader) element() (ot.Op, error) {
	if err := r.open('{', "an object"); err != nil {
		return ot.Op{}, err
	}
	var e element
	for r.dec.PeekKind() != '}' {
		key, err := r.key()
		if err != nil {
			return ot.Op{}, err
		}
		if err := r.member(&e, key); err != nil {
			return ot.Op{}, err
		}
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return ot.Op{}, err
	}
	return e.op()
}

// An element is what an object of the list says, before it is known whether
// that makes sense.
type element struct {
	kind      ot.Kind
	text      string
	embed     ot.Embed
	length    int
	attrs     *ot.Attributes
	formatted bool // attributes were given, perhaps empty
}

// The keys of an element.
const (
	insertKey     = "insert"
	retainKey     = "retain"
	deleteKey     = "delete"
	attributesKey = "attributes"
)

// key reads the key of a member, which is known.
func (r reader) key() (string, error) {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return "", err
	}
	switch string(raw) { // as they are usually written
	case `"insert"`:
		return insertKey, nil
	case `"retain"`:
		return retainKey, nil
	case `"delete"`:
		return deleteKey, nil
	case `"attributes"`:
		return attributesKey, nil
	}
	name, err := unquote(raw)
	if err != nil {
		return "", err
	}
	for _, key := range []string{insertKey, retainKey, deleteKey, attributesKey} {
		if name == key {
			return key, nil
		}
	}
	return "", fmt.Errorf("unknown key %q", name)
}

func (r reader) member(e *element, key string) (err error) {
	kind := ot.Kind(0)
	switch key {
	case insertKey:
		kind = ot.InsertKind
		if r.dec.PeekKind() == '{' {
			kind = ot.EmbedKind
			e.embed, err = r.embed()
		} else {
			e.text, err = r.text()
		}
	case retainKey:
		kind = ot.RetainKind
		e.length, err = r.length()
	case deleteKey:
		kind = ot.DeleteKind
		e.length, err = r.length()
	case attributesKey:
		e.formatted = true
		e.attrs, err = r.attributes()
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", key, err)
	case kind != 0 && e.kind != 0:
		return errors.New("more than one of insert, retain and delete")
	case kind != 0:
		e.kind = kind
	}
	return nil
}

func (e element) op() (ot.Op, error) {
	if e.attrs.HasNull() && e.kind != ot.RetainKind {
		return ot.Op{}, errors.New("a null attribute that is not on a retain")
	}
	switch e.kind {
	case ot.InsertKind:
		return ot.Insert(e.text, e.attrs), nil
	case ot.EmbedKind:
		return ot.InsertEmbed(e.embed, e.attrs), nil
	case ot.RetainKind:
		return ot.Retain(e.length, e.attrs), nil
	case ot.DeleteKind:
		if e.formatted {
			return ot.Op{}, errors.New("attributes on a delete")
		}
		return ot.Delete(e.length), nil
	}
	return ot.Op{}, errors.New("none of insert, retain and delete")
}

// text reads what a text insert holds.
func (r reader) text() (string, error) {
	if k := r.dec.PeekKind(); k != '"' && k != 0 {
		return "", errors.New("neither a string nor an object")
	}
	text, err := r.string()
	switch {
	case err != nil:
		return "", err
	case text == "":
		return "", errors.New("an empty string")
	case strings.ContainsRune(text, '\r'):
		return "", errors.New("a U+000D (carriage return)")
	}
	return text, nil
}

// embed reads an object with one key.
func (r reader) embed() (ot.Embed, error) {
	embeds, err := r.object()
	if err != nil {
		return ot.Embed{}, err
	}
	if len(embeds) != 1 {
		return ot.Embed{}, fmt.Errorf("an object with %d keys, not one", len(embeds))
	}
	return ot.Embed(embeds[0]), nil
}

func (r reader) attributes() (*ot.Attributes, error) {
	list, err := r.object()
	if err != nil {
		return nil, err
	}
	return ot.MakeAttributes(list...), nil
}
