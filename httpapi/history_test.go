package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
	"github.com/google/uuid"
)

// onBothStores runs a test against a server on each of the two stores.
func onBothStores(t *testing.T, o servertest.Options, test func(*testing.T, *servertest.Server)) {
	t.Helper()
	t.Parallel()
	for name, open := range map[string]func(testing.TB) storage.Store{"sqlite": servertest.SQLite, "postgres": openPostgres} {
		t.Run(name, func(t *testing.T) {
			o.Store = open(t)
			test(t, start(t, o))
		})
	}
}

func openPostgres(t testing.TB) storage.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), pgtest.URL(t), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// edit commits an op on the head, as a user.
func edit(t *testing.T, s *servertest.Server, rev int, user, op string) {
	t.Helper()
	a := s.Do(servertest.Request{
		Method: http.MethodPost, Path: "/v1/documents/d/changes", Body: fmt.Sprintf(`{"rev":%d,"op":%s}`, rev, op),
		Token: authtest.Token(user, map[string]string{"*": "write"}),
	})
	answers(t, a, http.StatusOK, "")
}

func get(s *servertest.Server, path string) servertest.Answer {
	return s.Call(http.MethodGet, "/v1/documents/d"+path, "")
}

func TestContentAtMoments(t *testing.T) {
	onBothStores(t, servertest.Options{}, func(t *testing.T, s *servertest.Server) {
		s.Create("d", "rich-text", `[{"insert":"one\n"}]`)
		edit(t, s, 0, "ann", `[{"insert":"two "}]`)
		named := s.Call(http.MethodPost, "/v1/documents/d/versions", `{"name":"two"}`)
		answers(t, named, http.StatusCreated, "")
		time.Sleep(2 * time.Millisecond) // so that the changes differ in time
		edit(t, s, 1, "ann", `[{"insert":"three "}]`)
		at := get(s, "/changes").List(t, "changes")[0].String("at")
		for query, want := range map[string]string{
			"":                                       `[{"insert":"three two one\n"}]`,
			"?rev=0":                                 `[{"insert":"one\n"}]`,
			"?at=" + at:                              `[{"insert":"two one\n"}]`,
			"?version=" + named.Message.String("id"): `[{"insert":"two one\n"}]`,
			"?at=2999-01-01T00:00:00Z":               `[{"insert":"three two one\n"}]`,
		} {
			if a := get(s, "/content"+query); a.Body != want {
				t.Errorf("%s: %d %s, want %s", query, a.Status, a.Body, want)
			}
		}
		for query, status := range map[string]int{
			"?rev=3": 404, "?at=1999-01-01T00:00:00Z": 404, "?version=" + uuid.NewString(): 404,
			"?rev=-1": 400, "?rev=x": 400, "?at=yesterday": 400, "?version=x": 400, "?rev=0&at=2999-01-01T00:00:00Z": 400,
		} {
			if a := get(s, "/content"+query); a.Status != status {
				t.Errorf("%s: %d %s, want %d", query, a.Status, a.Body, status)
			}
		}
	})
}

func TestContentFormats(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "rich-text", `[{"insert":"a<b"},{"insert":"\n","attributes":{"header":1}}]`)
	for _, c := range []struct{ query, accept, media, want string }{
		{"", "", "application/json", `[{"insert":"a<b"},{"attributes":{"header":1},"insert":"\n"}]`},
		{"?format=text", "", "text/plain; charset=utf-8", "a<b\n"},
		{"?format=html", "text/plain", "text/html; charset=utf-8", "<h1>a&lt;b</h1>"},
		{"?format=markdown", "", "text/markdown; charset=utf-8", "# a\\<b\n"},
		{"", "text/html, application/json;q=0.9", "text/html; charset=utf-8", "<h1>a&lt;b</h1>"},
		{"", "text/html;q=0.1, text/markdown;q=0.2, */*", "text/markdown; charset=utf-8", "# a\\<b\n"},
		{"", "image/png", "application/json", ""},
	} {
		a := s.Do(servertest.Request{Method: http.MethodGet, Path: "/v1/documents/d/content" + c.query, Header: map[string]string{"Accept": c.accept}})
		if a.Header.Get("Content-Type") != c.media || a.Header.Get("Vary") != "Accept" || a.Header.Get("ETag") == "" {
			t.Errorf("%+v: %v", c, a.Header)
		}
		if c.want != "" && c.media != "application/json" && a.Body != c.want {
			t.Errorf("%+v: %s", c, a.Body)
		}
		fresh := s.Do(servertest.Request{Method: http.MethodGet, Path: "/v1/documents/d/content" + c.query,
			Header: map[string]string{"Accept": c.accept, "If-None-Match": `"x", W/` + a.Header.Get("ETag")}})
		if fresh.Status != http.StatusNotModified || fresh.Body != "" {
			t.Errorf("%+v: %d %s", c, fresh.Status, fresh.Body)
		}
	}
	if got := get(s, "/content?format=html").Header.Get("Content-Security-Policy"); got != "sandbox" {
		t.Errorf("policy %q", got)
	}
	answers(t, get(s, "/content?format=pdf"), http.StatusBadRequest, "bad_message")
}

