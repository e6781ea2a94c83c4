package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/gorilla/websocket"
)

// yjs is a server of the Yjs sync protocol.
type yjs struct {
	*peer
	flavour
}

// flavour is in what the servers of the protocol differ.
type flavour struct {
	path string // before the document's name in the address
	// named: each message begins with the document's name, a token has to be
	// shown, and an op is answered by a message of its own. Otherwise the op's
	// own return acknowledges it.
	named bool
}

var (
	hocuspocus = flavour{named: true}
	plain      = flavour{path: "/"}
)

func (y yjs) speak() dialect { return &ySync{flavour: y.flavour} }

// author is the Yjs client that wrote what a document is to begin with.
const author = 1

func (y yjs) create(ctx context.Context, doc, text string) error {
	d := &ySync{flavour: y.flavour}
	m := newMember(d, doc, len(text), false, nil)
	defer m.close()
	if err := m.join(ctx, m, y.URL()); err != nil {
		return err
	}
	m.out = d.update(m, m.out[:0], firstUpdate(text))
	if err := m.write(); err != nil {
		return err
	}
	for { // until it was taken
		frame, err := m.read()
		if err != nil {
			return err
		}
		if n, err := d.receive(m, frame); err != nil || n.mine || n.ops > 0 {
			return err
		}
	}
}

// verify has a new client read each document, and Yjs itself put together what
// one member has received and sent.
func (y yjs) verify(ctx context.Context, t *trial) error {
	m, err := t.recorder()
	if err != nil {
		return err
	}
	for doc, n := range t.acknowledged() {
		fresh, err := y.state(ctx, doc)
		if err != nil {
			return err
		}
		updates := [][]byte{fresh}
		if doc == m.doc {
			updates = append(updates, m.dialect.(*ySync).received...)
		}
		lengths, err := y.lengths(ctx, updates)
		if err != nil {
			return err
		}
		if want := t.size + int(n); lengths.Fresh != want || doc == m.doc && !lengths.Same {
			return fmt.Errorf("%s: %d ops acknowledged, %d units of %d and as many; what a member was told gives the same: %v",
				doc, n, lengths.Fresh, t.size, lengths.Same)
		}
	}
	return nil
}

func (y yjs) length(ctx context.Context, doc string) (int, error) {
	fresh, err := y.state(ctx, doc)
	if err != nil {
		return 0, err
	}
	lengths, err := y.lengths(ctx, [][]byte{fresh})
	return lengths.Fresh, err
}

// state is a document as a new client gets it: an update.
func (y yjs) state(ctx context.Context, doc string) ([]byte, error) {
	d := &ySync{flavour: y.flavour}
	m := newMember(d, doc, 0, false, nil)
	defer m.close()
	if err := m.join(ctx, m, y.URL()); err != nil {
		return nil, err
	}
	return d.received[0], nil
}

type yLengths struct {
	Fresh int  // of the first update alone, in UTF-16 code units
	Same  bool // whether the first update and the others together are the same text
}

func (y yjs) lengths(ctx context.Context, updates [][]byte) (l yLengths, err error) {
	var in bytes.Buffer
	for _, u := range updates {
		in.Write(appendBytes(nil, u))
	}
	cmd := exec.CommandContext(ctx, "node", "converge.mjs")
	cmd.Dir, cmd.Stdin = y.peer.folder, &in
	out, err := cmd.Output()
	if err != nil {
		return l, fmt.Errorf("ask Yjs: %w", err)
	}
	return l, json.Unmarshal(out, &l)
}

// ySync is the Yjs sync protocol as one member speaks it. The member's ops are
// what a client would send that has not yet seen what others insert.
type ySync struct {
	flavour
	client   uint64
	moves    uint64 // of the cursor so far
	known    known
	received [][]byte // updates of a recorder, the first of which is the content
}

