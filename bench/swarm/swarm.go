// Package swarm lets scripted random clients loose on a server and checks
// afterwards that nothing was lost, repeated or seen differently.
//
// Clients edit a few documents at the same time, lose their connections, type
// while they are offline, come back, or never come back. The server may be
// killed and started again meanwhile, at another address, even: it is asked
// for before every connection. Each edit inserts a token of its own (package
// typing), so that each can be looked for in the end.
package swarm

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/ot"
)

// Config says what the swarm does. The same config makes the same edits in
// the same order at each client; what meets what is up to the network.
type Config struct {
	Address   func() string // the server's base URL, asked before each connection
	Token     string        // for every client; defaults to none
	Seed      uint64
	Prefix    string  // of the documents' ids, which have to be new; defaults to "swarm-SEED"
	Type      ot.Type // of the documents; defaults to rich-text
	Documents int     // defaults to 1; as many as there are clients at most
	Clients   int     // defaults to 2; each works on one document or two
	Edits     int     // by each client; defaults to 50
	CutEvery  int     // edits between two lost connections, on average; 0: none
	Deserters int     // clients that vanish half-way and never return
	Apart     bool    // clients are on servers that do not share presence
	Pending   int     // a client waits when so many edits are unacknowledged; defaults to 16

	// NoPresence leaves the cursors unchecked: servers that share a database
	// do not share them.
	NoPresence bool

	// Edited, where set, is called after every edit of any client with the
	// number of edits so far, from many goroutines: a place to kill a server.
	Edited func(n int)

	// Watch, where set, is told what happens, from many goroutines.
	Watch Watcher
}

// Watcher is told what happens at each client of a swarm, in that client's
// order. It must not wait.
type Watcher interface {
	// Types tells that a client is about to make an edit.
	Types(clientID, doc string)
	// Saw tells of an event.
	Saw(clientID, doc string, e client.Event)
}

type nobody struct{}

func (nobody) Types(string, string)             {}
func (nobody) Saw(string, string, client.Event) {}

func (c Config) withDefaults() Config {
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	if c.Prefix == "" {
		c.Prefix = fmt.Sprintf("swarm-%d", c.Seed)
	}
	if c.Type == 0 {
		c.Type = ot.RichText
	}
	def(&c.Documents, 1)
	def(&c.Clients, 2)
	def(&c.Edits, 50)
	def(&c.Pending, 16)
	c.Documents = min(c.Documents, c.Clients)
	if c.Watch == nil {
		c.Watch = nobody{}
	}
	return c
}

// Report is what a run came to. A run that returned it without an error has
// passed every check.
type Report struct {
	Edits        int // typed, by everyone
	Acknowledged int // of them, before the checks
	Changes      int // committed, over all documents
	Cuts         int // connections cut by the clients
	Mispredicted int // own changes that came back different (S9)
	Refused      int // edits refused as invalid
	Rebased      int // bases lost (S6)
	Drafted      int // edits handed back (S6)
}

// Run lets the swarm loose, waits until everyone who stays has everything
// acknowledged, and checks every document. It ends by ctx. The error names
// every check that failed.
func Run(ctx context.Context, cfg Config) (Report, error) {
	cfg = cfg.withDefaults()
	s := newSwarm(cfg)
	defer s.leave()
	err := s.walk(ctx)
	if err == nil {
		err = s.check(ctx)
	}
	return s.ledger.report(), err
}

type swarm struct {
	cfg     Config
	walkers []*walker
	ledger  *ledger
}

func newSwarm(cfg Config) *swarm {
	s := &swarm{cfg: cfg, ledger: newLedger()}
	for i := range cfg.Clients {
		s.walkers = append(s.walkers, newWalker(s, i))
	}
	return s
}

func (s *swarm) document(i int) string { return fmt.Sprintf("%s-%d", s.cfg.Prefix, i) }

// walk runs every client to the end of its script.
func (s *swarm) walk(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, w := range s.walkers {
		g.Go(func() error {
			if err := w.walk(ctx); err != nil {
				return fmt.Errorf("client %d: %w", w.id, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// check holds all documents against all clients. The clients are still
// connected.
func (s *swarm) check(ctx context.Context) error {
	var failed []error
	for i := range s.cfg.Documents {
		if err := s.checkDocument(ctx, s.document(i)); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", s.document(i), err))
		}
	}
	if r := s.ledger.report(); r.Mispredicted+r.Refused+r.Rebased+r.Drafted > 0 {
		failed = append(failed, fmt.Errorf("%d mispredicted, %d refused, %d rebased, %d drafted: first %s",
			r.Mispredicted, r.Refused, r.Rebased, r.Drafted, s.ledger.firstFault()))
	}
	return errors.Join(failed...)
}

func (s *swarm) leave() {
	for _, w := range s.walkers {
		w.offline()
		w.client.Close()
	}
}

// ledger is what all clients together have seen and done.
type ledger struct {
	mu    sync.Mutex
	sum   Report
	fault string
	seen  map[string]map[int64]client.Change // by document and revision
	split error                              // two clients saw different changes
}

func newLedger() *ledger { return &ledger{seen: make(map[string]map[int64]client.Change)} }

func (l *ledger) report() Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sum
}

func (l *ledger) firstFault() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fault
}

// typed counts an edit and returns how many there are.
func (l *ledger) typed() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum.Edits++
	return l.sum.Edits
}

func (l *ledger) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum.Cuts++
}

// event takes what happened at a client.
func (l *ledger) event(doc string, e client.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := e.(type) {
	case client.Committed:
		l.committed(doc, e.Change)
		return
	case client.Acknowledged:
		l.sum.Acknowledged += e.Edits
		return
	case client.Resumed:
		return
	case client.Mispredicted:
		l.sum.Mispredicted++
	case client.Refused:
		l.sum.Refused += e.Edits
	case client.Rebased:
		l.sum.Rebased++
	case client.Drafted:
		l.sum.Drafted += e.Edits
	}
	if l.fault == "" {
		l.fault = fmt.Sprintf("%s: %T%+v", doc, e, e)
	}
}

// committed compares a change with what others saw at that revision (P1).
func (l *ledger) committed(doc string, c client.Change) {
	if c.From != c.Rev-1 {
		return // squashed: one client's view of several
	}
	revs := l.seen[doc]
	if revs == nil {
		revs = make(map[int64]client.Change)
		l.seen[doc] = revs
	}
	if first, ok := revs[c.Rev]; !ok {
		revs[c.Rev] = c
	} else if l.split == nil && !same(first, c) {
		l.split = fmt.Errorf("P1: revision %d is %+v for one and %+v for another", c.Rev, first, c)
	}
}

// same compares two sights of one change.
func same(a, b client.Change) bool {
	return a.Rev == b.Rev && a.Client == b.Client && a.Seq == b.Seq && a.User == b.User &&
		a.At.Equal(b.At) && a.Op.Equal(b.Op)
}
