package migrations_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/migrations"
)

// database is an empty one, and the query that lists what is in it.
type database struct {
	dialect migrations.Dialect
	db      *sql.DB
	things  string
}

func open(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func sqlite(t *testing.T) database {
	db := open(t, "sqlite", filepath.Join(t.TempDir(), "test.db"))
	return database{migrations.SQLite, db,
		`SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1`}
}

func postgres(t *testing.T) database {
	return database{migrations.Postgres, open(t, "pgx", pgtest.URL(t)), `
		SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, collation_name, column_default)
			FROM information_schema.columns WHERE table_schema = current_schema()
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
		UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid)
			FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
		ORDER BY 1`}
}

func each(t *testing.T, test func(*testing.T, database)) {
	for name, create := range map[string]func(*testing.T) database{"sqlite": sqlite, "postgres": postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, create(t))
		})
	}
}

// list reads what there is, goose's own table included.
func (d database) list(t *testing.T) []string {
	t.Helper()
	rows, err := d.db.Query(d.things)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestUpDownUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		up := func() []string {
			if err := migrations.Up(t.Context(), d.dialect, d.db); err != nil {
				t.Fatal(err)
			}
			return d.list(t)
		}
		p, err := migrations.Provider(d.dialect, d.db)
		if err != nil {
			t.Fatal(err)
		}
		down := func() []string {
			if _, err := p.DownTo(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			return d.list(t)
		}
		first, empty, second := up(), down(), up()
		if !slices.Equal(first, second) {
			t.Errorf("the second time up makes\n%q, not\n%q", second, first)
		}
		if again := down(); !slices.Equal(again, empty) {
			t.Errorf("down leaves\n%q, then\n%q", empty, again)
		}
		if slices.Equal(first, empty) {
			t.Error("up makes nothing")
		}
		for _, table := range []string{"documents", "heads", "changes", "clients", "snapshots", "versions"} {
			if _, err := d.db.Exec("SELECT 1 FROM " + table); err == nil {
				t.Errorf("down leaves %s", table)
			}
		}
	})
}

// Servers that start at once on a new Postgres migrate it once.
func TestTogether(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	const servers = 4
	errs := make(chan error)
	for range servers {
		db := open(t, "pgx", url)
		go func() { errs <- migrations.Up(context.WithoutCancel(t.Context()), migrations.Postgres, db) }()
	}
	for range servers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	var rows, versions int
	err := open(t, "pgx", url).QueryRow("SELECT count(*), count(DISTINCT version_id) FROM coscribe_migrations").
		Scan(&rows, &versions)
	if err != nil || rows != versions || rows < 2 { // goose notes a version 0 itself
		t.Fatal(fmt.Sprintf("%d steps to %d versions,", rows, versions), err)
	}
}

// The ids' order must not be the database's own.
func TestPostgresOrdersIDsByBytes(t *testing.T) {
	t.Parallel()
	d := postgres(t)
	if err := migrations.Up(t.Context(), d.dialect, d.db); err != nil {
		t.Fatal(err)
	}
	var collation sql.NullString
	err := d.db.QueryRow(`SELECT collation_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name = 'documents' AND column_name = 'id'`).Scan(&collation)
	if err != nil || collation.String != "C" {
		t.Fatalf("collation %q, %v", collation.String, err)
	}
}
