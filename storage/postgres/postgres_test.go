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
		Squash: func(t testing.TB, key storage.Key, client uuid.UUID, last storage.Submission) {
			t.Helper()
			var b pgx.Batch
			b.Queue("DELETE FROM changes WHERE key = $1 AND rev <= $2", key, last.Rev)
			b.Queue("INSERT INTO clients (key, client, user_id, seq, rev) VALUES ($1, $2, $3, $4, $5)",
				key, client, last.User, last.Seq, last.Rev)
			if err := aside.SendBatch(t.Context(), &b).Close(); err != nil {
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
