package auth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coscribe/coscribe/auth"
)

// A4: without a key everyone is the admin anonymous.
func TestKeyless(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "whatever"} {
		who, err := auth.Keyless{}.Verify(token)
		if err != nil || who.ID != "anonymous" || who.Access("x") != auth.Admin {
			t.Errorf("Verify(%q) = %v, %v", token, who, err)
		}
	}
}

// A4: the Host must be a loopback name; Forwarded or X-Forwarded-* headers are
// refused.
func TestLoopbackOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		host, header string
		want         int
	}{
		{"localhost", "", http.StatusOK},
		{"LocalHost:8080", "", http.StatusOK},
		{"127.0.0.1:8080", "", http.StatusOK},
		{"127.1.2.3", "", http.StatusOK},
		{"[::1]:8080", "", http.StatusOK},
		{"[::1]", "", http.StatusOK},
		{"", "", http.StatusForbidden},
		{"evil.example", "", http.StatusForbidden},
		{"evil.example:8080", "", http.StatusForbidden},
		{"localhost.evil.example", "", http.StatusForbidden},
		{"127.0.0.1.evil.example", "", http.StatusForbidden},
		{"192.168.1.1", "", http.StatusForbidden},
		{"0.0.0.0:8080", "", http.StatusForbidden},
		{"localhost", "forwarded", http.StatusForbidden},
		{"localhost", "X-Forwarded-For", http.StatusForbidden},
		{"localhost", "x-forwarded-proto", http.StatusForbidden},
		{"localhost", "X-Forwarder", http.StatusOK},
	}
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for _, test := range tests {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Host = test.host
		if test.header != "" {
			request.Header.Set(test.header, "x")
		}
		answer := httptest.NewRecorder()
		auth.LoopbackOnly(ok).ServeHTTP(answer, request)
		if answer.Code != test.want {
			t.Errorf("Host %q, header %q: %d, want %d", test.host, test.header, answer.Code, test.want)
		}
	}
}

// A5: the Origin must be the server's own or listed; none at all is fine, null
// is not.
func TestOrigins(t *testing.T) {
	t.Parallel()
	listed := []string{"https://a.example", "https://B.example:8443"}
	tests := []struct {
		list    []string
		origins []string // of the request
		want    bool
	}{
		{nil, nil, true},
		{nil, []string{"https://docs.example"}, true},
		{nil, []string{"HTTPS://Docs.Example"}, true},
		{nil, []string{"https://docs.example:444"}, false},
		{nil, []string{"https://docs.example.evil.example"}, false},
		{nil, []string{"https://evil.example/docs.example"}, false},
		{nil, []string{"docs.example"}, false},
		{nil, []string{""}, false},
		{nil, []string{"null"}, false},
		{nil, []string{"https://docs.example", "https://evil.example"}, false},
		{listed, []string{"https://a.example"}, true},
		{listed, []string{"http://a.example"}, false},
		{listed, []string{"https://b.example:8443"}, true},
		{listed, []string{"https://b.example"}, false},
		{listed, []string{"https://c.example"}, false},
		{listed, []string{"https://docs.example"}, true},
		{[]string{"*"}, []string{"https://c.example"}, true},
		{[]string{"*"}, []string{"null"}, false},
	}
	for _, test := range tests {
		origins, err := auth.ParseOrigins(test.list)
		if err != nil {
			t.Fatal(err)
		}
		request := httptest.NewRequest(http.MethodGet, "/v1/connect", nil)
		request.Host = "docs.example"
		request.Header["Origin"] = test.origins
		if test.origins == nil {
			delete(request.Header, "Origin")
		}
		if got := origins.Allow(request); got != test.want {
			t.Errorf("list %q, Origin %q: %v, want %v", test.list, test.origins, got, test.want)
		}
	}
}

func TestParseOriginsRefuses(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"", "null", "a.example", "https://", "https://a.example/", "https://a.example?x", "https://ann@a.example", "https://a.example#", "https://*.a.example"} {
		if _, err := auth.ParseOrigins([]string{origin}); err == nil {
			t.Errorf("%q is taken", origin)
		}
	}
}
