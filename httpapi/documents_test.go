package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/internal/servertest"
)

func start(t *testing.T, o servertest.Options) *servertest.Server {
	t.Helper()
	t.Parallel()
	return servertest.Start(t, o)
}

// answers checks a status and, where it is an error, the problem.
func answers(t *testing.T, a servertest.Answer, status int, code string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("%d, want %d: %.300s", a.Status, status, a.Body)
		return
	}
	if code == "" {
		return
	}
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("a problem of type %q", got)
	}
	a.Expect(t, fmt.Sprintf(`{"status":%d,"code":"%s","title":"…"}`, status, code))
}

func TestCreate(t *testing.T) {
	s := start(t, servertest.Options{})
	a := s.Call(http.MethodPost, "/v1/documents", `{"id":"d","type":"text","content":[{"insert":"a😀"}]}`)
	answers(t, a, http.StatusCreated, "")
	a.Expect(t, `{"id":"d","type":"text","epoch":"…","rev":0,"length":3,"created":"…","updated":"…"}`)
	answers(t, s.Call(http.MethodPost, "/v1/documents", `{"id":"d"}`), http.StatusConflict, "bad_revision")

	made := s.Call(http.MethodPost, "/v1/documents", `{}`)
	answers(t, made, http.StatusCreated, "")
	made.Expect(t, `{"id":"…","type":"rich-text","rev":0,"length":1}`)
	if content := s.Content(made.Message.String("id")); content != `[{"insert":"\n"}]` {
		t.Errorf("content %s", content)
	}
	s.Create("rich", "rich-text", `[{"insert":"no end"}]`) // P8 from the first
	if content := s.Content("rich"); content != `[{"insert":"no end\n"}]` {
		t.Errorf("content %s", content)
	}
	s.Create("normal", "text", `[{"insert":"a"},{"insert":"b"}]`)
	if content := s.Content("normal"); content != `[{"insert":"ab"}]` {
		t.Errorf("content %s", content)
	}
	for _, body := range []string{`{"type":"spreadsheet"}`, `{"colour":"red"}`, `[]`, `{`, ``, `{"id":7}`} {
		answers(t, s.Call(http.MethodPost, "/v1/documents", body), http.StatusBadRequest, "bad_message")
	}
	for _, id := range []string{".a", "a/b", "ä", strings.Repeat("x", 129)} {
		answers(t, s.Call(http.MethodPost, "/v1/documents", `{"id":"`+id+`"}`), http.StatusBadRequest, "bad_document_id")
	}
	for _, content := range []string{
		`[{"retain":1}]`, `[{"delete":1}]`, `[{"insert":""}]`, `[{"insert":"\ud800"}]`, "[{\"insert\":\"\xff\"}]", `"text"`, `{}`,
		`[{"insert":"x","attributes":{"__proto__":1}}]`, `[{"insert":"x","attributes":{"a":1,"a":2}}]`,
	} {
		answers(t, s.Call(http.MethodPost, "/v1/documents", `{"content":`+content+`}`), http.StatusUnprocessableEntity, "invalid_op")
	}
	a = s.Call(http.MethodPost, "/v1/documents", `{"type":"text","content":[{"insert":{"image":"x"}}]}`)
	answers(t, a, http.StatusUnprocessableEntity, "invalid_op")
}

// C5: lists are there even when empty; next is null at the end.
func TestC5List(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	get := func(query string, docs map[string]string) servertest.Answer {
		t.Helper()
		return s.Do(servertest.Request{Method: http.MethodGet, Path: "/v1/documents" + query, Token: authtest.Token("ann", docs)})
	}
	all := map[string]string{"*": "read"}
	if a := get("", all); a.Body != `{"documents":[],"next":null}`+"\n" {
		t.Errorf("an empty list: %q", a.Body)
	}
	for i := range 7 {
		s.Create(fmt.Sprintf("team-a:%d", i), "text", `[]`)
		s.Create(fmt.Sprintf("team-b:%d", i), "text", `[]`)
	}
	ids := func(a servertest.Answer) string {
		t.Helper()
		answers(t, a, http.StatusOK, "")
		var list []string
		for _, d := range a.List(t, "documents") {
			list = append(list, d.String("id"))
		}
		return strings.Join(list, " ")
	}
	for _, test := range []struct {
		query, want, next string
		docs              map[string]string
	}{
		{"?limit=2", "team-a:0 team-a:1", "team-a:1", all},
		{"?limit=2&after=team-a:1", "team-a:2 team-a:3", "team-a:3", all},
		{"?limit=2&after=team-a:5", "team-a:6 team-b:0", "team-b:0", all},
		{"?prefix=team-b:&limit=7", "team-b:0 team-b:1 team-b:2 team-b:3 team-b:4 team-b:5 team-b:6", "", all},
		{"?prefix=team-b:&limit=3&after=team-b:4", "team-b:5 team-b:6", "", all},
		{"?limit=2", "team-b:0 team-b:1", "team-b:1", map[string]string{"team-b:*": "read"}},
		{"?limit=2", "team-a:3 team-b:5", "", map[string]string{"team-a:3": "read", "team-b:5": "admin"}},
		{"", "", "", map[string]string{"*": "comment"}},
		{"?prefix=none", "", "", all},
	} {
		a := get(test.query, test.docs)
		if got := ids(a); got != test.want || a.Message.String("next") != test.next {
			t.Errorf("%s: %s, next %s", test.query, got, a.JSON("next"))
		}
	}
	for _, query := range []string{"?limit=0", "?limit=1001", "?limit=x", "?color=red"} {
		answers(t, get(query, all), http.StatusBadRequest, "bad_message")
	}
}

