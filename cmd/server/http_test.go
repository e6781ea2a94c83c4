package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener without a network, so that time is the test's.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	conn, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (p pipes) Close() error { return nil }

func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p pipes) dial() net.Conn {
	here, there := net.Pipe()
	p <- there
	return here
}

// Who sends slowly, takes slowly or says nothing is cut off, in a time that does
// not depend on them.
func TestSlowConnections(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("x"), 1<<20)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write(large)
	})
	const whole = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for name, test := range map[string]struct {
		most time.Duration
		talk func(conn net.Conn) error // until it fails
	}{
		"says nothing": {headerTime, func(conn net.Conn) error {
			_, err := io.Copy(io.Discard, conn)
			return errors.Join(err, io.EOF)
		}},
		"sends its header byte by byte": {headerTime, func(conn net.Conn) error {
			return trickle(conn, "GET / HTTP/1.1\r\nX: "+strings.Repeat("x", 1000))
		}},
		"sends its body byte by byte": {requestTime, func(conn net.Conn) error {
			return trickle(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"+strings.Repeat("x", 1000))
		}},
		"takes its answer byte by byte": {answerTime, func(conn net.Conn) error {
			if _, err := io.WriteString(conn, whole); err != nil {
				return err
			}
			for {
				if _, err := conn.Read(make([]byte, 1)); err != nil {
					return err
				}
				time.Sleep(time.Second)
			}
		}},
		"does nothing after an answer": {idleTime, func(conn net.Conn) error {
			if _, err := io.WriteString(conn, whole); err != nil {
				return err
			}
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			if err == nil {
				_, err = conn.Read(make([]byte, 1))
			}
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, listener := newHTTP(handler, nil, slog.New(slog.DiscardHandler)), make(pipes)
				ended := make(chan error, 1)
				go func() { ended <- server.Serve(listener) }()
				conn, began := listener.dial(), time.Now()
				if err := test.talk(conn); err == nil {
					t.Error("it goes on for ever")
				}
				if lasted := time.Since(began); lasted > test.most+2*time.Second {
					t.Errorf("it lasted for %v", lasted)
				}
				_ = conn.Close()
				close(listener)
				<-ended
				_ = server.Close()
			})
		})
	}
}

// trickle sends a byte a second.
func trickle(conn net.Conn, text string) error {
	go func() { _, _ = io.Copy(io.Discard, conn) }() // until it is closed
	for i := range len(text) {
		if _, err := io.WriteString(conn, text[i:i+1]); err != nil {
			return err
		}
		time.Sleep(time.Second)
	}
	return nil
}

// A header that is too large is refused, and not read to its end.
func TestLargeHeader(t *testing.T) {
	t.Parallel()
	address := serve(t)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		_, _ = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
		for i := 0; ; i++ {
			if _, err := io.WriteString(conn, "X: "+strings.Repeat("x", 1000)+"\r\n"); err != nil {
				return
			}
		}
	}()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%s", answer.Status)
	}
}
