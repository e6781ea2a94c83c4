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

// line is a TCP connection with patience for a short stall, and its peer.
func line(t *testing.T, stall time.Duration) (net.Conn, *patience, net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	peer, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = peer.Close() })
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	p := &patience{stall: stall, socket: conn}
	return tcpConn{conn.(*net.TCPConn), p}, p, peer
}

// write writes as the WebSocket library does.
func write(conn net.Conn, p *patience, message []byte) error {
	p.expect(len(message))
	defer p.written()
	if err := conn.SetWriteDeadline(time.Now().Add(p.stall)); err != nil {
		return err
	}
	buffers := net.Buffers{[]byte("header"), message}
	_, err := buffers.WriteTo(conn)
	return err
}

// P7: a large message may take longer than a stall, as long as its reader
// takes some of it.
func TestP7SlowButSteadyReader(t *testing.T) {
	t.Parallel()
	const stall = 200 * time.Millisecond
	conn, p, peer := line(t, stall)
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
	if err := write(conn, p, message); err != nil {
		t.Fatal(err)
	}
	if time.Since(begun) < stall {
		t.Fatal("the message was not slow enough to tell anything")
	}
}

// P7: whoever takes nothing is let go of, however large the message.
func TestP7Stall(t *testing.T) {
	t.Parallel()
	for _, size := range []int{largeMessage - 1, 64 << 20} {
		conn, p, _ := line(t, 100*time.Millisecond)
		message := bytes.Repeat([]byte("x"), size)
		var err error
		for range 1000 { // until the kernel's buffers are full
			if err = write(conn, p, message); err != nil {
				break
			}
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
