package postgres

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/storage"
)

// A store that reads only leaves the database as it is, its schema too.
func TestReadOnlyStore(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	if s, err := Open(t.Context(), url, Options{ReadOnly: true}); err == nil {
		s.Close()
		t.Error("an empty database is read")
	}
	var tables int
	err := connect(t, url).QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema").Scan(&tables)
	if err != nil || tables != 0 {
		t.Errorf("%d tables were made, %v", tables, err)
	}
	d := createDoc(t, openURL(t, url), "a")
	s, err := Open(t.Context(), url, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, err := s.Document(t.Context(), "a"); err != nil || got.Epoch != d.Epoch {
		t.Errorf("it sees %+v, %v", got, err)
	}
	_, create := s.Create(t.Context(), storage.NewDocument{ID: "b"})
	_, commit := s.Commit(t.Context(), []storage.Batch{oneChange(d.Key, 0, uuid.New())})
	for _, err := range []error{create, commit, s.Delete(t.Context(), d.Key), s.SetEpoch(t.Context(), d.Key, uuid.New())} {
		if err == nil || !strings.Contains(err.Error(), "read-only transaction") {
			t.Errorf("writing: %v", err)
		}
	}
}

// An operator hears of settings that make a commit less than durable.
func TestWarnings(t *testing.T) {
	t.Parallel()
	if all, err := openURL(t, pgtest.URL(t)).Warnings(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("of a sound database: %q, %v", all, err)
	}
	c, err := pgtest.NewCluster()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	url := c.URL("postgres")
	aside := connect(t, url)
	for _, statement := range []string{"ALTER SYSTEM SET full_page_writes = off", "ALTER SYSTEM SET synchronous_commit = off"} {
		if _, err := aside.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Restart(); err != nil {
		t.Fatal(err)
	}
	s := openURL(t, url)
	all, err := s.Warnings(t.Context())
	if err != nil || len(all) != 1 || !strings.Contains(all[0], "full_page_writes=off") {
		t.Errorf("without full_page_writes: %q, %v", all, err) // synchronous_commit each connection sets
	}
	// A pooler may have taken the connection's own settings away.
	for _, c := range s.pool.AcquireAllIdle(t.Context()) {
		if _, err := c.Exec(t.Context(), "SET synchronous_commit = off"); err != nil {
			t.Fatal(err)
		}
		c.Release()
	}
	if all, err := s.Warnings(t.Context()); err != nil || len(all) != 2 || !strings.Contains(all[1], "synchronous_commit=off") {
		t.Errorf("with synchronous_commit off: %q, %v", all, err)
	}
}
