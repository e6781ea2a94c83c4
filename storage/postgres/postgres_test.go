package postgres

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/storagetest"
)

// openURL opens a store on url and closes it with the test.
func openURL(t testing.TB, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// connect opens a connection beside the stores'.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func database(t testing.TB) storagetest.Database {
	url := pgtest.URL(t)
	aside := connect(t, url)
	return storagetest.Database{
		Open:   func(t testing.TB) storage.Store { return openURL(t, url) },
		Shared: true,
		Count: func(t testing.TB, table string) (n int) {
			t.Helper()
			if err := aside.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		},
		Name: func(t testing.TB, key storage.Key, rev int64) {
			t.Helper()
			if _, err := aside.Exec(t.Context(), `INSERT INTO versions (key, id, name, rev, user_id, at)
				VALUES ($1, $2, '', $3, '', now())`, key, uuid.New(), rev); err != nil {
				t.Fatal(err)
			}
		},
	}
}

func TestContract(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, database)
}

func BenchmarkStore(b *testing.B) {
	storagetest.Bench(b, database)
}
