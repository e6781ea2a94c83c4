package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/web"
)

// get asks the handler for a path.
func get(t *testing.T, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	web.Handler().ServeHTTP(w, r)
	response := w.Result()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestPages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path   string
		status int
		holds  string
	}{
		{"/", http.StatusOK, "<h1>Documents</h1>"},
		{"/d/team-a:spec", http.StatusOK, `id="sheet"`},
		{"/d/~@not.an.id", http.StatusOK, `id="sheet"`},
		{"/d/", http.StatusNotFound, "no such page"},
		{"/d/a/b", http.StatusNotFound, "no such page"},
		{"/index.html", http.StatusNotFound, "no such page"},
		{"/dist/index.html", http.StatusNotFound, "no such page"},
		{"/assets/", http.StatusNotFound, "no such page"},
		{"/nowhere", http.StatusNotFound, `href="/"`},
	} {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			response, body := get(t, c.path)
			if response.StatusCode != c.status || !strings.Contains(body, c.holds) {
				t.Errorf("status %d, want %d with %q; body %.200q", response.StatusCode, c.status, c.holds, body)
			}
			if got := response.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
				t.Errorf("Content-Type %q", got)
			}
			if got := response.Header.Get("Cache-Control"); got != "no-cache" {
				t.Errorf("Cache-Control %q: a page must be asked for again", got)
			}
		})
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/d/a", "/nowhere", "/licenses.txt"} {
		response, _ := get(t, path)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self';",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "no-referrer",
		} {
			if got := response.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if got := response.Header.Values("Set-Cookie"); len(got) > 0 {
			t.Errorf("%s sets cookies: %q", path, got)
		}
	}
}

var address = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// The policy forbids what is not of this server or stands in the page; an
// asset's name changes with its content, so it may be kept.
func TestPagesUseOwnAssetsOnly(t *testing.T) {
	t.Parallel()
	types := map[string]string{".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
	for _, path := range []string{"/", "/d/a", "/nowhere"} {
		_, page := get(t, path)
		if strings.Contains(page, "<style") || strings.Contains(page, " style=") || strings.Contains(page, "<script>") {
			t.Errorf("%s has an inline style or script", path)
		}
		assets := 0
		for _, match := range address.FindAllStringSubmatch(page, -1) {
			target := match[1]
			if !strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "#") || strings.HasPrefix(target, "//") {
				t.Errorf("%s refers to %q", path, target)
			}
			if !strings.HasPrefix(target, "/assets/") {
				continue
			}
			assets++
			response, _ := get(t, target)
			want := types[target[strings.LastIndex(target, "."):]]
			if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || want == "" || !strings.HasPrefix(got, want) {
				t.Errorf("%s: status %d, Content-Type %q, want %q", target, response.StatusCode, got, want)
			}
			if got := response.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
				t.Errorf("%s: Cache-Control %q", target, got)
			}
		}
		if assets < 2 {
			t.Errorf("%s refers to %d assets, want a style sheet and an icon at least", path, assets)
		}
	}
}

func TestClientForAScriptTag(t *testing.T) {
	t.Parallel()
	response, body := get(t, "/coscribe.js")
	if got := response.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/javascript") {
		t.Errorf("Content-Type %q", got)
	}
	if got := response.Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("Cache-Control %q: the name stays when the content changes", got)
	}
	if !strings.Contains(body, "bindQuill") {
		t.Errorf("no client in %d bytes", len(body))
	}
}

func TestUnchangedPageIsNotSentAgain(t *testing.T) {
	t.Parallel()
	first, _ := get(t, "/")
	tag := first.Header.Get("ETag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	again, body := get(t, "/", "If-None-Match", tag)
	if again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("status %d with %d bytes, want 304 with none", again.StatusCode, len(body))
	}
}

func TestWritesHaveNoPlaceHere(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	web.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}")))
	if w.Code != http.StatusNotFound {
		t.Errorf("POST / gives %d, want 404", w.Code)
	}
}
