package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/serverproc"
	"github.com/coscribe/coscribe/bench/serverproc/servertest"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/webhooks"
)

// listener is the receiver of a webhook.
type listener struct {
	*httptest.Server

	mu     sync.Mutex
	told   map[string]int // how often each event was
	status int            // 0: no answer
	tried  chan struct{}  // holds one where something came
}

func newListener(t *testing.T) *listener {
	l := &listener{told: make(map[string]int), status: http.StatusOK, tried: make(chan struct{}, 1)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m webhooks.Message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		l.mu.Lock()
		status := l.status
		if status == http.StatusOK {
			l.told[fmt.Sprint(m.Event, " ", m.Doc, " ", m.Rev)]++
		}
		l.mu.Unlock()
		select {
		case l.tried <- struct{}{}:
		default:
		}
		if status == 0 {
			<-r.Context().Done()
			return
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) answer(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status = status
}

func (l *listener) heard(event string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.told[event] > 0
}

// await waits until the events have been told.
func (l *listener) await(t *testing.T, events ...string) {
	t.Helper()
	patience := time.After(2 * time.Minute)
	for _, event := range events {
		for !l.heard(event) {
			select {
			case <-l.tried:
			case <-patience:
				t.Fatalf("in vain for %s; heard: %v", event, l.told)
			}
		}
	}
}

// telling starts the real server with a webhook.
func telling(t *testing.T, database string, l *listener) *serverproc.Process {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("a secret for tests\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := serverproc.Start(t.Context(), serverproc.Options{
		Binary: servertest.Binary(), Database: database, Output: t.Output(),
		Args: []string{"--webhook-url", l.URL, "--webhook-secret-file", secret},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func call(t *testing.T, p *serverproc.Process, method, path, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.URL()+"/v1/documents"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, resp.Status)
	}
}

// What was committed before kill -9 is told after it: with a receiver that
// takes nothing, that does not even answer, and with no time for a look.
func TestWebhookSurvivesKills(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		database func(t *testing.T) string
		failing  int
	}{
		"sqlite":   {func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "x.db") }, 0},
		"postgres": {func(t *testing.T) string { return pgtest.URL(t) }, http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, l := test.database(t), newListener(t)
			l.answer(test.failing)
			p := telling(t, database, l)
			call(t, p, http.MethodPost, "", `{"id":"stays"}`)
			call(t, p, http.MethodPost, "", `{"id":"goes"}`)
			call(t, p, http.MethodPost, "/stays/changes", `{"rev":0,"op":[{"insert":"a"}]}`)
			call(t, p, http.MethodPost, "/stays/versions", `{"name":"one"}`)
			call(t, p, http.MethodDelete, "/goes", "")
			<-l.tried
			p.Kill()
			l.answer(http.StatusOK)
			p = telling(t, database, l)
			l.await(t, "created stays 0", "changed stays 1", "version stays 1", "created goes 0", "deleted goes 0")
			for rev := 1; rev <= 3; rev++ {
				call(t, p, http.MethodPost, "/stays/changes", fmt.Sprintf(`{"rev":%d,"op":[{"insert":"b"}]}`, rev))
				p.Kill()
				p = telling(t, database, l)
				l.await(t, fmt.Sprintf("changed stays %d", rev+1))
			}
		})
	}
}

// A server that is told to end tells what there is to tell before it does.
func TestWebhookAtTheEnd(t *testing.T) {
	t.Parallel()
	l := newListener(t)
	p := telling(t, "sqlite:"+filepath.Join(t.TempDir(), "x.db"), l)
	call(t, p, http.MethodPost, "", `{"id":"d"}`)
	call(t, p, http.MethodPost, "/d/changes", `{"rev":0,"op":[{"insert":"a"}]}`)
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{"created d 0", "changed d 1"} {
		if !l.heard(event) {
			t.Errorf("%s was not told: %v", event, l.told)
		}
	}
}
