package docs_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/trace"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
)

// BenchmarkArchive reads the past of the longest recorded history over REST,
// where the recordings are at hand: 259,778 changes. Each figure is of 100
// calls:
//
//	go test ./docs -run '^$' -bench Archive -benchtime 1x
func BenchmarkArchive(b *testing.B) {
	history := longestHistory(b)
	if history == nil {
		return
	}
	for name, open := range map[string]func(testing.TB) storage.Store{
		"sqlite": servertest.SQLite,
		"postgres": func(t testing.TB) storage.Store {
			store, err := postgres.Open(t.Context(), pgtest.URL(t), postgres.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = store.Close() })
			return store
		},
	} {
		b.Run(name, func(b *testing.B) {
			store := open(b)
			start := time.Now()
			snapshots := docs.StoreTrace(b, store, history)
			b.Logf("stored in %v; snapshots: %v", time.Since(start).Round(time.Second), snapshots)
			measureArchive(b, servertest.Start(b, servertest.Options{Store: store}))
		})
	}
}

// longestHistory returns the longest recording, nil where the recordings are
// not at hand.
func longestHistory(b *testing.B) *trace.Trace {
	b.Helper()
	path := filepath.Join("..", "..", "shared", "conformance", "traces", "automerge-paper.json.gz")
	if _, err := os.Stat(path); err != nil {
		b.Logf("no recordings: %v", err)
		return nil
	}
	history, err := trace.Load(path)
	if err != nil {
		b.Fatal(err)
	}
	return history
}

func measureArchive(b *testing.B, s *servertest.Server) {
	document := s.Call(http.MethodGet, "/v1/documents/doc", "")
	head := document.Int("rev")
	created, updated := moment(b, document.String("created")), moment(b, document.String("updated"))
	random := rand.New(rand.NewPCG(1, 2))
	anywhere := func() int { return random.IntN(head + 1) }
	early, late := head/20, head-head/20
	last := lastPage(b, s)
	get := func(format string, args ...any) func() servertest.Request {
		return func() servertest.Request {
			return servertest.Request{Method: http.MethodGet, Path: "/v1/documents/doc" + fmt.Sprintf(format, args...)}
		}
	}
	for _, m := range []struct {
		name string
		call func() servertest.Request
	}{
		{"content", func() servertest.Request { return get("/content?rev=%d", anywhere())() }},
		{"content-html", func() servertest.Request { return get("/content?format=html&rev=%d", anywhere())() }},
		{"content-at", func() servertest.Request {
			at := created.Add(time.Duration(random.Int64N(int64(updated.Sub(created)))))
			return get("/content?at=%s", at.Format(time.RFC3339Nano))()
		}},
		{"history-first-page", get("/history")},
		{"history-last-page", get("/history?after=%d", last)},
		{"changes-last-page", get("/changes?after=%d", head-100)},
		{"authorship", func() servertest.Request { return get("/authorship?rev=%d", anywhere())() }},
		{"authorship-head", get("/authorship")},
		{"diff", func() servertest.Request { return get("/diff?from=%d&to=%d", anywhere(), anywhere())() }},
		{"diff-far", get("/diff?from=%d&to=%d", early, late)},
		{"diff-far-back", get("/diff?from=%d&to=%d", late, early)},
		{"diff-far-html", get("/diff?format=html&from=%d&to=%d", early, late)},
		{"restore", func() servertest.Request {
			return servertest.Request{Method: http.MethodPost, Path: "/v1/documents/doc/restore", Body: fmt.Sprintf(`{"rev":%d}`, anywhere())}
		}},
	} {
		b.Run(m.name, func(b *testing.B) { measure(b, s, m.call) })
	}
}

// measure makes 100 calls or more, one after the other. Beside the times it
// reports what each took of the CPU, here and in the server, which is the same
// process: on a machine where others work that is the steadier figure.
func measure(b *testing.B, s *servertest.Server, call func() servertest.Request) {
	var took []time.Duration
	size := int64(0)
	used := processTime(b)
	for range max(b.N, 100) {
		request := call()
		start := time.Now()
		size += exchange(b, s, request)
		took = append(took, time.Since(start))
	}
	used = processTime(b) - used
	slices.Sort(took)
	at := func(p int) float64 { return float64(took[len(took)*p/100].Microseconds()) / 1000 }
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(99), "p99-ms")
	b.ReportMetric(float64(used.Microseconds())/1000/float64(len(took)), "cpu-ms/call")
	b.ReportMetric(float64(size)/float64(len(took))/1024, "KB/call")
	b.ReportMetric(0, "ns/op") // it is of all calls together
}

// exchange makes a call and returns the size of the answer, in bytes.
func exchange(b *testing.B, s *servertest.Server, r servertest.Request) int64 {
	req, err := http.NewRequestWithContext(b.Context(), r.Method, s.URL+r.Path, strings.NewReader(r.Body))
	if err != nil {
		b.Fatal(err)
	}
	if r.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s, %v", r.Path, answer.Status, err)
	}
	return n
}

// processTime is what this process has used of the CPU.
func processTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// lastPage finds where the last 100 runs of editing begin.
func lastPage(b *testing.B, s *servertest.Server) int {
	var ends []int
	for after := 0; after >= 0; {
		page := s.Call(http.MethodGet, fmt.Sprintf("/v1/documents/doc/history?limit=1000&after=%d", after), "")
		for _, run := range page.List(b, "history") {
			ends = append(ends, run.Int("to"))
		}
		after = page.Int("next")
	}
	b.Logf("%d runs of editing", len(ends))
	return ends[max(0, len(ends)-101)]
}

func moment(b *testing.B, text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		b.Fatal(err)
	}
	return at
}
