//go:build unix

package session

import (
	"net"
	"syscall"
)

// attempt writes to a connection without waiting. One goroutine at a time may
// use it.
type attempt struct {
	raw     syscall.RawConn // nil: it cannot be tried
	message []byte
	n       int
	err     error
	write   func(fd uintptr) (done bool) // made once: the system's interface takes a function
}

func (a *attempt) prepare(conn net.Conn) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	if raw, err := tcp.SyscallConn(); err == nil {
		a.raw, a.write = raw, a.once
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
