package httpapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/internal/servertest"
)

// calls is every call about a document, and the right that it takes.
var calls = []struct {
	method, path, body, right string
}{
	{http.MethodGet, "", "", "read"},
	{http.MethodGet, "/content", "", "read"},
	{http.MethodGet, "/changes", "", "read"},
	{http.MethodGet, "/presence", "", "read"},
	{http.MethodGet, "/history", "", "read"},
	{http.MethodGet, "/diff?from=0", "", "read"},
	{http.MethodGet, "/authorship", "", "read"},
	{http.MethodGet, "/versions", "", "read"},
	{http.MethodPost, "/restore", `{"rev":0}`, "write"},
	{http.MethodPost, "/changes", `{"rev":0,"op":[]}`, "write"},
	{http.MethodDelete, "", "", "admin"},
}

// A1: each call takes its right; without read the answer is forbidden whether
// the document is there or not.
func TestA1Rights(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	order := map[string]int{"none": 0, "read": 1, "write": 2, "admin": 3}
	for right, level := range order {
		token := authtest.Token("ann", map[string]string{"d:*": right})
		for _, call := range calls {
			for _, id := range []string{"d:absent", "d:there"} {
				status, code := http.StatusNotFound, "not_found"
				if id == "d:there" {
					s.Call(http.MethodDelete, "/v1/documents/d:there", "")
					s.Create("d:there", "text", `[]`)
					if status, code = http.StatusOK, ""; call.method == http.MethodDelete {
						status = http.StatusNoContent
					}
				}
				if level < order[call.right] {
					status, code = http.StatusForbidden, "forbidden"
				}
				a := s.Do(servertest.Request{Method: call.method, Path: "/v1/documents/" + id + call.path, Body: call.body, Token: token})
				if a.Status != status {
					t.Errorf("%s %s %s with %s:", call.method, id, call.path, right)
				}
				answers(t, a, status, code)
			}
		}
		a := s.Do(servertest.Request{Method: http.MethodPost, Path: "/v1/documents", Body: `{"id":"d:new-` + right + `"}`, Token: token})
		if level >= order["write"] {
			answers(t, a, http.StatusCreated, "")
		} else {
			answers(t, a, http.StatusForbidden, "forbidden")
		}
	}
}

func TestTokens(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	s.Create("d", "text", `[]`)
	good := authtest.Token("ann", map[string]string{"*": "read"})
	expired := authtest.Sign(map[string]any{"sub": "ann", "exp": time.Now().Add(-time.Hour).Unix()})
	for _, test := range []struct {
		header, code string
		status       int
	}{
		{"", "unauthorized", 401}, {"Bearer", "unauthorized", 401}, {"Bearer x.y.z", "unauthorized", 401},
		{"Basic YTpi", "unauthorized", 401}, {good, "unauthorized", 401},
		{"Bearer " + expired, "token_expired", 401}, {"Bearer " + good, "", 200},
	} {
		a := s.Do(servertest.Request{Method: http.MethodGet, Path: "/v1/documents/d", Header: map[string]string{"Authorization": test.header}})
		answers(t, a, test.status, test.code)
		if test.status == 401 && a.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: 401 without a challenge", test.header)
		}
	}
	// A token in a URL is none.
	answers(t, s.Do(servertest.Request{Method: http.MethodGet, Path: "/v1/documents/d?token=" + good}), http.StatusUnauthorized, "unauthorized")
	a := s.Do(servertest.Request{Method: http.MethodGet, Path: "/v1/documents/d?access_token=" + good, Token: good})
	answers(t, a, http.StatusBadRequest, "bad_message")
}

// A4: without a key the Host must be a loopback name and forwarding headers
// are refused, on every path.
func TestA4Keyless(t *testing.T) {
	s := start(t, servertest.Options{})
	for _, path := range []string{"/v1/documents", "/healthz", "/openapi.json"} {
		for _, test := range []struct {
			name, value string
			status      int
		}{
			{"Host", "localhost:1", 200}, {"Host", "[::1]", 200}, {"Host", "evil.example", 403}, {"Host", "10.0.0.1", 403},
			{"Forwarded", "for=1.2.3.4", 403}, {"X-Forwarded-For", "1.2.3.4", 403}, {"X-Forwarded-Whatever", "", 403},
		} {
			a := s.Do(servertest.Request{Method: http.MethodGet, Path: path, Header: map[string]string{test.name: test.value}})
			if a.Status != test.status {
				t.Errorf("%s with %s: %s: %d, want %d", path, test.name, test.value, a.Status, test.status)
			}
		}
	}
}

