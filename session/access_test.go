package session_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/internal/servertest"
)

// sign makes a token that ends after a while.
func sign(user string, lasts time.Duration, docs map[string]string) string {
	return authtest.Sign(map[string]any{
		"sub": user, "name": "The " + user, "docs": docs,
		"exp": float64(time.Now().Add(lasts).UnixMilli()) / 1000,
	})
}

var (
	writeAll = map[string]string{"*": "write"}
	readAll  = map[string]string{"*": "read"}
	adminAll = map[string]string{"*": "admin"}
)

// C2: a refused token gets error, then close 4401.
func TestC2RefusedToken(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	for _, test := range []struct{ token, code string }{
		{"", "unauthorized"},
		{"x.y.z", "unauthorized"},
		{authtest.Token("ann", writeAll) + "x", "unauthorized"},
		{sign("ann", -time.Hour, writeAll), "token_expired"},
		{sign("", time.Hour, writeAll), "unauthorized"},
	} {
		c := s.Dial(servertest.Dial{})
		c.Send(`{"t":"hello","client":"%s","token":"%s"}`, c.Client, test.token)
		c.Send(`{"t":"open","doc":"d"}`) // answered by nothing
		c.Closed(4401).Expect(t, `{"t":"error","code":"`+test.code+`"}`)
	}
}

// C2: a bad Authorization header is HTTP 401; where both bring a token, hello
// wins.
func TestC2Header(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	bearer := func(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }
	for _, header := range []http.Header{
		bearer("x"), bearer(""), bearer(sign("ann", -time.Hour, writeAll)), {"Authorization": {"Basic YTpi"}},
	} {
		if _, res, err := s.Try(servertest.Dial{Header: header}); res == nil || res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%v: %v, %v", header, res, err)
		}
	}
	c := s.Dial(servertest.Dial{Header: bearer(sign("ann", time.Hour, writeAll))})
	c.Send(`{"t":"hello","client":"%s"}`, c.Client)
	c.Expect(`{"t":"hello","user":{"id":"ann","name":"The ann"},"expires":"…"}`)

	c = s.Dial(servertest.Dial{Header: bearer(sign("ann", time.Hour, writeAll))})
	c.Hello(sign("bob", time.Hour, readAll)).Expect(t, `{"user":{"id":"bob"}}`)
	c.Send(`{"t":"open","doc":"d"}`)
	c.Refused("not_found", "d", 0) // bob may not create

	c = s.Dial(servertest.Dial{Header: bearer(sign("ann", time.Hour, writeAll))})
	c.Send(`{"t":"hello","client":"%s","token":"x"}`, c.Client)
	c.Closed(4401)
}

// C2: tokens never travel in a URL.
func TestC2TokenInURL(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	for _, name := range []string{"token", "access_token"} {
		query := "?" + name + "=" + authtest.Token("ann", writeAll)
		if _, res, err := s.Try(servertest.Dial{Query: query}); res == nil || res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %v, %v", name, res, err)
		}
	}
}

// A1: without read the answer is always forbidden, before anything is looked
// up; not_found is for those who may read.
func TestA1ForbiddenFirst(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	s.Create("team-a:there", "text", `[]`)
	s.Create("team-b:there", "text", `[]`)
	c := s.ConnectAs("ann", map[string]string{"team-a:*": "read"})
	for _, doc := range []string{"team-b:there", "team-b:absent"} {
		for _, frame := range []string{
			`{"t":"open","doc":"%s"}`, `{"t":"open","doc":"%s","rev":0}`, `{"t":"presence","doc":"%s","rev":0}`,
			`{"t":"close","doc":"%s"}`,
		} {
			c.Send(frame, doc)
			c.Refused("forbidden", doc, 0)
		}
		c.Op(doc, 0, 1, `[]`)
		c.Refused("forbidden", doc, 1)
	}
	c.Send(`{"t":"open","doc":"team-a:absent"}`)
	c.Refused("not_found", "team-a:absent", 0)
	c.Open("team-a:there").Expect(t, `{"access":"read"}`)
	c.Op("team-a:there", 0, 1, `[{"insert":"x"}]`)
	c.Refused("forbidden", "team-a:there", 1)
	c.Send(`{"t":"presence","doc":"team-a:there","rev":0,"cursor":[0,0]}`)
	c.Expect(`{"t":"presence"}`)
	if content := s.Content("team-a:there"); content != `[]` {
		t.Errorf("a reader wrote %s", content)
	}
}

