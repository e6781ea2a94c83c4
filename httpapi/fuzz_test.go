package httpapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/httpapi"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/wire"
)

// FuzzCall makes calls of which everything is arbitrary: path, query, cursors,
// headers, body. None is a fault of the server, and whoever is refused learns why.
func FuzzCall(f *testing.F) {
	s := servertest.Start(f, servertest.Options{})
	s.Create("d", "rich-text", `[{"insert":"a\n"}]`)
	mux := http.NewServeMux()
	httpapi.Register(mux, httpapi.Config{
		Hub: s.Hub, Sessions: s.Sessions, Verifier: auth.Keyless{}, Limits: wire.Limits{Message: 1 << 16, Document: 1 << 16, Window: 1000},
	})
	for _, seed := range []struct{ method, path, query, headers, body string }{
		{"GET", "/v1/documents", "prefix=d&after=a&limit=7", "", ""},
		{"GET", "/v1/documents/d/content", "rev=0&format=html", "Accept: text/html;q=0.5, */*", ""},
		{"GET", "/v1/documents/d/content", "at=2026-03-01T09:30:00.125Z", `If-None-Match: W/"x", *`, ""},
		{"GET", "/v1/documents/d/content", "version=0198c5a2-7d3e-7c44-9a55-1f2e3d4c5b6a", "", ""},
		{"GET", "/v1/documents/d/changes", "after=-1&limit=1001", "", ""},
		{"GET", "/v1/documents/d/history", "after=9223372036854775807", "", ""},
		{"GET", "/v1/documents/d/diff", "from=0&to=0&format=html", "", ""},
		{"GET", "/v1/documents/d/authorship", "rev=%30", "", ""},
		{"GET", "/v1/documents/d/versions", "after=x", "", ""},
		{"GET", "/v1/documents/..%2Fd", "token=x", "", ""},
		{"POST", "/v1/documents", "", "", `{"type":"text","format":"markdown","content":"# a"}`},
		{"POST", "/v1/documents/d/changes", "", `If-Match: "9b2f6c1e-6a1b-4b0e-8d3c-2f1a5c7e9d04.0"`, `{"rev":0,"op":[{"insert":"x"}]}`},
		{"POST", "/v1/documents/d/versions", "", "Content-Type: application/json; x=y", `{"name":"a","rev":0}`},
		{"POST", "/v1/documents/d/restore", "", "", `{"at":"0001-01-01T00:00:00Z"}`},
		{"DELETE", "/v1/sessions", "user=nobody", "", ""},
		{"DELETE", "/v1/documents/e", "", "Origin: null", ""},
		{"OPTIONS", "/v1/documents", "", "Access-Control-Request-Method: POST", ""},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.headers, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, path, query, headers, body string) {
		u, err := url.ParseRequestURI("http://localhost" + path)
		if err != nil || len(body) > 1<<16 {
			return
		}
		u.RawQuery = query
		r := httptest.NewRequest(http.MethodGet, "http://localhost/", strings.NewReader(body))
		r.Method, r.URL = method, u
		r.Header.Set("Content-Type", "application/json")
		for line := range strings.Lines(headers) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				r.Header.Add(name, strings.TrimSpace(value))
			}
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%s %s: %d %s", method, u, w.Code, w.Body)
		}
		var p struct{ Code, Title string }
		if w.Code >= 400 && w.Header().Get("Content-Type") == "application/problem+json" {
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code == "" || p.Title == "" {
				t.Fatalf("%s %s: %d %s", method, u, w.Code, w.Body)
			}
		} else if w.Code >= 400 && w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
			t.Fatalf("%s %s: %d %s: not a problem: %s", method, u, w.Code, w.Header(), w.Body)
		}
	})
}
