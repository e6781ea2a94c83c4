//go:build unix

// Package pgtest gives tests a real Postgres: each a database of its own, on a
// throwaway server that the first test of a process starts.
//
// Where the variable COSCRIBE_TEST_POSTGRES names a running server,
// as postgres://user:password@host/database, that one is used. Its user must
// be allowed to create databases.
//
// A [Cluster] is a server that a test may kill and restart.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
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
// and dropping a database on one that others keep busy.
const patience = time.Minute

// shared is the server of this process. It ends with the process.
var shared = sync.OnceValues(func() (*Cluster, error) {
	c, err := NewCluster()
	if err != nil {
		return nil, err
	}
	return c, c.Start()
})

// URL returns the URL of a new, empty database that belongs to t and is
// dropped when t ends. It fails t where there is no Postgres to be had.
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
	name := "coscribe_test_" + strings.ToLower(rand.Text())
	u, err := withDatabase(server, name)
	if err != nil {
		t.Fatalf("%s: %v", Variable, err)
	}
	if err := run(server, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		t.Fatalf("creating a database to test in: %v", err)
	}
	t.Cleanup(func() {
		if err := run(server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
	})
	return u
}

// withDatabase replaces the name of the database in a server's URL.
func withDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", fmt.Errorf("not a URL of the form postgres://user:password@host/database")
	}
	u.Path = "/" + name
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
