package session

import (
	"bytes"
	"net"
	"sync"
	"time"

	"github.com/coscribe/coscribe/wire"
	"github.com/gorilla/websocket"
)

const (
	// maxWaiting bounds the bytes that wait for a reader, and maxFrames their
	// number. The bytes are shared with everyone else in the room.
	maxWaiting = 8 << 20
	maxFrames  = 1 << 14
	// maxOpening bounds the bytes of answers to open that a reader has not
	// taken. One always fits.
	maxOpening = 128 << 20
	// maxJoined is how large a message made of several gets, in bytes.
	maxJoined = 256 << 10
	// maxControl bounds the control frames that wait. More of them are dropped:
	// nobody needs two pongs.
	maxControl = 1 << 10
	// maxCopied is how large a message is copied behind its header, to leave in
	// one piece.
	maxCopied = 32 << 10
	// maxKept is how many frames an idle outbox keeps space for.
	maxKept = 16
	// farewell is how long a peer has to answer a close frame.
	farewell = 2 * time.Second
)

// outbox is what waits for one reader. One goroutine at a time writes to the
// connection: one of the server's writers as long as it takes what comes at
// once, else one of its own. What comes meanwhile gathers and then leaves as
// one larger message. An outbox is safe for concurrent use and its methods
// never wait.
type outbox struct {
	metrics *metrics
	writers *writers
	stall   time.Duration // how long a reader may take nothing (P7)
	failed  func(error)   // is told of a write that failed
	line    *line         // set before first use

	mu      sync.Mutex
	frames  []*wire.Frame
	control []byte // frames of the connection's own, that go before the others
	waiting int    // bytes in frames that count
	opening int    // bytes in answers to open, the ones being written included
	opens   int    // bytes of those that are being written
	queued  bool   // a writer will come
	writing bool   // somebody writes
	closed  bool   // takes no more frames
	done    bool   // the close frame is sent, or the connection is gone
	hungUp  bool   // the connection is closed once nobody writes
	code    int
	reason  string
	bytes   int64 // handed over so far
}

func (o *outbox) send(f *wire.Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	switch {
	case f.Unbounded() && (o.opening == 0 || o.opening+f.Len() <= maxOpening):
		o.opening += f.Len()
	case !f.Unbounded() && o.waiting+f.Len() <= maxWaiting && len(o.frames) < maxFrames:
		o.waiting += f.Len()
	default:
		o.overflow()
		return
	}
	o.frames = append(o.frames, f)
	o.call()
}

// finish closes the connection after what waits.
func (o *outbox) finish(code int, reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	o.closed, o.code, o.reason = true, code, reason
	o.call()
}

// drop forgets what waits; the connection is gone.
func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed, o.done = true, true
	o.frames, o.waiting = nil, 0
}

// result returns the code that the connection was closed with, 0 where it was
// not closed from here, and the bytes that were handed over.
func (o *outbox) result() (code int, bytes int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.code, o.bytes
}

// behind tells whether something waits or is being written.
func (o *outbox) behind() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.done && (o.writing || len(o.frames) > 0)
}

// overflow drops a reader who has fallen out of the bound. It comes back and
// resumes.
func (o *outbox) overflow() {
	o.metrics.slow.Inc()
	o.frames, o.waiting = nil, 0
	o.closed, o.code, o.reason = true, wire.CloseOverloaded, "too slow"
	o.goodbye()
	o.call()
}

// goodbye leaves the close frame to be written and gives the peer a moment to
// answer: a connection closed with something unread in it would take the frame
// back.
func (o *outbox) goodbye() {
	o.done = true
	payload := websocket.FormatCloseMessage(o.code, o.reason)
	o.control = append(appendHeader(o.control, websocket.CloseMessage, len(payload)), payload...)
	time.AfterFunc(farewell, func() { _ = o.line.Conn.Close() })
}

// call makes sure that somebody writes what waits.
func (o *outbox) call() {
	if !o.queued && !o.writing {
		o.queued = true
		o.writers.add(o)
	}
}

// put writes control frames of the WebSocket library's, or leaves them to
// whoever is writing. Behind the close frame nothing is sent.
func (o *outbox) put(control []byte) {
	o.mu.Lock()
	if o.done || len(o.control)+len(control) > maxControl {
		o.mu.Unlock()
		return
	}
	o.control = append(o.control, control...)
	if o.writing {
		o.mu.Unlock()
		return
	}
	o.run(nil)
}

