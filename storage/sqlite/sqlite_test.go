package sqlite

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/storagetest"
)

// openFile opens a store on path and closes it with the test.
func openFile(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
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

func database(t testing.TB) storagetest.Database {
	path := filepath.Join(t.TempDir(), "a b?#%25.db") // what an URI would misread
	// A connection of its own, which the store's lock does not keep out.
	aside := func(t testing.TB, f func(db *sql.DB) error) {
		t.Helper()
		db, err := connect(path, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := f(db); err != nil {
			t.Fatal(err)
		}
	}
	return storagetest.Database{
		Open: func(t testing.TB) storage.Store { return openFile(t, path) },
		Count: func(t testing.TB, table string) (n int) {
			t.Helper()
			aside(t, func(db *sql.DB) error { return db.QueryRow("SELECT count(*) FROM " + table).Scan(&n) })
			return n
		},
		Name: func(t testing.TB, key storage.Key, rev int64) {
			t.Helper()
			aside(t, func(db *sql.DB) error {
				id := uuid.New()
				_, err := db.Exec(`INSERT INTO versions (key, id, name, rev, user_id, at) VALUES (?, ?, '', ?, '', 0)`,
					key, id[:], rev)
				return err
			})
		},
	}
}

// A store that is closed lets go of its file: the WAL is folded into it, and
// the file alone is all there is.
func TestClosedStoreIsOneFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(t.Context(), filepath.Join(dir, "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(t.Context(), storage.NewDocument{ID: "d", Type: "text"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Document(t.Context(), "d"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name() != "x.db" && f.Name() != "x.db.lock" {
			t.Errorf("%s is left", f.Name())
		}
	}
}

func TestContract(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, database)
}

func BenchmarkStore(b *testing.B) {
	storagetest.Bench(b, database)
}
