package client

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/ot"
)

// Document is a document that a client has open, or had and will resume. All
// methods are safe for concurrent use.
type Document struct {
	client *Client
	id     string

	// guarded by client.mu
	state *State
	err   error       // final for this document
	hold  *time.Timer // nothing is sent until it fires; nil: send
}

// ID is the document's id.
func (d *Document) ID() string { return d.id }

// Do calls f with the document's state, which nothing else touches meanwhile,
// and then sends what there is to send. f must not call the client.
func (d *Document) Do(f func(*State) error) error {
	d.client.mu.Lock()
	defer d.client.mu.Unlock()
	if err := d.failure(); err != nil {
		return err
	}
	err := f(d.state)
	d.flush()
	return err
}

// Edit makes a local edit; see [State.Edit].
func (d *Document) Edit(op ot.Delta) error {
	return d.Do(func(s *State) error { return s.Edit(op) })
}

// Wait blocks until cond is true. It survives lost connections; it fails when
// ctx is done or the document has ended.
func (d *Document) Wait(ctx context.Context, cond func(*State) bool) error {
	return d.client.wait(ctx, func() (bool, error) {
		if err := d.failure(); err != nil {
			return false, err
		}
		return cond(d.state), nil
	})
}

// Sync waits until everything typed so far is acknowledged.
func (d *Document) Sync(ctx context.Context) error {
	if err := d.Wait(ctx, (*State).Synchronised); err != nil {
		return fmt.Errorf("sync %s: %w", d.id, err)
	}
	return nil
}

// SetPresence says what others should see of this client; see
// [State.SetPresence]. It is sent once nothing is unacknowledged.
func (d *Document) SetPresence(cursor *Range, state jsontext.Value) error {
	return d.Do(func(s *State) error {
		s.SetPresence(cursor, state)
		return nil
	})
}

// Leave closes the document on the connection and forgets it. What is not
// acknowledged is lost.
func (d *Document) Leave() {
	c := d.client
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.failure() != nil {
		return
	}
	if c.conn != nil {
		c.conn.send([]byte(`{"t":"close","doc":"` + d.id + `"}`))
	}
	d.end(ErrClosed)
	delete(c.docs, d.id)
}

// Err returns why the document ended, nil while it has not.
func (d *Document) Err() error {
	d.client.mu.Lock()
	defer d.client.mu.Unlock()
	return d.failure()
}

func (d *Document) failure() error {
	if d.err != nil {
		return d.err
	}
	return d.client.err
}

// end makes err the document's last word. The caller holds mu, as for all
// below.
func (d *Document) end(err error) {
	if d.err == nil {
		d.err = err
	}
	d.release()
	d.client.signal()
}

// receive takes a message for this document.
func (d *Document) receive(m *message) {
	if d.err != nil {
		return
	}
	if err := d.apply(m); err != nil {
		d.publish()
		d.end(err)
		return
	}
	d.flush()
}

func (d *Document) apply(m *message) error {
	switch m.T {
	case "opened":
		o, err := m.opened()
		if err != nil {
			return err
		}
		return d.state.Opened(o)
	case "changes":
		frame, err := m.changes()
		if err != nil {
			return err
		}
		return d.state.Changes(frame)
	case "ack":
		if m.Rev == nil || m.Seq == nil {
			return violation("C5", "ack lacks a field")
		}
		return d.state.Ack(*m.Rev, *m.Seq)
	case "presence":
		p, err := m.presence()
		if err != nil {
			return err
		}
		return d.state.presence(p)
	case "access":
		d.state.Access(m.Access)
	case "closed":
		d.state.Closed()
		return &Error{Code: m.Code, Message: "closed", Doc: d.id}
	case "error":
		return d.refused(m)
	}
	return nil
}

func (d *Document) refused(m *message) error {
	e := &Error{Code: m.Code, Message: m.Message, Doc: d.id}
	if m.Seq != nil {
		e.Seq = *m.Seq
	}
	retry, err := d.state.Refuse(e)
	if retry {
		d.pause(e.Seq)
	}
	return err
}

// pause holds everything back for a random moment, then lets seq be sent
// again.
func (d *Document) pause(seq int64) {
	c, k := d.client, d.client.conn
	d.release()
	d.hold = time.AfterFunc(rand.N(c.cfg.Backoff), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.conn == k && d.hold != nil {
			d.hold = nil
			d.state.Retry(seq)
			d.flush()
		}
	})
}

func (d *Document) release() {
	if d.hold != nil {
		d.hold.Stop()
		d.hold = nil
	}
}

func (d *Document) disconnected() {
	d.release()
	d.state.Disconnected()
}

// flush hands out events and sends what is due.
func (d *Document) flush() {
	d.publish()
	k := d.client.conn
	if k == nil || d.hold != nil || d.err != nil {
		return
	}
	if open, ok := d.state.OpenRequest(); ok {
		k.send(appendOpen(nil, d.id, open))
	}
	if op, ok := d.state.Next(); ok {
		k.send(appendOp(nil, d.id, op))
	}
	if p, ok := d.state.NextPresence(); ok {
		k.send(appendPresence(nil, d.id, p))
	}
}

func (d *Document) publish() {
	for _, e := range d.state.TakeEvents() {
		if d.client.cfg.Events != nil {
			d.client.cfg.Events(d.id, e)
		}
	}
}
