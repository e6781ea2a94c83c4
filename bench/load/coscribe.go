package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/serverproc"
	"github.com/coscribe/coscribe/ot"
)

// coscribe is our own server.
type coscribe struct {
	*serverproc.Process
	rest client.REST
}

func newCoscribe(p *serverproc.Process) coscribe {
	return coscribe{Process: p, rest: client.REST{Address: p.URL}}
}

func (c coscribe) speak() dialect { return &ours{} }

func (c coscribe) create(ctx context.Context, doc, text string) error {
	_, err := c.rest.Create(ctx, doc, ot.RichText, ot.Delta{ot.Insert(text, nil)})
	return err
}

func (c coscribe) length(ctx context.Context, doc string) (int, error) {
	info, err := c.rest.Info(ctx, doc)
	return info.Length, err
}

func (c coscribe) collect(ctx context.Context) error { return c.Collect(ctx) }

// verify looks at revision and length of each document, and leads a full
// client through what one member has received.
func (c coscribe) verify(ctx context.Context, t *trial) error {
	for doc, n := range t.acknowledged() {
		info, err := c.rest.Info(ctx, doc)
		if err != nil {
			return err
		}
		if info.Rev != n || info.Length != t.size+int(n) {
			return fmt.Errorf("%s: %d ops acknowledged, but revision %d and %d units of %d and as many", doc, n, info.Rev, info.Length, t.size)
		}
	}
	m, err := t.recorder()
	if err != nil {
		return err
	}
	state, err := client.Replay(m.frames)
	if err != nil {
		return fmt.Errorf("replay %s: %w", m.doc, err)
	}
	content, rev, err := c.rest.Content(ctx, m.doc, -1)
	if err != nil {
		return err
	}
	if state.Rev() != rev || !state.View().Content().Equal(content) {
		return fmt.Errorf("%s: the frames lead to revision %d, REST has %d, or the contents differ", m.doc, state.Rev(), rev)
	}
	return nil
}

// ours is our own protocol.
type ours struct{}

func (*ours) join(ctx context.Context, m *member, base string) error {
	if err := m.dial(ctx, websocket.TextMessage, "ws"+strings.TrimPrefix(base, "http")+"/v1/connect", "coscribe.v1"); err != nil {
		return err
	}
	m.out = fmt.Appendf(m.out[:0], `{"t":"hello","client":"%s"}`, m.id)
	if err := m.write(); err != nil {
		return err
	}
	m.out = fmt.Appendf(m.out[:0], `{"t":"open","doc":"%s"}`, m.doc)
	if err := m.write(); err != nil {
		return err
	}
	for {
		frame, err := m.read()
		if err != nil {
			return err
		}
		switch kindOf(frame) {
		case hello:
		case opened:
			rev, err := firstRev(frame)
			m.seen.rev.Store(rev)
			return err
		default:
			return fmt.Errorf("unexpected %.200q", frame)
		}
	}
}

func (*ours) receive(m *member, frame []byte) (news, error) {
	switch kindOf(frame) {
	case changes:
		before := m.seen.rev.Load()
		rev, err := advance(frame, before)
		return news{ops: rev - before, mine: bytes.Contains(frame, m.id)}, err
	case presence:
		return news{}, nil
	}
	return news{}, errors.New("it is unexpected")
}

func (*ours) op(m *member, b []byte) []byte {
	b = append(b, `{"t":"op","doc":"`...)
	b = append(b, m.doc...)
	b = append(b, `","rev":`...)
	b = strconv.AppendInt(b, m.seen.rev.Load(), 10)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, m.seq, 10)
	b = append(b, `,"op":[{"retain":`...)
	b = strconv.AppendInt(b, m.place(), 10)
	return append(b, `},{"insert":"x"}]}`...)
}

func (*ours) cursor(m *member, b []byte) []byte {
	at := m.place()
	return fmt.Appendf(b, `{"t":"presence","doc":"%s","rev":%d,"cursor":[%d,%d]}`, m.doc, m.seen.rev.Load(), at, at)
}
