package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/internal/servertest"
)

// A5: pages that may write may read answers as well, errors among them; a
// browser that asks before a call is told so, without a token.
func TestA5CORS(t *testing.T) {
	listed := start(t, servertest.Options{Keyed: true, Pages: []string{"https://a.example"}})
	anyone := servertest.Start(t, servertest.Options{Keyed: true, Pages: []string{"*"}})
	nobody := servertest.Start(t, servertest.Options{Keyed: true})
	token := authtest.Token("ann", map[string]string{"*": "admin"})
	for _, test := range []struct {
		server *servertest.Server
		origin string
		shared bool
	}{
		{listed, "https://a.example", true}, {listed, listed.URL, true}, {listed, "https://b.example", false},
		{listed, "null", false}, {listed, "http://a.example", false}, {listed, "", false},
		{anyone, "https://b.example", true}, {anyone, "null", false},
		{nobody, "https://a.example", false},
	} {
		header := map[string]string{}
		if test.origin != "" {
			header["Origin"] = test.origin
		}
		want := ""
		if test.shared {
			want = test.origin
		}
		for path, status := range map[string]int{"/v1/documents": http.StatusOK, "/v1/documents/absent": http.StatusNotFound, "/openapi.json": http.StatusOK} {
			for given, status := range map[string]int{token: status, "x": http.StatusUnauthorized} {
				if path == "/openapi.json" {
					status = http.StatusOK
				}
				a := test.server.Do(servertest.Request{Method: http.MethodGet, Path: path, Token: given, Header: header})
				if got := a.Header.Get("Access-Control-Allow-Origin"); a.Status != status || got != want {
					t.Errorf("%s from %q: %d, shared with %q, want %d, %q", path, test.origin, a.Status, got, status, want)
				}
				if a.Header.Get("Access-Control-Allow-Credentials") != "" || len(a.Header.Values("Set-Cookie")) > 0 {
					t.Errorf("%s: there are no cookies: %v", path, a.Header)
				}
			}
		}
		if test.origin == "" {
			continue
		}
		header["Access-Control-Request-Method"] = http.MethodPost
		a := test.server.Do(servertest.Request{Method: http.MethodOptions, Path: "/v1/documents/d/changes", Header: header})
		status := http.StatusForbidden
		if test.shared {
			status = http.StatusNoContent
		}
		if got := a.Header.Get("Access-Control-Allow-Origin"); a.Status != status || got != want {
			t.Errorf("asked by %q: %d, %q", test.origin, a.Status, got)
		}
	}
}

// What a cache keeps depends on who asked, where that matters.
func TestCORSVaries(t *testing.T) {
	s := start(t, servertest.Options{Pages: []string{"https://a.example"}})
	s.Create("d", "text", `[]`)
	for path, want := range map[string]string{"": "Origin", "/content": "Accept, Origin"} {
		a := s.Do(servertest.Request{Method: http.MethodGet, Path: "/v1/documents/d" + path, Header: map[string]string{"Origin": "https://a.example"}})
		if got := a.Header.Get("Vary"); got != want || a.Header.Get("Access-Control-Expose-Headers") != "ETag" {
			t.Errorf("%s: %v", path, a.Header)
		}
	}
}
