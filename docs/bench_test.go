package docs_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage/sqlite"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// typist is a session that types into one document as fast as its ops come
// back.
type typist struct {
	id   uuid.UUID
	mine []byte // what its own changes hold
	came chan int64
}

func newTypist() *typist {
	id := uuid.New()
	return &typist{id: id, mine: []byte(`"client":"` + id.String()), came: make(chan int64, 16)}
}

func (s *typist) Client() uuid.UUID      { return s.id }
func (s *typist) User() wire.User        { return wire.User{ID: "u"} }
func (s *typist) Close(int, *wire.Error) {}
func (s *typist) Refuse(e *wire.Error)   { s.Send(wire.Refusal(e)) }
func (s *typist) Behind() bool           { return false }

func (s *typist) Access(string) auth.Access { return auth.Write }

func (s *typist) Send(frame *wire.Frame) {
	data := frame.Bytes()
	if bytes.HasPrefix(data, []byte(`{"t":"opened"`)) {
		s.came <- 0
		return
	}
	at := bytes.Index(data, s.mine)
	if at < 0 {
		return
	}
	rev := data[bytes.LastIndex(data[:at], []byte(`{"rev":`))+len(`{"rev":`):]
	n, _ := strconv.ParseInt(string(rev[:bytes.IndexByte(rev, ',')]), 10, 64)
	s.came <- n
}

// BenchmarkRoom measures the way of an op from a session to the store and
// back, without a network: writers in one document, one op in flight each.
func BenchmarkRoom(b *testing.B) {
	for _, writers := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			hub := docs.NewHub(docs.Config{Store: store, Limits: wire.Limits{Document: 10 << 20, Window: 1000}})
			defer hub.Close(context.Background())
			b.ReportAllocs()
			var all sync.WaitGroup
			for w := range writers {
				s := newTypist()
				link := hub.Link(s)
				if err := link.Open(wire.Open{Doc: "d", Type: "text"}); err != nil {
					b.Fatal(err)
				}
				<-s.came
				all.Go(func() {
					rev := int64(0)
					for seq := int64(1); seq <= int64(b.N/writers+1); seq++ {
						op := ot.Delta{ot.Insert(string(rune('a'+w%26)), nil)}
						if err := link.Submit(wire.Op{Doc: "d", Rev: rev, Seq: seq, Op: op}); err != nil {
							panic(err)
						}
						rev = <-s.came
					}
				})
			}
			all.Wait()
		})
	}
}

// BenchmarkRoomAnySize has one writer in each of four rooms, whose documents
// are of 1 KB to 10 MB, and lets them write by turns: an op on its way from a
// session to the store and back. It tells how much longer the slowest takes
// than the fastest, by medians.
func BenchmarkRoomAnySize(b *testing.B) {
	store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	hub := docs.NewHub(docs.Config{Store: store, Limits: wire.Limits{Document: 64 << 20, Window: 1000}})
	defer hub.Close(context.Background())
	sizes := []int{1 << 10, 100 << 10, 1 << 20, 10 << 20}
	took := make([][]time.Duration, len(sizes))
	var links []*docs.Link
	var typists []*typist
	for _, size := range sizes {
		id := fmt.Sprint("doc", size)
		content := ot.Delta{ot.Insert(strings.Repeat("The quick brown fox jumps over the lazy dog. ", size/45+1)+"\n", nil)}
		if _, err := hub.Create(b.Context(), docs.NewDocument{ID: id, Content: content}); err != nil {
			b.Fatal(err)
		}
		s := newTypist()
		link := hub.Link(s)
		if err := link.Open(wire.Open{Doc: id}); err != nil {
			b.Fatal(err)
		}
		<-s.came
		links, typists = append(links, link), append(typists, s)
	}
	seq := int64(0)
	for b.Loop() {
		seq++
		for k, size := range sizes {
			op := ot.Delta{ot.Retain(int(seq*7919%int64(size)), nil), ot.Insert("x", nil)}
			start := time.Now()
			if err := links[k].Submit(wire.Op{Doc: fmt.Sprint("doc", size), Rev: seq - 1, Seq: seq, Op: op}); err != nil {
				b.Fatal(err)
			}
			<-typists[k].came
			took[k] = append(took[k], time.Since(start))
		}
	}
	b.ReportMetric(0, "ns/op") // it would be of all together
	var medians []float64
	for k, size := range sizes {
		slices.Sort(took[k])
		medians = append(medians, float64(took[k][len(took[k])/2].Microseconds()))
		b.ReportMetric(medians[k], fmt.Sprintf("µs-%dKB", size>>10))
	}
	b.ReportMetric(slices.Max(medians)/slices.Min(medians), "slowest/fastest")
}
