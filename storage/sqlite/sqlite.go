package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver

	"github.com/coscribe/coscribe/migrations"
	"github.com/coscribe/coscribe/storage"
)

// readers is how many reads run at once. Each may hold 2 MB of pages.
const readers = 4

var errClosed = errors.New("the store is closed")

// Store is a [storage.Store] in a SQLite file. Open makes one.
type Store struct {
	lock  *os.File
	write *writer
	read  *reader

	// calls is read-locked by each call under way, so that Close waits.
	calls  sync.RWMutex
	closed bool
}

var _ storage.Store = (*Store)(nil)

// Open opens the database file at path, which is created if it is not there
// (its folder has to be), and brings its schema up to date. The error is
// [storage.ErrInUse] while another Store holds the file, in this process or in
// another one. The caller closes the store.
func Open(ctx context.Context, path string) (*Store, error) {
	s, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("opening SQLite database: %w", err)
	}
	return s, nil
}

func open(ctx context.Context, path string) (_ *Store, err error) {
	if path, err = resolve(path); err != nil {
		return nil, err
	}
	s := &Store{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if s.lock, err = acquire(path); err != nil {
		return nil, err
	}
	if s.write, err = openWriter(ctx, path); err != nil {
		return nil, err
	}
	if s.read, err = openReader(ctx, path); err != nil {
		return nil, err
	}
	return s, nil
}

// OpenReadOnly opens the database file at path to look at it: whoever serves
// it goes on doing so, and what would write returns an error. The schema has to
// be up to date. The caller closes the store.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, fmt.Errorf("opening SQLite database: %w", err)
	}
	read, err := openReader(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("opening SQLite database: %w", err)
	}
	return &Store{read: read}, nil
}

// connect opens a pool of up to n connections to the file at path, each with
// the settings given as well, parameters of SQLite's URI or the driver's.
func connect(path string, n int, settings ...string) (*sql.DB, error) {
	var dsn strings.Builder
	dsn.WriteString("file:")
	dsn.WriteString(strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path))
	dsn.WriteString("?_dqs=0&_pragma=busy_timeout(5000)")
	for _, setting := range settings {
		dsn.WriteString("&" + setting)
	}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// migrate brings the schema up to date.
func migrate(ctx context.Context, db *sql.DB) error {
	// The mode is kept in the file; a file system that cannot map memory
	// for all processes refuses it without an error.
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("this file system does not allow the WAL (journal mode is %q)", mode)
	}
	return migrations.Up(ctx, migrations.SQLite, db)
}

// enter lets a call begin; the call ends with leave.
func (s *Store) enter() error {
	s.calls.RLock()
	if s.closed {
		s.calls.RUnlock()
		return errClosed
	}
	return nil
}

func (s *Store) leave() { s.calls.RUnlock() }

// Ping implements [storage.Store].
func (s *Store) Ping(ctx context.Context) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	return s.read.ping(ctx)
}

// Close implements [storage.Store]. Closing twice does nothing.
func (s *Store) Close() error {
	s.calls.Lock()
	defer s.calls.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.release()
}

// release gives up what open got hold of: the lock last, when nothing uses the
// file any more.
func (s *Store) release() error {
	var errs []error
	if s.read != nil {
		errs = append(errs, s.read.close())
	}
	if s.write != nil {
		errs = append(errs, s.write.close())
	}
	if s.lock != nil {
		errs = append(errs, unlock(s.lock))
	}
	return errors.Join(errs...)
}
