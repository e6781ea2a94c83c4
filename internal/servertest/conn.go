package servertest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/session"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

// patience is how long a test waits for what must come. It is there to fail
// a test that hangs, and no test depends on its length.
const patience = 20 * time.Second

// Conn is a client's end of a connection. Its methods fail the test, and
// belong to the test's goroutine.
type Conn struct {
	WS     *websocket.Conn
	Client string // the id used by Hello

	t testing.TB
	s *Server
}

// Dial is how to connect. The zero value is what editors do.
type Dial struct {
	Header    http.Header
	Query     string // with its question mark
	Protocols []string
	Fragment  int // send in fragments of about so many bytes
	Window    int // receive buffer, in bytes: small for a reader that falls behind
}

// Try connects, or returns the answer that refused it.
func (s *Server) Try(d Dial) (*websocket.Conn, *http.Response, error) {
	dialer := websocket.Dialer{
		Subprotocols: d.Protocols, WriteBufferSize: d.Fragment, HandshakeTimeout: patience,
		NetDial: func(network, address string) (net.Conn, error) {
			conn, err := net.Dial(network, address)
			if err == nil && d.Window > 0 {
				err = conn.(*net.TCPConn).SetReadBuffer(d.Window)
			}
			return conn, err
		},
	}
	if d.Protocols == nil {
		dialer.Subprotocols = []string{session.Protocol}
	}
	return dialer.Dial(s.socket()+d.Query, d.Header)
}

// Dial connects without a word.
func (s *Server) Dial(d Dial) *Conn {
	s.t.Helper()
	ws, _, err := s.Try(d)
	if err != nil {
		s.t.Fatalf("dial: %v", err)
	}
	s.t.Cleanup(func() { _ = ws.Close() })
	return &Conn{WS: ws, Client: uuid.NewString(), t: s.t, s: s}
}

// Connect connects and says hello, as someone who may write everything.
func (s *Server) Connect() *Conn {
	s.t.Helper()
	return s.ConnectAs("ann", map[string]string{"*": "write"})
}

// ConnectAs connects and says hello as a user with those rights; without a
// key it is anonymous whatever is asked for.
func (s *Server) ConnectAs(user string, docs map[string]string) *Conn {
	s.t.Helper()
	c := s.Dial(Dial{})
	c.Hello(authtest.Token(user, docs))
	return c
}

// Again connects as the same client, who is anonymous.
func (c *Conn) Again() *Conn {
	c.t.Helper()
	next := c.s.Dial(Dial{})
	next.Client = c.Client
	next.Hello("")
	return next
}

// Hello says hello and takes the answer.
func (c *Conn) Hello(token string) Message {
	c.t.Helper()
	c.Send(`{"t":"hello","client":"%s","token":"%s"}`, c.Client, token)
	return c.Expect(`{"t":"hello"}`)
}

// Open opens a document afresh and takes the answer.
func (c *Conn) Open(doc string) Message {
	c.t.Helper()
	c.Send(`{"t":"open","doc":"%s"}`, doc)
	return c.Expect(`{"t":"opened","doc":"%s"}`, doc)
}

// Op sends an op.
func (c *Conn) Op(doc string, rev, seq int, op string) {
	c.t.Helper()
	c.Send(`{"t":"op","doc":"%s","rev":%d,"seq":%d,"op":%s}`, doc, rev, seq, op)
}

// Send sends a text frame. Without args the format is the message.
func (c *Conn) Send(format string, args ...any) { //nolint:goprintffuncname // stories read better so
	c.t.Helper()
	c.SendFrame(websocket.TextMessage, []byte(text(format, args)))
}

// SendFrame sends a message of any kind.
func (c *Conn) SendFrame(kind int, data []byte) {
	c.t.Helper()
	if err := c.WS.WriteMessage(kind, data); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// Next returns the next message.
func (c *Conn) Next() Message {
	c.t.Helper()
	return parse(c.t, c.NextBytes())
}

// NextBytes returns the next message as it came, for those that are too large
// to be parsed for nothing.
func (c *Conn) NextBytes() []byte {
	c.t.Helper()
	_ = c.WS.SetReadDeadline(time.Now().Add(patience))
	kind, data, err := c.WS.ReadMessage()
	if err != nil {
		c.t.Fatalf("receive: %v", err)
	}
	if kind != websocket.TextMessage {
		c.t.Fatalf("received a frame that is no text: %q", data)
	}
	return data
}

// Expect returns the next message, which has to match a pattern, see
// Message.Matches.
func (c *Conn) Expect(format string, args ...any) Message {
	c.t.Helper()
	m := c.Next()
	m.Expect(c.t, text(format, args))
	return m
}

// Refused expects an error with that code about a document, and about an op
// where seq is not 0.
func (c *Conn) Refused(code, doc string, seq int) Message {
	c.t.Helper()
	if seq == 0 {
		return c.Expect(`{"t":"error","code":"%s","doc":"%s"}`, code, doc)
	}
	return c.Expect(`{"t":"error","code":"%s","doc":"%s","seq":%d}`, code, doc, seq)
}

// Changes takes messages of changes until it has n of them, each a message of
// its own.
func (c *Conn) Changes(n int) []Message {
	c.t.Helper()
	var list []Message
	for len(list) < n {
		list = append(list, c.Expect(`{"t":"changes"}`).List(c.t, "changes")...)
	}
	if len(list) > n {
		c.t.Fatalf("%d changes, want %d", len(list), n)
	}
	return list
}

// Quiet tells that everything sent so far has been read by the server and
// that no answer to it was due before: the next message is the pong.
func (c *Conn) Quiet() {
	c.t.Helper()
	c.Send(`{"t":"ping"}`)
	c.Expect(`{"t":"pong"}`)
}

// Closed takes messages until the connection is closed, which has to be with
// that code, and returns the last one.
func (c *Conn) Closed(code int) (last Message) {
	c.t.Helper()
	_ = c.WS.SetReadDeadline(time.Now().Add(patience))
	for {
		_, data, err := c.WS.ReadMessage()
		if err == nil {
			last = parse(c.t, data)
			continue
		}
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != code {
			c.t.Fatalf("the connection ended with %v, want close code %d", err, code)
		}
		return last
	}
}

// Leave cuts the connection.
func (c *Conn) Leave() { _ = c.WS.Close() }

func text(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

func receive[T any](t testing.TB, from <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatalf("in vain: %s", what)
	}
	return v
}
