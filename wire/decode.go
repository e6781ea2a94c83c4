package wire

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// MaxState is the largest presence state, in bytes of JSON.
const MaxState = 4 << 10

// maxInteger is the largest integer that every client can represent.
const maxInteger = 1<<53 - 1

// ErrNotMessage is wrapped by the errors of Decode for frames that are not a
// JSON object with a kind: what sends them does not speak this protocol.
var ErrNotMessage = errors.New("not a JSON object with a kind")

// envelope holds the raw fields of a message, as they stand in its frame; nil
// where absent or null.
type envelope struct {
	t, doc, client, token, typ, rev, epoch, at, seq, op, cursor, state jsontext.Value
	nullCursor, nullState                                              bool
}

// Decode reads one frame. The error is an *Error, about the document and the
// op where the frame names them, or wraps ErrNotMessage. A hello that is
// refused still comes back as a Hello, so that it can be told from what must
// not come before it.
func Decode(frame []byte) (Message, error) {
	env, err := split(frame)
	if err != nil {
		return nil, err
	}
	kind, err := env.text(env.t, "t")
	if err != nil || env.t == nil {
		return nil, ErrNotMessage
	}
	switch kind {
	case "op":
		return env.decodeOp()
	case "presence":
		return env.decodePresence()
	case "ping":
		return Ping{}, nil
	case "open":
		return env.decodeOpen()
	case "close":
		doc, err := env.document()
		return Close{Doc: doc}, err
	case "hello":
		return env.decodeHello()
	case "auth":
		token, err := env.text(env.token, "token")
		if err == nil && env.token == nil {
			err = Errorf(BadMessage, "token is missing")
		}
		return Auth{Token: token}, err
	default:
		return nil, Errorf(BadMessage, "unknown kind of message")
	}
}

var decoders = sync.Pool{New: func() any {
	return &splitter{dec: jsontext.NewDecoder(bytes.NewReader(nil))}
}}

type splitter struct {
	dec *jsontext.Decoder
	src bytes.Reader
}