// A5: cross-origin writes are refused by the list, and bodies that are not
// JSON.
func TestA5(t *testing.T) {
	s := start(t, servertest.Options{Pages: []string{"https://a.example"}})
	for _, test := range []struct {
		origin string
		status int
	}{
		{"https://a.example", 201}, {s.URL, 201}, {"https://b.example", 403}, {"null", 403}, {"http://a.example", 403},
	} {
		a := s.Do(servertest.Request{Method: http.MethodPost, Path: "/v1/documents", Body: `{}`, Header: map[string]string{"Origin": test.origin}})
		if a.Status != test.status {
			t.Errorf("from %s: %d, want %d", test.origin, a.Status, test.status)
		}
	}
	for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/jsonx"} {
		a := s.Do(servertest.Request{Method: http.MethodPost, Path: "/v1/documents", Body: `{}`, Header: map[string]string{"Content-Type": media}})
		answers(t, a, http.StatusUnsupportedMediaType, "bad_message")
	}
	a := s.Do(servertest.Request{Method: http.MethodPost, Path: "/v1/documents", Body: `{}`, Header: map[string]string{"Content-Type": "application/json; charset=utf-8"}})
	answers(t, a, http.StatusCreated, "")
	s.Create("d", "text", `[]`)
	a = s.Do(servertest.Request{Method: http.MethodDelete, Path: "/v1/documents/d", Header: map[string]string{"Origin": "https://b.example"}})
	answers(t, a, http.StatusForbidden, "forbidden")
}

// A6: these need no token.
func TestA6OpenRoutes(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	for _, path := range []string{"/healthz", "/readyz", "/openapi.json"} {
		answers(t, s.Do(servertest.Request{Method: http.MethodGet, Path: path}), http.StatusOK, "")
	}
	api := s.Do(servertest.Request{Method: http.MethodGet, Path: "/openapi.json"})
	api.Expect(t, `{"openapi":"…","paths":{"/v1/documents":{"get":"…","post":"…"},"/v1/documents/{id}":{"get":"…","delete":"…"},
		"/v1/documents/{id}/content":{"get":"…"},"/v1/documents/{id}/changes":{"get":"…","post":"…"},"/v1/documents/{id}/presence":{"get":"…"}}}`)
}

// A1: without read the answer is forbidden whatever else is wrong with a call,
// before anything is looked up.
func TestA1ForbiddenBeforeAnything(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	s.Create("d:there", "text", `[]`)
	token := authtest.Token("eve", map[string]string{"e:*": "admin"})
	look := func(next func() error) error {
		t.Error("something is looked up")
		return next()
	}
	s.Store.On(servertest.Hooks{Document: look, Load: look, Changes: look, Client: look})
	var first string
	for _, id := range []string{"d:there", "d:absent"} {
		for _, call := range calls {
			for _, body := range []string{call.body, `{"rev":"x"}`, `{`} {
				a := s.Do(servertest.Request{Method: call.method, Path: "/v1/documents/" + id + call.path, Body: body, Token: token})
				answers(t, a, http.StatusForbidden, "forbidden")
				if first == "" {
					first = a.Body
				}
				if a.Body != first && call.right == "read" {
					t.Errorf("%s %s is told apart: %s", call.method, id, a.Body)
				}
			}
		}
	}
}

// A body that grows when it is unpacked is not taken.
func TestCompressedBodies(t *testing.T) {
	s := start(t, servertest.Options{})
	for coding, status := range map[string]int{"gzip": 415, "deflate": 415, "br, gzip": 415, "identity": 201} {
		a := s.Do(servertest.Request{
			Method: http.MethodPost, Path: "/v1/documents", Body: `{}`, Header: map[string]string{"Content-Encoding": coding},
		})
		if a.Status != status {
			t.Errorf("%s: %d, want %d", coding, a.Status, status)
		}
	}
}