func TestFormatsTooLarge(t *testing.T) {
	s := start(t, servertest.Options{})
	link := `{"link":"https://a.example/` + strings.Repeat("x", 500_000) + `"}`
	s.Create("d", "rich-text", `[{"insert":"`+strings.Repeat(`a\n`, 10_000)+`","attributes":`+link+`},{"insert":"\n"}]`)
	for _, path := range []string{"/content?format=html", "/content?format=markdown", "/diff?from=0&format=html"} {
		answers(t, get(s, path), http.StatusRequestEntityTooLarge, "too_large")
	}
	answers(t, get(s, "/content?format=text"), http.StatusOK, "")
}

func TestCreateInFormats(t *testing.T) {
	s := start(t, servertest.Options{})
	for i, c := range []struct{ format, typ, content, want string }{
		{"text", "text", `"a\r\nb"`, `[{"insert":"a\nb"}]`},
		{"text", "", `"a"`, `[{"insert":"a\n"}]`},
		{"html", "", `"<h1>a</h1><script>x</script>"`, `[{"insert":"a"},{"insert":"\n","attributes":{"header":1}}]`},
		{"markdown", "", `"# a"`, `[{"insert":"a"},{"insert":"\n","attributes":{"header":1}}]`},
		{"markdown", "text", `"# a"`, `[{"insert":"a"}]`},
		{"delta", "", `[{"insert":"a"}]`, `[{"insert":"a\n"}]`},
	} {
		id := fmt.Sprint("d", i)
		body := fmt.Sprintf(`{"id":"%s","type":"%s","format":"%s","content":%s}`, id, c.typ, c.format, c.content)
		answers(t, s.Call(http.MethodPost, "/v1/documents", body), http.StatusCreated, "")
		if got := s.Content(id); !sameJSON(got, c.want) {
			t.Errorf("%s: %s, want %s", body, got, c.want)
		}
	}
	for _, body := range []string{`{"format":"html","content":[]}`, `{"format":"text","content":"\ud800"}`, `{"format":"text","content":7}`} {
		answers(t, s.Call(http.MethodPost, "/v1/documents", body), http.StatusUnprocessableEntity, "invalid_op")
	}
	long := `{"format":"html","content":"` + strings.Repeat("<p>x", 2<<20) + `"}`
	answers(t, s.Call(http.MethodPost, "/v1/documents", long), http.StatusRequestEntityTooLarge, "too_large")
	for _, body := range []string{`{"format":"pdf","content":"a"}`, `{"type":"x","format":"text","content":"a"}`} {
		answers(t, s.Call(http.MethodPost, "/v1/documents", body), http.StatusBadRequest, "bad_message")
	}
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && fmt.Sprint(x) == fmt.Sprint(y)
}