// split finds the fields of a frame without looking into them. It accepts
// malformed strings and duplicate names inside values: an op with a lone
// surrogate is an invalid op, answered as such, not a broken frame.
func split(frame []byte) (envelope, error) {
	var env envelope
	s := decoders.Get().(*splitter)
	defer decoders.Put(s)
	s.src.Reset(frame)
	s.dec.Reset(&s.src, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if s.dec.PeekKind() != '{' {
		return env, ErrNotMessage
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return env, ErrNotMessage
	}
	for s.dec.PeekKind() == '"' {
		name, err := s.dec.ReadValue()
		if err != nil {
			return env, ErrNotMessage
		}
		field := env.field(name)
		value, err := s.dec.ReadValue()
		if err != nil {
			return env, ErrNotMessage
		}
		if field == nil {
			continue
		}
		if *field != nil {
			return env, Errorf(BadMessage, "a field is there twice")
		}
		if value.Kind() == 'n' {
			env.nullCursor = env.nullCursor || field == &env.cursor
			env.nullState = env.nullState || field == &env.state
			continue
		}
		end := s.dec.InputOffset() // the decoder will use value's memory again
		*field = frame[end-int64(len(value)) : end : end]
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return env, ErrNotMessage
	}
	if _, err := s.dec.ReadToken(); err != io.EOF {
		return env, ErrNotMessage
	}
	return env, nil
}

// field returns where the field of a name, as it stands in the frame, goes; nil
// where there is no such field.
func (e *envelope) field(name jsontext.Value) *jsontext.Value {
	plain := name[1 : len(name)-1]
	if bytes.IndexByte(plain, '\\') >= 0 {
		plain, _ = jsontext.AppendUnquote(nil, name) // no field has a name that is not well-formed
	}
	switch string(plain) {
	case "t":
		return &e.t
	case "doc":
		return &e.doc
	case "client":
		return &e.client
	case "token":
		return &e.token
	case "type":
		return &e.typ
	case "rev":
		return &e.rev
	case "epoch":
		return &e.epoch
	case "at":
		return &e.at
	case "seq":
		return &e.seq
	case "op":
		return &e.op
	case "cursor":
		return &e.cursor
	case "state":
		return &e.state
	}
	return nil
}

func (e *envelope) decodeHello() (Message, error) {
	var m Hello
	var err error
	if e.client == nil {
		return m, Errorf(BadMessage, "client is missing")
	}
	if m.Client, err = e.uuid(e.client, "client"); err != nil {
		return m, err
	}
	m.Token, err = e.text(e.token, "token")
	return m, err
}

func (e *envelope) decodeOpen() (Message, error) {
	doc, err := e.document()
	if err != nil {
		return nil, err
	}
	m := Open{Doc: doc, Resume: e.rev != nil}
	if m.Type, err = e.text(e.typ, "type"); err != nil {
		return nil, about(err, doc, 0)
	}
	if m.Resume {
		if m.Rev, err = e.integer(e.rev, "rev", 0); err != nil {
			return nil, about(err, doc, 0)
		}
	}
	if e.epoch != nil {
		if m.Epoch, err = e.uuid(e.epoch, "epoch"); err != nil {
			return nil, about(err, doc, 0)
		}
	}
	if e.at != nil {
		at, err := e.text(e.at, "at")
		if err == nil {
			m.At, err = time.Parse(time.RFC3339, at)
		}
		if err != nil {
			return nil, Errorf(BadMessage, "at is not a time in RFC 3339").About(doc, 0)
		}
	}
	return m, nil
}

func (e *envelope) decodeOp() (Message, error) {
	doc, err := e.document()
	if err != nil {
		return nil, err
	}
	m := Op{Doc: doc}
	if m.Seq, err = e.integer(e.seq, "seq", 1); err != nil {
		return nil, about(err, doc, 0)
	}
	if m.Rev, err = e.integer(e.rev, "rev", 0); err != nil {
		return nil, about(err, doc, m.Seq)
	}
	if e.op == nil {
		return nil, Errorf(BadMessage, "op is missing").About(doc, m.Seq)
	}
	m.Op, m.Invalid = otjson.Decode(e.op)
	return m, nil
}

func (e *envelope) decodePresence() (Message, error) {
	doc, err := e.document()
	if err != nil {
		return nil, err
	}
	m := Presence{Doc: doc, HasCursor: e.cursor != nil || e.nullCursor, HasState: e.state != nil || e.nullState}
	if m.Rev, err = e.integer(e.rev, "rev", 0); err != nil {
		return nil, about(err, doc, 0)
	}
	if e.cursor != nil {
		if m.Cursor, err = decodeCursor(e.cursor); err != nil {
			return nil, about(err, doc, 0)
		}
	}
	if e.state != nil {
		if m.State, err = checkState(e.state); err != nil {
			return nil, about(err, doc, 0)
		}
	}
	return m, nil
}

func decodeCursor(raw jsontext.Value) (*Cursor, error) {
	bad := Errorf(BadMessage, "cursor is not a pair of offsets")
	if raw.Kind() != '[' {
		return nil, bad
	}
	var ends [2]int
	first, second, _ := bytes.Cut(raw[1:len(raw)-1], []byte(",")) // numbers have no comma in them
	for i, text := range [2]jsontext.Value{first, second} {
		n, err := (&envelope{}).integer(bytes.TrimSpace(text), "cursor", 0)
		if err != nil {
			return nil, bad
		}
		ends[i] = int(n)
	}
	return &Cursor{Anchor: ends[0], Head: ends[1]}, nil
}

// checkState returns a presence state in canonical form: others get it as it
// is, so it is held to the same rules as a document's values.
func checkState(raw jsontext.Value) ([]byte, error) {
	if len(raw) > MaxState {
		return nil, Errorf(TooLarge, "state is over %d bytes", MaxState)
	}
	if raw.Kind() != '{' {
		return nil, Errorf(BadMessage, "state is not an object")
	}
	value, err := otjson.Canonical(raw)
	if err != nil {
		return nil, Errorf(BadMessage, "state: %v", err)
	}
	return []byte(value), nil
}

func (e *envelope) document() (string, error) {
	if e.doc == nil {
		return "", Errorf(BadMessage, "doc is missing")
	}
	doc, err := e.text(e.doc, "doc")
	if err != nil {
		return "", err
	}
	if !ValidDocumentID(doc) {
		return "", ErrBadDocumentID()
	}
	return doc, nil
}

func (e *envelope) text(raw jsontext.Value, name string) (string, error) {
	if raw == nil {
		return "", nil
	}
	if raw.Kind() != '"' {
		return "", Errorf(BadMessage, "%s is not a string", name)
	}
	if plain := raw[1 : len(raw)-1]; bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
		return string(plain), nil
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return "", Errorf(BadMessage, "%s is not well-formed Unicode", name)
	}
	return string(text), nil
}

// uuid takes the canonical lower-case form alone: an id is echoed, and must
// come back as its owner wrote it.
func (e *envelope) uuid(raw jsontext.Value, name string) (uuid.UUID, error) {
	text, err := e.text(raw, name)
	if err != nil {
		return uuid.Nil, err
	}
	return ParseUUID(text, name)
}

// ParseUUID reads a UUID in its canonical lower-case form; the nil UUID is
// refused. The error is a BadMessage that names the field.
func ParseUUID(text, name string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text || id == uuid.Nil {
		return uuid.Nil, Errorf(BadMessage, "%s is not a UUID in lower case with hyphens", name)
	}
	return id, nil
}

// integer accepts any JSON number of integral value, as JavaScript does.
func (e *envelope) integer(raw jsontext.Value, name string, least int64) (int64, error) {
	if raw == nil {
		return 0, Errorf(BadMessage, "%s is missing", name)
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(string(raw), 64)
		if raw.Kind() != '0' || ferr != nil || f != math.Trunc(f) || math.Abs(f) > maxInteger {
			return 0, Errorf(BadMessage, "%s is not an integer", name)
		}
		n = int64(f)
	}
	if n < least || n > maxInteger {
		return 0, Errorf(BadMessage, "%s is out of range", name)
	}
	return n, nil
}

// about adds what an error concerns, where it is an *Error.
func about(err error, doc string, seq int64) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.About(doc, seq)
	}
	return err
}
