// Package migrations holds the schema of Coscribe's databases as SQL files,
// one set for each dialect, and brings a database up to date with them.
//
// A file that has been released never changes; a new one follows it. Which
// files a database has seen is kept in its table coscribe_migrations.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// table is not goose's default, which the application that shares the
// database may be using itself.
const table = "coscribe_migrations"

// Dialect names a set of files.
type Dialect string

// The dialects that have a set.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Up applies what the database behind db lacks, each file in a transaction of
// its own. On Postgres it does so under an advisory lock, so that servers
// starting at once migrate once; the others wait until ctx ends. A SQLite file
// has one process only, which its driver sees to.
func Up(ctx context.Context, dialect Dialect, db *sql.DB) error {
	p, err := Provider(dialect, db)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating the %s database: %w", dialect, err)
	}
	return nil
}

// Provider gives access to single steps, down ones too. The caller keeps db:
// closing the provider would close it.
func Provider(dialect Dialect, db *sql.DB) (*goose.Provider, error) {
	set, err := fs.Sub(files, string(dialect))
	if err != nil {
		return nil, fmt.Errorf("reading the %s migrations: %w", dialect, err)
	}
	options := []goose.ProviderOption{
		goose.WithTableName(table),
		goose.WithLogger(goose.NopLogger()),
		goose.WithDisableGlobalRegistry(true),
	}
	gooseDialect := goose.DialectSQLite3
	if dialect == Postgres {
		gooseDialect = goose.DialectPostgres
		options = append(options, goose.WithSessionLocker(advisoryLock{}))
	}
	p, err := goose.NewProvider(gooseDialect, db, set, options...)
	if err != nil {
		return nil, fmt.Errorf("reading the %s migrations: %w", dialect, err)
	}
	return p, nil
}

// lockID is the advisory lock that migrating servers take: "coscribe" in ASCII.
const lockID int64 = 0x636f736372696265

// advisoryLock waits inside Postgres for its turn. goose's own locker polls
// once in a second or more, which servers started together would feel.
type advisoryLock struct{}

func (advisoryLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockID)
	return err
}

func (advisoryLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", lockID)
	return err
}
