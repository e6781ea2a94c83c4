package httpapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/webhooks"
)

// A receiver is told what the examples of the webhook say.
func TestWebhookExamples(t *testing.T) {
	t.Parallel()
	bodies := make(chan string, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Coscribe-Signature") == "" || r.Method != http.MethodPost {
			t.Errorf("%s %s: %v", r.Method, r.Header, err)
		}
		bodies <- string(body)
	}))
	defer receiver.Close()
	u, err := webhooks.ParseURL(receiver.URL)
	if err != nil {
		t.Fatal(err)
	}
	store := servertest.SQLite(t)
	sender, err := webhooks.Start(t.Context(), webhooks.Config{Store: store, URL: u, Secret: []byte("x"), Interval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close(t.Context())
	s := servertest.Start(t, servertest.Options{Store: sender.Watch(store)})
	page := s.Call(http.MethodGet, "/openapi.json", "").Fields
	examples := at(t, page, "webhooks", "event", "post", "requestBody", "content", "application/json", "examples")
	for _, step := range []struct{ event, method, path, body string }{
		{"created", http.MethodPost, "", `{"id":"handbook"}`},
		{"changed", http.MethodPost, "/handbook/changes", `{"rev":0,"op":[{"insert":"a"}]}`},
		{"version", http.MethodPost, "/handbook/versions", `{"name":"for review"}`},
		{"deleted", http.MethodDelete, "/handbook", ""},
	} {
		if a := s.Call(step.method, "/v1/documents"+step.path, step.body); a.Status >= 300 {
			t.Fatalf("%s: %d %s", step.event, a.Status, a.Body)
		}
		answersLike(t, step.event, <-bodies, at(t, examples, step.event)["value"])
		delete(examples, step.event)
	}
	if len(examples) > 0 {
		t.Errorf("of these there is no event: %v", examples)
	}
}
