package webhooks_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
	"github.com/coscribe/coscribe/webhooks"
	"github.com/coscribe/coscribe/wire"
)

var secret = []byte("a secret of the receiver's and the server's")

var limits = wire.Limits{Message: 1 << 20, Document: 1 << 20, Window: 1000}

// receiver is the other service. What it took is in messages, also what it
// answered badly.
type receiver struct {
	*httptest.Server
	t testing.TB

	mu       sync.Mutex
	messages []webhooks.Message
	bodies   []string
	answer   func(webhooks.Message) int // nil: 200; 0: no answer
	changed  chan struct{}              // closed at the next message
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{t: t, changed: make(chan struct{})}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the sender has gone
	}
	if err := verify(secret, req.Header.Get("Coscribe-Signature"), body, time.Now()); err != nil {
		r.t.Errorf("%s is signed %q: %v", body, req.Header.Get("Coscribe-Signature"), err)
	}
	var m webhooks.Message
	if err := json.Unmarshal(body, &m); err != nil {
		r.t.Errorf("%s: %v", body, err)
	}
	r.mu.Lock()
	status := http.StatusOK
	if r.answer != nil {
		status = r.answer(m)
	}
	r.messages, r.bodies = append(r.messages, m), append(r.bodies, string(body))
	close(r.changed)
	r.changed = make(chan struct{})
	r.mu.Unlock()
	if status == 0 {
		<-req.Context().Done() // until the sender has had enough
		return
	}
	w.WriteHeader(status)
}

// answers replaces how messages are answered.
func (r *receiver) answers(answer func(webhooks.Message) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *receiver) got() []webhooks.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]webhooks.Message(nil), r.messages...)
}

// until waits for messages that satisfy f.
func (r *receiver) until(what string, f func([]webhooks.Message) bool) []webhooks.Message {
	r.t.Helper()
	patience := time.After(time.Minute)
	for {
		r.mu.Lock()
		got, next := append([]webhooks.Message(nil), r.messages...), r.changed
		r.mu.Unlock()
		if f(got) {
			return got
		}
		select {
		case <-next:
		case <-patience:
			r.t.Fatalf("in vain for %s: %+v", what, got)
		}
	}
}

// has tells whether there is a message of an event.
func has(event string, rev int64) func([]webhooks.Message) bool {
	return func(list []webhooks.Message) bool {
		for _, m := range list {
			if m.Event == event && m.Rev == rev {
				return true
			}
		}
		return false
	}
}

// world is a server's rooms with a webhook.
type world struct {
	*receiver
	store  storage.Store
	hub    *docs.Hub
	sender *webhooks.Sender
}

// onBothStores runs a test on each of the two stores.
func onBothStores(t *testing.T, test func(*testing.T, func(testing.TB) storage.Store)) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) storage.Store{"sqlite": servertest.SQLite, "postgres": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

func openPostgres(t testing.TB) storage.Store { return openURL(t, pgtest.URL(t)) }

func openURL(t testing.TB, url string) storage.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), url, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// newWorld starts rooms and a sender on a store, which tells a receiver.
func newWorld(t testing.TB, store storage.Store, r *receiver, c webhooks.Config) *world {
	t.Helper()
	u, err := webhooks.ParseURL(r.URL + "/hook?key=sekretKey")
	if err != nil {
		t.Fatal(err)
	}
	c.Store, c.URL, c.Secret = store, u, secret
	if c.Interval == 0 {
		c.Interval = 5 * time.Millisecond
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	sender, err := webhooks.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{receiver: r, store: store, sender: sender}
	w.hub = docs.NewHub(docs.Config{Store: sender.Watch(store), Limits: limits})
	t.Cleanup(func() { w.end() })
	return w
}

// end ends the server as its command does. Again it does nothing.
func (w *world) end() {
	if w.hub == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w.hub.Close(ctx)
	w.hub = nil
	w.sender.Close(ctx)
}
