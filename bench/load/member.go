package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
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
	dialect
	ws   *websocket.Conn
	kind int // of its WebSocket messages
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
	frames  [][]byte // received and recorded, copies
	ops     [][]byte // sent and recorded, copies
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

// newMember returns a member that is not there yet. With record every frame
// that it gets and every op that it sends is kept.
func newMember(d dialect, doc string, size int, record bool, stopped *atomic.Bool) *member {
	return &member{
		dialect: d, doc: doc, size: size, id: []byte(uuid.NewString()), record: record, stopped: stopped,
		rng: rand.New(rand.NewPCG(rand.Uint64(), 0)), buf: make([]byte, 0, 2<<10), acked: make(chan struct{}, 1),
	}
}

// dial connects to a WebSocket.
func (m *member) dial(ctx context.Context, kind int, url string, subprotocols ...string) error {
	dialer := websocket.Dialer{Subprotocols: subprotocols, ReadBufferSize: 4 << 10, WriteBufferSize: 512}
	ws, _, err := dialer.DialContext(ctx, url, nil)
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	m.ws, m.kind = ws, kind
	return nil
}

func (m *member) close() {
	if m.ws != nil {
		m.ws.Close()
	}
}

func (m *member) write() error {
	if err := m.ws.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if err := m.ws.WriteMessage(m.kind, m.out); err != nil {
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
		news, err := m.receive(m, frame)
		if err != nil {
			return fmt.Errorf("%s: %w: %.300q", m.doc, err, frame)
		}
		if err := m.heard(news); err != nil {
			return err
		}
	}
}

// heard counts what a frame told, and lets the next op go.
func (m *member) heard(n news) error {
	m.seen.changes.Add(n.ops)
	m.seen.rev.Add(n.ops)
	sent := m.sent.Load()
	if sent == 0 || !n.mine {
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

// place is a random place inside of what the document was to begin with.
func (m *member) place() int64 { return 1 + m.rng.Int64N(int64(m.size-1)) }

// submit sends an op.
func (m *member) submit() error {
	m.seq++
	m.out = m.op(m, m.out[:0])
	if m.record {
		m.ops = append(m.ops, bytes.Clone(m.out))
	}
	m.sent.Store(int64(clock()))
	return m.write()
}

// point moves the member's cursor.
func (m *member) point() error {
	m.out = m.cursor(m, m.out[:0])
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
