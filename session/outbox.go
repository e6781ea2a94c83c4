package session

import (
	"sync"
	"time"

	"github.com/coscribe/coscribe/wire"
	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
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
	// farewell is how long a peer has to answer a close frame.
	farewell = 2 * time.Second
)

// outbox is what waits for one reader. It hands the connection one message at
// a time and knows when it was written; while the writer is busy, changes
// gather and then leave as one larger message. It is safe for concurrent use
// and its methods never wait.
type outbox struct {
	metrics *metrics
	conn    *melody.Session // set before first use
	patience

	mu      sync.Mutex
	frames  []*wire.Frame
	waiting int  // bytes in frames that count
	opening int  // bytes in answers to open, the ones being written included
	opens   int  // bytes of those that are being written
	writing bool // the connection has a message
	closed  bool // takes no more frames
	done    bool // the close frame is sent, or the connection is gone
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
	o.next()
}

// sent tells that the connection has written its message.
func (o *outbox) sent() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.written()
	o.writing = false
	o.opening -= o.opens
	o.opens = 0
	o.next()
}

// finish closes the connection after what waits.
func (o *outbox) finish(code int, reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	o.closed, o.code, o.reason = true, code, reason
	o.next()
}

// drop forgets what waits; the connection is gone.
func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed, o.done = true, true
	o.frames, o.waiting = nil, 0
	o.written()
}

// result returns the code that the connection was closed with, 0 where it was
// not closed from here, and the bytes that were handed over.
func (o *outbox) result() (code int, bytes int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.code, o.bytes
}

// overflow drops a reader who has fallen out of the bound. It comes back and
// resumes.
func (o *outbox) overflow() {
	o.metrics.slow.Inc()
	o.frames, o.waiting = nil, 0
	o.closed, o.code, o.reason = true, wire.CloseOverloaded, "too slow"
	o.goodbye()
}

// next hands over what comes next, where the connection is free.
func (o *outbox) next() {
	if o.writing || o.done {
		return
	}
	if len(o.frames) == 0 {
		if o.closed {
			o.goodbye()
		}
		return
	}
	n, message := wire.Join(o.frames, maxJoined)
	for i, f := range o.frames[:n] {
		if f.Unbounded() {
			o.opens += f.Len()
		} else {
			o.waiting -= f.Len()
		}
		o.frames[i] = nil
	}
	if o.frames = o.frames[n:]; len(o.frames) == 0 {
		o.frames = nil
	}
	o.writing = true
	o.expect(len(message))
	o.bytes += int64(len(message))
	o.metrics.sent(len(message))
	// An error means that the connection is closed: its reader tells.
	_ = o.conn.Write(message)
}

// goodbye sends the close frame and gives the peer a moment to answer: a
// connection closed with something unread in it would take the frame back.
func (o *outbox) goodbye() {
	o.done = true
	conn := o.conn.WebsocketConnection()
	message := websocket.FormatCloseMessage(o.code, o.reason)
	go func() {
		_ = conn.WriteControl(websocket.CloseMessage, message, time.Now().Add(farewell))
		time.AfterFunc(farewell, func() { _ = conn.Close() })
	}()
}
