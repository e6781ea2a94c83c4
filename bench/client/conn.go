package client

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const subprotocol = "coscribe.v1"

// conn is one WebSocket of a client. Two goroutines serve it, a reader and a
// writer; both end when the socket is closed, and the reader then detaches the
// conn from its client and closes ended.
type conn struct {
	client *Client
	ws     *websocket.Conn

	greeted chan struct{} // closed when the server has answered hello
	ended   chan struct{} // closed when both goroutines are done
	err     error         // why it ended; read after ended
	wake    chan struct{} // there is something in outbox

	// guarded by client.mu
	outbox  [][]byte
	refusal error // an error of the connection that a close will follow
	hello   bool
	pongs   int
}

// dial connects, attaches the connection to the client and queues hello with
// the opens right behind it (C1 allows that without waiting).
func dial(ctx context.Context, c *Client) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	hello, err := appendHello(nil, c.cfg.Client, c.cfg.Token)
	if err != nil {
		return nil, fmt.Errorf("encode hello: %w", err)
	}
	dialer := websocket.Dialer{
		NetDialContext: (&net.Dialer{}).DialContext,
		Subprotocols:   []string{subprotocol},
	}
	url := "ws" + strings.TrimPrefix(c.cfg.Address(), "http") + "/v1/connect"
	ws, resp, err := dialer.DialContext(ctx, url, nil)
	if err != nil {
		return nil, dialError(resp, err)
	}
	if ws.Subprotocol() != subprotocol {
		ws.Close()
		return nil, violation("C1", "sub-protocol %q", ws.Subprotocol())
	}
	k := &conn{
		client: c, ws: ws,
		greeted: make(chan struct{}), ended: make(chan struct{}), wake: make(chan struct{}, 1),
	}
	if err := k.attach(hello); err != nil {
		ws.Close()
		return nil, err
	}
	return k, nil
}

// dialError keeps what the server said to a refused upgrade.
func dialError(resp *http.Response, err error) error {
	if resp == nil {
		return fmt.Errorf("dial: %w", err)
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return &Error{Code: CodeUnauthorized, Message: resp.Status}
	case http.StatusForbidden:
		return &Error{Code: CodeForbidden, Message: resp.Status}
	}
	return fmt.Errorf("dial: %w: %s", err, resp.Status)
}

func (k *conn) attach(hello []byte) error {
	c := k.client
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return c.err
	}
	if c.conn != nil {
		return fmt.Errorf("connect: %w", ErrClosed)
	}
	c.conn = k
	k.send(hello)
	for _, d := range c.docs {
		d.flush()
	}
	go k.serve()
	return nil
}

// serve runs the connection to its end.
func (k *conn) serve() {
	var writer sync.WaitGroup
	stop := make(chan struct{})
	writer.Go(func() { k.write(stop) })
	err := k.read()
	k.cut()
	close(stop)
	writer.Wait()

	c := k.client
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case k.refusal != nil:
		k.err = k.refusal
	default:
		k.err = fmt.Errorf("connection lost: %w", err)
	}
	c.conn = nil
	for _, d := range c.docs {
		d.disconnected()
	}
	if fatal(k.err) {
		c.fail(k.err)
	}
	close(k.ended)
	c.signal()
}

// read hands every message to its document until the socket fails.
func (k *conn) read() error {
	for {
		if err := k.ws.SetReadDeadline(time.Now().Add(2 * k.client.cfg.Timeout)); err != nil {
			return err
		}
		kind, data, err := k.ws.ReadMessage()
		if err != nil {
			return err
		}
		if kind != websocket.TextMessage {
			err = violation("C1", "message of kind %d", kind)
		} else {
			err = k.receive(data)
		}
		if err != nil {
			k.refuse(err)
			return err
		}
	}
}

func (k *conn) refuse(err error) {
	k.client.mu.Lock()
	defer k.client.mu.Unlock()
	if k.refusal == nil {
		k.refusal = err
	}
}

// write sends what is in outbox, and a ping when nothing has been for long.
func (k *conn) write(stop <-chan struct{}) {
	ping := time.NewTicker(k.client.cfg.Timeout)
	defer ping.Stop()
	for {
		select {
		case <-stop:
			return
		case <-k.wake:
		case <-ping.C:
			k.client.mu.Lock()
			k.send([]byte(`{"t":"ping"}`))
			k.client.mu.Unlock()
		}
		k.client.mu.Lock()
		batch := k.outbox
		k.outbox = nil
		k.client.mu.Unlock()
		for _, data := range batch {
			if k.writeOne(data) != nil {
				k.cut() // the reader will notice
				return
			}
		}
	}
}

func (k *conn) writeOne(data []byte) error {
	if err := k.ws.SetWriteDeadline(time.Now().Add(k.client.cfg.Timeout)); err != nil {
		return err
	}
	return k.ws.WriteMessage(websocket.TextMessage, data)
}

// send queues a message. The caller holds client.mu. What may wait is bounded
// by the protocol: an open and an op for each document, and the caller's own
// cursors and pings.
func (k *conn) send(data []byte) {
	k.outbox = append(k.outbox, data)
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// cut closes the socket under the protocol. Nothing is said to the server.
func (k *conn) cut() { k.ws.NetConn().Close() }

// receive takes one message. An error ends the connection.
func (k *conn) receive(data []byte) error {
	m, err := parse(data)
	if err != nil {
		return err
	}
	c := k.client
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.signal()
	if m.Doc != "" {
		if d := c.docs[m.Doc]; d != nil {
			d.receive(m)
		}
		return nil
	}
	switch m.T {
	case "hello":
		return k.greet(m)
	case "pong":
		k.pongs++
	case "draining":
		time.AfterFunc(rand.N(time.Duration(m.Within+1)*time.Millisecond), k.cut)
	case "error":
		k.refusal = &Error{Code: m.Code, Message: m.Message}
	}
	return nil
}

func (k *conn) greet(m *message) error {
	if k.hello {
		return violation("C2", "a second hello")
	}
	if m.Session == "" || m.User.ID == "" || m.Limits.Message <= 0 || m.Limits.Document <= 0 || m.Limits.Window < 1000 {
		return violation("C5", "hello lacks a field or states too little: %+v", m)
	}
	k.hello = true
	k.client.limits = m.Limits
	for _, d := range k.client.docs {
		d.state.SetMessageLimit(m.Limits.Message)
	}
	close(k.greeted)
	return nil
}
