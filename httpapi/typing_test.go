package httpapi_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/ot/ottest"
)

// Old contents are restored while eight clients type: each restore gives, at
// its revision, the old content exactly, everyone ends up with the same, and
// nobody computes a change differently than the server.
func TestRestoreWhileOthersType(t *testing.T) {
	onBothStores(t, servertest.Options{}, func(t *testing.T, s *servertest.Server) {
		s.Create("d", "rich-text", `[{"insert":"begin\n"}]`)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		t.Cleanup(cancel)
		var typists []*typist
		for i := range 8 {
			typists = append(typists, newTypist(t, ctx, s, uint64(i)))
		}
		var typing errgroup.Group
		for _, p := range typists {
			typing.Go(func() error { return p.walk(ctx, 120) })
		}
		restored := restoreAll(t, s, 25)
		if err := typing.Wait(); err != nil {
			t.Fatal(err)
		}
		final := s.Content("d")
		head := get(s, "").Int("rev")
		for _, p := range typists {
			p.check(t, ctx, head, final)
		}
		for rev, target := range restored {
			old, now := get(s, "/content?rev="+strconv.Itoa(target)).Body, get(s, "/content?rev="+strconv.Itoa(rev)).Body
			if old != now {
				t.Errorf("revision %d restores %d: %s, want %s", rev, target, now, old)
			}
		}
		if len(restored) < 5 {
			t.Fatalf("%d restores: the test sees little", len(restored))
		}
	})
}

// restoreAll restores old revisions one after the other, and returns which by
// where.
func restoreAll(t *testing.T, s *servertest.Server, n int) map[int]int {
	restored := make(map[int]int)
	random := ottest.Rand(1)
	seq := 1
	for range n {
		target := random.IntN(get(s, "").Int("rev") + 1)
		body := fmt.Sprintf(`{"rev":%d,"client":"3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01","seq":%d}`, target, seq)
		a := s.Call(http.MethodPost, "/v1/documents/d/restore", body)
		answers(t, a, http.StatusOK, "")
		if strings.Contains(a.Body, `"appended":true`) {
			seq++
		}
		if !getRepair(s, target) {
			restored[a.Int("rev")] = target
		}
	}
	return restored
}

// getRepair tells whether a revision is the first of the two of P8.
func getRepair(s *servertest.Server, rev int) bool {
	return !strings.HasSuffix(get(s, "/content?rev="+strconv.Itoa(rev)).Body, `\n"}]`)
}

// typist is a client that types at random.
type typist struct {
	client *client.Client
	doc    *client.Document
	random *rand.Rand
	wrong  error
}

func newTypist(t *testing.T, ctx context.Context, s *servertest.Server, seed uint64) *typist {
	t.Helper()
	p := &typist{random: ottest.Rand(seed)}
	p.client = client.New(client.Config{Address: func() string { return s.URL }, Compose: seed%2 == 0, Events: p.event})
	running, stop := context.WithCancel(ctx)
	var g errgroup.Group
	g.Go(func() error { return p.client.Run(running) })
	t.Cleanup(func() {
		stop()
		_ = g.Wait() // it ends because it was stopped
	})
	var err error
	if p.doc, err = p.client.Open(ctx, "d", ot.RichText); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *typist) event(_ string, e client.Event) {
	switch e.(type) {
	case client.Mispredicted, client.Refused, client.Rebased, client.Drafted:
		p.wrong = fmt.Errorf("%T %+v", e, e)
	}
}

func (p *typist) walk(ctx context.Context, edits int) error {
	for range edits {
		if err := p.doc.Wait(ctx, func(s *client.State) bool { return s.Unacknowledged() < 3 }); err != nil {
			return err
		}
		err := p.doc.Do(func(s *client.State) error { return s.Edit(ottest.Op(p.random, ot.RichText, s.View(), 2)) })
		if err != nil {
			return err
		}
	}
	return p.doc.Sync(ctx)
}

func (p *typist) check(t *testing.T, ctx context.Context, head int, content string) {
	t.Helper()
	if err := p.doc.Wait(ctx, func(s *client.State) bool { return s.Rev() >= int64(head) }); err != nil {
		t.Fatal(err)
	}
	err := p.doc.Do(func(s *client.State) error {
		if got := appendContent(s.View()); got != content {
			return fmt.Errorf("a client sees %s, the content is %s", got, content)
		}
		return p.wrong
	})
	if err != nil {
		t.Error(err)
	}
}

func appendContent(d ot.Document) string { return string(otjson.Append(nil, d.Content())) }