// Kinds of messages, of both flavours.
const (
	yMessageSync      = 0
	yMessageAwareness = 1
	yMessageAuth      = 2
	yMessageSyncReply = 4
	yMessageStatus    = 8
	ySyncStep1        = 0
	ySyncStep2        = 1
	ySyncUpdate       = 2
)

func (d *ySync) join(ctx context.Context, m *member, base string) error {
	d.client, d.known = m.rng.Uint64N(1<<31)+1000, make(known)
	address := "ws" + strings.TrimPrefix(base, "http")
	if !d.named {
		address += d.path + m.doc
	}
	if err := m.dial(ctx, websocket.BinaryMessage, address); err != nil {
		return err
	}
	if d.named {
		m.out = append(d.begin(m, m.out[:0]), yMessageAuth, 0)
		m.out = append(appendString(m.out, ""), 0)
		if err := m.write(); err != nil {
			return err
		}
	}
	m.out = append(d.begin(m, m.out[:0]), yMessageSync, ySyncStep1)
	m.out = appendBytes(m.out, []byte{0}) // who knows nothing yet
	if err := m.write(); err != nil {
		return err
	}
	for len(d.received) == 0 {
		frame, err := m.read()
		if err != nil {
			return err
		}
		if err := d.content(m, frame); err != nil {
			return err
		}
	}
	return nil
}

// content keeps the content if the frame brings it.
func (d *ySync) content(m *member, frame []byte) error {
	in := yReader{rest: frame}
	if d.named {
		in.string()
	}
	kind := in.uint()
	if kind != yMessageSync && kind != yMessageSyncReply {
		return in.err
	}
	if in.uint() == ySyncStep2 {
		content := bytes.Clone(in.bytes())
		d.received = append(d.received, content)
		if _, _, err := d.known.add(content, 0); err != nil {
			return err
		}
	}
	return in.err
}

// begin begins a message.
func (d *ySync) begin(m *member, b []byte) []byte {
	if d.named {
		b = appendString(b, m.doc)
	}
	return b
}

func (d *ySync) update(m *member, b, update []byte) []byte {
	return appendBytes(append(d.begin(m, b), yMessageSync, ySyncUpdate), update)
}

func (d *ySync) op(m *member, b []byte) []byte {
	u := appendLetter(nil, d.client, uint64(m.seq-1), uint64(m.place()))
	return d.update(m, b, u)
}

// cursor is an awareness state as editors send it: positions relative to
// letters of the text, a name and a colour.
func (d *ySync) cursor(m *member, b []byte) []byte {
	d.moves++
	at := m.place()
	position := fmt.Sprintf(`{"type":null,"tname":"text","item":{"client":%d,"clock":%d},"assoc":0}`, author, at)
	state := fmt.Sprintf(`{"user":{"name":"Ann","color":"#c2410c"},"cursor":{"anchor":%s,"head":%s}}`, position, position)
	u := appendUint(nil, 1)
	u = appendUint(u, d.client)
	u = appendUint(u, d.moves)
	u = appendString(u, state)
	return appendBytes(append(d.begin(m, b), yMessageAwareness), u)
}

func (d *ySync) receive(m *member, frame []byte) (n news, err error) {
	in := yReader{rest: frame}
	if d.named {
		in.string()
	}
	switch kind := in.uint(); kind {
	case yMessageSync, yMessageSyncReply:
		if in.uint() == ySyncStep1 {
			return news{}, in.err
		}
		update := in.bytes()
		if in.err != nil {
			return news{}, in.err
		}
		if m.record {
			d.received = append(d.received, bytes.Clone(update))
		}
		n.ops, n.mine, err = d.known.add(update, d.client)
		n.mine = n.mine && !d.named
	case yMessageAwareness:
	case yMessageStatus:
		if in.uint() != 1 {
			return news{}, errors.New("refused")
		}
		n.mine = true
	default:
		err = errors.New("it is unexpected")
	}
	return n, errors.Join(err, in.err)
}
