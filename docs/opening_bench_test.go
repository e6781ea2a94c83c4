package docs_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
)

// BenchmarkOpening opens the longest recorded history, where the recordings
// are at hand: from the store, from memory, and coming back after 100,000
// changes, which are squashed. No network is in it. The time ends with the last
// byte of the answer.
func BenchmarkOpening(b *testing.B) {
	history := longestHistory(b)
	if history == nil {
		return
	}
	store := servertest.SQLite(b)
	docs.StoreTrace(b, store, history)
	b.Run("cold", func(b *testing.B) {
		reportTimes(b, func() time.Duration {
			hub := openingHub(store)
			defer hub.Close(context.Background())
			link, took := opens(b, hub, wire.Open{Doc: "doc"})
			link.Detach()
			return took
		})
	})
	hub := openingHub(store)
	defer hub.Close(context.Background())
	stays, _ := opens(b, hub, wire.Open{Doc: "doc"})
	defer stays.Detach()
	d, err := hub.Document(b.Context(), "doc")
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range []struct {
		name string
		open wire.Open
	}{
		{"warm", wire.Open{Doc: "doc"}},
		{"after 100,000 changes", wire.Open{Doc: "doc", Resume: true, Rev: d.Rev - 100_000}},
	} {
		b.Run(m.name, func(b *testing.B) {
			reportTimes(b, func() time.Duration {
				link, took := opens(b, hub, m.open)
				link.Detach()
				return took
			})
		})
	}
}

func openingHub(store storage.Store) *docs.Hub {
	return docs.NewHub(docs.Config{Store: store, Limits: wire.Limits{Document: 10 << 20, Window: 1000}})
}

// opens opens a document and tells how long that took.
func opens(b *testing.B, hub *docs.Hub, o wire.Open) (*docs.Link, time.Duration) {
	s := newTypist()
	link := hub.Link(s)
	start := time.Now()
	if err := link.Open(o); err != nil {
		b.Fatal(err)
	}
	<-s.came
	return link, time.Since(start)
}

// reportTimes measures ten times or more.
func reportTimes(b *testing.B, once func() time.Duration) {
	var took []time.Duration
	for range max(b.N, 10) {
		took = append(took, once())
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
	b.ReportMetric(0, "ns/op") // it is of all together
}
