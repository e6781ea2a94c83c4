package docs

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/ot/ottest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
)

// onBothStores runs a test on random histories in each of the two stores.
func onBothStores(t *testing.T, test func(t *testing.T, s storage.Store, random *rand.Rand)) {
	t.Parallel()
	for name, c := range map[string]struct {
		open  func(*testing.T) storage.Store
		seeds uint64
	}{"sqlite": {openSQLite, 4}, "postgres": {openPostgres, 2}} {
		for seed := range c.seeds {
			t.Run(fmt.Sprint(name, "/", seed), func(t *testing.T) {
				t.Parallel()
				test(t, c.open(t), ottest.Rand(seed))
			})
		}
	}
}

func archive(t *testing.T, h *Hub) *Archive {
	t.Helper()
	a, err := h.Archive(t.Context(), "doc")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Content at every revision and at every time is what it was, and what an
// independent model of the changes has.
func TestArchiveContent(t *testing.T) {
	onBothStores(t, func(t *testing.T, s storage.Store, random *rand.Rand) {
		full := writeHistory(t, s, random, 150)
		a := archive(t, newTestHub(t, s))
		model := ottest.ModelOf(ot.RichText.Initial().Content())
		for rev, v := range full.versions {
			if rev > 0 {
				model = model.Apply(decodeOp(full.changes[rev-1].Op))
			}
			full.checkContent(t, a, int64(rev))
			if !ottest.ModelOf(v.doc.Content()).Equal(model) {
				t.Fatalf("revision %d is %v, which the model has not", rev, v.doc.Content())
			}
			for _, at := range []time.Time{v.at, v.at.Add(-time.Millisecond), v.at.Add(time.Millisecond)} {
				full.checkTime(t, a, at)
			}
		}
		full.checkTime(t, a, time.Now())
		for _, m := range []Moment{{Rev: new(a.Rev + 1)}, {At: full.versions[0].at.Add(-time.Millisecond)}, {Version: uuid.New()}} {
			_, err := a.Resolve(t.Context(), m)
			isCode(t, err, wire.NotFound)
		}
	})
}

func (h *fullHistory) checkContent(t *testing.T, a *Archive, rev int64) {
	t.Helper()
	doc, err := a.Content(t.Context(), rev)
	if err != nil {
		t.Fatal(err)
	}
	if want := h.versions[rev].doc.Content(); !doc.Content().Equal(want) {
		t.Fatalf("revision %d is %v, was %v", rev, doc.Content(), want)
	}
}

// checkTime looks for the last revision not later than a time.
func (h *fullHistory) checkTime(t *testing.T, a *Archive, at time.Time) {
	t.Helper()
	want := int64(-1)
	for rev, v := range h.versions {
		if !v.at.After(at) {
			want = int64(rev)
		}
	}
	got, err := a.Resolve(t.Context(), Moment{At: at})
	if want < 0 {
		isCode(t, err, wire.NotFound)
	} else if err != nil || got != want {
		t.Fatalf("at %s the revision is %d, %v, was %d", at, got, err, want)
	}
}

func isCode(t *testing.T, err error, code wire.Code) {
	t.Helper()
	var refusal *wire.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Fatalf("error %v, not %s", err, code)
	}
}

// One op takes each revision to each other one, backwards too.
func TestArchiveDiff(t *testing.T) {
	onBothStores(t, func(t *testing.T, s storage.Store, random *rand.Rand) {
		full := writeHistory(t, s, random, 150)
		a := archive(t, newTestHub(t, s))
		for range 400 {
			full.checkDiff(t, a, random.Int64N(a.Rev+1), random.Int64N(a.Rev+1))
		}
		full.checkDiff(t, a, 0, a.Rev)
		full.checkDiff(t, a, a.Rev, 0)
		full.checkDiff(t, a, 7, 7)
		_, err := a.Diff(t.Context(), 0, a.Rev+1)
		isCode(t, err, wire.NotFound)
	})
}

