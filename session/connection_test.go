package session_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

func start(t *testing.T, o servertest.Options) *servertest.Server {
	t.Helper()
	t.Parallel()
	return servertest.Start(t, o)
}

func TestC1SubProtocol(t *testing.T) {
	s := start(t, servertest.Options{})
	for _, test := range []struct {
		asked  []string
		status int
		agreed string
	}{
		{[]string{"coscribe.v1"}, http.StatusSwitchingProtocols, "coscribe.v1"},
		{[]string{}, http.StatusSwitchingProtocols, ""},
		{[]string{"graphql-ws", "coscribe.v1"}, http.StatusSwitchingProtocols, "coscribe.v1"},
		{[]string{"graphql-ws"}, http.StatusBadRequest, ""},
		{[]string{"coscribe.v2"}, http.StatusBadRequest, ""},
	} {
		ws, res, err := s.Try(servertest.Dial{Protocols: test.asked})
		if res == nil || res.StatusCode != test.status {
			t.Errorf("%q: %v, %v, want %d", test.asked, res, err, test.status)
		}
		if err == nil {
			if ws.Subprotocol() != test.agreed {
				t.Errorf("%q: agreed on %q", test.asked, ws.Subprotocol())
			}
			_ = ws.Close()
		}
	}
}

func TestC1NotAnUpgrade(t *testing.T) {
	s := start(t, servertest.Options{})
	if a := s.Call(http.MethodGet, "/v1/connect", ""); a.Status != http.StatusBadRequest {
		t.Errorf("a plain GET: %d", a.Status)
	}
}

// C1: a message may arrive in fragments.
func TestC1Fragments(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Dial(servertest.Dial{Fragment: 16})
	c.Hello("")
	c.Open("d")
	c.Op("d", 0, 1, `[{"insert":"`+strings.Repeat("long ", 50)+`"}]`)
	c.Expect(`{"t":"changes","doc":"d","changes":[{"rev":1,"op":[{"insert":"` + strings.Repeat("long ", 50) + `"}]}]}`)
}

// C1: what is no JSON object with a kind in a text frame gets bad_message,
// and after a few of them close 4400.
func TestC1Garbage(t *testing.T) {
	s := start(t, servertest.Options{})
	for _, frame := range []string{
		``, `hello`, `{"t":"ping"`, `{"t":"ping"}{"t":"ping"}`, `{"t":"ping"}]`, `[{"t":"ping"}]`,
		`"ping"`, `null`, `{"doc":"d"}`, `{"t":null}`, `{"t":1}`, `{"t":"\ud800"}`, "\xff",
	} {
		c := s.Connect()
		c.Send("%s", frame)
		c.Expect(`{"t":"error","code":"bad_message"}`)
		c.Quiet() // the connection stays
		for range 20 {
			_ = c.WS.WriteMessage(websocket.TextMessage, []byte(frame)) // may find it closed
		}
		c.Closed(4400).Expect(t, `{"t":"error","code":"bad_message"}`)
	}
}

func TestC1BinaryFrames(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	c.SendFrame(websocket.BinaryMessage, []byte(`{"t":"ping"}`))
	c.Expect(`{"t":"error","code":"bad_message"}`)
	c.Quiet()
	for range 20 {
		_ = c.WS.WriteMessage(websocket.BinaryMessage, []byte{0}) // may find it closed
	}
	c.Closed(4400)
}

// C1: unknown kinds get bad_message, however many; unknown fields are ignored;
// null in an optional field means absent.
func TestC1UnknownAndNull(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Dial(servertest.Dial{})
	c.Send(`{"t":"hello","client":"%s","token":null,"colour":"red","nested":{"t":[1,{}]}}`, c.Client)
	c.Expect(`{"t":"hello"}`)
	for range 20 {
		c.Send(`{"t":"dance","doc":"d"}`)
		c.Expect(`{"t":"error","code":"bad_message"}`)
	}
	c.Send(`{"t":"open","doc":"d","type":null,"rev":null,"epoch":null,"at":null,"x":0}`)
	c.Expect(`{"t":"opened","doc":"d","type":"rich-text","content":[{"insert":"\n"}]}`)
	c.Quiet()
}

