package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
)

// sharedb is a ShareDB server with rich-text documents.
type sharedb struct{ *peer }

func (sharedb) speak() dialect { return &shareJSON{} }

// created is the version of a document that was created and not yet edited.
const created = 1

func (s sharedb) create(ctx context.Context, doc, text string) error {
	m := newMember(&shareJSON{}, doc, len(text), false, nil)
	defer m.close()
	if err := (&shareJSON{}).greet(ctx, m, s.URL()); err != nil {
		return err
	}
	content, err := json.Marshal([]map[string]string{{"insert": text}})
	if err != nil {
		return err
	}
	m.out = fmt.Appendf(m.out[:0], `{"a":"op","c":"docs","d":"%s","v":0,"seq":1,"x":{},"create":{"type":"http://sharejs.org/types/rich-text/v1","data":%s}}`, doc, content)
	if err := m.write(); err != nil {
		return err
	}
	_, err = m.expect("op")
	return err
}

// verify has a new client read each document, and leads our own engine, whose
// rich-text semantics are the same, through what one member has received.
func (s sharedb) verify(ctx context.Context, t *trial) error {
	for doc, n := range t.acknowledged() {
		v, content, err := s.content(ctx, doc)
		if err != nil {
			return err
		}
		if v != created+n || content.Len() != t.size+int(n) {
			return fmt.Errorf("%s: %d ops acknowledged, but version %d and %d units of %d and as many", doc, n, v, content.Len(), t.size)
		}
	}
	m, err := t.recorder()
	if err != nil {
		return err
	}
	replayed, err := m.dialect.(*shareJSON).replay(m)
	if err != nil {
		return fmt.Errorf("replay %s: %w", m.doc, err)
	}
	_, content, err := s.content(ctx, m.doc)
	if err == nil && !replayed.Content().Equal(content.Content()) {
		err = fmt.Errorf("%s: the frames lead elsewhere than a new client finds", m.doc)
	}
	return err
}

func (s sharedb) length(ctx context.Context, doc string) (int, error) {
	v, content, err := s.content(ctx, doc)
	if v == 0 {
		return 0, nil
	}
	return content.Len(), err
}

func (s sharedb) content(ctx context.Context, doc string) (int64, ot.Document, error) {
	d := &shareJSON{}
	m := newMember(d, doc, 0, false, nil)
	defer m.close()
	if err := m.join(ctx, m, s.URL()); err != nil || d.v == 0 {
		return 0, ot.Document{}, err
	}
	content, err := d.document()
	return d.v, content, err
}

// shareJSON is ShareDB's own protocol.
type shareJSON struct {
	v    int64           // the version that was joined at
	data json.RawMessage // the content at that version
	pv   int             // of the last presence sent
}

// shareMessage is what the load reads of a message, where it reads one at all.
type shareMessage struct {
	A     string
	V     int64
	Src   string
	Seq   int64
	Op    json.RawMessage
	Error json.RawMessage
	Data  struct {
		V    int64
		Data json.RawMessage
	}
}

func (*shareJSON) greet(ctx context.Context, m *member, base string) error {
	if err := m.dial(ctx, websocket.TextMessage, "ws"+strings.TrimPrefix(base, "http")); err != nil {
		return err
	}
	m.out = append(m.out[:0], `{"a":"hs","id":null,"protocol":1,"protocolMinor":2}`...)
	if err := m.write(); err != nil {
		return err
	}
	_, err := m.expect("hs")
	return err
}

// expect reads up to the message of that action.
func (m *member) expect(action string) (message shareMessage, err error) {
	for {
		frame, err := m.read()
		if err != nil {
			return message, err
		}
		message = shareMessage{}
		if err := json.Unmarshal(frame, &message); err != nil {
			return message, fmt.Errorf("%w: %.200q", err, frame)
		}
		if message.Error != nil {
			return message, fmt.Errorf("refused: %.300q", frame)
		}
		if message.A == action {
			return message, nil
		}
	}
}

func (d *shareJSON) join(ctx context.Context, m *member, base string) error {
	if err := d.greet(ctx, m, base); err != nil {
		return err
	}
	// Presence is asked for first, so that nothing comes between the content
	// and the ops behind it.
	m.out = fmt.Appendf(m.out[:0], `{"a":"ps","ch":"%s","seq":1}`, m.doc)
	if err := m.write(); err != nil {
		return err
	}
	if _, err := m.expect("ps"); err != nil {
		return err
	}
	m.out = fmt.Appendf(m.out[:0], `{"a":"s","c":"docs","d":"%s","v":null}`, m.doc)
	if err := m.write(); err != nil {
		return err
	}
	answer, err := m.expect("s")
	d.v, d.data = answer.Data.V, answer.Data.Data
	m.frames = nil // what is recorded begins behind the content
	return err
}

