package wire_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

var update = flag.Bool("update", false, "write testdata/frames.json anew")

// golden is one frame as clients and servers in every language see it.
type golden struct {
	Name      string `json:"name"`
	Direction string `json:"direction"` // "client" or "server": who sends it
	Frame     string `json:"frame"`     // the very text
}

var (
	ann   = uuid.MustParse("3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01")
	ben   = uuid.MustParse("c9b5f3d2-7e61-4c8f-8a34-0f2d9e7b0b02")
	epoch = uuid.MustParse("7d444840-9dc0-41d1-b245-5ffdce74fad2")
	at    = time.Date(2026, 3, 1, 9, 30, 0, 125e6, time.UTC)
)

func changes(list ...wire.Change) *wire.Frame {
	b := wire.BeginChanges("team-a:spec", 0)
	for i := range list {
		b.Add(&list[i])
	}
	frame, _ := b.End()
	return frame
}

// serverFrames is every message of a server, in each of its shapes.
func serverFrames() map[string]*wire.Frame {
	const doc = "team-a:spec"
	limits := wire.Limits{Message: 1 << 20, Document: 10 << 20, Window: 1000}
	user := wire.User{ID: "ann", Name: "Ann \"A\" <Ä😀>"}
	cursor := &wire.Cursor{Anchor: 2, Head: 5}
	peer := wire.Peer{User: user, Cursor: cursor, State: []byte(`{"colour":"red"}`)}
	silent := wire.Peer{User: wire.User{ID: "ben"}}
	opened := wire.Opened{Doc: doc, Type: "rich-text", Epoch: epoch, Rev: 7, At: at, Access: "write", Seq: 3}
	fresh, resumed, alone := opened, opened, opened
	fresh.Content = []byte(`[{"insert":"a\u0000b\n"}]`)
	fresh.Presence = map[uuid.UUID]wire.Peer{ann: peer, ben: silent}
	alone.Content, alone.Type = []byte(`[]`), "text"
	change := wire.Change{Base: 5, Rev: 6, Op: []byte(`[{"insert":"x"}]`), Client: ann, Seq: 3, User: "ann", At: at}
	resumed.From, resumed.Changes = 5, append(append(wire.AppendChange(nil, &change), ','),
		wire.AppendChange(nil, &wire.Change{Base: 6, Rev: 7, Op: []byte(`[]`), User: "ann", At: at})...)
	uptodate := opened
	uptodate.From = 7
	return map[string]*wire.Frame{
		"hello":                    wire.HelloAnswer("s-1", user, at, limits),
		"hello without an end":     wire.HelloAnswer("s-1", wire.User{ID: "anonymous"}, time.Time{}, limits),
		"auth":                     wire.AuthAnswer(at),
		"auth without an end":      wire.AuthAnswer(time.Time{}),
		"opened":                   wire.OpenedAnswer(&fresh),
		"opened, empty":            wire.OpenedAnswer(&alone),
		"opened, resumed":          wire.OpenedAnswer(&resumed),
		"opened, nothing new":      wire.OpenedAnswer(&uptodate),
		"changes":                  changes(change),
		"changes, with the repair": changes(change, wire.Change{Base: 6, Rev: 7, Op: []byte(`[{"retain":9},{"insert":"\n"}]`), User: "ann", At: at}),
		"changes, squashed":        changes(wire.Change{Base: 1, Rev: 6, Op: []byte(`[{"delete":4}]`), User: "ann", At: at}),
		"changes, empty op":        changes(wire.Change{Base: 6, Rev: 7, Op: []byte(`[]`), Client: ben, Seq: 1, User: "ben", At: at}),
		"ack":                      wire.Ack(doc, 6, 3),
		"presence, moved":          wire.PresenceUpdate(doc, 7, map[uuid.UUID]*wire.Cursor{ann: cursor, ben: nil}, nil),
		"presence, peers":          wire.PresenceUpdate(doc, 7, nil, map[uuid.UUID]*wire.Peer{ann: &peer, ben: nil}),
		"access":                   wire.AccessChanged(doc, "read"),
		"closed":                   wire.Closed(doc, wire.NotFound),
		"draining":                 wire.Draining(2 * time.Second),
		"pong":                     wire.Pong(),
		"error":                    wire.Refusal(wire.Errorf(wire.BadMessage, "this is %q", "bad")),
		"error about a document":   wire.Refusal(wire.Errorf(wire.Forbidden, "no").About(doc, 0)),
		"error about an op":        wire.Refusal(wire.Errorf(wire.InvalidOp, "no").About(doc, 3)),
	}
}