func TestA1Access(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	s.Create("d", "text", `[]`)
	for _, right := range []string{"read", "write", "admin"} {
		c := s.ConnectAs("ann", map[string]string{"d": right})
		c.Open("d").Expect(t, `{"access":"`+right+`"}`)
	}
	c := s.ConnectAs("ann", map[string]string{"d": "comment"})
	c.Send(`{"t":"open","doc":"d"}`)
	c.Refused("forbidden", "d", 0)
}

// A3: when a token runs out the session gets token_expired and close 4401.
func TestA3Expiry(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	c := s.Dial(servertest.Dial{})
	c.Hello(sign("ann", 300*time.Millisecond, writeAll)).Expect(t, `{"expires":"…"}`)
	c.Open("d")
	c.Closed(4401).Expect(t, `{"t":"error","code":"token_expired"}`)
}

// A3: auth renews a token; a bad one gets unauthorized and the old one stays.
func TestA3Renewal(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	c := s.Dial(servertest.Dial{})
	c.Hello(sign("ann", 1500*time.Millisecond, writeAll))
	c.Open("d")
	for _, token := range []string{"x", sign("ann", -time.Hour, adminAll), sign("bob", time.Hour, writeAll)} {
		c.Send(`{"t":"auth","token":"%s"}`, token)
		c.Expect(`{"t":"error","code":"unauthorized"}`)
	}
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	c.Expect(`{"t":"changes"}`)
	c.Send(`{"t":"auth","token":"%s"}`, sign("ann", 2500*time.Millisecond, writeAll))
	c.Expect(`{"t":"auth","expires":"…"}`)
	c.Quiet()
	renewed := time.Now()
	c.Closed(4401).Expect(t, `{"t":"error","code":"token_expired"}`)
	if lasted := time.Since(renewed); lasted < 2*time.Second {
		t.Errorf("the old token ended the session, %v after the new one", lasted)
	}
}

// A3: what auth changes is told for each open document, and holds from then on.
func TestA3AccessChanges(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	for _, doc := range []string{"same", "less", "more", "none", "left"} {
		s.Create(doc, "text", `[]`)
	}
	c := s.ConnectAs("ann", map[string]string{
		"same": "write", "less": "write", "more": "read", "none": "read", "left": "write", "gone": "read",
	})
	for _, doc := range []string{"same", "less", "more", "none", "left"} {
		c.Open(doc)
	}
	c.Send(`{"t":"close","doc":"left"}`)
	c.Send(`{"t":"open","doc":"gone"}`)
	c.Refused("not_found", "gone", 0) // so it is not open
	c.Send(`{"t":"auth","token":"%s"}`, authtest.Token("ann", map[string]string{
		"same": "write", "less": "read", "more": "admin", "left": "read", "gone": "write",
	}))
	c.Expect(`{"t":"auth","expires":"…"}`)
	told := map[string]servertest.Message{}
	for range 3 {
		m := c.Next()
		told[m.String("doc")] = m
	}
	c.Quiet()
	for doc, pattern := range map[string]string{
		"less": `{"t":"access","access":"read"}`,
		"more": `{"t":"access","access":"admin"}`,
		"none": `{"t":"closed","code":"forbidden"}`,
	} {
		if m, here := told[doc]; !here || !m.Matches(t, pattern) {
			t.Errorf("%s: told %s, want %s", doc, m.Raw, pattern)
		}
	}
	c.Op("less", 0, 1, `[{"insert":"x"}]`)
	c.Refused("forbidden", "less", 1)
	c.Op("more", 0, 1, `[{"insert":"x"}]`)
	c.Expect(`{"t":"changes","doc":"more"}`)
	c.Send(`{"t":"presence","doc":"none","rev":0,"cursor":[0,0]}`)
	c.Refused("forbidden", "none", 0)
	other := s.Connect()
	other.Open("none")
	other.Op("none", 0, 1, `[{"insert":"secret"}]`)
	other.Expect(`{"t":"changes"}`)
	c.Quiet()
}

