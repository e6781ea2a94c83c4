package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/typing"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/ot"
)

// S6: an older backup is restored under people who work. Whoever comes back
// notices, also when the document has long been further than they had seen, and
// keeps what the server had not got from them. Nobody ends up with a document
// of their own.
func TestRestoredBackup(t *testing.T) {
	for name, database := range map[string]func(*testing.T) backups{"sqlite": sqliteBackups, "postgres": postgresBackups} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			restoreUnderPeople(t, database(t))
		})
	}
}

// backups is a database under a server, which may be put back.
type backups struct {
	*victim
	take    func()
	restore func()
}

// sqliteBackups copies the file while the server is down.
func sqliteBackups(t *testing.T) backups {
	path := filepath.Join(t.TempDir(), "test.db")
	v := startVictim(t, "sqlite:"+path)
	move := func(from, to string) func() {
		return func() {
			v.process.Kill()
			for _, part := range []string{"", "-wal"} {
				data, err := os.ReadFile(from + part)
				if errors.Is(err, os.ErrNotExist) {
					err = os.Remove(to + part)
				} else if err == nil {
					err = os.WriteFile(to+part, data, 0o600)
				}
				if err != nil && !errors.Is(err, os.ErrNotExist) {
					t.Error(err)
				}
			}
			v.start()
		}
	}
	return backups{v, move(path, path+".backup"), move(path+".backup", path)}
}

// postgresBackups copies the database while the server is down, and puts it
// back under a server that lives.
func postgresBackups(t *testing.T) backups {
	cluster, err := pgtest.NewCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	query(t, cluster, "CREATE DATABASE live", nil)
	v := startVictim(t, cluster.URL("live"))
	return backups{v,
		func() {
			v.process.Kill()
			query(t, cluster, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'live'`, func(pgx.Rows) error { return nil })
			query(t, cluster, "CREATE DATABASE backup TEMPLATE live", nil)
			v.start()
		},
		func() {
			query(t, cluster, "DROP DATABASE live WITH (FORCE)", nil)
			query(t, cluster, "ALTER DATABASE backup RENAME TO live", nil)
		},
	}
}

// editor is someone who types into "doc".
type editor struct {
	id     int
	client *client.Client
	doc    *client.Document
	random *rand.Rand
	typed  int

	mu      sync.Mutex
	rebased int
	faults  []client.Event
}

func newEditor(ctx context.Context, t *testing.T, id int, address func() string) *editor {
	t.Helper()
	e := &editor{id: id, random: rand.New(rand.NewPCG(uint64(id), 5))}
	e.client = client.New(client.Config{Address: address, Compose: id%2 == 1, Events: e.saw})
	t.Cleanup(e.client.Close)
	if err := e.client.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	var err error
	if e.doc, err = e.client.Open(ctx, "doc", ot.RichText); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *editor) saw(_ string, event client.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch event.(type) {
	case client.Rebased:
		e.rebased++
	case client.Mispredicted, client.Refused, client.Drafted:
		e.faults = append(e.faults, event)
	}
}

// types makes n edits and returns their tokens.
func (e *editor) types(t *testing.T, n int) (tokens []string) {
	t.Helper()
	for range n {
		token := typing.Token(e.id, e.typed)
		e.typed++
		err := e.doc.Do(func(s *client.State) error {
			return s.Edit(typing.Edit(e.random, s.View(), ot.RichText, token))
		})
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	return tokens
}

// settles comes back, if need be, and waits until everything is acknowledged.
func (e *editor) settles(ctx context.Context) error {
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- e.client.Run(running) }()
	err := e.doc.Sync(ctx)
	if err == nil {
		err = e.client.Ping(ctx)
	}
	stop() // which leaves
	return errors.Join(err, <-ended)
}

func restoreUnderPeople(t *testing.T, b backups) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var all []*editor
	for id := range 4 {
		all = append(all, newEditor(ctx, t, id, b.address))
	}
	const once, atMostOnce = true, false
	tokens := make(map[string]bool)
	types := func(people []*editor, n int, kept bool) {
		for _, e := range people {
			for _, token := range e.types(t, n) {
				tokens[token] = kept
			}
		}
	}
	settle := func(people []*editor) {
		t.Helper()
		var coming errgroup.Group
		for _, e := range people {
			coming.Go(func() error { return e.settles(ctx) })
		}
		if err := coming.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	types(all, 10, once)
	settle(all)
	b.take()
	settle(all)
	types(all, 10, atMostOnce) // acknowledged, and gone with what the backup does not have
	settle(all)
	away, here := all[:2], all[2:]
	types(away, 5, once) // on a base that will be gone
	types(here, 5, once)
	b.restore()
	settle(here)
	for range 20 {
		types(here, 5, once) // past everything that anyone has seen
		settle(here)
	}
	settle(away)
	settle(all) // and what they brought
	checkRestored(ctx, t, b, all, tokens)
}

func checkRestored(ctx context.Context, t *testing.T, b backups, all []*editor, tokens map[string]bool) {
	t.Helper()
	content, head, err := client.REST{Address: b.address}.Content(ctx, "doc", -1)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := ot.NewDocument(content)
	if err != nil {
		t.Fatal(err)
	}
	counts := typing.Count(doc.Text())
	for token, once := range tokens {
		if n := counts[token]; n > 1 || once && n == 0 {
			t.Errorf("P3: %s is there %d times", token, n)
		}
		delete(counts, token)
	}
	for token := range counts {
		t.Errorf("nobody typed %s", token)
	}
	for _, e := range all {
		e.mu.Lock()
		if e.rebased == 0 || len(e.faults) > 0 {
			t.Errorf("S6: client %d noticed %d times; faults: %+v", e.id, e.rebased, e.faults)
		}
		e.mu.Unlock()
		_ = e.doc.Do(func(s *client.State) error {
			if !s.View().Content().Equal(content) {
				t.Errorf("client %d is at %d of %d and has\n%v\nthe server has\n%v", e.id, s.Rev(), head, s.View().Content(), content)
			}
			return nil
		})
	}
	fmt.Printf("%s: %d edits, head %d\n", t.Name(), len(tokens), head)
}