// clientFrames is every message of a client, in each of its shapes.
var clientFrames = map[string]string{
	"hello":                      `{"t":"hello","client":"3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01"}`,
	"hello with a token":         `{"t":"hello","client":"3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01","token":"x.y.z"}`,
	"auth":                       `{"t":"auth","token":"x.y.z"}`,
	"open":                       `{"t":"open","doc":"team-a:spec"}`,
	"open with a type":           `{"t":"open","doc":"team-a:spec","type":"text"}`,
	"open, resume on trust":      `{"t":"open","doc":"team-a:spec","rev":0}`,
	"open, resume":               `{"t":"open","doc":"team-a:spec","rev":7,"epoch":"7d444840-9dc0-41d1-b245-5ffdce74fad2","at":"2026-03-01T09:30:00.125Z"}`,
	"op":                         `{"t":"op","doc":"team-a:spec","rev":7,"seq":4,"op":[{"retain":2},{"insert":"x"}]}`,
	"op, empty":                  `{"t":"op","doc":"team-a:spec","rev":7,"seq":4,"op":[]}`,
	"presence, cursor and state": `{"t":"presence","doc":"team-a:spec","rev":7,"cursor":[2,5],"state":{"colour":"red"}}`,
	"presence, cursor":           `{"t":"presence","doc":"team-a:spec","rev":7,"cursor":[2,5]}`,
	"presence, no cursor":        `{"t":"presence","doc":"team-a:spec","rev":7,"cursor":null}`,
	"presence, leave":            `{"t":"presence","doc":"team-a:spec","rev":7,"state":null}`,
	"close":                      `{"t":"close","doc":"team-a:spec"}`,
	"ping":                       `{"t":"ping"}`,
}

const framesFile = "testdata/frames.json"

// The encoder is held to testdata/frames.json, which clients test against, too.
func TestGoldenFrames(t *testing.T) {
	t.Parallel()
	frames := serverFrames()
	if *update {
		writeGolden(t, frames)
	}
	data, err := os.ReadFile(framesFile)
	if err != nil {
		t.Fatal(err)
	}
	var list []golden
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, g := range list {
		seen[g.Direction+g.Name] = true
		switch g.Direction {
		case "server":
			if f := frames[g.Name]; f == nil || string(f.Bytes()) != g.Frame {
				t.Errorf("%s is not encoded as\n%s", g.Name, g.Frame)
			}
		case "client":
			if clientFrames[g.Name] != g.Frame {
				t.Errorf("%s is not\n%s", g.Name, g.Frame)
			}
			if _, err := wire.Decode([]byte(g.Frame)); err != nil {
				t.Errorf("%s: %v", g.Name, err)
			}
		default:
			t.Errorf("%s has direction %q", g.Name, g.Direction)
		}
	}
	if len(seen) != len(frames)+len(clientFrames) || len(seen) != len(list) {
		t.Errorf("%d frames in the file, of them %d different, %d here", len(list), len(seen), len(frames)+len(clientFrames))
	}
}