var (
	shareOp       = []byte(`{"a":"op"`)
	shareAck      = []byte(`{"src":`)
	shareError    = []byte(`"error":`)
	sharePresence = []byte(`{"a":"p`) // presence, and requests of it
	shareRequest  = []byte(`{"ch":`)  // a presence of another, whose keys stand in another order
	shareVersion  = []byte(`"v":`)
)

// receive tells messages apart by their first key.
func (d *shareJSON) receive(m *member, frame []byte) (news, error) {
	switch {
	case bytes.Contains(frame, shareError):
		return news{}, errors.New("refused")
	case bytes.HasPrefix(frame, sharePresence), bytes.HasPrefix(frame, shareRequest):
		return news{}, nil
	}
	mine := bytes.HasPrefix(frame, shareAck)
	if !mine && !bytes.HasPrefix(frame, shareOp) {
		return news{}, errors.New("it is unexpected")
	}
	i := bytes.Index(frame, shareVersion)
	v, next := number(frame[i+len(shareVersion):]), d.v+m.seen.rev.Load()
	if i < 0 || v > next {
		return news{}, fmt.Errorf("version %d follows %d", v, next-1)
	}
	if v < next { // what a submission lacked is sent to it once more
		return news{}, nil
	}
	return news{ops: 1, mine: mine}, nil
}

func (d *shareJSON) op(m *member, b []byte) []byte {
	b = append(b, `{"a":"op","c":"docs","d":"`...)
	b = append(b, m.doc...)
	b = append(b, `","v":`...)
	b = strconv.AppendInt(b, d.v+m.seen.rev.Load(), 10)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, m.seq, 10)
	b = append(b, `,"x":{},"op":[{"retain":`...)
	b = strconv.AppendInt(b, m.place(), 10)
	return append(b, `},{"insert":"x"}]}`...)
}

func (d *shareJSON) cursor(m *member, b []byte) []byte {
	d.pv++
	return fmt.Appendf(b, `{"a":"p","ch":"%s","src":"%s","id":"%s","p":{"index":%d,"length":0},"pv":%d,"c":"docs","d":"%s","v":%d,"t":"http://sharejs.org/types/rich-text/v1"}`,
		m.doc, m.id, m.id, m.place(), d.pv, m.doc, d.v+m.seen.rev.Load())
}

// document is the content that was joined at.
func (d *shareJSON) document() (ot.Document, error) {
	content, err := shareDelta(d.data)
	if err != nil {
		return ot.Document{}, err
	}
	return ot.NewDocument(content)
}

// shareDelta reads a delta: a bare list as it was sent, or {"ops":[…]} as
// quill-delta writes what it has made.
func shareDelta(data json.RawMessage) (ot.Delta, error) {
	var made struct{ Ops json.RawMessage }
	if err := json.Unmarshal(data, &made); err == nil {
		data = made.Ops
	}
	return otjson.Decode(data)
}

// replay applies what a member was told, its own ops among it as the server
// must have transformed them: over everything that came between what they were
// made on and their acknowledgement.
func (d *shareJSON) replay(m *member) (ot.Document, error) {
	doc, err := d.document()
	if err != nil {
		return doc, err
	}
	var others []ot.Delta // by version, from d.v; nil for own ones until they are known
	for _, frame := range m.frames {
		var message shareMessage
		if err := json.Unmarshal(frame, &message); err != nil {
			return doc, err
		}
		if message.A != "op" || message.V != d.v+int64(len(others)) {
			continue // presence, or one that was there already
		}
		op := ot.Delta(nil)
		if message.Op != nil {
			op, err = shareDelta(message.Op)
		} else {
			op, err = d.own(m, message.Seq, others)
		}
		if err != nil {
			return doc, err
		}
		if doc, err = doc.Apply(op); err != nil {
			return doc, err
		}
		others = append(others, op)
	}
	return doc, nil
}

// own is the member's op of that seq as it was committed.
func (d *shareJSON) own(m *member, seq int64, before []ot.Delta) (ot.Delta, error) {
	var sent shareMessage
	if err := json.Unmarshal(m.ops[seq-1], &sent); err != nil {
		return nil, err
	}
	op, err := shareDelta(sent.Op)
	for _, other := range before[sent.V-d.v:] {
		op = other.Transform(op, true)
	}
	return op, err
}
