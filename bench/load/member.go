package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

const patience = 30 * time.Second // with a server that does not answer

// member is one lean connection with one document open. A goroutine reads; it
// also writes for a writer without a pace. A writer with a pace has another
// goroutine that writes, and only that one does then.
type member struct {
	ws   *websocket.Conn
	doc  string
	id   []byte
	size int
	rng  *rand.Rand
	buf  []byte // of reading
	out  []byte // of writing

	fast    bool          // sends the next op when the last one is acknowledged
	stopped *atomic.Bool  // nobody begins anything new
	seq     int64         // of the last op sent
	sent    atomic.Int64  // when the op in flight was, in ns of clock; 0: none is
	acked   chan struct{} // the op in flight has been acknowledged

	record  bool
	frames  [][]byte // recorded, copies
	samples []sample

	seen seen
}

// sample is one acknowledged op.
type sample struct{ at, wait time.Duration }

// seen counts what a member has received. Anyone may read it.
type seen struct {
	frames, changes, acks atomic.Int64
	rev                   atomic.Int64
}

var began = time.Now()

// clock is the time since the program began.
func clock() time.Duration { return time.Since(began) }

// join connects, opens the document and returns when it is open. With record
// every frame from there on is kept.
func join(ctx context.Context, base, doc string, size int, record bool, stopped *atomic.Bool) (*member, error) {
	m := &member{
		doc: doc, size: size, id: []byte(uuid.NewString()), record: record, stopped: stopped,
		rng: rand.New(rand.NewPCG(rand.Uint64(), 0)), buf: make([]byte, 0, 2<<10), acked: make(chan struct{}, 1),
	}
	dialer := websocket.Dialer{Subprotocols: []string{"coscribe.v1"}, ReadBufferSize: 4 << 10, WriteBufferSize: 512}
	ws, _, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(base, "http")+"/v1/connect", nil)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	m.ws = ws
	m.out = fmt.Appendf(m.out, `{"t":"hello","client":"%s"}`, m.id)
	if err := m.write(); err != nil {
		return nil, err
	}
	m.out = fmt.Appendf(m.out[:0], `{"t":"open","doc":"%s"}`, doc)
	if err := m.write(); err != nil {
		return nil, err
	}
	return m, m.open()
}

// open reads the answers to hello and open.
func (m *member) open() error {
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

func (m *member) close() { m.ws.Close() }

func (m *member) write() error {
	if err := m.ws.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if err := m.ws.WriteMessage(websocket.TextMessage, m.out); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// read returns the next frame; it is valid until the next call.
func (m *member) read() ([]byte, error) {
	_, r, err := m.ws.NextReader()
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	m.buf = m.buf[:0]
	for {
		if len(m.buf) == cap(m.buf) {
			m.buf = append(m.buf, 0)[:len(m.buf)]
		}
		n, err := r.Read(m.buf[len(m.buf):cap(m.buf)])
		m.buf = m.buf[:len(m.buf)+n]
		if err != nil {
			break // the end of the frame, or the next call says what
		}
	}
	if m.record {
		m.frames = append(m.frames, bytes.Clone(m.buf))
	}
	return m.buf, nil
}

// serve reads until the connection is closed, and keeps a fast writer writing.
func (m *member) serve() error {
	if m.fast {
		if err := m.submit(); err != nil {
			return err
		}
	}
	for {
		frame, err := m.read()
		if err != nil {
			return err
		}
		m.seen.frames.Add(1)
		switch kindOf(frame) {
		case changes:
			if err := m.changes(frame); err != nil {
				return fmt.Errorf("%s: %w", m.doc, err)
			}
		case presence:
		default:
			return fmt.Errorf("%s: unexpected %.300q", m.doc, frame)
		}
	}
}

func (m *member) changes(frame []byte) error {
	before := m.seen.rev.Load()
	rev, err := advance(frame, before)
	if err != nil {
		return err
	}
	m.seen.changes.Add(rev - before)
	m.seen.rev.Store(rev)
	sent := m.sent.Load()
	if sent == 0 || !bytes.Contains(frame, m.id) {
		return nil
	}
	now := clock()
	m.samples = append(m.samples, sample{at: now, wait: now - time.Duration(sent)})
	m.seen.acks.Add(1)
	m.sent.Store(0)
	if m.fast && !m.stopped.Load() {
		return m.submit()
	}
	select {
	case m.acked <- struct{}{}:
	default:
	}
	return nil
}

// submit sends an op: one letter at a random place of what the document was to
// begin with, which is still there, as nothing is ever deleted.
func (m *member) submit() error {
	m.seq++
	b := append(m.out[:0], `{"t":"op","doc":"`...)
	b = append(b, m.doc...)
	b = append(b, `","rev":`...)
	b = strconv.AppendInt(b, m.seen.rev.Load(), 10)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, m.seq, 10)
	b = append(b, `,"op":[{"retain":`...)
	b = strconv.AppendInt(b, 1+m.rng.Int64N(int64(m.size-1)), 10)
	m.out = append(b, `},{"insert":"x"}]}`...)
	m.sent.Store(int64(clock()))
	return m.write()
}

// point moves the member's cursor to a random place.
func (m *member) point() error {
	at := m.rng.IntN(m.size)
	m.out = fmt.Appendf(m.out[:0], `{"t":"presence","doc":"%s","rev":%d,"cursor":[%d,%d]}`, m.doc, m.seen.rev.Load(), at, at)
	return m.write()
}

// pace submits an op, or moves the cursor, once in every interval until ctx is
// done. An op waits for the acknowledgement of the one before.
func (m *member) pace(ctx context.Context, interval time.Duration, cursor bool) error {
	next := time.Now().Add(rand.N(interval)) // not all at once
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(next)):
		}
		next = next.Add(interval)
		if cursor {
			if err := m.point(); err != nil {
				return err
			}
			continue
		}
		if m.sent.Load() != 0 {
			select {
			case <-ctx.Done():
				return nil
			case <-m.acked:
			}
		}
		select { // of an op that was acknowledged in time
		case <-m.acked:
		default:
		}
		if err := m.submit(); err != nil {
			return err
		}
	}
}
