package docs_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

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
