package wire

import (
	"bytes"
	"sync"
)

// Frame is one encoded message. It is immutable and shared by everyone who
// gets it.
type Frame struct {
	data []byte
	list int  // where the elements of a changes message begin; 0 for others
	open bool // answers an open

	size   int // about, of a frame whose data is made when it is needed
	encode func() []byte
	once   sync.Once
}

// Bytes returns the message. The caller must not modify it. Where it is made
// only now, that takes time, see OpenedLater.
func (f *Frame) Bytes() []byte {
	if f.Later() {
		f.once.Do(func() { f.data, f.encode = f.encode(), nil })
	}
	return f.data
}

// Later tells whether the frame's bytes are made when they are asked for.
func (f *Frame) Later() bool { return f.size > 0 }

// Len returns the message's length in bytes, of a frame that is made when it
// is needed about.
func (f *Frame) Len() int {
	if f.Later() {
		return f.size
	}
	return len(f.data)
}

// Unbounded tells whether the frame is the answer to an open, which is sent
// however large it is: the bound on what waits counts what is behind it (P7).
func (f *Frame) Unbounded() bool { return f.open }

// tail closes the list and the message.
const tail = "]}"

// Joined returns how many of the frames at the front can travel as one message,
// and how long that is in bytes: neighbouring changes of one document become
// one list. This is how a reader who lags gets fewer and larger messages, made
// from the bytes that everyone shares. A message of several takes in no more
// once it has limit bytes.
func Joined(frames []*Frame, limit int) (n, size int) {
	first := frames[0]
	n, size = 1, first.Len()
	for ; n < len(frames) && first.continues(frames[n]) && size < limit; n++ {
		size += len(",") + len(frames[n].data) - frames[n].list - len(tail)
	}
	return n, size
}

// AppendJoined appends the message that frames travel as, as many as Joined
// says.
func AppendJoined(b []byte, frames []*Frame) []byte {
	first := frames[0]
	if len(frames) == 1 {
		return append(b, first.Bytes()...)
	}
	b = append(b, first.data[:len(first.data)-len(tail)]...)
	for _, f := range frames[1:] {
		b = append(b, ',')
		b = append(b, f.data[f.list:len(f.data)-len(tail)]...)
	}
	return append(b, tail...)
}

// continues tells whether next carries changes of the same document.
func (f *Frame) continues(next *Frame) bool {
	return f.list > 0 && f.list == next.list && bytes.Equal(f.data[:f.list], next.data[:next.list])
}
