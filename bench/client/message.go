package client

import (
	"bytes"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
)

// timeLayout is TIME: RFC 3339 in UTC with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Change is one committed op: it takes revision From to revision Rev.
type Change struct {
	From   int64 // Rev-1, or less where a run was squashed
	Rev    int64
	Op     ot.Delta
	Client string // empty where none submitted it
	Seq    int64  // 0 where none submitted it
	User   string
	At     time.Time
}

// Opened is the answer to an open: with Content for a fresh join, with Changes
// after From for a resume.
type Opened struct {
	Type    ot.Type
	Epoch   string
	Rev     int64
	At      time.Time
	Access  string
	Seq     int64 // this client's last committed seq, 0 for none
	Peers   map[string]*Peer
	Fresh   bool
	Content ot.Delta
	From    int64
	Changes []Change
}

// Range is a selection as offsets into a document: where it began and where
// the caret is.
type Range struct{ Anchor, Head int }

// User is who edits.
type User struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// Peer is what others see of a client.
type Peer struct {
	User   User
	Cursor *Range         // nil for none
	State  jsontext.Value // an object, as the peer sent it
}

// Limits are the bounds that the server states in its hello.
type Limits struct {
	Message  int `json:"message"`  // bytes of one message
	Document int `json:"document"` // UTF-16 code units
	Window   int `json:"window"`   // changes behind the head
}

// presence is the server's news of who moved and who came or left.
type presence struct {
	rev     int64
	cursors map[string]*Range
	peers   map[string]*Peer // nil value: left
}

// message is the union of everything that the server sends. Pointers tell
// absent from zero where that matters.
type message struct {
	T       string                    `json:"t"`
	Doc     string                    `json:"doc"`
	Type    string                    `json:"type"`
	Epoch   string                    `json:"epoch"`
	Rev     *int64                    `json:"rev"`
	Seq     *int64                    `json:"seq"`
	From    *int64                    `json:"from"`
	At      string                    `json:"at"`
	Access  string                    `json:"access"`
	Peers   map[string]jsontext.Value `json:"peers"`
	Cursors map[string]*wireRange     `json:"cursors"`
	Present map[string]wirePeer       `json:"presence"`
	Content jsontext.Value            `json:"content"`
	Changes []wireChange              `json:"changes"`
	Code    Code                      `json:"code"`
	Message string                    `json:"message"`
	Session string                    `json:"session"`
	User    User                      `json:"user"`
	Expires string                    `json:"expires"`
	Limits  Limits                    `json:"limits"`
	Within  int64                     `json:"within"`
}

type wireChange struct {
	Rev    int64          `json:"rev"`
	From   *int64         `json:"from"`
	Op     jsontext.Value `json:"op"`
	Client string         `json:"client"`
	Seq    int64          `json:"seq"`
	User   string         `json:"user"`
	At     string         `json:"at"`
}

type wirePeer struct {
	User   User           `json:"user"`
	Cursor *wireRange     `json:"cursor"`
	State  jsontext.Value `json:"state"`
}

type wireRange [2]int

func (r *wireRange) rng() *Range {
	if r == nil {
		return nil
	}
	return &Range{Anchor: r[0], Head: r[1]}
}

// parse reads one message of the server and checks the form that C1 promises.
func parse(data []byte) (*message, error) {
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, violation("C1", "unreadable message %.200q: %v", data, err)
	}
	head := strconv.AppendQuote([]byte(`{"t":`), m.T)
	if m.Doc != "" {
		head = append(head, `,"doc":"`+m.Doc+`"`...)
	}
	if !bytes.HasPrefix(data, head) {
		return nil, violation("C1", "t and doc do not come first in %.200q", data)
	}
	return &m, nil
}

