//go:build unix

// Package pgtest gives tests a real Postgres: each a schema of its own, on a
// throwaway server that the first test of a process starts. (A database of its
// own would be no better a fence for these tests, and costs a hundred times as
// much to make.)
//
// Where the variable COSCRIBE_TEST_POSTGRES names a running server and
// database, as postgres://user:password@host/database, that one is used. Its
// user must be allowed to create schemas there, and databases.
//
// A [Cluster] is a server that a test may kill and restart.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Variable names the environment variable with the URL of a server to use.
const Variable = "COSCRIBE_TEST_POSTGRES"

// patience bounds each step of starting and stopping a server, and of creating
// and dropping a schema on one that others keep busy.
const patience = time.Minute

// shared is the server of this process. It ends with the process.
var shared = sync.OnceValues(func() (*Cluster, error) {
	c, err := NewCluster()
	if err != nil {
		return nil, err
	}
	return c, c.Start()
})

// URL returns a URL whose search path is a new, empty schema that belongs to t
// and is dropped when t ends. It fails t where there is no Postgres to be had.
func URL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Variable)
	if server == "" {
		c, err := shared()
		if err != nil {
			t.Fatalf("starting a throwaway Postgres: %v", err)
		}
		server = c.URL("postgres")
	}
	schema := "coscribe_test_" + strings.ToLower(rand.Text())
	u, err := withSchema(server, schema)
	if err != nil {
		t.Fatalf("%s: %v", Variable, err)
	}
	if err := run(server, "CREATE SCHEMA "+schema); err != nil {
		t.Fatalf("creating a schema to test in: %v", err)
	}
	t.Cleanup(func() {
		if err := run(server, "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			t.Errorf("dropping the test's schema: %v", err)
		}
	})
	return u
}

// withSchema adds a search path to the URL of a database.
func withSchema(server, schema string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", errors.New("not a URL of the form postgres://user:password@host/database")
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// run executes one statement on a connection of its own.
func run(server, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