// A3: an open that is still under way when the access changes is answered as
// of the new token.
func TestA3AccessChangesWhileOpening(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	for _, doc := range []string{"less", "none"} {
		s.Create(doc, "text", `[{"insert":"secret"}]`)
	}
	gate := servertest.NewGate(t)
	s.Store.On(servertest.Hooks{Load: func(next func() error) error {
		gate.Pass()
		return next()
	}})
	c := s.ConnectAs("ann", writeAll)
	c.Send(`{"t":"open","doc":"less"}`)
	c.Send(`{"t":"open","doc":"none"}`)
	gate.Await()
	gate.Await()
	c.Send(`{"t":"auth","token":"%s"}`, authtest.Token("ann", map[string]string{"less": "read"}))
	c.Expect(`{"t":"auth"}`)
	var last = map[string]servertest.Message{}
	c.Send(`{"t":"ping"}`)
	for m := c.Next(); m.String("t") != "pong"; m = c.Next() {
		last[m.String("doc")] = m
	}
	gate.Open()
	less := c.Next()
	for less.String("doc") == "none" { // however it is told
		last["none"] = less
		less = c.Next()
	}
	less.Expect(t, `{"t":"opened","doc":"less","access":"read"}`)
	c.Op("none", 0, 1, `[]`)
	for {
		m := c.Next()
		if m.Has("content") {
			t.Fatalf("content without a right to it: %s", m.Raw)
		}
		if m.Matches(t, `{"t":"error","code":"forbidden","doc":"none","seq":1}`) {
			break
		}
	}
}

// A5: the Origin of an upgrade is the server's own or a listed one; none at
// all is fine, null is not.
func TestA5Origins(t *testing.T) {
	s := start(t, servertest.Options{Pages: []string{"https://a.example"}})
	any := servertest.Start(t, servertest.Options{Pages: []string{"*"}})
	for _, test := range []struct {
		server *servertest.Server
		origin string
		status int
	}{
		{s, "", 101}, {s, s.URL, 101}, {s, "https://a.example", 101}, {s, "https://A.example", 101},
		{s, "null", 403}, {s, "https://b.example", 403}, {s, "http://a.example", 403}, {s, "https://a.example.evil", 403},
		{s, "https://a.example:444", 403},
		{any, "https://b.example", 101}, {any, "null", 403},
	} {
		header := http.Header{}
		if test.origin != "" {
			header.Set("Origin", test.origin)
		}
		ws, res, err := test.server.Try(servertest.Dial{Header: header})
		if res == nil || res.StatusCode != test.status {
			t.Errorf("%q: %v, %v, want %d", test.origin, res, err, test.status)
		}
		if err == nil {
			_ = ws.Close()
		}
	}
}

// A4: without a key the Host must be a loopback name, and forwarding headers
// are refused.
func TestA4Keyless(t *testing.T) {
	s := start(t, servertest.Options{})
	for _, test := range []struct {
		name, value string
		status      int
	}{
		{"Host", "localhost:8080", 101}, {"Host", "127.0.0.1", 101}, {"Host", "[::1]:80", 101},
		{"Host", "evil.example", 403}, {"Host", "127.0.0.1.evil.example", 403}, {"Host", "192.168.0.1", 403},
		{"Host", "localhost.evil.example", 403},
		{"Forwarded", "for=1.2.3.4", 403}, {"X-Forwarded-For", "1.2.3.4", 403}, {"X-Forwarded-Host", "localhost", 403},
		{"X-Forwarded-Proto", "https", 403}, {"x-forwarded-anything", "", 403},
	} {
		ws, res, err := s.Try(servertest.Dial{Header: http.Header{test.name: {test.value}}})
		if res == nil || res.StatusCode != test.status {
			t.Errorf("%s: %s: %v, %v, want %d", test.name, test.value, res, err, test.status)
		}
		if err == nil {
			_ = ws.Close()
		}
	}
	c := s.Dial(servertest.Dial{})
	if m := c.Hello(""); m.Has("expires") || !m.Matches(t, `{"user":{"id":"anonymous"}}`) {
		t.Errorf("hello: %s", m.Raw)
	}
	c.Open("d").Expect(t, `{"access":"admin"}`)
	c.Send(`{"t":"auth","token":"whatever"}`)
	c.Expect(`{"t":"auth"}`)
}

// A session opens so many documents; those that it could not open, closed, or
// that were deleted do not count.
func TestTooManyDocuments(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true, MaxDocuments: 3})
	for i := range 4 {
		s.Create(fmt.Sprintf("d%d", i), "text", `[]`)
	}
	c := s.ConnectAs("ann", readAll)
	for i := range 5 {
		c.Send(`{"t":"open","doc":"absent%d"}`, i)
		c.Refused("not_found", fmt.Sprintf("absent%d", i), 0)
	}
	for i := range 3 {
		c.Open(fmt.Sprintf("d%d", i))
	}
	c.Send(`{"t":"open","doc":"d3"}`)
	c.Refused("rate_limited", "d3", 0)
	c.Open("d0") // it is open
	c.Send(`{"t":"close","doc":"d1"}`)
	c.Open("d3")
	s.Call(http.MethodDelete, "/v1/documents/d2", "")
	c.Expect(`{"t":"closed","doc":"d2","code":"not_found"}`)
	c.Open("d1")
}
