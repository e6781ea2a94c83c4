package webhooks_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/webhooks"
)

func (w *world) create(doc string) storage.Document {
	w.t.Helper()
	d, err := w.hub.Create(w.t.Context(), docs.NewDocument{ID: doc, Type: "text", User: "ann"})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// edit commits a change on a revision.
func (w *world) edit(doc string, rev int64) {
	w.t.Helper()
	_, err := w.hub.Submit(w.t.Context(), doc, docs.Edit{Rev: rev, Op: ot.Delta{ot.Insert("sekretText", nil)}, User: "ann"})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) remove(doc string) {
	w.t.Helper()
	if err := w.hub.Delete(w.t.Context(), doc); err != nil {
		w.t.Fatal(err)
	}
}

// Everything that happens to a document is told once, in its order, signed.
func TestEvents(t *testing.T) {
	onBothStores(t, func(t *testing.T, open func(testing.TB) storage.Store) {
		w := newWorld(t, open(t), newReceiver(t), webhooks.Config{})
		d := w.create("doc")
		w.until("created", has("created", 0))
		w.edit("doc", 0)
		w.until("changed", has("changed", 1))
		w.edit("doc", 1)
		w.until("changed again", has("changed", 2))
		v, err := w.hub.NameVersion(t.Context(), "doc", docs.NewVersion{Name: "for <review>", User: "ben"})
		if err != nil {
			t.Fatal(err)
		}
		w.until("version", has("version", 2))
		w.remove("doc")
		w.until("deleted", has("deleted", 2))
		w.end()
		got := w.got()
		if len(got) != 5 {
			t.Fatalf("%d messages: %+v", len(got), got)
		}
		for i, want := range []string{
			`{"event":"created","rev":0`, `{"event":"changed","from":0,"rev":1`, `{"event":"changed","from":1,"rev":2`,
			fmt.Sprintf(`{"event":"version","rev":2,"version":{"id":"%s","name":"for <review>","user":"ben"}`, v.ID),
			`{"event":"deleted","rev":2`,
		} {
			want += fmt.Sprintf(`,"id":"…","doc":"doc","epoch":"%s","at":"…"}`, d.Epoch)
			expect(t, w.bodies[i], want)
		}
		if ids := distinct(got); ids != len(got) {
			t.Errorf("%d messages have %d ids", len(got), ids)
		}
	})
}

// expect compares whole bodies.
func expect(t *testing.T, body, pattern string) {
	t.Helper()
	var want, got any
	if err := errors.Join(json.Unmarshal([]byte(pattern), &want), json.Unmarshal([]byte(body), &got)); err != nil {
		t.Fatal(err)
	}
	if !servertest.Same(want, got) {
		t.Errorf("told %s, not %s", body, pattern)
	}
}

func distinct(list []webhooks.Message) int {
	ids := make(map[string]bool)
	for _, m := range list {
		ids[m.ID.String()] = true
	}
	return len(ids)
}

// However many changes there are, each message begins where the one before
// ended, and the last one tells of the head.
func TestChangesAreCoalesced(t *testing.T) {
	onBothStores(t, func(t *testing.T, open func(testing.TB) storage.Store) {
		w := newWorld(t, open(t), newReceiver(t), webhooks.Config{})
		w.create("doc")
		const changes = 200
		for rev := range int64(changes) {
			w.edit("doc", rev)
		}
		got := w.until("the head", has("changed", changes))
		told := int64(0)
		for _, m := range got {
			if m.Event != "changed" {
				continue
			}
			if m.From == nil || *m.From != told || m.Rev <= told {
				t.Fatalf("%+v behind revision %d", m, told)
			}
			told = m.Rev
		}
		if len(got) > changes {
			t.Errorf("%d messages of %d changes", len(got), changes)
		}
	})
}

// A receiver that fails, in one way or another, gets every event in the end,
// with the same id each time, and those of a document in their order. The log
// says so once, and holds neither text nor what is in the URL.
func TestFailingReceiver(t *testing.T) {
	onBothStores(t, func(t *testing.T, open func(testing.TB) storage.Store) {
		var log bytes.Buffer
		metrics := prometheus.NewRegistry()
		r := newReceiver(t)
		var fails atomic.Bool
		fails.Store(true)
		statuses := []int{302, 404, 0} // no answer is the slowest
		r.answers(func(webhooks.Message) int {
			if !fails.Load() {
				return 204
			}
			if len(statuses) == 0 {
				return 500
			}
			status := statuses[0]
			statuses = statuses[1:]
			return status
		})
		w := newWorld(t, open(t), r, webhooks.Config{
			Timeout: 5 * time.Second, Metrics: metrics, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		for i := range 3 {
			w.create(fmt.Sprint("doc", i))
		}
		w.edit("doc0", 0)
		w.remove("doc0")
		tried := r.until("several tries", func(list []webhooks.Message) bool { return len(list) >= 8 })
		if servertest.Metric(t, metrics, "coscribe_webhook_failing") != 1 {
			t.Error("the metrics do not tell that it fails")
		}
		if slices.ContainsFunc(tried, func(m webhooks.Message) bool { return m.Event == "deleted" }) {
			t.Error("the deletion is told before the creation")
		}
		fails.Store(false)
		got := r.until("the deletion", has("deleted", 1))
		servertest.Eventually(t, "it works again", func() bool { return servertest.Metric(t, metrics, "coscribe_webhook_failing") == 0 })
		servertest.Eventually(t, "nothing is left", func() bool { return servertest.Metric(t, metrics, "coscribe_webhook_oldest_event_seconds") == 0 })
		w.end()
		if ids := distinct(got); ids != 4 {
			t.Errorf("%d ids: %+v", ids, got)
		}
		text := log.String()
		if strings.Count(text, "takes no events") != 1 || strings.Count(text, "takes events again") != 1 {
			t.Errorf("the log: %s", text)
		}
		if strings.Contains(text, "sekret") {
			t.Errorf("the log tells too much: %s", text)
		}
	})
}

// One event that the receiver does not take keeps those of its document back,
// and no others.
func TestOneEventFails(t *testing.T) {
	onBothStores(t, func(t *testing.T, open func(testing.TB) storage.Store) {
		r := newReceiver(t)
		var fails atomic.Bool
		fails.Store(true)
		r.answers(func(m webhooks.Message) int {
			if m.Doc == "bad" && fails.Load() {
				return 422
			}
			return 200
		})
		w := newWorld(t, open(t), r, webhooks.Config{})
		w.create("bad")
		w.edit("bad", 0)
		for i := range 20 {
			w.create(fmt.Sprint("good", i))
		}
		created := func(list []webhooks.Message) bool {
			good := map[string]bool{}
			for _, m := range list {
				good[m.Doc] = true
			}
			return len(good) == 21
		}
		if got := r.until("the others", created); has("changed", 1)(got) {
			t.Error("the change is told before the creation")
		}
		fails.Store(false)
		r.until("the change", has("changed", 1))
	})
}

// Typing does not wait for a receiver that does not answer, and no more than
// a few requests are under way.
func TestStallingReceiver(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.answers(func(webhooks.Message) int { return 0 })
	w := newWorld(t, servertest.SQLite(t), r, webhooks.Config{Timeout: time.Hour})
	for i := range 30 {
		w.create(fmt.Sprint("doc", i))
	}
	r.until("the first", func(list []webhooks.Message) bool { return len(list) > 0 })
	for rev := range int64(100) {
		w.edit("doc0", rev)
	}
	if n := len(r.got()); n > 8 {
		t.Errorf("%d requests are under way", n)
	}
	w.end() // without waiting for an hour
}

// Nobody is sent on to somewhere else.
func TestRedirects(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Store(true) }))
	defer other.Close()
	tries := make(chan struct{}, 100)
	r := &receiver{t: t, changed: make(chan struct{})}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, other.URL, http.StatusTemporaryRedirect)
		tries <- struct{}{}
	}))
	defer r.Close()
	w := newWorld(t, servertest.SQLite(t), r, webhooks.Config{})
	w.create("doc")
	for range 3 {
		<-tries
	}
	w.end()
	if elsewhere.Load() {
		t.Error("a redirect is followed")
	}
}