func (m *message) opened() (*Opened, error) {
	if m.Rev == nil || m.Seq == nil || m.Epoch == "" || m.Access == "" || m.Present == nil {
		return nil, violation("C5", "opened of %s lacks a field", m.Doc)
	}
	typ, err := ot.ParseType(m.Type)
	if err != nil {
		return nil, violation("C1", "opened of %s: %v", m.Doc, err)
	}
	at, err := parseTime(m.At)
	if err != nil {
		return nil, err
	}
	o := &Opened{Type: typ, Epoch: m.Epoch, Rev: *m.Rev, At: at, Access: m.Access, Seq: *m.Seq}
	o.Peers = make(map[string]*Peer, len(m.Present))
	for id, p := range m.Present {
		o.Peers[id] = p.peer()
	}
	switch {
	case m.Content != nil && m.Changes == nil && m.From == nil:
		o.Fresh = true
		o.Content, err = decodeOp(m.Content)
	case m.Content == nil && m.Changes != nil && m.From != nil:
		o.From = *m.From
		o.Changes, err = m.changes()
	default:
		err = violation("C5", "opened of %s is neither fresh nor a resume", m.Doc)
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}

func (m *message) changes() ([]Change, error) {
	if m.Changes == nil {
		return nil, violation("C5", "%s of %s lacks its changes", m.T, m.Doc)
	}
	changes := make([]Change, len(m.Changes))
	for i := range m.Changes {
		c, err := m.Changes[i].change()
		if err != nil {
			return nil, err
		}
		changes[i] = c
	}
	return changes, nil
}

func (w *wireChange) change() (Change, error) {
	c := Change{From: w.Rev - 1, Rev: w.Rev, Client: w.Client, Seq: w.Seq, User: w.User}
	if w.From != nil {
		c.From = *w.From
	}
	var err error
	if c.At, err = parseTime(w.At); err != nil {
		return Change{}, err
	}
	c.Op, err = decodeOp(w.Op)
	return c, err
}

func (m *message) presence() (*presence, error) {
	if m.Rev == nil || m.Cursors == nil || m.Peers == nil {
		return nil, violation("C5", "presence of %s lacks a field", m.Doc)
	}
	p := &presence{rev: *m.Rev, cursors: make(map[string]*Range, len(m.Cursors)), peers: make(map[string]*Peer, len(m.Peers))}
	for id, r := range m.Cursors {
		p.cursors[id] = r.rng()
	}
	for id, raw := range m.Peers {
		if string(raw) == "null" {
			p.peers[id] = nil
			continue
		}
		var w wirePeer
		if err := json.Unmarshal(raw, &w); err != nil {
			return nil, violation("C1", "unreadable peer of %s: %v", m.Doc, err)
		}
		p.peers[id] = w.peer()
	}
	return p, nil
}

func (w wirePeer) peer() *Peer {
	return &Peer{User: w.User, Cursor: w.Cursor.rng(), State: w.State.Clone()}
}

func decodeOp(raw jsontext.Value) (ot.Delta, error) {
	d, err := otjson.Decode(raw)
	if err != nil {
		return nil, violation("P6", "sent an op that is not valid: %v", err)
	}
	return d, nil
}

func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return time.Time{}, violation("C1", "%q is not a TIME", s)
	}
	return t, nil
}

// Outgoing messages. Document ids and UUIDs need no escaping.

func appendHello(dst []byte, client, token string) ([]byte, error) {
	dst = append(dst, `{"t":"hello","client":"`+client+`"`...)
	if token != "" {
		dst = append(dst, `,"token":`...)
		var err error
		if dst, err = jsontext.AppendQuote(dst, token); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func appendOp(dst []byte, doc string, op Submission) []byte {
	dst = append(dst, `{"t":"op","doc":"`+doc+`","rev":`...)
	dst = strconv.AppendInt(dst, op.Rev, 10)
	dst = append(dst, `,"seq":`...)
	dst = strconv.AppendInt(dst, op.Seq, 10)
	dst = append(dst, `,"op":`...)
	return append(otjson.Append(dst, op.Op), '}')
}

func appendOpen(dst []byte, doc string, o OpenRequest) []byte {
	dst = append(dst, `{"t":"open","doc":"`+doc+`"`...)
	if !o.Resume {
		return append(dst, `,"type":"`+o.Type.String()+`"}`...)
	}
	dst = append(dst, `,"rev":`...)
	dst = strconv.AppendInt(dst, o.Rev, 10)
	dst = append(dst, `,"epoch":"`+o.Epoch+`","at":"`...)
	dst = o.At.AppendFormat(dst, timeLayout)
	return append(dst, `"}`...)
}

func appendPresence(dst []byte, doc string, p Presence) []byte {
	dst = append(dst, `{"t":"presence","doc":"`+doc+`","rev":`...)
	dst = strconv.AppendInt(dst, p.Rev, 10)
	dst = append(dst, `,"cursor":`...)
	if p.Cursor == nil {
		dst = append(dst, "null"...)
	} else {
		dst = append(dst, '[')
		dst = strconv.AppendInt(dst, int64(p.Cursor.Anchor), 10)
		dst = append(dst, ',')
		dst = strconv.AppendInt(dst, int64(p.Cursor.Head), 10)
		dst = append(dst, ']')
	}
	if p.State != nil {
		dst = append(append(dst, `,"state":`...), p.State...)
	}
	return append(dst, '}')
}
