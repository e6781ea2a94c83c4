package docs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
)

// written returns a store with a document of several hundred changes by two
// clients, with snapshots on the way, and the server that wrote it.
func written(t *testing.T) (*servertest.Server, storage.Store) {
	t.Helper()
	store := servertest.SQLite(t)
	s := servertest.Start(t, servertest.Options{Store: store})
	people := []*servertest.Conn{s.Connect(), s.Connect()}
	rev := 0
	for i := range 600 {
		c := people[i%2]
		if i < 2 {
			c.Open("d")
		}
		c.Op("d", rev, i/2+1, fmt.Sprintf(`[{"insert":"word %d "}]`, i))
		for _, p := range people[:min(i+1, 2)] {
			p.Changes(1)
		}
		rev++
	}
	return s, store
}

// Whatever a server writes, agrees; also while it is writing.
func TestVerifyAgrees(t *testing.T) {
	t.Parallel()
	s, store := written(t)
	v, err := docs.Verify(t.Context(), store, "d")
	if err != nil || v.Rev != 600 || v.Changes != 600 || v.From != 0 {
		t.Errorf("%+v, %v", v, err)
	}
	s.Close()
	v, err = docs.Verify(t.Context(), store, "d")
	if err != nil || v.Snapshots < 3 { // the first, one on the way, the last
		t.Errorf("after the end: %+v, %v", v, err)
	}
	if _, err := docs.Verify(t.Context(), store, "e"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("of nothing: %v", err)
	}
}

// spoilt is a store that returns something else than what is stored.
type spoilt struct {
	storage.Store

	document func(*storage.Document)
	change   func(*storage.Change)
	snapshot func(*storage.Snapshot)
}

func (s *spoilt) Document(ctx context.Context, id string) (storage.Document, error) {
	d, err := s.Store.Document(ctx, id)
	if s.document != nil {
		s.document(&d)
	}
	return d, err
}

func (s *spoilt) Changes(ctx context.Context, key storage.Key, after int64, limit int) ([]storage.Change, error) {
	list, err := s.Store.Changes(ctx, key, after, limit)
	for i := range list {
		if s.change != nil {
			s.change(&list[i])
		}
	}
	return list, err
}

func (s *spoilt) Snapshot(ctx context.Context, key storage.Key, rev int64) (storage.Snapshot, error) {
	snap, err := s.Store.Snapshot(ctx, key, rev)
	if s.snapshot != nil {
		s.snapshot(&snap)
	}
	return snap, err
}

func TestVerifyFinds(t *testing.T) {
	t.Parallel()
	s, store := written(t)
	s.Close()
	at := func(rev int64, f func(*storage.Change)) func(*storage.Change) {
		return func(c *storage.Change) {
			if c.Rev == rev {
				f(c)
			}
		}
	}
	last := func(f func(*storage.Snapshot)) func(*storage.Snapshot) {
		return func(s *storage.Snapshot) {
			if s.Rev == 600 {
				f(s)
			}
		}
	}
	for _, test := range []struct {
		with spoilt
		want string
	}{
		{spoilt{document: func(d *storage.Document) { d.Rev++ }}, "changes end at revision 600, the head is 601"},
		{spoilt{document: func(d *storage.Document) { d.Length++ }}, "the head says"},
		{spoilt{document: func(d *storage.Document) { d.Updated = d.Created.Add(-1) }}, "the last change is of"},
		{spoilt{change: at(300, func(c *storage.Change) { c.Rev, c.Base = 301, 300 })}, "revision 301 stands on 300, where 299 ends"},
		{spoilt{change: at(300, func(c *storage.Change) { c.Op = []byte("[") })}, "decode revision 300"},
		{spoilt{change: at(300, func(c *storage.Change) { c.Op = []byte(`[{"delete":99999}]`) })}, "apply revision 300"},
		{spoilt{change: at(300, func(c *storage.Change) { c.Op = []byte(`[{"insert":"x"}]`) })}, "another content"},
		{spoilt{change: at(300, func(c *storage.Change) { c.User = "mallory" })}, "another authorship"},
		{spoilt{change: at(300, func(c *storage.Change) { c.Seq++ })}, "whose last one was"},
		{spoilt{change: at(300, func(c *storage.Change) { c.At = c.At.AddDate(-1, 0, 0) })}, "before its predecessor"},
		{spoilt{snapshot: last(func(s *storage.Snapshot) { s.Content = []byte(`[{"insert":"x\n"}]`) })}, "revision 600 has another content"},
		{spoilt{snapshot: last(func(s *storage.Snapshot) { s.Authorship = s.Authorship[:len(s.Authorship)-4] })}, "covers"},
		{spoilt{snapshot: last(func(s *storage.Snapshot) { s.Authorship = nil })}, "authorship cannot be read"},
	} {
		test.with.Store = store
		_, err := docs.Verify(t.Context(), &test.with, "d")
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("found %v, want %q", err, test.want)
		}
	}
}

// Where changes were squashed the replay passes their run as one.
func TestVerifySquashed(t *testing.T) {
	t.Parallel()
	s, store := written(t)
	s.Close()
	d, err := store.Document(t.Context(), "d")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i := 9; i >= 0; i-- { // each was inserted before the others
		fmt.Fprintf(&text, "word %d ", i)
	}
	op, err := otjson.Decode([]byte(fmt.Sprintf(`[{"insert":%q}]`, text.String())))
	if err != nil {
		t.Fatal(err)
	}
	run := storage.Run{Base: 0, Rev: 10, Format: storage.FormatJSON, Op: otjson.Append(nil, op)}
	if ok, err := store.Squash(t.Context(), d.Key, storage.Squash{From: 0, To: 10, Runs: []storage.Run{run}}); !ok || err != nil {
		t.Fatalf("squash: %v, %v", ok, err)
	}
	if v, err := docs.Verify(t.Context(), store, "d"); err != nil || v.Changes != 591 {
		t.Errorf("%+v, %v", v, err)
	}
}