// What a server that was killed had not told, the next one tells: also of
// changes that nobody but the dead one knew to look at.
func TestNextServer(t *testing.T) {
	onBothStores(t, func(t *testing.T, open func(testing.TB) storage.Store) {
		store := open(t)
		if err := store.KeepEvents(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		dead := &world{receiver: newReceiver(t), hub: docs.NewHub(docs.Config{Store: store, Limits: limits})}
		dead.create("changed")
		dead.edit("changed", 0)
		dead.create("deleted")
		dead.remove("deleted")
		dead.hub.Close(t.Context())
		w := newWorld(t, store, newReceiver(t), webhooks.Config{})
		w.until("the change", has("changed", 1))
		got := w.until("the deletion", has("deleted", 0))
		if ids := distinct(got); ids < 4 {
			t.Errorf("%d ids: %+v", ids, got)
		}
	})
}

// The end of a server waits for the receiver, a while.
func TestEndTellsTheRest(t *testing.T) {
	onBothStores(t, func(t *testing.T, open func(testing.TB) storage.Store) {
		w := newWorld(t, open(t), newReceiver(t), webhooks.Config{Interval: time.Hour})
		w.create("doc")
		w.edit("doc", 0)
		w.remove("doc")
		w.create("other")
		w.edit("other", 0)
		w.end()
		got := w.got()
		for event, rev := range map[string]int64{"created": 0, "changed": 1, "deleted": 1} {
			if !has(event, rev)(got) {
				t.Errorf("%s is not told: %+v", event, got)
			}
		}
	})
}

// Servers on one database tell each event once.
func TestServersShareTheWork(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	r := newReceiver(t)
	a, b := newWorld(t, openURL(t, url), r, webhooks.Config{}), newWorld(t, openURL(t, url), r, webhooks.Config{})
	const documents = 30
	var all sync.WaitGroup
	for n, w := range []*world{a, b} {
		all.Go(func() {
			for i := range documents {
				doc := fmt.Sprint("doc", n, "-", i)
				w.create(doc)
				w.edit(doc, 0)
			}
		})
	}
	all.Wait()
	r.until("all", func(list []webhooks.Message) bool { return distinct(list) >= 4*documents })
	a.end()
	b.end()
	if got := r.got(); len(got) != 4*documents {
		t.Errorf("%d messages of %d events", len(got), 4*documents)
	}
}

func TestParseURL(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"https://hooks.example/x?key=1", "http://127.0.0.1:9/"} {
		if _, err := webhooks.ParseURL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "hooks.example", "ftp://a.example", "https://", "https://ann:sekret@a.example", "https://a.example/#x", "http://%zz/sekret"} {
		if _, err := webhooks.ParseURL(bad); err == nil || strings.Contains(err.Error(), "sekret") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
