package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/coscribe/coscribe/storage"
)

const (
	// concurrent is how many requests are under way at once.
	concurrent = 8
	// leaseSlack is how much longer than a request a claim lasts.
	leaseSlack = 20 * time.Second
	// sweepInterval is how often all documents are gone through; sweepPage of
	// them at once.
	sweepInterval = 5 * time.Minute
	sweepPage     = 1000
	// maxPause and maxEventWait bound the back-off of a receiver that takes
	// nothing, and of an event that it does not take.
	maxPause     = time.Minute
	maxEventWait = 10 * time.Minute
	// keepFor and keepMost bound the queue where nothing is taken for long.
	keepFor  = 72 * time.Hour
	keepMost = 1_000_000
	// drainFor is how long the end of the server waits for the receiver.
	drainFor = 5 * time.Second
	// letGo is how long calls to the store may take to end that are cut off.
	letGo = time.Second
)

// Config is what a sender needs. Zero durations take the defaults.
type Config struct {
	Store   storage.Events
	URL     *url.URL // see ParseURL
	Secret  []byte   // what messages are signed with
	Logger  *slog.Logger
	Metrics prometheus.Registerer // nil: nowhere

	// Interval is how often a look is taken at what there is to tell: one
	// document's changes are told no more often. Default 1 s.
	Interval time.Duration
	// Timeout is what the receiver may take for one event. Default 10 s.
	Timeout time.Duration
}

// ParseURL reads the address of a receiver.
func ParseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("is not a URL") // the text may hold a secret
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return nil, errors.New("is not an http or https URL")
	case u.User != nil || u.Fragment != "":
		return nil, errors.New("holds a user or a fragment; messages are signed instead")
	}
	return u, nil
}

// Sender tells a receiver of events. It is safe for concurrent use.
type Sender struct {
	Config
	client  *http.Client
	metrics *metrics
	moved   moved

	ctx    context.Context // ends when requests must not go on
	cancel context.CancelFunc
	stop   chan struct{}
	done   chan struct{}

	// The rest belongs to the goroutine that sends.
	swept    time.Time // when all documents were gone through last
	failures int       // rounds in a row in which nothing was taken
	since    time.Time // when that began
}

