//go:build unix

package session

import (
	"io"
	"net"
	"syscall"
)

// attempt writes to a connection without waiting, and reads from it. One
// goroutine at a time may write, one may read.
type attempt struct {
	raw     syscall.RawConn // nil: it cannot be tried
	message []byte
	n       int
	err     error
	write   func(fd uintptr) (done bool) // made once: the system's interface takes a function

	into    []byte
	got     int
	readErr error
	read    func(fd uintptr) (done bool)
}

func (a *attempt) prepare(conn net.Conn) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	if raw, err := tcp.SyscallConn(); err == nil {
		a.raw, a.write, a.read = raw, a.once, a.receive
	}
}

func (a *attempt) once(fd uintptr) (done bool) {
	for {
		a.n, a.err = syscall.Write(int(fd), a.message)
		if a.err != syscall.EINTR {
			return true
		}
	}
}

// try writes what the connection takes at once, and returns how much that was.
func (a *attempt) try(message []byte) (int, error) {
	if a.raw == nil {
		return 0, nil
	}
	a.message, a.n, a.err = message, 0, nil
	err := a.raw.Write(a.write)
	a.message = nil
	switch {
	case err != nil:
		return 0, err
	case a.err == syscall.EAGAIN:
		return 0, nil
	default:
		return max(a.n, 0), a.err
	}
}

func (a *attempt) receive(fd uintptr) (done bool) {
	for {
		a.got, a.readErr = syscall.Read(int(fd), a.into)
		if a.readErr != syscall.EINTR {
			return a.readErr != syscall.EAGAIN
		}
	}
}

// Read implements net.Conn. It does what the connection's own does, with half
// the stack: most of a session's life is spent in here.
func (l *line) Read(into []byte) (int, error) {
	if l.raw == nil {
		return l.Conn.Read(into)
	}
	l.into, l.got, l.readErr = into, 0, nil
	err := l.raw.Read(l.read)
	l.into = nil
	switch {
	case err != nil:
		return 0, err
	case l.readErr != nil:
		return 0, l.readErr
	case l.got == 0 && len(into) > 0:
		return 0, io.EOF
	}
	return l.got, nil
}
