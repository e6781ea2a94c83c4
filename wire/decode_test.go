package wire_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func TestDecode(t *testing.T) {
	t.Parallel()
	op, err := otjson.Decode([]byte(`[{"retain":2},{"insert":"x"}]`))
	if err != nil {
		t.Fatal(err)
	}
	for frame, want := range map[string]wire.Message{
		clientFrames["hello"]:              wire.Hello{Client: ann},
		clientFrames["hello with a token"]: wire.Hello{Client: ann, Token: "x.y.z"},
		clientFrames["auth"]:               wire.Auth{Token: "x.y.z"},
		clientFrames["open"]:               wire.Open{Doc: "team-a:spec"},
		clientFrames["open with a type"]:   wire.Open{Doc: "team-a:spec", Type: "text"},
		clientFrames["open, resume"]:       wire.Open{Doc: "team-a:spec", Resume: true, Rev: 7, Epoch: epoch, At: at},
		clientFrames["op"]:                 wire.Op{Doc: "team-a:spec", Rev: 7, Seq: 4, Op: op},
		clientFrames["presence, cursor and state"]: wire.Presence{
			Doc: "team-a:spec", Rev: 7, HasCursor: true, Cursor: &wire.Cursor{Anchor: 2, Head: 5}, HasState: true, State: []byte(`{"colour":"red"}`),
		},
		clientFrames["presence, no cursor"]:  wire.Presence{Doc: "team-a:spec", Rev: 7, HasCursor: true},
		clientFrames["presence, leave"]:      wire.Presence{Doc: "team-a:spec", Rev: 7, HasState: true},
		`{"t":"presence","doc":"d","rev":1}`: wire.Presence{Doc: "d", Rev: 1},
		clientFrames["close"]:                wire.Close{Doc: "team-a:spec"},
		`{"t":"presence","doc":"d","rev":0,"cursor":[ 2 ,1e1 ]}`: wire.Presence{
			Doc: "d", HasCursor: true, Cursor: &wire.Cursor{Anchor: 2, Head: 10},
		},
		" { \"x\" : [ {} ] , \"\\u0074\" : \"ping\" } \n": wire.Ping{},
		`{"t":"open","doc":"d","rev":1.0e1}`:              wire.Open{Doc: "d", Resume: true, Rev: 10},
	} {
		got, err := wire.Decode([]byte(frame))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", frame, got, err, want)
		}
	}
}

// An error says what it is about where the frame names it.
func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	for frame, want := range map[string]wire.Error{
		`{"t":"x","doc":"d"}`:                          {Code: wire.BadMessage},
		`{"t":"open","doc":"/"}`:                       {Code: wire.BadDocumentID},
		`{"t":"open","doc":"d","rev":-1}`:              {Code: wire.BadMessage, Doc: "d"},
		`{"t":"op","doc":"d","seq":3,"op":[]}`:         {Code: wire.BadMessage, Doc: "d", Seq: 3},
		`{"t":"op","doc":"d","seq":3,"rev":0}`:         {Code: wire.BadMessage, Doc: "d", Seq: 3},
		`{"t":"presence","doc":"d","rev":0,"state":1}`: {Code: wire.BadMessage, Doc: "d"},
		`{"t":"presence","doc":"d","rev":0,"state":{"a":"` + strings.Repeat("x", wire.MaxState) + `"}}`: {Code: wire.TooLarge, Doc: "d"},
		`{"t":"presence","doc":"d","rev":0,"cursor":[[1,2],3]}`:                                         {Code: wire.BadMessage, Doc: "d"},
		`{"t":"presence","doc":"d","rev":0,"cursor":["1,2",3]}`:                                         {Code: wire.BadMessage, Doc: "d"},
		`{"t":"presence","doc":"d","rev":0,"cursor":[]}`:                                                {Code: wire.BadMessage, Doc: "d"},
		`{"t":"hello","client":"x"}`:                                                                    {Code: wire.BadMessage},
	} {
		_, err := wire.Decode([]byte(frame))
		var got *wire.Error
		if !errors.As(err, &got) || got.Code != want.Code || got.Doc != want.Doc || got.Seq != want.Seq {
			t.Errorf("%.80s: %+v", frame, err)
		}
	}
}

