//go:build unix

package pgtest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func execute(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestEveryTestHasItsOwnTables(t *testing.T) {
	t.Parallel()
	first, second := connect(t, URL(t)), connect(t, URL(t))
	execute(t, first, "CREATE TABLE mine AS SELECT 1 AS n")
	execute(t, second, "CREATE TABLE mine (n int)")
	var n int
	if err := second.QueryRow(t.Context(), "SELECT count(*) FROM mine").Scan(&n); err != nil || n != 0 {
		t.Fatalf("%d rows of the other test, %v", n, err)
	}
}

func TestTablesGoWithTheTest(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("a test", func(t *testing.T) {
		url = URL(t)
		execute(t, connect(t, url), "CREATE TABLE mine ()")
	})
	var found bool
	err := connect(t, url).QueryRow(t.Context(), "SELECT to_regclass('mine') IS NOT NULL").Scan(&found)
	if err != nil || found {
		t.Fatalf("the table is there: %v, %v", found, err)
	}
}

func TestNotAServer(t *testing.T) {
	t.Parallel()
	for _, server := range []string{"", "localhost", "host=localhost", "mysql://localhost/x", "postgres://%zz"} {
		if u, err := withSchema(server, "x"); err == nil {
			t.Errorf("%q gave %q", server, u)
		}
	}
}

// A killed server keeps what it had committed, and the same address; a closed
// one leaves nothing behind.
func TestCluster(t *testing.T) {
	t.Parallel()
	c, err := NewCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(c.dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the cluster's folder: %v", err)
		}
	})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err == nil {
		t.Error("started twice")
	}
	url := c.URL("postgres")
	execute(t, connect(t, url), "CREATE TABLE kept AS SELECT 7 AS n")

	for name, restart := range map[string]func() error{
		"kill": c.Restart,
		"stop": func() error { return errors.Join(c.Stop(), c.Start()) },
	} {
		before := connect(t, url)
		if err := restart(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := before.Ping(t.Context()); err == nil {
			t.Errorf("%s: a connection outlived the server", name)
		}
		var n int
		if err := connect(t, url).QueryRow(t.Context(), "SELECT n FROM kept").Scan(&n); err != nil || n != 7 {
			t.Errorf("%s: kept %d, %v", name, n, err)
		}
	}
}

func TestServerSyncs(t *testing.T) {
	t.Parallel()
	c, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	var on string
	if err := connect(t, c.URL("postgres")).QueryRow(t.Context(), "SHOW fsync").Scan(&on); err != nil || on != "on" {
		t.Fatalf("fsync is %q, %v", on, err)
	}
}
