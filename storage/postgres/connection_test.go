package postgres

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/storage"
)

func createDoc(t *testing.T, s *Store, id string) storage.Document {
	t.Helper()
	d, err := s.Create(t.Context(), storage.NewDocument{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// oneChange is the change that a client submits as the seq of its revision.
func oneChange(key storage.Key, base int64, client uuid.UUID) storage.Batch {
	return storage.Batch{Key: key, Base: base, Changes: []storage.Change{{
		Rev: base + 1, Base: base, Client: client, Seq: base + 1, User: "ann",
		At: time.UnixMilli(base), Op: fmt.Append(nil, base+1),
	}}}
}

// countingConn counts turns: a write behind a read begins one.
type countingConn struct {
	net.Conn
	turns   *atomic.Int64
	reading atomic.Bool
}

func (c *countingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.reading.Store(true)
	return n, err
}

func (c *countingConn) Write(b []byte) (int, error) {
	if c.reading.Swap(false) {
		c.turns.Add(1)
	}
	return c.Conn.Write(b)
}

// Latency to the database is paid once for a commit and once for a load.
func TestOneRoundTrip(t *testing.T) {
	t.Parallel()
	config, err := pgxpool.ParseConfig(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	var turns atomic.Int64
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return &countingConn{Conn: c, turns: &turns}, err
	}
	config.MaxConns = 1 // none is opened in the background
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false }
	s, err := openConfig(t.Context(), config, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	a, b := createDoc(t, s, "a"), createDoc(t, s, "b")
	for base := range int64(8) {
		before := turns.Load()
		got, err := s.Commit(t.Context(), []storage.Batch{oneChange(a.Key, base, uuid.New()), oneChange(b.Key, base, uuid.New())})
		if err != nil || got[0] != (storage.Outcome{}) || got[1] != (storage.Outcome{}) {
			t.Fatalf("%+v, %v", got, err)
		}
		if n := turns.Load() - before; n != 1 {
			t.Errorf("commit %d took %d round trips", base, n)
		}
		before = turns.Load()
		if _, err := s.Load(t.Context(), "a", 10); err != nil {
			t.Fatal(err)
		}
		if n := turns.Load() - before; n != 1 {
			t.Errorf("load %d took %d round trips", base, n)
		}
	}
}

// What an operator or a URL sets otherwise does not weaken a commit.
func TestSettingsHold(t *testing.T) {
	t.Parallel()
	s := openURL(t, pgtest.URL(t)+"&synchronous_commit=off&default_transaction_isolation=serializable")
	for name, want := range settings {
		var got string
		if err := s.pool.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
}

// A plan that is made while the tables are empty serves them when they are
// large.
func TestStatementsGoByAnIndex(t *testing.T) {
	t.Parallel()
	s := openURL(t, pgtest.URL(t))
	conn, err := s.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for name := range statements {
		if name == begin || name == end {
			continue
		}
		for _, step := range explain(t, conn.Conn(), name) {
			if strings.Contains(step, "Seq Scan") || strings.Contains(step, "Merge Join") {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

// explain shows the plan of a prepared statement, all of its parameters null.
func explain(t *testing.T, conn *pgx.Conn, name string) []string {
	t.Helper()
	var n int
	err := conn.QueryRow(t.Context(), `SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = $1`, name).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	text := "EXPLAIN EXECUTE " + pgx.Identifier{name}.Sanitize()
	if n > 0 {
		text += "(" + strings.Repeat("NULL, ", n-1) + "NULL)"
	}
	rows, err := conn.Query(t.Context(), text, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return steps
}

func TestServersThatStartTogether(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	const servers = 3
	errs := make(chan error)
	for range servers {
		go func() {
			s, err := Open(t.Context(), url, Options{MaxConns: 1})
			if err == nil {
				err = s.Close()
			}
			errs <- err
		}()
	}
	for range servers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestUnusableDatabases(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	name := "coscribe_test_" + strings.ToLower(rand.Text())
	admin := connect(t, url)
	execute := func(statement string) {
		t.Helper()
		if _, err := admin.Exec(context.WithoutCancel(t.Context()), statement); err != nil {
			t.Fatal(err)
		}
	}
	execute("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
	defer execute("DROP DATABASE " + name + " WITH (FORCE)")
	config := admin.Config()
	server := fmt.Sprintf("postgres://%s:%s@%s/", config.User, config.Password, net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))))
	for what, c := range map[string]struct{ url, says string }{
		"encoding":  {server + name, "LATIN1"},
		"unknown":   {server + "coscribe_test_none", "coscribe_test_none"},
		"no server": {"postgres://me:secret@127.0.0.1:1/none", "connect"},
		"no URL":    {"postgres://me:secret@:none", "parse"},
	} {
		s, err := Open(t.Context(), c.url, Options{})
		switch {
		case err == nil:
			t.Errorf("%s: opened %v", what, s)
		case !strings.Contains(err.Error(), c.says):
			t.Errorf("%s: error does not say %q: %v", what, c.says, err)
		case strings.Contains(err.Error(), "secret") || config.Password != "" && strings.Contains(err.Error(), config.Password):
			t.Errorf("%s: error has the password: %v", what, err)
		}
	}
}