// Start begins to keep events and to tell them. The caller closes the sender
// behind all that writes to the store, and before the store.
func Start(ctx context.Context, c Config) (*Sender, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Interval == 0 {
		c.Interval = time.Second
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if len(c.Secret) == 0 {
		return nil, errors.New("the secret of the webhook is empty")
	}
	if err := c.Store.KeepEvents(ctx, true); err != nil {
		return nil, fmt.Errorf("start the webhook: %w", err)
	}
	s := &Sender{
		Config: c, client: newClient(), metrics: newMetrics(c.Metrics),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	go s.run()
	return s, nil
}

// Close tells what is still to be told, as far as the receiver takes it in a
// few seconds and before ctx ends; the rest stays in the queue. Where a call
// to the store does not let go, Close returns false: the store cannot be
// closed either. No sender has nothing to close.
func (s *Sender) Close(ctx context.Context) bool {
	if s == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, drainFor)
	defer cancel()
	defer context.AfterFunc(ctx, s.cancel)()
	close(s.stop)
	select {
	case <-s.done:
		return true
	case <-ctx.Done():
	}
	select {
	case <-s.done:
		return true
	case <-time.After(letGo):
		return false
	}
}

func (s *Sender) run() {
	defer close(s.done)
	defer s.client.CloseIdleConnections()
	defer s.cancel()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for last := false; !last; {
		select {
		case <-s.stop:
			last = true
		case <-pause.C:
		}
		s.note(s.ctx)
		s.tell(s.ctx)
		s.observe(s.ctx)
		pause.Reset(s.pause())
	}
}

// pause is how long to wait for the next look.
func (s *Sender) pause() time.Duration {
	if s.failures == 0 {
		return s.Interval
	}
	return backOff(s.Interval, s.failures, maxPause)
}

// backOff doubles first with each try, up to most, and takes between half of
// that and all of it, so that servers do not come at once.
func backOff(first time.Duration, tries int, most time.Duration) time.Duration {
	wait := most
	if tries < 20 {
		wait = min(first<<(tries-1), most)
	}
	return wait/2 + rand.N(wait/2+1) //nolint:gosec // nobody gains by guessing it
}

// note puts changed documents into the queue. Where that fails, the next time
// all are gone through.
func (s *Sender) note(ctx context.Context) {
	keys, more := s.moved.take()
	var err error
	if more || time.Since(s.swept) > sweepInterval {
		err = s.sweep(ctx)
	} else {
		for page := range slices.Chunk(keys, sweepPage) {
			err = errors.Join(err, s.Store.NoteChanged(ctx, page))
		}
	}
	if err != nil {
		s.swept = time.Time{}
		s.Logger.Debug("events cannot be noted", "err", err)
	}
}

// sweep finds what no note in memory tells of, and gives up what is too old.
// Another server, without a webhook, may have put an end to keeping events.
func (s *Sender) sweep(ctx context.Context) error {
	if err := s.Store.KeepEvents(ctx, true); err != nil {
		return err
	}
	n, err := s.Store.DropEvents(ctx, time.Now().Add(-keepFor), keepMost)
	if err != nil {
		return err
	}
	if n > 0 {
		s.metrics.dropped.Add(float64(n))
		s.Logger.Warn("events were given up that the webhook's receiver did not take", "events", n)
	}
	for after, more := storage.Key(0), true; more; {
		next, err := s.Store.NoteUntold(ctx, after, sweepPage)
		if err != nil {
			return err
		}
		after, more = next, next != 0
	}
	s.swept = time.Now()
	return nil
}

// tell tells what is due, until nothing is, or the receiver takes nothing.
func (s *Sender) tell(ctx context.Context) {
	for {
		limit := concurrent
		if s.failures > 0 {
			limit = 1 // enough to see whether it is back
		}
		events, err := s.Store.ClaimEvents(ctx, limit, s.Timeout+leaseSlack)
		if err != nil {
			s.Logger.Debug("events cannot be read", "err", err)
			return
		}
		if len(events) == 0 {
			return
		}
		settled, failure := s.deliverAll(ctx, events)
		s.settle(settled)
		if ctx.Err() != nil {
			return
		}
		if s.judge(failure); failure != nil {
			return
		}
	}
}

// settle stores what became of events, also where there is an end to sending.
// What it cannot store is told again.
func (s *Sender) settle(settled []storage.Settled) {
	ctx, cancel := context.WithTimeout(context.Background(), s.Timeout)
	defer cancel()
	if err := s.Store.SettleEvents(ctx, settled); err != nil {
		s.Logger.Debug("events cannot be settled", "err", err)
	}
}

// judge notes whether the receiver takes events; a change of that is logged.
func (s *Sender) judge(failure error) {
	switch {
	case failure != nil && s.failures == 0:
		s.since = time.Now()
		s.metrics.failing.Set(1)
		s.Logger.Warn("the webhook's receiver takes no events", "receiver", s.URL.Host, "err", failure)
	case failure == nil && s.failures > 0:
		s.metrics.failing.Set(0)
		s.Logger.Info("the webhook's receiver takes events again", "receiver", s.URL.Host, "after", time.Since(s.since).Round(time.Second))
	}
	if s.failures++; failure == nil {
		s.failures = 0
	}
}

// observe measures how far behind the receiver is.
func (s *Sender) observe(ctx context.Context) {
	at, err := s.Store.OldestEvent(ctx)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		s.metrics.oldest.Set(0)
	case err == nil:
		s.metrics.oldest.Set(time.Since(at).Seconds())
	}
}
