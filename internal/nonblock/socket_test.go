package nonblock_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/coscribe/coscribe/internal/nonblock"
)

func socket(conn net.Conn) *nonblock.Socket {
	s := new(nonblock.Socket)
	s.Init(conn)
	return s
}

// pair returns both ends of a connection.
func pair(t *testing.T) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = a.Close()
		_ = b.Close()
	})
	return a, b
}

// What is written arrives, also where it is more than the kernel takes at once,
// and then the end does.
func TestEverythingArrives(t *testing.T) {
	t.Parallel()
	sent := make([]byte, 16<<20)
	for i := range sent {
		sent[i] = byte(rand.Uint32())
	}
	for name, ends := range map[string]func() (net.Conn, net.Conn){
		"sockets":    func() (net.Conn, net.Conn) { return pair(t) },
		"no sockets": net.Pipe,
	} {
		a, b := ends()
		written := make(chan error, 1)
		go func() {
			n, err := socket(a).Write(sent)
			if n != len(sent) && err == nil {
				err = io.ErrShortWrite
			}
			written <- errors.Join(err, a.Close())
		}()
		got, err := io.ReadAll(socket(b))
		if err := errors.Join(err, <-written); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(got, sent) {
			t.Errorf("%s: %d bytes of %d arrived, or others", name, len(got), len(sent))
		}
	}
}

// A try takes what goes at once, no more, and never waits.
func TestTry(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	s := socket(a)
	message := bytes.Repeat([]byte("x"), 1<<20)
	sent := 0
	for {
		n, err := s.Try(message)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		sent += n
	}
	if sent == 0 {
		t.Fatal("an empty connection takes nothing")
	}
	if n, err := io.CopyN(io.Discard, b, int64(sent)); err != nil {
		t.Fatalf("%d bytes of %d came: %v", n, sent, err)
	}
}

// Deadlines and the connection's end reach whoever waits.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	full := bytes.Repeat([]byte("x"), 64<<20)
	for name, wait := range map[string]func(s *nonblock.Socket) (int, error){
		"read":  func(s *nonblock.Socket) (int, error) { return s.Read(make([]byte, 10)) },
		"write": func(s *nonblock.Socket) (int, error) { return s.Write(full) },
	} {
		a, b := pair(t)
		s := socket(a)
		if err := s.SetDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := wait(s); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s past the deadline: %v", name, err)
		}
		if err := s.SetDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(10*time.Millisecond, func() { _ = s.Close() })
		if _, err := wait(s); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s while it is closed: %v", name, err)
		}
		if _, err := wait(s); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s after it was closed: %v", name, err)
		}
		_ = b.Close()
	}
}

// What a write could not send is told with the error.
func TestBrokenConnection(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	_ = b.(*net.TCPConn).SetLinger(0) // it ends with a reset
	_ = b.Close()
	s := socket(a)
	message := make([]byte, 1<<20)
	for {
		n, err := s.Write(message)
		if err == nil {
			continue // the reset is on its way
		}
		if n == len(message) || !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%d bytes, %v", n, err)
		}
		return
	}
}
