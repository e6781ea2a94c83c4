package swarm

import (
	"context"
	"math/rand/v2"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/typing"
)

// walker is one scripted client.
type walker struct {
	swarm  *swarm
	id     int
	client *client.Client
	rng    *rand.Rand
	docs   []*work
	gone   bool // deserted
	run    *connection
}

// work is what a walker does on one document.
type work struct {
	doc *client.Document
	id  string

	typed []string // tokens, in order
	acked int      // of them; guarded by the client's lock, see event
}

func newWalker(s *swarm, id int) *walker {
	w := &walker{swarm: s, id: id, rng: rand.New(rand.NewPCG(s.cfg.Seed, uint64(id)))}
	w.docs = append(w.docs, &work{id: s.document(id % s.cfg.Documents)})
	if s.cfg.Documents > 1 {
		w.docs = append(w.docs, &work{id: s.document((id + 1) % s.cfg.Documents)})
	}
	w.client = client.New(client.Config{
		Address: s.cfg.Address, Token: s.cfg.Token, Compose: id%2 == 1, Events: w.event,
	})
	return w
}

func (w *walker) event(doc string, e client.Event) {
	if a, ok := e.(client.Acknowledged); ok {
		for _, d := range w.docs {
			if d.id == doc {
				d.acked += a.Edits
			}
		}
	}
	w.swarm.ledger.event(doc, e)
	w.swarm.cfg.Watch.Saw(w.client.ID(), doc, e)
}

// acknowledged is how many of the walker's tokens are acknowledged.
func (d *work) acknowledged() (n int) {
	_ = d.doc.Do(func(*client.State) error { n = d.acked; return nil })
	return n
}

// connection is the goroutine that keeps a walker online.
type connection struct {
	cancel context.CancelFunc
	ended  chan struct{}
}

func (w *walker) online(ctx context.Context) {
	if w.run != nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	c := &connection{cancel: cancel, ended: make(chan struct{})}
	w.run = c
	go func() {
		defer close(c.ended)
		_ = w.client.Run(ctx) // its error comes out of every document
	}()
}

func (w *walker) offline() {
	if w.run != nil {
		w.run.cancel()
		<-w.run.ended
		w.run = nil
	}
}

// walk is the script: open, edit, be cut, come back, and wait for the last
// acknowledgement, or desert.
func (w *walker) walk(ctx context.Context) error {
	// The connection outlives the walk: the checks look through it.
	w.online(context.WithoutCancel(ctx))
	for _, d := range w.docs {
		var err error
		if d.doc, err = w.client.Open(ctx, d.id, w.swarm.cfg.Type); err != nil {
			return err
		}
	}
	deserts := w.id < w.swarm.cfg.Deserters
	for n := range w.swarm.cfg.Edits {
		if deserts && n >= w.swarm.cfg.Edits/2 {
			w.gone = true
			w.offline()
			return nil
		}
		if err := w.step(ctx, n); err != nil {
			return err
		}
	}
	w.online(context.WithoutCancel(ctx))
	for _, d := range w.docs {
		if err := d.doc.Sync(ctx); err != nil {
			return err
		}
	}
	return nil
}

// step makes one edit, and perhaps loses or regains the connection first.
func (w *walker) step(ctx context.Context, n int) error {
	cuts := w.swarm.cfg.CutEvery
	switch {
	case cuts > 0 && w.rng.IntN(cuts) == 0:
		w.swarm.ledger.cut()
		if w.rng.IntN(2) == 0 {
			w.client.Cut() // and back at once
		} else {
			w.offline()
		}
	case w.run == nil && w.rng.IntN(4) == 0:
		w.online(context.WithoutCancel(ctx))
	}
	d := w.docs[w.rng.IntN(len(w.docs))]
	if w.run != nil {
		near := func(s *client.State) bool { return s.Unacknowledged() < w.swarm.cfg.Pending }
		if err := d.doc.Wait(ctx, near); err != nil {
			return err
		}
	}
	if err := w.edit(d, n); err != nil {
		return err
	}
	if total := w.swarm.ledger.typed(); w.swarm.cfg.Edited != nil {
		w.swarm.cfg.Edited(total)
	}
	return nil
}

func (w *walker) edit(d *work, n int) error {
	token := typing.Token(w.id, n)
	w.swarm.cfg.Watch.Types(w.client.ID(), d.id)
	return d.doc.Do(func(s *client.State) error {
		op := typing.Edit(w.rng, s.View(), w.swarm.cfg.Type, token)
		if err := s.Edit(op); err != nil {
			return err
		}
		d.typed = append(d.typed, token)
		if w.rng.IntN(4) == 0 {
			at := w.rng.IntN(s.View().Len() + 1)
			s.SetPresence(&client.Range{Anchor: at, Head: w.rng.IntN(s.View().Len() + 1)}, jsontext.Value(`{"name":"w"}`))
		}
		return nil
	})
}