// C1: wrong fields are answered, and the connection stays.
func TestC1WrongFields(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	c.Open("d")
	for _, frame := range []string{
		`{"t":"open"}`,
		`{"t":"open","doc":7}`,
		`{"t":"open","doc":"d","rev":"0"}`,
		`{"t":"open","doc":"d","rev":-1}`,
		`{"t":"open","doc":"d","rev":1.5}`,
		`{"t":"open","doc":"d","rev":1e400}`,
		`{"t":"open","doc":"d","rev":9007199254740992}`,
		`{"t":"open","doc":"d","rev":0,"epoch":"x"}`,
		`{"t":"open","doc":"d","rev":0,"at":"yesterday"}`,
		`{"t":"open","doc":"d","rev":0,"at":0}`,
		`{"t":"open","doc":"new","type":"spreadsheet"}`,
		`{"t":"open","doc":"new","type":1}`,
		`{"t":"op","doc":"d","rev":0,"seq":0,"op":[]}`,
		`{"t":"op","doc":"d","rev":0,"op":[]}`,
		`{"t":"op","doc":"d","seq":1,"op":[]}`,
		`{"t":"op","doc":"d","rev":0,"seq":1}`,
		`{"t":"op","doc":"d","rev":0,"seq":1,"op":null}`,
		`{"t":"op","doc":"d","rev":0,"rev":0,"seq":1,"op":[]}`,
		`{"t":"presence","doc":"d"}`,
		`{"t":"presence","doc":"d","rev":0,"cursor":1}`,
		`{"t":"presence","doc":"d","rev":0,"cursor":[1]}`,
		`{"t":"presence","doc":"d","rev":0,"cursor":[1,2,3]}`,
		`{"t":"presence","doc":"d","rev":0,"cursor":[1,-2]}`,
		`{"t":"presence","doc":"d","rev":0,"cursor":[1,"2"]}`,
		`{"t":"presence","doc":"d","rev":0,"state":[]}`,
		`{"t":"presence","doc":"d","rev":0,"state":"x"}`,
		`{"t":"presence","doc":"d","rev":0,"state":{"a":"\ud800"}}`,
		`{"t":"close"}`,
		`{"t":"auth"}`,
		`{"t":"auth","token":1}`,
	} {
		c.Send("%s", frame)
		m := c.Next()
		if !m.Matches(t, `{"t":"error","code":"bad_message"}`) {
			t.Errorf("%s: received %s", frame, m.Raw)
		}
	}
	c.Op("d", 0, 1, `[{"insert":"still here"}]`)
	c.Expect(`{"t":"changes"}`)
}

func TestBadDocumentID(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	for _, id := range []string{"", ".a", "-", ":x", "a b", "a/b", "ä", "a\\u0000", strings.Repeat("x", 129)} {
		for _, frame := range []string{
			`{"t":"open","doc":"%s"}`, `{"t":"op","doc":"%s","rev":0,"seq":1,"op":[]}`,
			`{"t":"presence","doc":"%s","rev":0}`, `{"t":"close","doc":"%s"}`,
		} {
			c.Send(frame, id)
			c.Expect(`{"t":"error","code":"bad_document_id"}`)
		}
	}
	for _, id := range []string{"a", "0", "team-a:spec", "A._~:@-z", strings.Repeat("x", 128)} {
		c.Open(id)
	}
}

// C1: the server writes t first, then doc.
func TestC1FieldOrder(t *testing.T) {
	s := start(t, servertest.Options{})
	c, other := s.Connect(), s.Connect()
	other.Open("d")
	opened := c.Open("d")
	c.Send(`{"t":"presence","doc":"d","rev":0,"cursor":[0,0]}`)
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	frames := []servertest.Message{opened}
	for kinds := map[string]bool{}; !kinds["presence"] || !kinds["ack"] || !kinds["changes"]; {
		m := c.Next()
		kinds[m.String("t")] = true
		frames = append(frames, m)
	}
	c.Op("d", 0, 5, `[]`)
	frames = append(frames, c.Refused("seq_gap", "d", 5))
	s.Call(http.MethodDelete, "/v1/documents/d", "")
	frames = append(frames, c.Expect(`{"t":"closed","code":"not_found"}`))
	for _, m := range frames {
		if !strings.HasPrefix(m.Raw, fmt.Sprintf(`{"t":"%s","doc":"d",`, m.String("t"))) {
			t.Errorf("not t, then doc: %s", m.Raw)
		}
	}
}

// C1: a client may send hello and its opens without waiting in between.
func TestC1Pipelined(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Dial(servertest.Dial{})
	c.Send(`{"t":"hello","client":"%s"}`, c.Client)
	for i := range 10 {
		c.Send(`{"t":"open","doc":"d%d"}`, i)
		c.Op(fmt.Sprintf("d%d", i), 0, 1, `[{"insert":"x"}]`)
	}
	c.Expect(`{"t":"hello","session":"…","user":{"id":"anonymous"},"limits":{"message":1048576,"document":10485760,"window":1000}}`)
	opened, changed := map[string]bool{}, map[string]bool{}
	for range 20 {
		switch m := c.Next(); m.String("t") {
		case "opened":
			opened[m.String("doc")] = true
		case "changes":
			if !opened[m.String("doc")] {
				t.Fatalf("changes before opened: %s", m.Raw)
			}
			changed[m.String("doc")] = true
		default:
			t.Fatalf("received %s", m.Raw)
		}
	}
	if len(opened) != 10 || len(changed) != 10 {
		t.Errorf("opened %v, changed %v", opened, changed)
	}
}

// C2: before hello everything else gets hello_required.
func TestC2HelloFirst(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Dial(servertest.Dial{})
	for _, frame := range []string{
		`{"t":"open","doc":"d"}`, `{"t":"op","doc":"d","rev":0,"seq":1,"op":[]}`, `{"t":"ping"}`,
		`{"t":"presence","doc":"d","rev":0}`, `{"t":"close","doc":"d"}`, `{"t":"auth","token":"x"}`,
		`{"t":"dance"}`, `{"t":"open"}`,
	} {
		c.Send("%s", frame)
		c.Expect(`{"t":"error","code":"hello_required"}`)
	}
	c.Hello("")
}

