package session

import (
	"runtime"
	"sync"
)

// A frame for everyone in a room is written by a few goroutines, one session
// after the other: to wake a goroutine for each session costs as much as the
// write. They come when there is something to write and go when it is written.
//
// writers is safe for concurrent use.
type writers struct {
	mu      sync.Mutex
	queue   []*outbox
	first   int // of queue that is still there
	running int
}

const (
	// perWriter is how many sessions wait before another writer comes: for
	// fewer it is not worth waking a CPU.
	perWriter = 32
	// maxQueueKept bounds the memory that an empty queue keeps, in sessions.
	maxQueueKept = 1 << 12
)

// add lets what waits in an outbox be written soon. An outbox is in the queue
// once at most.
func (w *writers) add(o *outbox) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(w.queue, o)
	if waiting := len(w.queue) - w.first; waiting > w.running*perWriter && w.running < runtime.GOMAXPROCS(0) {
		w.running++
		go w.work()
	}
}

// buffers are what messages are put together in.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func (w *writers) work() {
	buf := buffers.Get().(*[]byte)
	for o := w.next(); o != nil; o = w.next() {
		*buf = o.work(*buf)
	}
	if cap(*buf) <= 2*maxCopied {
		buffers.Put(buf)
	}
}

// next returns the outbox that has waited longest. Where there is none, the
// writer that asks is done.
func (w *writers) next() *outbox {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.first == len(w.queue) {
		w.running--
		w.queue, w.first = w.queue[:0], 0
		if cap(w.queue) > maxQueueKept {
			w.queue = nil
		}
		return nil
	}
	o := w.queue[w.first]
	w.queue[w.first] = nil
	w.first++
	return o
}