// hangUp closes the connection, after what is being written.
func (o *outbox) hangUp() error {
	o.mu.Lock()
	o.hungUp = o.writing || o.queued
	later := o.hungUp
	o.mu.Unlock()
	if later {
		time.AfterFunc(farewell, func() { _ = o.line.Conn.Close() })
		return nil
	}
	return o.line.Conn.Close()
}

// work writes what waits, with a buffer that it gives back.
func (o *outbox) work(buf []byte) []byte {
	o.mu.Lock()
	o.queued = false
	if o.writing { // whoever it is goes on
		o.mu.Unlock()
		return buf
	}
	return o.run(buf)
}

// run writes as long as the connection takes it at once. What it does not take
// is left to a goroutine that waits. The caller holds o.mu, which is given up.
func (o *outbox) run(buf []byte) []byte {
	o.writing = true
	for {
		message, body := o.next(buf)
		if message == nil && body == nil {
			o.rest()
			return buf
		}
		o.mu.Unlock()
		if cap(message) > cap(buf) {
			buf = message
		}
		if body != nil {
			go o.push(nil, body)
			return buf
		}
		n, err := o.line.Try(message)
		if err != nil {
			o.fail(err)
			return buf
		}
		if n < len(message) {
			go o.push(bytes.Clone(message[n:]), nil)
			return buf
		}
		o.mu.Lock()
		o.sent()
	}
}

// push writes a message and what waits behind it, and waits for the reader to
// take it.
func (o *outbox) push(message []byte, body *wire.Frame) {
	for {
		pieces := net.Buffers{message}
		if body != nil {
			payload := body.Bytes()
			pieces = net.Buffers{appendHeader(nil, websocket.TextMessage, len(payload)), payload}
		}
		if err := writePatiently(o.line.Conn, pieces, o.stall); err != nil {
			o.fail(err)
			return
		}
		o.mu.Lock()
		o.sent()
		if message, body = o.next(nil); message == nil && body == nil {
			o.rest()
			return
		}
		o.mu.Unlock()
	}
}

// next returns what comes next: a message with its header, in buf where that is
// large enough; or, where it is large or not encoded yet, the frame that
// everyone shares. It returns nothing where nothing waits.
func (o *outbox) next(buf []byte) (message []byte, body *wire.Frame) {
	if len(o.control) == 0 && len(o.frames) == 0 && o.closed && !o.done {
		o.goodbye()
	}
	switch {
	case len(o.control) > 0:
		message, o.control = o.control, nil
		return message, nil
	case len(o.frames) == 0:
		return nil, nil
	}
	n, size := wire.Joined(o.frames, maxJoined)
	if first := o.frames[0]; n == 1 && (size > maxCopied || first.Later()) {
		body = first
	} else {
		message = wire.AppendJoined(appendHeader(buf[:0], websocket.TextMessage, size), o.frames[:n])
	}
	o.take(n)
	o.bytes += int64(size)
	o.metrics.sent(size)
	return message, body
}

// take takes the first n frames out.
func (o *outbox) take(n int) {
	for _, f := range o.frames[:n] {
		if f.Unbounded() {
			o.opens += f.Len()
		} else {
			o.waiting -= f.Len()
		}
	}
	clear(o.frames[:n])
	switch {
	case n < len(o.frames):
		o.frames = o.frames[n:]
	case cap(o.frames) <= maxKept:
		o.frames = o.frames[:0]
	default:
		o.frames = nil
	}
}

// sent notes that what was taken last is written.
func (o *outbox) sent() {
	o.opening -= o.opens
	o.opens = 0
}

// rest ends the writing: nothing waits. The caller holds o.mu, which is given
// up.
func (o *outbox) rest() {
	o.writing = false
	hungUp := o.hungUp
	o.mu.Unlock()
	if hungUp {
		_ = o.line.Conn.Close()
	}
}

// fail ends the connection, which cannot be written to.
func (o *outbox) fail(err error) {
	o.failed(err)
	o.drop()
	o.mu.Lock()
	o.writing, o.control = false, nil
	o.mu.Unlock()
	_ = o.line.Conn.Close() // its reader ends the session
}