func TestContent(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "rich-text", `[{"insert":"a\u0000b"},{"insert":{"image":"x"}},{"insert":"\n"}]`)
	s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":0,"op":[{"insert":"<b>😀"}]}`)
	epoch := s.Call(http.MethodGet, "/v1/documents/d", "").Message.String("epoch")
	get := func(query, accept string) servertest.Answer {
		t.Helper()
		return s.Do(servertest.Request{Method: http.MethodGet, Path: "/v1/documents/d/content" + query, Header: map[string]string{"Accept": accept}})
	}
	const delta, text = `[{"insert":"<b>😀a\u0000b"},{"insert":{"image":"x"}},{"insert":"\n"}]`, "<b>😀a\x00b\n"
	for _, test := range []struct{ query, accept, media, body string }{
		{"", "", "application/json", delta},
		{"", "*/*", "application/json", delta},
		{"?format=delta", "text/plain", "application/json", delta},
		{"?format=text", "", "text/plain; charset=utf-8", text},
		{"", "text/plain", "text/plain; charset=utf-8", text},
		{"?rev=1", "", "application/json", delta},
		{"?rev=0", "", "application/json", `[{"insert":"a\u0000b"},{"insert":{"image":"x"}},{"insert":"\n"}]`},
	} {
		a := get(test.query, test.accept)
		answers(t, a, http.StatusOK, "")
		if a.Body != test.body || a.Header.Get("Content-Type") != test.media || a.Header.Get("Vary") != "Accept" {
			t.Errorf("%s, %s: %q %v", test.query, test.accept, a.Body, a.Header)
		}
		rev := 1
		if test.query == "?rev=0" {
			rev = 0
		}
		if want := fmt.Sprintf(`"%s.%d"`, epoch, rev); a.Header.Get("ETag") != want {
			t.Errorf("%s: ETag %s, want %s", test.query, a.Header.Get("ETag"), want)
		}
	}
	a := s.Do(servertest.Request{
		Method: http.MethodGet, Path: "/v1/documents/d/content", Header: map[string]string{"If-None-Match": `"` + epoch + `.1"`},
	})
	if a.Status != http.StatusNotModified || a.Body != "" {
		t.Errorf("not modified: %d %s", a.Status, a.Body)
	}
	answers(t, get("?rev=2", ""), http.StatusNotFound, "not_found")
	answers(t, get("?format=pdf", ""), http.StatusBadRequest, "bad_message")
	answers(t, s.Call(http.MethodGet, "/v1/documents/none/content", ""), http.StatusNotFound, "not_found")
}

func TestDelete(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[]`)
	a := s.Call(http.MethodDelete, "/v1/documents/d", "")
	if answers(t, a, http.StatusNoContent, ""); a.Body != "" {
		t.Errorf("a body: %s", a.Body)
	}
	for _, path := range []string{"", "/content", "/changes", "/presence"} {
		answers(t, s.Call(http.MethodGet, "/v1/documents/d"+path, ""), http.StatusNotFound, "not_found")
	}
	answers(t, s.Call(http.MethodDelete, "/v1/documents/d", ""), http.StatusNotFound, "not_found")
	answers(t, s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":0,"op":[]}`), http.StatusNotFound, "not_found")
	s.Create("d", "text", `[]`)
}

// S7 over REST.
func TestS7Presence(t *testing.T) {
	s := start(t, servertest.Options{Idle: 1})
	s.Create("d", "text", `[{"insert":"abc"}]`)
	if a := s.Call(http.MethodGet, "/v1/documents/d/presence", ""); a.Body != `{"rev":0,"peers":{}}`+"\n" {
		t.Errorf("nobody: %s", a.Body)
	}
	c := s.Connect()
	c.Open("d")
	c.Send(`{"t":"presence","doc":"d","rev":0,"cursor":[1,2],"state":{"a":1}}`)
	c.Expect(`{"t":"presence"}`)
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	c.Expect(`{"t":"changes"}`)
	a := s.Call(http.MethodGet, "/v1/documents/d/presence", "")
	a.Expect(t, `{"rev":1,"peers":{"`+c.Client+`":{"user":{"id":"anonymous"},"cursor":[2,3],"state":{"a":1}}}}`)
}
