package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/ot"
)

// Config says how a client connects. Address is required.
type Config struct {
	// Address returns the server's base URL, such as http://127.0.0.1:8080.
	// It is asked before every connection, so a server may move.
	Address func() string
	// Client is the client's UUID. Defaults to a new one.
	Client string
	// Token is sent in hello. Defaults to none.
	Token string
	// Compose lets edits that wait be composed into one op, as an editor
	// would. Otherwise each edit is committed as a change of its own.
	Compose bool
	// Timeout bounds the dial, each write, and how long the server may be
	// silent although it is pinged. Defaults to 10 s.
	Timeout time.Duration
	// Backoff is the longest wait before a refused op is repeated or a lost
	// connection dialled again; the actual wait is random. Defaults to 100 ms.
	Backoff time.Duration
	// Events, where set, gets every event of every document, in order. It is
	// called with the client locked and must not call the client.
	Events func(doc string, e Event)
}

// Client is one editor instance: a connection, when there is one, and the
// documents that are open on it. It outlives its connections. All methods are
// safe for concurrent use.
type Client struct {
	cfg Config

	mu      sync.Mutex
	docs    map[string]*Document
	conn    *conn // nil without a connection
	limits  Limits
	err     error         // final: no further connection
	changed chan struct{} // closed and replaced whenever anything changes
}

// New returns a client without a connection.
func New(cfg Config) *Client {
	if cfg.Client == "" {
		cfg.Client = uuid.NewString()
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.Backoff == 0 {
		cfg.Backoff = 100 * time.Millisecond
	}
	return &Client{cfg: cfg, docs: make(map[string]*Document), changed: make(chan struct{})}
}

// ID is the client's UUID.
func (c *Client) ID() string { return c.cfg.Client }

// Connect makes a connection, says hello and opens or resumes all documents,
// and returns when the server has answered the hello. Where there is a
// connection already it does nothing.
func (c *Client) Connect(ctx context.Context) error {
	c.mu.Lock()
	conn, err := c.conn, c.err
	c.mu.Unlock()
	if err != nil || conn != nil {
		return err
	}
	conn, err = dial(ctx, c)
	if err != nil {
		return err
	}
	select {
	case <-conn.greeted:
		return nil
	case <-conn.ended:
		return conn.err
	case <-ctx.Done():
		c.Cut()
		return ctx.Err()
	}
}

// Cut drops the connection without a word, as a network does, and returns when
// it is gone. Without a connection it does nothing.
func (c *Client) Cut() {
	c.mu.Lock()
	conn := c.conn
	c.mu.Unlock()
	if conn != nil {
		conn.cut()
		<-conn.ended
	}
}

// Lost returns a channel that is closed when the present connection is gone;
// a closed one where there is none.
func (c *Client) Lost() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		return c.conn.ended
	}
	none := make(chan struct{})
	close(none)
	return none
}

// Run keeps the client connected until ctx is done, then drops the connection
// and returns nil. It returns an error when the server refuses the client for
// good, breaks the protocol, or the client is closed.
func (c *Client) Run(ctx context.Context) error {
	defer c.Cut()
	for {
		err := c.Connect(ctx)
		if err == nil {
			select {
			case <-c.Lost():
			case <-ctx.Done():
				return nil
			}
		}
		if err := c.final(err); err != nil {
			return err
		}
		select {
		case <-time.After(rand.N(c.cfg.Backoff)):
		case <-ctx.Done():
			return nil
		}
	}
}

// final returns the error after which there is no point in connecting again.
func (c *Client) final(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && fatal(err) {
		c.fail(err)
	}
	return c.err
}

// fatal tells a refusal for good from a lost connection.
func fatal(err error) bool {
	if _, ok := errors.AsType[*ViolationError](err); ok {
		return true
	}
	e, ok := errors.AsType[*Error](err)
	return ok && !e.unknownFate()
}

// fail ends the client for good. The caller holds mu.
func (c *Client) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	if c.conn != nil {
		c.conn.cut()
	}
	c.signal()
}

// Close drops the connection for good.
func (c *Client) Close() {
	c.mu.Lock()
	c.fail(ErrClosed)
	c.mu.Unlock()
	c.Cut()
}

// Ping sends a protocol ping and waits for any message after it.
func (c *Client) Ping(ctx context.Context) error {
	c.mu.Lock()
	conn := c.conn
	if conn == nil {
		c.mu.Unlock()
		return ErrNotConnected
	}
	before := conn.pongs
	conn.send([]byte(`{"t":"ping"}`))
	c.mu.Unlock()
	return c.wait(ctx, func() (bool, error) {
		if c.conn != conn {
			return false, ErrNotConnected
		}
		return conn.pongs > before, nil
	})
}

// Open opens a document, creating it with that type where it does not exist,
// and waits until it is open. Without a connection it waits for one. Opening
// a document that the client has returns the same Document.
func (c *Client) Open(ctx context.Context, id string, typ ot.Type) (*Document, error) {
	c.mu.Lock()
	d := c.docs[id]
	if d == nil {
		d = &Document{client: c, id: id, state: NewState(c.cfg.Client, typ, c.cfg.Compose)}
		if c.limits.Message > 0 {
			d.state.SetMessageLimit(c.limits.Message)
		}
		c.docs[id] = d
		d.flush()
	}
	c.mu.Unlock()
	if err := d.Wait(ctx, (*State).Open); err != nil {
		return nil, fmt.Errorf("open %s: %w", id, err)
	}
	return d, nil
}

// signal wakes everyone who waits. The caller holds mu.
func (c *Client) signal() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// wait blocks until cond, which is called with mu held, is true or fails.
func (c *Client) wait(ctx context.Context, cond func() (bool, error)) error {
	for {
		c.mu.Lock()
		ok, err := cond()
		changed := c.changed
		c.mu.Unlock()
		if ok || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
