//go:build unix

package nonblock

import (
	"io"
	"net"
	"syscall"
)

// Socket is a connection that is read from and written to without blocking
// calls, where it is a socket. One goroutine at a time may read and one may
// write. Make one with Init.
type Socket struct {
	net.Conn
	in, out transfer
}

// transfer is one read or write under way.
type transfer struct {
	raw  syscall.RawConn // nil: the connection is no socket
	rest []byte          // what is left to fill or to write
	n    int             // of bytes done
	wait bool            // for the socket, until all is done
	err  error
	step func(fd uintptr) (done bool) // made once: the system's interface takes a function
}

// Init makes s the socket of a connection, which s then owns.
func (s *Socket) Init(conn net.Conn) {
	s.Conn = conn
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := socket.SyscallConn(); err == nil {
		s.in.raw, s.in.step = raw, s.in.read
		s.out.raw, s.out.step = raw, s.out.write
	}
}

// Read implements net.Conn.
func (s *Socket) Read(b []byte) (int, error) {
	t := &s.in
	if t.raw == nil {
		return s.Conn.Read(b)
	}
	t.rest, t.n, t.err = b, 0, nil
	err := t.raw.Read(t.step)
	t.rest = nil
	switch {
	case err != nil:
		return 0, err
	case t.err != nil:
		return 0, t.err
	case t.n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return t.n, nil
}

// Write implements net.Conn.
func (s *Socket) Write(b []byte) (int, error) {
	if s.out.raw == nil {
		return s.Conn.Write(b)
	}
	return s.out.start(b, true)
}

// Try writes what the connection takes at once, and returns how many bytes that
// was: none where the connection is no socket.
func (s *Socket) Try(b []byte) (int, error) {
	if s.out.raw == nil {
		return 0, nil
	}
	return s.out.start(b, false)
}

func (t *transfer) start(b []byte, wait bool) (int, error) {
	t.rest, t.n, t.err, t.wait = b, 0, nil, wait
	err := t.raw.Write(t.step)
	t.rest = nil
	if err == nil {
		err = t.err
	}
	return t.n, err
}

func (t *transfer) read(fd uintptr) (done bool) {
	n, err := retry(readNow, fd, t.rest)
	if err == syscall.EAGAIN {
		return false
	}
	t.n, t.err = max(n, 0), err
	return true
}

func (t *transfer) write(fd uintptr) (done bool) {
	for len(t.rest) > 0 {
		n, err := retry(writeNow, fd, t.rest)
		if err == syscall.EAGAIN {
			return !t.wait
		}
		if err != nil {
			t.err = err
			return true
		}
		t.n += n
		t.rest = t.rest[n:]
	}
	return true
}

// retry makes a call again that a signal has interrupted.
func retry(call func(fd int, b []byte) (int, error), fd uintptr, b []byte) (n int, err error) {
	for {
		if n, err = call(int(fd), b); err != syscall.EINTR {
			return n, err
		}
	}
}
