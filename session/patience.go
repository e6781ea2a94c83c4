package session

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// largeMessage is from where on a message, in bytes, may take a slow line
// longer than it may stall, although its reader takes what comes.
const largeMessage = 64 << 10

// patience decides how long a write may take. A small message has to be gone
// within the time for a stall; a large one may take as long as its reader takes some
// of it in every such time (P7). One write is under way at a time.
type patience struct {
	stall  time.Duration // how long a reader may take nothing
	socket net.Conn
	large  atomic.Bool

	watching sync.Mutex
	watch    *time.Timer // while a large message is written
}

// expect says how large the message is that is written next.
func (p *patience) expect(bytes int) { p.large.Store(bytes >= largeMessage) }

// deadline takes what would be the deadline of a whole write.
func (p *patience) deadline(t time.Time) error {
	if !p.large.Load() {
		return p.socket.SetWriteDeadline(t)
	}
	p.watching.Lock()
	defer p.watching.Unlock()
	if p.watch == nil {
		taken, _ := takenBy(p.socket)
		p.watch = time.AfterFunc(p.stall, func() { p.check(taken) })
	}
	return p.socket.SetWriteDeadline(time.Time{})
}

// check ends a write whose reader has taken nothing since the last check.
func (p *patience) check(before uint64) {
	p.watching.Lock()
	defer p.watching.Unlock()
	if p.watch == nil {
		return
	}
	taken, known := takenBy(p.socket)
	if !known || taken == before {
		_ = p.socket.SetWriteDeadline(time.Now()) // the write under way fails
		return
	}
	p.watch = time.AfterFunc(p.stall, func() { p.check(taken) })
}

// written tells that the message is gone.
func (p *patience) written() {
	if !p.large.Swap(false) {
		return
	}
	p.watching.Lock()
	defer p.watching.Unlock()
	if p.watch != nil {
		p.watch.Stop()
		p.watch = nil
	}
}

// hijacker gives the WebSocket library a connection with patience.
type hijacker struct {
	http.ResponseWriter
	patience *patience
}

// Hijack implements http.Hijacker.
func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.patience.socket = conn
	if tcp, ok := conn.(*net.TCPConn); ok {
		return tcpConn{tcp, h.patience}, buffered, nil
	}
	return anyConn{conn, h.patience}, buffered, nil
}

// tcpConn keeps what a TCP connection can do beside net.Conn: header and
// payload of a message leave in one system call.
type tcpConn struct {
	*net.TCPConn
	patience *patience
}

func (c tcpConn) SetWriteDeadline(t time.Time) error { return c.patience.deadline(t) }

type anyConn struct {
	net.Conn
	patience *patience
}

func (c anyConn) SetWriteDeadline(t time.Time) error { return c.patience.deadline(t) }
