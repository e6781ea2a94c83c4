package wire

import (
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// TimeFormat is how times travel: RFC 3339 in UTC with milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z"

// User is who a person is to others. ID is never empty.
type User struct {
	ID   string
	Name string // empty where the token has none
}

// Limits are told to every client at hello.
type Limits struct {
	Message  int // bytes of one message
	Document int // UTF-16 code units of one document
	Window   int // changes that an op may be behind the head
}

// Change is one committed change as everyone sees it.
type Change struct {
	Base   int64 // Rev-1, or less where a run was squashed into one
	Rev    int64
	Op     []byte // JSON
	Client uuid.UUID
	Seq    int64
	User   string
	At     time.Time
}

// Peer is what others see of a client.
type Peer struct {
	User   User
	Cursor *Cursor
	State  []byte // a JSON object; nil stands for {}
}

// Opened answers an open: with Content, or as a resume with From and Changes.
type Opened struct {
	Doc      string
	Type     string
	Epoch    uuid.UUID
	Rev      int64
	At       time.Time
	Access   string
	Seq      int64
	Presence map[uuid.UUID]Peer
	Content  []byte // JSON; nil for a resume
	From     int64
	Changes  []byte // JSON elements, joined by commas
}

// HelloAnswer answers hello.
func HelloAnswer(session string, user User, expires time.Time, limits Limits) *Frame {
	b := append([]byte(nil), `{"t":"hello","session":`...)
	b = appendString(b, session)
	b = append(b, `,"user":`...)
	b = appendUser(b, user)
	if !expires.IsZero() {
		b = append(b, `,"expires":`...)
		b = appendTime(b, expires)
	}
	b = append(b, `,"limits":{"message":`...)
	b = strconv.AppendInt(b, int64(limits.Message), 10)
	b = append(b, `,"document":`...)
	b = strconv.AppendInt(b, int64(limits.Document), 10)
	b = append(b, `,"window":`...)
	b = strconv.AppendInt(b, int64(limits.Window), 10)
	return &Frame{data: append(b, `}}`...)}
}

// AuthAnswer answers auth.
func AuthAnswer(expires time.Time) *Frame {
	b := append([]byte(nil), `{"t":"auth"`...)
	if !expires.IsZero() {
		b = append(b, `,"expires":`...)
		b = appendTime(b, expires)
	}
	return &Frame{data: append(b, '}')}
}

// OpenedAnswer answers open.
func OpenedAnswer(o *Opened) *Frame {
	b := make([]byte, 0, 512+len(o.Content)+len(o.Changes))
	b = head(b, "opened", o.Doc)
	b = append(b, `,"type":`...)
	b = appendString(b, o.Type)
	b = append(b, `,"epoch":`...)
	b = appendUUID(b, o.Epoch)
	b = append(b, `,"rev":`...)
	b = strconv.AppendInt(b, o.Rev, 10)
	b = append(b, `,"at":`...)
	b = appendTime(b, o.At)
	b = append(b, `,"access":`...)
	b = appendString(b, o.Access)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, o.Seq, 10)
	b = append(b, `,"presence":`...)
	b = AppendPeers(b, o.Presence)
	if o.Content != nil {
		b = append(b, `,"content":`...)
		b = append(b, o.Content...)
	} else {
		b = append(b, `,"from":`...)
		b = strconv.AppendInt(b, o.From, 10)
		b = append(b, `,"changes":[`...)
		b = append(b, o.Changes...)
		b = append(b, ']')
	}
	return &Frame{data: append(b, '}'), open: true}
}

// OpenedLater is OpenedAnswer for a content that takes time to be encoded:
// whoever asks for the frame's bytes first does it. size says about how long it
// is, in bytes.
func OpenedLater(o *Opened, size int, content func() []byte) *Frame {
	return &Frame{open: true, size: max(size, 1), encode: func() []byte {
		whole := *o
		whole.Content = content()
		return OpenedAnswer(&whole).data
	}}
}

// ChangesBuilder encodes a changes message one by one.
type ChangesBuilder struct {
	data []byte
	list int
	ends []int
}

// ChangeSpace is what a change takes in a message beside its op and its user,
// in bytes: seldom more.
const ChangeSpace = 128

// BeginChanges begins a message of committed changes that take so many bytes:
// where that is right, it is made without copying, and holds nothing in vain.
func BeginChanges(doc string, space int) *ChangesBuilder {
	b := make([]byte, 0, len(`{"t":"changes","doc":"","changes":[]}`)+len(doc)+space)
	b = append(head(b, "changes", doc), `,"changes":[`...)
	return &ChangesBuilder{data: b, list: len(b)}
}

// Add appends a change.
func (b *ChangesBuilder) Add(c *Change) {
	if len(b.ends) > 0 {
		b.data = append(b.data, ',')
	}
	b.data = AppendChange(b.data, c)
	b.ends = append(b.ends, len(b.data))
}

// End returns the message and, sharing its bytes, each change in it.
func (b *ChangesBuilder) End() (*Frame, [][]byte) {
	f := &Frame{data: append(b.data, tail...), list: b.list}
	elements := make([][]byte, len(b.ends))
	from := b.list
	for i, end := range b.ends {
		elements[i] = f.data[from:end:end]
		from = end + 1 // the comma
	}
	return f, elements
}

// Ack answers a repeat.
func Ack(doc string, rev, seq int64) *Frame {
	b := head(nil, "ack", doc)
	b = append(b, `,"rev":`...)
	b = strconv.AppendInt(b, rev, 10)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, seq, 10)
	return &Frame{data: append(b, '}')}
}

