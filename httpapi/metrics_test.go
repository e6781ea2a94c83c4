package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/internal/servertest"
)

// A6: /metrics needs no token; it shows what was called, and how that went.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.Options{Keyed: true})
	s.Create("d", "text", `[{"insert":"x"}]`)
	s.Call(http.MethodGet, "/v1/documents/d", "")
	s.Call(http.MethodGet, "/v1/documents/e", "")
	s.Call(http.MethodGet, "/v1/documents?limit=x", "")
	s.Do(servertest.Request{Method: http.MethodGet, Path: "/v1/documents"})
	a := s.Do(servertest.Request{Method: http.MethodGet, Path: "/metrics"})
	if a.Status != http.StatusOK {
		t.Fatalf("/metrics: %d", a.Status)
	}
	for _, line := range []string{
		`coscribe_http_requests_total{operation="createDocument",status="201"} 1`,
		`coscribe_http_requests_total{operation="getDocument",status="200"} 1`,
		`coscribe_http_requests_total{operation="getDocument",status="404"} 1`,
		`coscribe_http_requests_total{operation="listDocuments",status="400"} 1`,
		`coscribe_http_request_duration_seconds_count{operation="getDocument"} 2`,
		`coscribe_http_turned_away_total{status="401"} 1`,
		`coscribe_rooms 0`,
	} {
		if !strings.Contains(a.Body, line+"\n") {
			t.Errorf("/metrics lacks %s", line)
		}
	}
	if t.Failed() {
		t.Log(a.Body)
	}
}