func writeGolden(t *testing.T, frames map[string]*wire.Frame) {
	t.Helper()
	var list []golden
	for _, name := range sortedKeys(clientFrames) {
		list = append(list, golden{name, "client", clientFrames[name]})
	}
	for _, name := range sortedKeys(frames) {
		list = append(list, golden{name, "server", string(frames[name].Bytes())})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(list); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(framesFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Every frame is one JSON object with t first, then doc; frames that say
// nothing of a document have none.
func TestC1FrameOrder(t *testing.T) {
	t.Parallel()
	for name, f := range serverFrames() {
		dec := json.NewDecoder(bytes.NewReader(f.Bytes()))
		var order []string
		depth, key := 0, true
		for {
			tok, err := dec.Token()
			if err != nil {
				break
			}
			switch d, isDelim := tok.(json.Delim); {
			case isDelim && (d == '{' || d == '['):
				depth++
				key = true
			case isDelim:
				depth--
				key = true
			case depth == 1:
				if s, ok := tok.(string); ok && key {
					order = append(order, s)
					key = false
					continue
				}
				key = true
			}
		}
		if order[0] != "t" {
			t.Errorf("%s begins with %s", name, order[0])
		}
		for i, field := range order {
			if field == "doc" && i != 1 {
				t.Errorf("%s has doc at %d", name, i)
			}
		}
		if !json.Valid(f.Bytes()) {
			t.Errorf("%s is no JSON: %s", name, f.Bytes())
		}
	}
}

// Neighbouring changes of one document become one message; nothing else does.
func TestJoin(t *testing.T) {
	t.Parallel()
	one := changes(wire.Change{Base: 0, Rev: 1, Op: []byte(`[]`), User: "ann", At: at})
	two := changes(wire.Change{Base: 1, Rev: 2, Op: []byte(`[{"insert":"]}"}]`), User: "ann", At: at},
		wire.Change{Base: 2, Rev: 3, Op: []byte(`[]`), User: "ann", At: at})
	elsewhere, _ := func() (*wire.Frame, [][]byte) {
		b := wire.BeginChanges("team-a:spex", 0)
		b.Add(&wire.Change{Base: 0, Rev: 1, Op: []byte(`[]`), User: "ann", At: at})
		return b.End()
	}()
	ack := wire.Ack("team-a:spec", 1, 1)
	for _, test := range []struct {
		frames []*wire.Frame
		limit  int
		joined int
		revs   []int64
	}{
		{[]*wire.Frame{one}, 1 << 20, 1, []int64{1}},
		{[]*wire.Frame{one, two}, 1 << 20, 2, []int64{1, 2, 3}},
		{[]*wire.Frame{one, two, ack, one}, 1 << 20, 2, []int64{1, 2, 3}},
		{[]*wire.Frame{one, elsewhere}, 1 << 20, 1, []int64{1}},
		{[]*wire.Frame{one, ack, two}, 1 << 20, 1, []int64{1}},
		{[]*wire.Frame{one, two}, 1, 1, []int64{1}},
		{[]*wire.Frame{ack, one}, 1 << 20, 1, nil},
	} {
		n, size := wire.Joined(test.frames, test.limit)
		message := wire.AppendJoined([]byte("before"), test.frames[:n])[len("before"):]
		if size != len(message) {
			t.Errorf("%d bytes were announced for %s", size, message)
		}
		var m struct {
			T, Doc  string
			Changes []struct{ Rev int64 }
		}
		if err := json.Unmarshal(message, &m); err != nil {
			t.Fatalf("%s: %v", message, err)
		}
		var revs []int64
		for _, c := range m.Changes {
			revs = append(revs, c.Rev)
		}
		if n != test.joined || len(revs) != len(test.revs) {
			t.Errorf("joined %d of %d: %s", n, len(test.frames), message)
			continue
		}
		for i := range revs {
			if revs[i] != test.revs[i] {
				t.Errorf("revisions %v, want %v", revs, test.revs)
			}
		}
	}
}

// An answer that is encoded later says the same, and is encoded once.
func TestOpenedLater(t *testing.T) {
	t.Parallel()
	o := wire.Opened{Doc: "d", Type: "text", Rev: 3, Access: "read", At: at}
	calls := 0
	later := wire.OpenedLater(&o, 1000, func() []byte { calls++; return []byte(`[{"insert":"a"}]`) })
	if calls != 0 || later.Len() != 1000 || !later.Later() || !later.Unbounded() {
		t.Errorf("%d calls, %d bytes, later: %v, unbounded: %v", calls, later.Len(), later.Later(), later.Unbounded())
	}
	o.Content = []byte(`[{"insert":"a"}]`)
	want := wire.OpenedAnswer(&o)
	for range 2 {
		if got := later.Bytes(); string(got) != string(want.Bytes()) || calls != 1 {
			t.Errorf("%d calls, %s, want %s", calls, got, want.Bytes())
		}
	}
	if want.Later() {
		t.Error("what is encoded is to be encoded later")
	}
}