func TestC2HelloTwice(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	c.Open("d")
	c.Send(`{"t":"hello","client":"%s"}`, c.Client)
	c.Expect(`{"t":"error","code":"bad_message"}`)
	c.Send(`{"t":"hello","client":"%s"}`, uuid.NewString())
	c.Expect(`{"t":"error","code":"bad_message"}`)
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	c.Expect(`{"t":"changes","changes":[{"client":"` + c.Client + `"}]}`)
}

func TestC2BadClient(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Dial(servertest.Dial{})
	for _, client := range []string{
		`null`, `7`, `""`, `"x"`, `"00000000-0000-0000-0000-000000000000"`, `"` + strings.ToUpper(c.Client) + `"`,
		`"{` + c.Client + `}"`, `"urn:uuid:` + c.Client + `"`, `"` + strings.ReplaceAll(c.Client, "-", "") + `"`,
		`"` + c.Client + ` "`, `"\ud800"`,
	} {
		c.Send(`{"t":"hello","client":%s}`, client)
		c.Expect(`{"t":"error","code":"bad_message"}`)
	}
	c.Send(`{"t":"hello"}`)
	c.Expect(`{"t":"error","code":"bad_message"}`)
	c.Hello("") // it may be said well
}

// C2: hello comes within a time; 4408.
func TestC2NoHello(t *testing.T) {
	s := start(t, servertest.Options{HelloTimeout: 50 * time.Millisecond})
	silent, talking := s.Dial(servertest.Dial{}), s.Dial(servertest.Dial{})
	talking.Send(`{"t":"ping"}`)
	silent.Closed(4408).Expect(t, `{"t":"error","code":"hello_required"}`)
	talking.Closed(4408)
	c := s.Connect()
	c.Open("d")
	servertest.Eventually(t, "the silent ones are gone", func() bool { return s.Sessions.Sessions() == 1 })
	c.Quiet()
}

// C4: close is not answered, and ends the stream.
func TestC4Close(t *testing.T) {
	s := start(t, servertest.Options{})
	c, other := s.Connect(), s.Connect()
	c.Open("d")
	other.Open("d")
	c.Send(`{"t":"close","doc":"d"}`)
	c.Quiet()
	other.Op("d", 0, 1, `[{"insert":"x"}]`)
	other.Expect(`{"t":"changes"}`)
	c.Quiet()
	for _, frame := range []string{
		`{"t":"close","doc":"d"}`, `{"t":"presence","doc":"d","rev":0,"cursor":[0,0]}`, `{"t":"close","doc":"never"}`,
	} {
		c.Send("%s", frame)
		c.Expect(`{"t":"error","code":"not_found","doc":"…"}`)
	}
	c.Op("d", 1, 1, `[{"insert":"y"}]`)
	c.Refused("not_found", "d", 1)
	c.Open("d").Expect(t, `{"rev":1,"seq":0}`)
}

// C5: collections are there even when empty.
func TestC5Collections(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	c.Send(`{"t":"open","doc":"d","type":"text"}`)
	c.Expect(`{"t":"opened","type":"text","presence":{},"content":[]}`)
	c.Send(`{"t":"open","doc":"d","rev":0}`)
	if m := c.Expect(`{"t":"opened","presence":{},"from":0,"changes":[]}`); m.Has("content") {
		t.Errorf("a resume with content: %s", m.Raw)
	}
	c.Op("d", 0, 1, `[]`)
	c.Expect(`{"t":"changes","changes":[{"rev":1,"op":[]}]}`)
	c.Send(`{"t":"presence","doc":"d","rev":1,"cursor":null}`)
	c.Expect(`{"t":"presence","cursors":{},"peers":{"` + c.Client + `":{"cursor":null,"state":{}}}}`)
	c.Send(`{"t":"presence","doc":"d","rev":1,"cursor":[0,0]}`)
	c.Expect(`{"t":"presence","cursors":{"` + c.Client + `":[0,0]},"peers":{}}`)
}

// Documents come and go in any order, and a message goes to the one it names.
func TestSeveralDocuments(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	for _, doc := range []string{"m", "c", "x", "a"} {
		c.Open(doc)
	}
	c.Send(`{"t":"close","doc":"m"}`)
	c.Op("m", 0, 1, `[{"insert":"m"}]`)
	c.Expect(`{"t":"error","code":"not_found","doc":"m"}`)
	for _, doc := range []string{"x", "c", "a"} {
		c.Op(doc, 0, 1, `[{"insert":"`+doc+`"}]`)
		c.Expect(`{"t":"changes","doc":"` + doc + `","changes":[{"rev":1,"op":[{"insert":"` + doc + `"}]}]}`)
	}
	c.Open("m")
	c.Op("m", 0, 1, `[{"insert":"m"}]`)
	c.Expect(`{"t":"changes","doc":"m"}`)
}