// PresenceUpdate says who moved and whose peer changed; a nil cursor is none,
// a nil peer has left.
func PresenceUpdate(doc string, rev int64, cursors map[uuid.UUID]*Cursor, peers map[uuid.UUID]*Peer) *Frame {
	b := head(nil, "presence", doc)
	b = append(b, `,"rev":`...)
	b = strconv.AppendInt(b, rev, 10)
	b = append(b, `,"cursors":{`...)
	for i, id := range sorted(cursors) {
		b = appendMember(b, i, id)
		b = appendCursor(b, cursors[id])
	}
	b = append(b, `},"peers":{`...)
	for i, id := range sorted(peers) {
		b = appendMember(b, i, id)
		if peer := peers[id]; peer != nil {
			b = appendPeer(b, *peer)
		} else {
			b = append(b, `null`...)
		}
	}
	return &Frame{data: append(b, `}}`...)}
}

// AccessChanged says that what the session may do has changed.
func AccessChanged(doc, access string) *Frame {
	b := head(nil, "access", doc)
	b = append(b, `,"access":`...)
	b = appendString(b, access)
	return &Frame{data: append(b, '}')}
}

// Closed says that a document was deleted or may no longer be read.
func Closed(doc string, code Code) *Frame {
	b := head(nil, "closed", doc)
	b = append(b, `,"code":`...)
	b = appendString(b, string(code))
	return &Frame{data: append(b, '}')}
}

// Draining says that the server is going away.
func Draining(within time.Duration) *Frame {
	b := append([]byte(nil), `{"t":"draining","within":`...)
	b = strconv.AppendInt(b, within.Milliseconds(), 10)
	return &Frame{data: append(b, '}')}
}

var pong = &Frame{data: []byte(`{"t":"pong"}`)}

// Pong answers ping.
func Pong() *Frame { return pong }

// Refusal carries an error.
func Refusal(e *Error) *Frame {
	b := append([]byte(nil), `{"t":"error"`...)
	if e.Doc != "" {
		b = append(b, `,"doc":`...)
		b = appendString(b, e.Doc)
	}
	b = append(b, `,"code":`...)
	b = appendString(b, string(e.Code))
	b = append(b, `,"message":`...)
	b = appendString(b, e.Message)
	if e.Seq != 0 {
		b = append(b, `,"seq":`...)
		b = strconv.AppendInt(b, e.Seq, 10)
	}
	return &Frame{data: append(b, '}')}
}

// AppendChange appends one change.
func AppendChange(b []byte, c *Change) []byte {
	b = append(b, '{')
	if c.Base < c.Rev-1 {
		b = append(b, `"from":`...)
		b = strconv.AppendInt(b, c.Base, 10)
		b = append(b, ',')
	}
	b = append(b, `"rev":`...)
	b = strconv.AppendInt(b, c.Rev, 10)
	b = append(b, `,"op":`...)
	b = append(b, c.Op...)
	if c.Client != uuid.Nil {
		b = append(b, `,"client":`...)
		b = appendUUID(b, c.Client)
		b = append(b, `,"seq":`...)
		b = strconv.AppendInt(b, c.Seq, 10)
	}
	b = append(b, `,"user":`...)
	b = appendString(b, c.User)
	b = append(b, `,"at":`...)
	b = appendTime(b, c.At)
	return append(b, '}')
}

// AppendPeers appends the peers of a room as an object.
func AppendPeers(b []byte, peers map[uuid.UUID]Peer) []byte {
	b = append(b, '{')
	for i, id := range sorted(peers) {
		b = appendMember(b, i, id)
		b = appendPeer(b, peers[id])
	}
	return append(b, '}')
}

func head(b []byte, kind, doc string) []byte {
	b = append(b, `{"t":"`...)
	b = append(b, kind...)
	b = append(b, `","doc":"`...)
	b = append(b, doc...) // a document id needs no escaping
	return append(b, '"')
}

func appendPeer(b []byte, p Peer) []byte {
	b = append(b, `{"user":`...)
	b = appendUser(b, p.User)
	b = append(b, `,"cursor":`...)
	b = appendCursor(b, p.Cursor)
	b = append(b, `,"state":`...)
	if p.State == nil {
		b = append(b, `{}`...)
	}
	b = append(b, p.State...)
	return append(b, '}')
}

func appendUser(b []byte, u User) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, u.ID)
	if u.Name != "" {
		b = append(b, `,"name":`...)
		b = appendString(b, u.Name)
	}
	return append(b, '}')
}

func appendCursor(b []byte, c *Cursor) []byte {
	if c == nil {
		return append(b, `null`...)
	}
	b = append(b, '[')
	b = strconv.AppendInt(b, int64(c.Anchor), 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(c.Head), 10)
	return append(b, ']')
}

func appendMember(b []byte, i int, id uuid.UUID) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return append(appendUUID(b, id), ':')
}

func appendUUID(b []byte, id uuid.UUID) []byte {
	text, _ := id.MarshalText() // never fails
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}

// appendString quotes s. Malformed UTF-8 cannot come in, so that the error,
// which only says that it was replaced, tells nothing.
func appendString(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}

func appendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, TimeFormat)
	return append(b, '"')
}

// sorted makes the order of an object's members stable.
func sorted[V any](m map[uuid.UUID]V) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return ids
}
