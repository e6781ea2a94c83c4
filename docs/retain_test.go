package docs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/ot/ottest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
	"github.com/coscribe/coscribe/storage/sqlite"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

const testWindow = 20

func openSQLite(t *testing.T) storage.Store {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"))
	return opened(t, s, err)
}

func openPostgres(t *testing.T) storage.Store {
	s, err := postgres.Open(t.Context(), pgtest.URL(t), postgres.Options{})
	return opened(t, s, err)
}

func opened(t *testing.T, s storage.Store, err error) storage.Store {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newTestHub(t *testing.T, s storage.Store) *Hub {
	h := NewHub(Config{Store: s, Limits: wire.Limits{Document: 1 << 20, Window: testWindow}})
	t.Cleanup(func() { h.Close(context.Background()) })
	return h
}

// fullHistory is a document's history, as it was before anything was squashed.
type fullHistory struct {
	storage.Document
	versions []version // by revision
	changes  []storage.Change
	names    []int64 // revisions that have one
}

// namer is a store in which some revisions have names.
type namer struct {
	storage.Store
	names []int64
}

func (n namer) Aged(ctx context.Context, after storage.Key, window int64, before time.Time, limit int) ([]storage.Aged, error) {
	all, err := n.Store.Aged(ctx, after, window, before, limit)
	for i := range all {
		all[i].Kept = append(all[i].Kept, n.names...)
		slices.Sort(all[i].Kept)
	}
	return all, err
}

// writers are two users with several clients, and a service without one.
var writers = []struct {
	user   string
	client uuid.UUID
}{{"ann", uuid.New()}, {"ann", uuid.New()}, {"ann", uuid.Nil}, {"bob", uuid.New()}}

// writeHistory makes a document of n random changes or one more, with
// snapshots here and there.
func writeHistory(t *testing.T, s storage.Store, random *rand.Rand, n int) *fullHistory {
	t.Helper()
	h := &fullHistory{}
	at := time.Now().UTC().Truncate(time.Millisecond).Add(-24 * time.Hour)
	epoch := uuid.New()
	first := version{doc: ot.RichText.Initial(), at: at}
	d, err := s.Create(t.Context(), storage.NewDocument{
		ID: "doc", Type: ot.RichText.String(), Epoch: epoch, Created: at, Length: int64(first.doc.Len()),
		Snapshot: storage.Snapshot{
			Format: storage.FormatJSON, Content: otjson.Append(nil, first.doc.Content()),
			Authorship: newAuthorship(first.doc.Len(), credit{At: at}).encode(),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Document, h.versions = d, []version{first}
	seqs := make(map[uuid.UUID]int64)
	writer := 0
	for len(h.changes) < n {
		if random.IntN(6) == 0 {
			writer = random.IntN(len(writers))
		}
		at = at.Add(time.Duration(random.IntN(3000)) * time.Millisecond)
		if random.IntN(25) == 0 {
			at = at.Add(runPause)
		}
		w := writers[writer]
		c := storage.Change{User: w.user, Client: w.client, At: at}
		if w.client != uuid.Nil {
			seqs[w.client]++
			c.Seq = seqs[w.client]
		}
		last := h.versions[len(h.versions)-1]
		h.add(t, c, ottest.Op(random, ot.RichText, last.doc, 2))
		if fix := repair(ot.RichText, h.versions[len(h.versions)-1].doc); fix != nil {
			h.add(t, storage.Change{User: c.User, At: at}, fix)
		}
		if random.IntN(10) == 0 {
			h.names = append(h.names, int64(len(h.changes)))
		}
	}
	h.commit(t, s, random)
	return h
}

func (h *fullHistory) add(t *testing.T, c storage.Change, op ot.Delta) {
	t.Helper()
	last := h.versions[len(h.versions)-1]
	doc, err := last.doc.Apply(op)
	if err != nil {
		t.Fatal(err)
	}
	c.Base, c.Rev, c.Format, c.Op = last.rev, last.rev+1, storage.FormatJSON, otjson.Append(nil, op)
	h.changes = append(h.changes, c)
	h.versions = append(h.versions, version{doc: doc, rev: c.Rev, at: c.At})
}

// commit stores the history, with a snapshot at times and at the end.
func (h *fullHistory) commit(t *testing.T, s storage.Store, random *rand.Rand) {
	t.Helper()
	for base := 0; base < len(h.changes); {
		to := min(base+1+random.IntN(80), len(h.changes))
		v := h.versions[to]
		got, err := s.Commit(t.Context(), []storage.Batch{{
			Key: h.Key, Base: int64(base), Changes: h.changes[base:to], Length: int64(v.doc.Len()),
		}})
		if err != nil || got[0] != (storage.Outcome{}) {
			t.Fatalf("%+v, %v", got, err)
		}
		if _, err := writeSnapshot(t.Context(), s, h.Key, v); err != nil {
			t.Fatal(err)
		}
		base = to
	}
}

func (h *fullHistory) head() version { return h.versions[len(h.versions)-1] }

// Squashing keeps every promise: at each revision that is still kept the
// content is what it was (P1), everyone who comes back gets to the head (S5,
// S6), and nothing is committed twice (P3).
func TestSquashedHistory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		open  func(*testing.T) storage.Store
		seeds uint64
	}{"sqlite": {openSQLite, 4}, "postgres": {openPostgres, 2}} {
		for seed := range c.seeds {
			t.Run(fmt.Sprint(name, "/", seed), func(t *testing.T) {
				t.Parallel()
				squashed(t, c.open(t), ottest.Rand(seed))
			})
		}
	}
}

func squashed(t *testing.T, s storage.Store, random *rand.Rand) {
	full := writeHistory(t, s, random, 200)
	s = namer{s, full.names}
	hubs := []*Hub{newTestHub(t, s), newTestHub(t, s)}
	before := full.versions[100+random.IntN(100)].at
	var all sync.WaitGroup
	for _, h := range hubs { // both at once
		all.Go(func() {
			if err := h.squashAll(t.Context(), before); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	now, err := s.Changes(t.Context(), full.Key, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(now) > 170 {
		t.Fatalf("of %d changes %d are left", len(full.changes), len(now))
	}
	full.checkRuns(t, now, before)
	full.checkContents(t, hubs[0], now)
	full.checkAuthorship(t, s)
	full.checkCredits(t, hubs[0], now)
	if _, err := Verify(t.Context(), s, "doc"); err != nil {
		t.Fatal(err)
	}
	full.checkResumes(t, hubs[1], now)
	full.checkRepeats(t, hubs[0], now)
	_, err = hubs[0].Submit(t.Context(), "doc", Edit{Rev: full.head().rev, Op: ot.Delta{ot.Insert("on", nil)}, User: "bob"})
	if err != nil {
		t.Fatal(err)
	}
}

// checkRuns holds what is left against the rules of what may be squashed.
func (h *fullHistory) checkRuns(t *testing.T, now []storage.Change, before time.Time) {
	t.Helper()
	rev := int64(0)
	for _, c := range now {
		if c.Base != rev {
			t.Fatalf("change %d stands on %d, not on %d", c.Rev, c.Base, rev)
		}
		rev = c.Rev
		if c.Base == c.Rev-1 {
			continue
		}
		parts := h.changes[c.Base:c.Rev]
		first, last := parts[0], parts[len(parts)-1]
		if c.User != last.User || !c.At.Equal(last.At) || c.Client != uuid.Nil || c.Seq != 0 {
			t.Errorf("run %+v ends with %+v", c, last)
		}
		for _, p := range parts {
			if p.User != first.User {
				t.Errorf("run %d to %d is by %s and %s", c.Base, c.Rev, first.User, p.User)
			}
		}
		if c.Rev > h.head().rev-testWindow || !last.At.Before(before) {
			t.Errorf("run to %d of %s is too young", c.Rev, last.At)
		}
		for _, name := range h.names {
			if c.Base < name && name < c.Rev {
				t.Errorf("run %d to %d goes across the version at %d", c.Base, c.Rev, name)
			}
		}
	}
	if rev != h.head().rev {
		t.Fatalf("changes end at %d, not %d", rev, h.head().rev)
	}
	h.checkRepairs(t, now)
}

// P8: the repair is never apart from what it follows.
func (h *fullHistory) checkRepairs(t *testing.T, now []storage.Change) {
	t.Helper()
	for i := 1; i < len(h.changes); i++ {
		if h.versions[i].doc.EndsInNewline() {
			continue
		}
		a, b := holder(now, int64(i)), holder(now, int64(i+1))
		if a.Rev != b.Rev && (a.Base != a.Rev-1 || b.Base != b.Rev-1) {
			t.Errorf("change %d and its repair are in %d to %d and %d to %d", i, a.Base, a.Rev, b.Base, b.Rev)
		}
	}
}

// holder returns the change that took the document past rev-1.
func holder(now []storage.Change, rev int64) storage.Change {
	i, _ := slices.BinarySearchFunc(now, rev, func(c storage.Change, rev int64) int { return int(c.Rev - rev) })
	return now[i]
}

func kept(now []storage.Change, rev int64) bool { return rev == 0 || holder(now, rev).Rev == rev }

func (h *fullHistory) checkContents(t *testing.T, hub *Hub, now []storage.Change) {
	t.Helper()
	for rev, v := range h.versions {
		c, err := hub.Content(t.Context(), "doc", int64(rev))
		if !kept(now, int64(rev)) {
			if !errors.Is(err, ErrNotKept) {
				t.Fatalf("revision %d is not kept, but: %v", rev, err)
			}
			if _, err := hub.Changes(t.Context(), "doc", int64(rev), 1); !errors.Is(err, ErrNotKept) {
				t.Fatalf("changes after %d, which is not kept: %v", rev, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if !c.Body.Content().Equal(v.doc.Content()) {
			t.Fatalf("revision %d is %v, was %v", rev, c.Body.Content(), v.doc.Content())
		}
	}
}

// checkRepeats sends every op again.
func (h *fullHistory) checkRepeats(t *testing.T, hub *Hub, now []storage.Change) {
	t.Helper()
	for _, c := range h.changes {
		if c.Client == uuid.Nil {
			continue
		}
		again := Edit{Rev: h.head().rev, Op: ot.Delta{ot.Insert("twice", nil)}, User: c.User, Client: c.Client, Seq: c.Seq}
		got, err := hub.Submit(t.Context(), "doc", again)
		if err != nil {
			t.Fatal(err)
		}
		run := holder(now, c.Rev)
		if got.Rev != run.Rev || (got.Op == nil) != (run.Base != run.Rev-1) {
			t.Fatalf("seq %d of revision %d is answered with %+v, its run ends at %d", c.Seq, c.Rev, got, run.Rev)
		}
	}
	d, err := hub.Document(t.Context(), "doc")
	if err != nil || d.Rev != h.head().rev {
		t.Fatalf("head %d, %v: a repeat was committed", d.Rev, err)
	}
}

// checkResumes comes back from all over the line, as several clients.
func (h *fullHistory) checkResumes(t *testing.T, hub *Hub, now []storage.Change) {
	t.Helper()
	for n, client := range []uuid.UUID{writers[0].client, writers[3].client, uuid.New()} {
		own, user := int64(0), "eve"
		for _, c := range h.changes {
			if c.Client == client {
				own, user = c.Rev, c.User
			}
		}
		s := &onlooker{id: client, user: user, came: make(chan []byte, 64)}
		link := hub.Link(s)
		for i := n; i < len(h.versions); i += 3 {
			v := h.versions[i]
			err := link.Open(wire.Open{Doc: "doc", Resume: true, Rev: v.rev, Epoch: h.Epoch, At: v.at})
			if err != nil {
				t.Fatal(err)
			}
			h.checkResume(t, v, own, kept(now, v.rev), <-s.came)
		}
		link.Detach()
	}
}

func (h *fullHistory) checkResume(t *testing.T, from version, own int64, kept bool, answer []byte) {
	t.Helper()
	var o struct {
		Rev     int64
		Content json.RawMessage
		Changes []struct {
			From *int64
			Rev  int64
			Op   json.RawMessage
		}
	}
	if err := json.Unmarshal(answer, &o); err != nil {
		t.Fatal(err)
	}
	if o.Rev != h.head().rev {
		t.Fatalf("from %d: %s", from.rev, answer)
	}
	if o.Content != nil {
		if kept && own <= from.rev {
			t.Fatalf("S5: revision %d is kept and nothing of the client's own is behind it, but: %.200s", from.rev, answer)
		}
		doc, err := decodeDocument(o.Content)
		if err != nil || !doc.Content().Equal(h.head().doc.Content()) {
			t.Fatalf("S6: from %d: %.200s, %v", from.rev, answer, err)
		}
		return
	}
	if !kept {
		t.Fatalf("S6: revision %d is not kept, but: %.200s", from.rev, answer)
	}
	doc := from.doc
	for _, c := range o.Changes {
		if c.From != nil && *c.From < own {
			t.Fatalf("S5: the run from %d to %d is not behind the client's own %d", *c.From, c.Rev, own)
		}
		op, err := otjson.Decode(c.Op)
		if err == nil {
			doc, err = doc.Apply(op)
		}
		if err != nil {
			t.Fatalf("from %d: change %d: %v", from.rev, c.Rev, err)
		}
	}
	if !doc.Content().Equal(h.head().doc.Content()) {
		t.Fatalf("from %d: ends with %v", from.rev, doc.Content())
	}
}

// onlooker is a session that keeps what it is sent.
type onlooker struct {
	id     uuid.UUID
	user   string
	came   chan []byte
	behind atomic.Bool
}

func (s *onlooker) Client() uuid.UUID         { return s.id }
func (s *onlooker) User() wire.User           { return wire.User{ID: s.user} }
func (s *onlooker) Access(string) auth.Access { return auth.Write }
func (s *onlooker) Send(f *wire.Frame)        { s.came <- f.Bytes() }
func (s *onlooker) Refuse(e *wire.Error)      { s.Send(wire.Refusal(e)) }
func (s *onlooker) Behind() bool              { return s.behind.Load() }
func (s *onlooker) Close(int, *wire.Error)    {}

// Nothing is squashed above what a session that is behind has been sent: it
// may come back for it.
func TestSquashingWaitsForSessions(t *testing.T) {
	t.Parallel()
	s := openSQLite(t)
	full := writeHistory(t, s, ottest.Rand(1), 300)
	hub := newTestHub(t, s)
	slow := &onlooker{id: uuid.New(), user: "eve", came: make(chan []byte, 64)}
	slow.behind.Store(true)
	base := full.versions[100]
	if err := hub.Link(slow).Open(wire.Open{Doc: "doc", Resume: true, Rev: base.rev, Epoch: full.Epoch, At: base.at}); err != nil {
		t.Fatal(err)
	}
	<-slow.came
	mark := func() int64 {
		t.Helper()
		if err := hub.squashAll(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		all, err := s.Aged(t.Context(), 0, 0, time.Now(), 1)
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0].Mark
	}
	if got := mark(); got < base.rev-1 || got > base.rev {
		t.Fatalf("squashed up to %d, the session has been sent %d", got, base.rev)
	}
	slow.behind.Store(false)
	if got := mark(); got < full.head().rev-testWindow-1 {
		t.Fatalf("squashed up to %d only", got)
	}
}

// announcer is a store that tells when something was squashed.
type announcer struct {
	storage.Store
	moved chan storage.Squash
}

func (a announcer) Squash(ctx context.Context, key storage.Key, q storage.Squash) (bool, error) {
	done, err := a.Store.Squash(ctx, key, q)
	if done {
		a.moved <- q
	}
	return done, err
}

// The job works by itself, at what is old enough.
func TestRetain(t *testing.T) {
	t.Parallel()
	s := announcer{openSQLite(t), make(chan storage.Squash, 16)}
	full := writeHistory(t, s, ottest.Rand(2), 200)
	hub := NewHub(Config{
		Store: s, Retain: time.Since(full.versions[100].at),
		Limits: wire.Limits{Document: 1 << 20, Window: testWindow},
	})
	defer hub.Close(context.Background())
	if q := <-s.moved; q.From != 0 || q.To < 99 || q.To > 110 || len(q.Runs) == 0 {
		t.Fatalf("%+v", q)
	}
}

// The grain of what is left: pauses, long stretches, named revisions, repairs.
func TestRuns(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_000)
	change := func(user string, after time.Duration, op ...ot.Op) step {
		at = at.Add(after)
		return step{Change: storage.Change{User: user, Client: uuid.New(), At: at, Op: []byte("[]")}, op: op}
	}
	newline := func() step {
		s := change("ann", 0, ot.Retain(3, nil), ot.Insert("\n", nil))
		s.Client = uuid.Nil
		return s
	}
	a := func(after time.Duration) step { return change("ann", after, ot.Insert("a", nil)) }
	heavy := a(time.Second)
	heavy.Op = make([]byte, runBytes)
	done := a(time.Second)
	done.alone = true
	for name, c := range map[string]struct {
		steps []step
		kept  []int64
		want  []int64 // bases and revisions of runs
	}{
		"one":              {[]step{a(1)}, nil, nil},
		"several":          {[]step{a(1), a(1), a(1)}, nil, []int64{0, 3}},
		"another user":     {[]step{a(1), a(1), change("bob", 1), a(1), a(1)}, nil, []int64{0, 2, 3, 5}},
		"a pause":          {[]step{a(1), a(1), a(runPause), a(1)}, nil, []int64{0, 2, 2, 4}},
		"a long time":      {[]step{a(1), a(runPause - 1), a(runPause - 1), a(runPause - 1), a(runPause - 1), a(runPause - 1), a(runPause - 1), a(1)}, nil, []int64{0, 6, 6, 8}},
		"a lot":            {[]step{a(1), a(1), heavy, a(1), a(1)}, nil, []int64{0, 2, 3, 5}},
		"a name":           {[]step{a(1), a(1), a(1), a(1)}, []int64{2}, []int64{0, 2, 2, 4}},
		"a name at an end": {[]step{a(1), a(1)}, []int64{0, 2}, []int64{0, 2}},
		"squashed before":  {[]step{a(1), a(1), done, a(1), a(1)}, nil, []int64{0, 2, 3, 5}},
		"a repair":         {[]step{a(1), newline(), change("bob", 1)}, nil, []int64{0, 2}},
		"a named repair":   {[]step{a(1), a(1), newline(), a(1), a(1)}, []int64{3}, []int64{0, 3, 3, 5}},
		"a name before it": {[]step{a(1), a(1), a(1), newline(), a(1), a(1)}, []int64{3}, []int64{0, 2, 4, 6}},
	} {
		for i := range c.steps {
			c.steps[i].Base, c.steps[i].Rev = int64(i), int64(i+1)
		}
		runs, err := runsOf(c.steps, c.kept)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, r := range runs {
			got = append(got, r.Base, r.Rev)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}

// What may be squashed ends before a change whose repair may not be.
func TestRepairsKeepTheirPlace(t *testing.T) {
	t.Parallel()
	steps := make([]step, 4)
	for i := range steps {
		steps[i].Rev, steps[i].Client = int64(i+1), uuid.New()
	}
	steps[2].Client, steps[2].op = uuid.Nil, ot.Delta{ot.Insert("\n", nil)}
	for upto, want := range []int{0, 1, 1, 3, 4} {
		if got := len(old(steps, int64(upto), time.Now())); got != want {
			t.Errorf("up to %d: %d of the steps, not %d", upto, got, want)
		}
	}
}