// A hello that is refused is still told from what must not come before it.
func TestC2RefusedHelloIsAHello(t *testing.T) {
	t.Parallel()
	for _, frame := range []string{`{"t":"hello"}`, `{"t":"hello","client":1}`, `{"t":"hello","client":"` + ann.String() + `","token":1}`} {
		if m, err := wire.Decode([]byte(frame)); err == nil {
			t.Errorf("%s is taken", frame)
		} else if _, hello := m.(wire.Hello); !hello {
			t.Errorf("%s is a %T", frame, m)
		}
	}
}

func TestValidDocumentID(t *testing.T) {
	t.Parallel()
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:@-"
	for c := range 256 {
		first, later := wire.ValidDocumentID(string([]byte{byte(c)})), wire.ValidDocumentID(string([]byte{'a', byte(c)}))
		in := strings.IndexByte(allowed, byte(c))
		if first != (in >= 0 && in < 62) || later != (in >= 0) {
			t.Errorf("%q: first %v, later %v", byte(c), first, later)
		}
	}
	if wire.ValidDocumentID("") || wire.ValidDocumentID(strings.Repeat("a", 129)) || !wire.ValidDocumentID(strings.Repeat("a", 128)) {
		t.Error("the length")
	}
}

// FuzzDecode: decoding never panics, errors are of the two kinds, and what is
// taken means the same when written down again.
func FuzzDecode(f *testing.F) {
	for _, frame := range clientFrames {
		f.Add([]byte(frame))
	}
	f.Add([]byte(`{"t":"op","doc":"d","rev":1e3,"seq":1,"op":[{"insert":"\ud83d"}]}`))
	f.Add([]byte("{\"t\":\"ping\",\"\xff\":\"\xff\"}"))
	f.Fuzz(func(t *testing.T, frame []byte) {
		before := string(frame)
		m, err := wire.Decode(frame)
		if string(frame) != before {
			t.Fatal("the frame was changed")
		}
		if err != nil {
			var refusal *wire.Error
			if !errors.Is(err, wire.ErrNotMessage) && !errors.As(err, &refusal) {
				t.Fatalf("an error of another kind: %v", err)
			}
			if refusal != nil && !json.Valid(wire.Refusal(refusal).Bytes()) {
				t.Fatalf("the refusal is no JSON: %s", wire.Refusal(refusal).Bytes())
			}
			return
		}
		if op, ok := m.(wire.Op); ok && op.Invalid != nil {
			return
		}
		again, err := wire.Decode(encode(m))
		if err != nil || !reflect.DeepEqual(normal(m), normal(again)) {
			t.Fatalf("%s\nwas   %+v\nis now %+v, %v", encode(m), m, again, err)
		}
	})
}

// normal leaves out what does not change a message's meaning.
func normal(m wire.Message) wire.Message {
	if op, ok := m.(wire.Op); ok {
		op.Op = op.Op.Normalize()
		return op
	}
	if open, ok := m.(wire.Open); ok {
		open.At = open.At.UTC()
		return open
	}
	return m
}

// encode writes a client's message.
func encode(m wire.Message) []byte {
	fields := map[string]any{}
	switch m := m.(type) {
	case wire.Hello:
		fields = map[string]any{"t": "hello", "client": m.Client, "token": m.Token}
	case wire.Auth:
		fields = map[string]any{"t": "auth", "token": m.Token}
	case wire.Open:
		fields = map[string]any{"t": "open", "doc": m.Doc, "type": m.Type}
		if m.Resume {
			fields["rev"] = m.Rev
		}
		if m.Epoch != uuid.Nil {
			fields["epoch"] = m.Epoch
		}
		if !m.At.IsZero() {
			fields["at"] = m.At.UTC().Format(time.RFC3339Nano)
		}
	case wire.Op:
		fields = map[string]any{"t": "op", "doc": m.Doc, "rev": m.Rev, "seq": m.Seq, "op": json.RawMessage(otjson.Append(nil, m.Op))}
	case wire.Presence:
		fields = map[string]any{"t": "presence", "doc": m.Doc, "rev": m.Rev}
		if m.HasCursor {
			fields["cursor"] = nil
			if m.Cursor != nil {
				fields["cursor"] = []int{m.Cursor.Anchor, m.Cursor.Head}
			}
		}
		if m.HasState {
			fields["state"] = json.RawMessage(m.State)
			if m.State == nil {
				fields["state"] = nil
			}
		}
	case wire.Close:
		fields = map[string]any{"t": "close", "doc": m.Doc}
	case wire.Ping:
		fields = map[string]any{"t": "ping"}
	}
	data, err := json.Marshal(fields)
	if err != nil {
		panic(fmt.Sprintf("%+v: %v", m, err))
	}
	return data
}