func TestDiffAndAuthorship(t *testing.T) {
	onBothStores(t, servertest.Options{Keyed: true}, func(t *testing.T, s *servertest.Server) {
		s.Create("d", "text", `[{"insert":"abc"}]`)
		edit(t, s, 0, "ann", `[{"retain":1},{"insert":"X"},{"delete":1}]`)
		edit(t, s, 1, "bob", `[{"insert":"Y"}]`)
		get(s, "/diff?from=0&to=2").Expect(t, `{"from":0,"to":2,"op":[{"insert":"Y"},{"retain":1},{"insert":"X"},{"delete":1}]}`)
		get(s, "/diff?from=2&to=0").Expect(t, `{"from":2,"to":0,"op":[{"delete":1},{"retain":1},{"insert":"b"},{"delete":1}]}`)
		get(s, "/diff?from=1").Expect(t, `{"from":1,"to":2,"op":[{"insert":"Y"}]}`)
		if a := get(s, "/diff?from=0&to=2&format=html"); a.Body != `<p><ins>Y</ins>a<ins>X</ins><del>b</del>c</p>` {
			t.Errorf("diff as HTML: %s", a.Body)
		}
		get(s, "/authorship").Expect(t, `{"rev":2,"runs":[{"length":1,"user":"bob","rev":2,"at":"…"},
			{"length":1,"user":"root","rev":0,"at":"…"},{"length":1,"user":"ann","rev":1,"at":"…"},{"length":1,"user":"root","rev":0,"at":"…"}]}`)
		get(s, "/authorship?rev=0").Expect(t, `{"rev":0,"runs":[{"length":3,"user":"root","rev":0,"at":"…"}]}`)
		answers(t, get(s, "/diff?from=0&to=3"), http.StatusNotFound, "not_found")
		answers(t, get(s, "/authorship?rev=3"), http.StatusNotFound, "not_found")
		answers(t, get(s, "/diff"), http.StatusBadRequest, "bad_message")
		edit(t, s, 2, "bob", `[{"insert":"V"},{"retain":1},{"insert":"ZZ"}]`)
		get(s, "/authorship?by=change").Expect(t, `{"rev":3,"runs":[{"length":1,"rev":3},{"length":1,"rev":2},{"length":2,"rev":3},
			{"length":1,"rev":0},{"length":1,"rev":1},{"length":1,"rev":0}]}`)
		at := get(s, "/changes?after=2").List(t, "changes")[0].String("at")
		get(s, "/authorship?by=user").Expect(t, `{"rev":3,"runs":[{"length":4,"user":"bob","rev":3,"at":"`+at+`"},
			{"length":1,"user":"root","rev":0},{"length":1,"user":"ann","rev":1},{"length":1,"user":"root","rev":0}]}`)
		answers(t, get(s, "/authorship?by=line"), http.StatusBadRequest, "bad_message")
		s.Create("empty", "text", `[]`)
		if a := s.Call(http.MethodGet, "/v1/documents/empty/authorship", ""); !strings.Contains(a.Body, `"runs":[]`) { // C5
			t.Errorf("authorship of nothing: %s", a.Body)
		}
	})
}

