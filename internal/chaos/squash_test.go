package chaos

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
	"github.com/coscribe/coscribe/storage/sqlite"
	"github.com/coscribe/coscribe/wire"
)

// P1, P3: servers that are killed while they squash, or squash one database
// together, leave each document as it was: the same content at what is still
// kept, every op still known. Erasing the document erases all of it.
func TestKillWhileSquashing(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "test.db")
		s, err := sqlite.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		h := longHistory(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		killSquashing(t, h, "sqlite:"+path, 1)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		database := pgtest.URL(t)
		s, err := postgres.Open(t.Context(), database, postgres.Options{})
		killSquashing(t, longHistory(t, opened(t, s, err)), database, 2)
	})
}

// past is a document's history before anything is squashed.
type past struct {
	storage.Document
	changes  []storage.Change
	contents []string // by revision
}

// longHistory writes a text that two people take turns in.
func longHistory(t *testing.T, s storage.Store) *past {
	t.Helper()
	const n, batch = 6000, 1000
	hub := docs.NewHub(docs.Config{Store: s, Limits: wire.Limits{Document: 1 << 20}})
	d, err := hub.Create(t.Context(), docs.NewDocument{ID: "doc", Type: ot.Text.String()})
	hub.Close(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h := &past{Document: d, contents: []string{""}}
	random := rand.New(rand.NewPCG(1, 1))
	clients := []uuid.UUID{uuid.New(), uuid.New()}
	seqs := make([]int64, len(clients))
	writer, text := 0, ""
	for i := range int64(n) {
		if random.IntN(10) == 0 {
			writer = random.IntN(len(clients))
		}
		seqs[writer]++
		where, letter := random.IntN(len(text)+1), string(rune('a'+random.IntN(26)))
		op := ot.Delta{ot.Retain(where, nil), ot.Insert(letter, nil)}
		if len(text) > 200 {
			where = random.IntN(200)
			op = ot.Delta{ot.Retain(where, nil), ot.Delete(1)}
			text = text[:where] + text[where+1:]
		} else {
			text = text[:where] + letter + text[where:]
		}
		h.contents = append(h.contents, text)
		h.changes = append(h.changes, storage.Change{
			Base: i, Rev: i + 1, Client: clients[writer], Seq: seqs[writer], User: "anonymous", At: d.Created,
			Format: storage.FormatJSON, Op: otjson.Append(nil, op.Normalize()),
		})
		if writer == 1 {
			h.changes[i].User = "bob"
		}
	}
	for base := int64(0); base < n; base += batch {
		got, err := s.Commit(t.Context(), []storage.Batch{{
			Key: d.Key, Base: base, Changes: h.changes[base : base+batch], Length: int64(len(h.contents[base+batch])),
		}})
		if err != nil || got[0] != (storage.Outcome{}) {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	return h
}

// killSquashing kills servers that do nothing but squash, and waits until
// those that come after them are done.
func killSquashing(t *testing.T, h *past, database string, servers int) {
	ctx := t.Context()
	var all []*victim
	for range servers {
		all = append(all, startVictim(t, database, "--retain", "1s"))
	}
	store, err := look(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	// Someone comes, which makes a snapshot: nothing is squashed beyond one.
	rest := client.REST{Address: all[0].address}
	if _, err := rest.Submit(ctx, "doc", int64(len(h.changes)), ot.Delta{}); err != nil {
		t.Fatal(err)
	}
	until(ctx, t, func() bool {
		s, err := store.Snapshot(ctx, h.Key, math.MaxInt64)
		return err == nil && s.Rev > 0
	})
	for range *rounds {
		for _, v := range all {
			time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond) // anywhere in its work
			v.restart()
		}
	}
	until(ctx, t, func() bool {
		aged, err := store.Aged(ctx, 0, 1000, time.Now(), 1)
		return err == nil && len(aged) == 0
	})
	h.check(ctx, t, store, rest)
	all[0].verify(t, "--doc", "doc")
	if err := rest.Delete(ctx, "doc"); err != nil {
		t.Fatal(err)
	}
	changes, err := store.Changes(ctx, h.Key, 0, 1)
	if err != nil || len(changes) > 0 {
		t.Errorf("left after the deletion: %v, %v", changes, err)
	}
	if _, err := store.Client(ctx, h.Key, h.changes[0].Client); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("a client is left after the deletion: %v", err)
	}
}

// until asks again and again: processes give no other sign.
func until(ctx context.Context, t *testing.T, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal(ctx.Err())
		}
	}
}

func (h *past) check(ctx context.Context, t *testing.T, store storage.Store, rest client.REST) {
	t.Helper()
	now, err := store.Changes(ctx, h.Key, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("of %d changes %d are left", len(h.changes), len(now))
	if len(now) > len(h.changes)/2 {
		t.Errorf("%d changes are left", len(now))
	}
	rev, ends, doc := int64(0), make(map[int64]int64), ot.Text.Initial()
	for _, c := range now {
		op, err := otjson.Decode(c.Op)
		if err == nil {
			doc, err = doc.Apply(op)
		}
		if err != nil || c.Base != rev {
			t.Fatalf("P1: change %d stands on %d, not on %d: %v", c.Rev, c.Base, rev, err)
		}
		if c.Rev < int64(len(h.contents)) && doc.Text() != h.contents[c.Rev] {
			t.Fatalf("P1: revision %d is %q, was %q", c.Rev, doc.Text(), h.contents[c.Rev])
		}
		for rev < c.Rev {
			rev++
			ends[rev] = c.Rev
		}
	}
	for i, c := range h.changes {
		if i%7 != 0 {
			continue
		}
		got, err := store.Submission(ctx, h.Key, c.Client, c.Seq)
		if want := (storage.Submission{User: c.User, Seq: c.Seq, Rev: ends[c.Rev]}); err != nil || got != want {
			t.Fatalf("P3: %+v, %v, not %+v", got, err, want)
		}
	}
	h.checkREST(ctx, t, rest, now)
}

// checkREST asks for a revision that is kept and for one inside a run.
func (h *past) checkREST(ctx context.Context, t *testing.T, rest client.REST, now []storage.Change) {
	t.Helper()
	for _, c := range now {
		if c.Base == c.Rev-1 {
			continue
		}
		content, _, err := rest.Content(ctx, "doc", c.Rev)
		if err != nil || !content.Equal(ot.Delta{ot.Insert(h.contents[c.Rev], nil)}) {
			t.Errorf("revision %d: %v, %v", c.Rev, content, err)
		}
		url := fmt.Sprintf("%s/v1/documents/doc/content?rev=%d", rest.Address(), c.Rev-1)
		answer, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusGone {
			t.Errorf("a revision inside a run: %s", answer.Status)
		}
		return
	}
}