func (h *fullHistory) checkDiff(t *testing.T, a *Archive, from, to int64) {
	t.Helper()
	op, err := a.Diff(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.versions[from].doc.Apply(op)
	if err != nil {
		t.Fatalf("%d to %d: %v", from, to, err)
	}
	if want := h.versions[to].doc.Content(); !got.Content().Equal(want) {
		t.Fatalf("%d to %d by %v gives %v, not %v", from, to, op, got.Content(), want)
	}
	if !op.Equal(op.Normalize()) {
		t.Fatalf("%d to %d: %v is not in normal form", from, to, op)
	}
	// Nothing is taken away only to be put back: what stays is what every
	// change in between kept.
	low, high := min(from, to), max(from, to)
	kept := h.kept(low, high)
	if stays := h.versions[from].doc.Len() - deletes(op); stays < kept {
		t.Fatalf("%d to %d: %d units stay, could %d: %v", from, to, stays, kept, op)
	}
}

// kept counts the units of one revision that are there at a later one.
func (h *fullHistory) kept(from, to int64) int {
	by := newAuthorship(h.versions[from].doc.Len(), credit{User: "before"})
	for _, c := range h.changes[from:to] {
		op := decodeOp(c.Op)
		by.apply(op, credit{User: "since", Rev: c.Rev})
	}
	n := 0
	for _, r := range by.runs() {
		if r.User == "before" {
			n += r.Length
		}
	}
	return n
}

func deletes(op ot.Delta) (n int) {
	for _, part := range op {
		if part.Kind() == ot.DeleteKind {
			n += part.Len()
		}
	}
	return n
}

// Authorship covers the content, and credits what the changes say.
func TestArchiveAuthorship(t *testing.T) {
	onBothStores(t, func(t *testing.T, s storage.Store, random *rand.Rand) {
		full := writeHistory(t, s, random, 100)
		a := archive(t, newTestHub(t, s))
		by := newAuthorship(full.versions[0].doc.Len(), credit{At: full.versions[0].at})
		for rev := range full.versions {
			if rev > 0 {
				c := full.changes[rev-1]
				by.apply(decodeOp(c.Op), credit{User: c.User, Rev: c.Rev, At: c.At})
			}
			got, err := a.Authorship(t.Context(), int64(rev))
			if err != nil {
				t.Fatal(err)
			}
			if want := by.runs(); !slices.Equal(got, want) {
				t.Fatalf("revision %d is %v, not %v", rev, got, want)
			}
		}
	})
}

// Runs of editing are what a simple reading of the changes says, however they
// are paged, whoever asks first, and after everything old was squashed.
func TestHistory(t *testing.T) {
	onBothStores(t, func(t *testing.T, s storage.Store, random *rand.Rand) {
		full := writeHistory(t, s, random, 200)
		h := newTestHub(t, s)
		full.names = nil
		for range 8 {
			rev := random.Int64N(full.head().rev + 1)
			v, err := h.NameVersion(t.Context(), "doc", NewVersion{Name: "a name", Rev: &rev, User: "ann"})
			if err != nil {
				t.Fatal(err)
			}
			full.names = append(full.names, v.Rev)
		}
		slices.Sort(full.names)
		a := archive(t, h)
		want := full.runs()
		if len(want) < 8 {
			t.Fatalf("only %d runs: the test sees little", len(want))
		}
		full.checkHistory(t, a, want, random)
		if err := h.squashAll(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		full.checkSquashedHistory(t, a, want)
		list, err := a.Versions(t.Context(), uuid.Nil, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range list {
			full.checkContent(t, a, v.Rev)
			if err := a.DeleteVersion(t.Context(), v.ID); err != nil {
				t.Fatal(err)
			}
		}
		full.names = nil
		full.checkSquashedHistory(t, a, full.runs())
	})
}

// runs reads the changes in the plainest way.
func (h *fullHistory) runs() (runs []Run) {
	ends := make(map[int64]bool) // by time alone
	started := h.changes[0].At
	for i, c := range h.changes[1:] {
		if c.At.Sub(h.changes[i].At) >= 2*time.Minute || c.At.Sub(started) >= 10*time.Minute {
			ends[int64(i+1)], started = true, c.At
		}
	}
	for _, c := range h.changes {
		if n := len(runs); n == 0 || ends[c.Rev-1] || slices.Contains(h.names, c.Rev-1) {
			runs = append(runs, Run{From: c.Rev - 1, Started: c.At})
		}
		r := &runs[len(runs)-1]
		r.To, r.Ended = c.Rev, c.At
		if !slices.Contains(r.Users, c.User) {
			r.Users = append(r.Users, c.User)
		}
		for _, part := range decodeOp(c.Op) {
			switch part.Kind() {
			case ot.InsertKind, ot.EmbedKind:
				r.Added += int64(part.Len())
			case ot.DeleteKind:
				r.Removed += int64(part.Len())
			}
		}
	}
	return runs
}

func (h *fullHistory) checkHistory(t *testing.T, a *Archive, want []Run, random *rand.Rand) {
	t.Helper()
	for range 6 {
		var got []Run
		limit := 1 + random.IntN(len(want)+1)
		for after, more := int64(0), true; more; {
			var page []Run
			var err error
			if page, more, err = a.History(t.Context(), after, limit); err != nil {
				t.Fatal(err)
			}
			if len(page) > limit || len(page) == 0 {
				t.Fatalf("a page of %d, limit %d", len(page), limit)
			}
			got = append(got, page...)
			after = page[len(page)-1].To
		}
		sameRuns(t, got, want)
	}
	for _, r := range want { // from the middle of a run
		page, _, err := a.History(t.Context(), r.To-1, 1)
		if err != nil {
			t.Fatal(err)
		}
		sameRuns(t, page, []Run{r})
	}
	if page, more, err := a.History(t.Context(), a.Rev, 5); len(page) > 0 || more || err != nil {
		t.Fatalf("behind the head: %v, %v, %v", page, more, err)
	}
}

// checkSquashedHistory: the boundaries stay; what a divided run adds and
// removes is known as far as its changes are kept.
func (h *fullHistory) checkSquashedHistory(t *testing.T, a *Archive, want []Run) {
	t.Helper()
	got, more, err := a.History(t.Context(), 0, 1000)
	if err != nil || more || len(got) != len(want) {
		t.Fatalf("%d runs, %t, %v, want %d", len(got), more, err, len(want))
	}
	for i, r := range got {
		if r.From != want[i].From || r.To != want[i].To || !r.Ended.Equal(want[i].Ended) {
			t.Fatalf("run %d is %+v, want %+v", i, r, want[i])
		}
		if len(h.names) == 0 {
			sameRuns(t, []Run{r}, want[i:i+1])
		}
	}
}

func sameRuns(t *testing.T, got, want []Run) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("runs are\n%+v\nwant\n%+v", got, want)
	}
}

func decodeOp(data []byte) ot.Delta {
	op, err := otjson.Decode(data)
	if err != nil {
		panic(err)
	}
	return op
}