func TestHistoryAndVersions(t *testing.T) {
	onBothStores(t, servertest.Options{Keyed: true}, func(t *testing.T, s *servertest.Server) {
		s.Create("d", "text", `[]`)
		if a := get(s, "/history"); a.Body != `{"history":[],"next":null}`+"\n" {
			t.Errorf("history of nothing: %s", a.Body)
		}
		for i := range 4 {
			edit(t, s, i, []string{"ann", "bob"}[i%2], `[{"insert":"ab"}]`)
		}
		get(s, "/history").Expect(t, `{"history":[{"from":0,"to":4,"users":["ann","bob"],"started":"…","ended":"…","added":8,"removed":0}],"next":null}`)
		token := authtest.Token("ann", map[string]string{"*": "write"})
		do := func(method, path, body string) servertest.Answer {
			return s.Do(servertest.Request{Method: method, Path: "/v1/documents/d/versions" + path, Body: body, Token: token})
		}
		one := do(http.MethodPost, "", `{"name":"one","rev":1}`)
		one.Expect(t, `{"id":"…","name":"one","rev":1,"user":"ann","at":"…"}`)
		head := do(http.MethodPost, "", `{"name":"head"}`)
		head.Expect(t, `{"rev":4}`)
		list := get(s, "/history?limit=1")
		list.Expect(t, `{"history":[{"from":0,"to":1,"users":["ann"],"added":2}],"next":1}`)
		get(s, "/history?limit=1&after=1").Expect(t, `{"history":[{"from":1,"to":4,"users":["bob","ann"],"added":6}],"next":null}`)
		edit(t, s, 4, "bob", `[{"delete":1}]`) // behind a name a new run begins
		get(s, "/history?after=4").Expect(t, `{"history":[{"from":4,"to":5,"users":["bob"],"added":0,"removed":1}],"next":null}`)

		get(s, "/versions").Expect(t, fmt.Sprintf(`{"versions":[%s,%s],"next":null}`, one.Body, head.Body))
		page := get(s, "/versions?limit=1")
		page.Expect(t, fmt.Sprintf(`{"versions":[%s],"next":"…"}`, one.Body))
		get(s, "/versions?after="+page.Message.String("next")).Expect(t, fmt.Sprintf(`{"versions":[%s],"next":null}`, head.Body))
		for range 2 { // exactly once
			do(http.MethodPost, "", `{"name":"again","client":"3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01","seq":1}`).Expect(t, `{"rev":5}`)
		}
		if n := len(get(s, "/versions").List(t, "versions")); n != 3 {
			t.Errorf("%d versions", n)
		}
		taken := s.Call(http.MethodPost, "/v1/documents/d/versions", `{"name":"again","client":"3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01","seq":1}`)
		answers(t, taken, http.StatusForbidden, "client_taken")
		answers(t, do(http.MethodDelete, "/"+one.Message.String("id"), ""), http.StatusNoContent, "")
		answers(t, do(http.MethodDelete, "/"+one.Message.String("id"), ""), http.StatusNotFound, "not_found")
		answers(t, do(http.MethodDelete, "/x", ""), http.StatusNotFound, "not_found")
		answers(t, do(http.MethodPost, "", `{"name":"x","rev":6}`), http.StatusNotFound, "not_found")
		for _, body := range []string{`{"name":""}`, `{}`, `{"name":"a\u0000"}`, `{"name":"a","seq":1}`, `{"name":"a","rev":-1}`} {
			answers(t, do(http.MethodPost, "", body), http.StatusBadRequest, "bad_message")
		}
	})
}

// P8: naming or restoring the first of the two changes means the second.
func TestP8Moments(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "rich-text", `[{"insert":"a\n"}]`)
	edit(t, s, 0, "ann", `[{"retain":1},{"delete":1}]`)
	edit(t, s, 2, "ann", `[{"insert":"b"}]`)
	s.Call(http.MethodPost, "/v1/documents/d/versions", `{"name":"x","rev":1}`).Expect(t, `{"rev":2}`)
	s.Call(http.MethodPost, "/v1/documents/d/restore", `{"rev":1}`).Expect(t, `{"rev":4}`)
	if got := s.Content("d"); got != `[{"insert":"a\n"}]` {
		t.Errorf("content %s", got)
	}
}

