package httpapi_test

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/internal/servertest"
)

// The reference at /docs needs no token (A6), tells of every call with its
// example, and takes nothing from anywhere.
func TestReference(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	a := s.Do(servertest.Request{Method: http.MethodGet, Path: "/docs"})
	answers(t, a, http.StatusOK, "")
	text := html.UnescapeString(a.Body)
	page := s.Do(servertest.Request{Method: http.MethodGet, Path: "/openapi.json"}).Fields
	calls := 0
	for path, methods := range at(t, page, "paths") {
		for method, op := range methods.(map[string]any) {
			calls++
			id := op.(map[string]any)["operationId"].(string)
			_, section, ok := strings.Cut(text, `<section id="`+id+`">`)
			section, _, _ = strings.Cut(section, "</section>")
			if !ok || !strings.Contains(section, strings.ToUpper(method)) || !strings.Contains(section, path) ||
				!strings.Contains(section, `curl "$URL/v1/`) || strings.Contains(section, "curl \"$URL"+path) && strings.Contains(path, "{") {
				t.Errorf("%s %s (%s): %s", method, path, id, section)
			}
		}
	}
	if calls < 15 {
		t.Errorf("%d calls", calls)
	}
	for _, want := range []string{`-d '{"rev":0,"op":[{"retain":5},{"insert":"!"}]`, `"event": "deleted"`, "Coscribe-Signature", "peers.*.cursor", "versions[].name"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s", want)
		}
	}
	_, style, _ := strings.Cut(a.Body, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if got := a.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("policy %s, want %s", got, want)
	}
	if found := regexp.MustCompile(`(?i)<script|<link|<img|\b(src|href)="[^#/]|url\(|@import| on\w+=| style=`).FindString(a.Body); found != "" {
		t.Errorf("the page has %s", found)
	}
	answers(t, s.Do(servertest.Request{Method: http.MethodPost, Path: "/docs"}), http.StatusMethodNotAllowed, "")
}
