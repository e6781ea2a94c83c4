package webhooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coscribe/coscribe/storage"
)

// maxAnswer is how many bytes of an answer are read, so that the connection
// can be used again. What it says does not matter.
const maxAnswer = 64 << 10

// newClient makes a client that goes where it is sent and nowhere else: it
// follows no redirects.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = concurrent, concurrent
	transport.MaxResponseHeaderBytes = maxAnswer
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// deliverAll tells events side by side, and returns what becomes of them and
// an error where none was told. Then it is the receiver who is waited for;
// where some were told, it is what is wrong with the others.
func (s *Sender) deliverAll(ctx context.Context, events []storage.Event) ([]storage.Settled, error) {
	errs := make([]error, len(events))
	var all sync.WaitGroup
	for i, e := range events {
		all.Go(func() { errs[i] = s.deliver(ctx, e) })
	}
	all.Wait()
	some := slices.Contains(errs, nil)
	settled := make([]storage.Settled, len(events))
	for i, e := range events {
		settled[i] = storage.Settled{Event: e, Told: errs[i] == nil}
		switch {
		case settled[i].Told:
			settled[i].Wait = s.Interval
		case some:
			settled[i].Wait = backOff(s.Interval, e.Tries, maxEventWait)
		}
	}
	if some {
		return settled, nil
	}
	return settled, errs[0]
}

// deliver tells one event.
func (s *Sender) deliver(ctx context.Context, e storage.Event) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	start := time.Now()
	err := s.post(ctx, message(e).encode(), start)
	s.metrics.duration.Observe(time.Since(start).Seconds())
	if err != nil {
		s.metrics.failed.Inc()
		return err
	}
	s.metrics.told.Inc()
	return nil
}

func (s *Sender) post(ctx context.Context, body []byte, now time.Time) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL.String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "coscribe")
	req.Header.Set("Coscribe-Signature", signature(s.Secret, now, body))
	answer, err := s.client.Do(req)
	if whole, ok := errors.AsType[*url.Error](err); ok {
		return whole.Err // the rest of it is the URL, which may hold a secret
	}
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("the receiver answers %d", answer.StatusCode)
	}
	return nil
}
