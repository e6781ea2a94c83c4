package wire

import (
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/google/uuid"
)

// Message is one message from a client: Hello, Auth, Open, Op, Presence,
// Close or Ping.
type Message interface{ message() }

// Hello says who is connecting.
type Hello struct {
	Client uuid.UUID
	Token  string // empty where absent
}

// Auth brings a new token to a live connection.
type Auth struct{ Token string }

// Open joins a document, afresh or resuming.
type Open struct {
	Doc    string
	Type   string // empty where absent
	Resume bool   // Rev was given
	Rev    int64
	Epoch  uuid.UUID // uuid.Nil where absent
	At     time.Time // zero where absent
}

// Op is an op made on revision Rev. Invalid tells what is wrong with Op
// where it breaks a rule that needs no document to see; Op is then nil.
type Op struct {
	Doc     string
	Rev     int64
	Seq     int64
	Op      ot.Delta // as sent, not in normal form
	Invalid error
}

// Presence changes what others see of a client. What is absent stays as it
// was.
type Presence struct {
	Doc       string
	Rev       int64
	HasCursor bool
	Cursor    *Cursor // nil: none
	HasState  bool
	State     []byte // a JSON object; nil: the client leaves
}

// Cursor is a selection: offsets in UTF-16 code units.
type Cursor struct{ Anchor, Head int }

// Close leaves a document.
type Close struct{ Doc string }

// Ping is answered by a pong.
type Ping struct{}

func (Hello) message()    {}
func (Auth) message()     {}
func (Open) message()     {}
func (Op) message()       {}
func (Presence) message() {}
func (Close) message()    {}
func (Ping) message()     {}
