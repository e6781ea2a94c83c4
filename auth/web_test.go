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
func TestCheckLoopback(t *testing.T) {
	t.Parallel()
	tests := []struct {
		host, header string
		want         bool
	}{
		{"localhost", "", true},
		{"LocalHost:8080", "", true},
		{"127.0.0.1:8080", "", true},
		{"127.1.2.3", "", true},
		{"[::1]:8080", "", true},
		{"[::1]", "", true},
		{"", "", false},
		{"evil.example", "", false},
		{"evil.example:8080", "", false},
		{"localhost.evil.example", "", false},
		{"127.0.0.1.evil.example", "", false},
		{"192.168.1.1", "", false},
		{"0.0.0.0:8080", "", false},
		{"localhost", "forwarded", false},
		{"localhost", "X-Forwarded-For", false},
		{"localhost", "x-forwarded-proto", false},
		{"localhost", "X-Forwarder", true},
	}
	for _, test := range tests {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Host = test.host
		if test.header != "" {
			request.Header.Set(test.header, "x")
		}
		if err := auth.CheckLoopback(request); (err == nil) != test.want {
			t.Errorf("Host %q, header %q: %v", test.host, test.header, err)
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
		{nil, []string{"//docs.example#"}, false},
		{nil, []string{"ftp://docs.example"}, false},
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

// A write has to come from a page that may send it, by its Origin and by what
// the browser says of it.
func TestAllowWrite(t *testing.T) {
	t.Parallel()
	listed, err := auth.ParseOrigins([]string{"https://a.example"})
	if err != nil {
		t.Fatal(err)
	}
	anyone, err := auth.ParseOrigins([]string{"*"})
	if err != nil {
		t.Fatal(err)
	}
	const own = "http://docs.example"
	for _, test := range []struct {
		origins      auth.Origins
		origin, site string
		want         bool
	}{
		{listed, "", "", true}, // no browser
		{listed, own, "", true},
		{listed, own, "same-origin", true},
		{listed, "https://a.example", "cross-site", true},
		{listed, "https://b.example", "cross-site", false},
		{listed, "https://b.example", "", false},
		{listed, "https://b.example", "same-origin", false},
		{listed, own, "cross-site", false}, // the browser knows better
		{listed, own, "same-site", false},
		{listed, "", "cross-site", false},
		{listed, "null", "cross-site", false},
		{listed, "null", "", false},
		{auth.Origins{}, own, "same-origin", true},
		{auth.Origins{}, own, "cross-site", false},
		{auth.Origins{}, "https://a.example", "cross-site", false},
		{anyone, "https://b.example", "cross-site", true},
		{anyone, "null", "cross-site", false},
	} {
		request := httptest.NewRequest(http.MethodPost, own+"/v1/documents", nil)
		for name, value := range map[string]string{"Origin": test.origin, "Sec-Fetch-Site": test.site} {
			if value != "" {
				request.Header.Set(name, value)
			}
		}
		if got := test.origins.AllowWrite(request); got != test.want {
			t.Errorf("from %q, %q: %v", test.origin, test.site, got)
		}
	}
}
