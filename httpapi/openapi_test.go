package httpapi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/internal/servertest"
)

// described is what the test reads of the description.
type described struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string
		Parameters  []struct {
			Name, In string
			Example  any
		}
		RequestBody struct {
			Content map[string]struct{ Example any }
		}
		Responses map[string]struct {
			Content map[string]struct{ Example any }
		}
	}
}

// order is how the calls of the description follow each other.
var order = []string{
	"createDocument", "listDocuments", "getDocument", "submitChange", "getContent", "listChanges", "listHistory", "getDiff",
	"getAuthorship", "createVersion", "listVersions", "restore", "getPresence", "deleteVersion", "deleteDocument", "dropSessions",
}

// opaque is what differs each time: times and UUIDs.
var opaque = regexp.MustCompile(`"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"`)

// Every example in the description is carried out, and answered as it says,
// but for ids and times.
func TestExamples(t *testing.T) {
	s := start(t, servertest.Options{})
	answer := s.Call(http.MethodGet, "/openapi.json", "")
	answers(t, answer, http.StatusOK, "")
	var page described
	if err := json.Unmarshal([]byte(answer.Body), &page); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(page.OpenAPI, "3.1") {
		t.Errorf("OpenAPI %s", page.OpenAPI)
	}
	version, carried := "", 0
	for _, id := range order {
		for path, methods := range page.Paths {
			for method, call := range methods {
				if call.OperationID != id {
					continue
				}
				carried++
				query := ""
				for _, p := range call.Parameters {
					switch {
					case p.In == "path" && p.Name == "version":
						path = strings.Replace(path, "{version}", version, 1)
					case p.In == "path":
						path = strings.Replace(path, "{"+p.Name+"}", fmt.Sprint(p.Example), 1)
					case p.Example != nil:
						query += fmt.Sprintf("&%s=%v", p.Name, p.Example)
					}
				}
				body := ""
				if example := call.RequestBody.Content["application/json"].Example; example != nil {
					data, err := json.Marshal(example)
					if err != nil {
						t.Fatal(err)
					}
					body = string(data)
				}
				got := s.Call(strings.ToUpper(method), path+"?"+strings.TrimPrefix(query, "&"), body)
				response, ok := call.Responses[fmt.Sprint(got.Status)]
				if !ok || got.Status >= 300 {
					t.Fatalf("%s %s %s: %d %s", method, path, body, got.Status, got.Body)
				}
				if want := response.Content["application/json"].Example; want != nil {
					answersLike(t, id, got.Body, want)
				}
				if id == "createVersion" {
					version = got.Message.String("id")
				}
			}
		}
	}
	all := 0
	for _, methods := range page.Paths {
		all += len(methods)
	}
	if carried != all {
		t.Errorf("%d of %d calls have an example", carried, all)
	}
}

// answersLike expects a body to be as an example says.
func answersLike(t *testing.T, id, body string, example any) {
	t.Helper()
	text, err := json.Marshal(example)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	err = errors.Join(json.Unmarshal(opaque.ReplaceAll(text, []byte(`"…"`)), &want), json.Unmarshal([]byte(body), &got))
	if err != nil || !servertest.Same(want, got) {
		t.Errorf("%s: %s, %v, want %s", id, body, err, text)
	}
}