func TestRestore(t *testing.T) {
	onBothStores(t, servertest.Options{Keyed: true}, func(t *testing.T, s *servertest.Server) {
		s.Create("d", "rich-text", `[{"insert":"old","attributes":{"bold":true}},{"insert":"\n"}]`)
		edit(t, s, 0, "ann", `[{"retain":1,"attributes":{"bold":null}},{"delete":2},{"insert":"new"}]`)
		token := authtest.Token("ann", map[string]string{"*": "write"})
		restore := func(body, match string) servertest.Answer {
			return s.Do(servertest.Request{
				Method: http.MethodPost, Path: "/v1/documents/d/restore", Body: body, Token: token, Header: map[string]string{"If-Match": match},
			})
		}
		answers(t, restore(`{"rev":0}`, get(s, "/content?rev=0").Header.Get("ETag")), http.StatusPreconditionFailed, "bad_revision")
		answers(t, restore(`{"rev":0}`, "nonsense"), http.StatusBadRequest, "bad_message")
		first := `{"rev":0,"client":"3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01","seq":1}`
		for range 2 { // exactly once
			restore(first, get(s, "/content?rev=1").Header.Get("ETag")).Expect(t, `{"rev":2}`)
		}
		if got, want := get(s, "/content?rev=2").Body, get(s, "/content?rev=0").Body; got != want {
			t.Errorf("restored %s, want %s", got, want)
		}
		restore(`{"rev":0}`, "*").Expect(t, `{"rev":2}`) // nothing to do
		get(s, "/changes?after=1").Expect(t, `{"changes":[{"rev":2,"user":"ann","client":"…","seq":1}],"next":null}`)
		edit(t, s, 2, "bob", `[{"insert":"x"}]`)
		get(s, "/history").Expect(t, `{"history":[{"from":0,"to":2,"users":["ann"]},{"from":2,"to":3,"users":["bob"]}],"next":null}`)

		version := s.Call(http.MethodPost, "/v1/documents/d/versions", `{"name":"one","rev":1}`)
		restore(`{"version":"`+version.Message.String("id")+`"}`, "").Expect(t, `{"rev":4}`)
		if got, want := s.Content("d"), get(s, "/content?rev=1").Body; got != want {
			t.Errorf("restored %s, want %s", got, want)
		}
		created := get(s, "").Message.String("created")
		restore(`{"at":"`+created+`"}`, "").Expect(t, `{"rev":5}`)
		for _, body := range []string{`{}`, `{"rev":0,"at":"` + created + `"}`, `{"rev":-1}`, `{"rev":0,"seq":1}`, `{"version":"x"}`} {
			answers(t, restore(body, ""), http.StatusBadRequest, "bad_message")
		}
		answers(t, restore(`{"rev":9}`, ""), http.StatusNotFound, "not_found")
	})
}

func TestChangesIfMatch(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[]`)
	tag := get(s, "/content").Header.Get("ETag")
	do := func(match string) servertest.Answer {
		return s.Do(servertest.Request{
			Method: http.MethodPost, Path: "/v1/documents/d/changes", Body: `{"rev":0,"op":[{"insert":"a"}]}`,
			Header: map[string]string{"If-Match": match},
		})
	}
	do(tag).Expect(t, `{"rev":1}`)
	answers(t, do(tag), http.StatusPreconditionFailed, "bad_revision")
	do(`"`+uuid.NewString()+`.7", `+strings.Replace(tag, ".0", ".1", 1)).Expect(t, `{"rev":2}`)
	do("").Expect(t, `{"rev":3}`)
}

// Inside a squashed run nothing can be read, named or restored: 410.
func TestNoLongerKept(t *testing.T) {
	onBothStores(t, servertest.Options{}, func(t *testing.T, s *servertest.Server) {
		s.Create("d", "text", `[]`)
		for i := range 6 {
			edit(t, s, i, "ann", `[{"insert":"a"}]`)
		}
		d, err := s.Store.Document(t.Context(), "d")
		if err != nil {
			t.Fatal(err)
		}
		done, err := s.Store.Squash(t.Context(), d.Key, storage.Squash{To: 5, Runs: []storage.Run{
			{Base: 1, Rev: 5, Format: storage.FormatJSON, Op: []byte(`[{"insert":"aaaa"}]`)},
		}})
		if err != nil || !done {
			t.Fatal(done, err)
		}
		for _, path := range []string{"/content?rev=3", "/changes?after=3", "/diff?from=3&to=6", "/diff?from=6&to=3", "/authorship?rev=3"} {
			answers(t, get(s, path), http.StatusGone, "not_found")
		}
		answers(t, s.Call(http.MethodPost, "/v1/documents/d/versions", `{"name":"x","rev":3}`), http.StatusGone, "not_found")
		answers(t, s.Call(http.MethodPost, "/v1/documents/d/restore", `{"rev":3}`), http.StatusGone, "not_found")
		for rev, want := range map[int]string{0: `[]`, 1: `[{"insert":"a"}]`, 5: `[{"insert":"aaaaa"}]`, 6: `[{"insert":"aaaaaa"}]`} {
			if got := get(s, fmt.Sprint("/content?rev=", rev)).Body; got != want {
				t.Errorf("revision %d is %s, want %s", rev, got, want)
			}
		}
		get(s, "/diff?from=1&to=6").Expect(t, `{"op":[{"insert":"aaaaa"}]}`)
	})
}
