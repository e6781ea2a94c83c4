package session

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// pair is a TCP connection and its peer.
func pair(t *testing.T) (conn, peer net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if peer, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = peer.Close() })
	if conn, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, peer
}

// P7: a message may take longer than a stall, as long as its reader takes some
// of it.
func TestP7SlowButSteadyReader(t *testing.T) {
	t.Parallel()
	const stall = 200 * time.Millisecond
	conn, peer := pair(t)
	message := bytes.Repeat([]byte("x"), 16<<20)
	begun := time.Now()
	go func() {
		for {
			if _, err := io.CopyN(io.Discard, peer, 1<<20); err != nil {
				return
			}
			time.Sleep(stall / 4) // a slow line
		}
	}()
	if err := writePatiently(conn, net.Buffers{[]byte("header"), message}, stall); err != nil {
		t.Fatal(err)
	}
	if time.Since(begun) < stall {
		t.Fatal("the message was not slow enough to tell anything")
	}
}

// P7: whoever takes nothing is let go of, however large the message.
func TestP7Stall(t *testing.T) {
	t.Parallel()
	for _, size := range []int{32 << 10, 64 << 20} {
		conn, _ := pair(t)
		message := bytes.Repeat([]byte("x"), size)
		var err error
		for range 10_000 { // until the kernel's buffers are full
			if err = writePatiently(conn, net.Buffers{message}, 100*time.Millisecond); err != nil {
				break
			}
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
