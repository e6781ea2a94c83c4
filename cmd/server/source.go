package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
	"github.com/coscribe/coscribe/storage/sqlite"
)

// Source says where documents are.
type Source struct {
	Database string `env:"COSCRIBE_DATABASE" default:"sqlite:coscribe.db" help:"sqlite:FILE or postgres://…"`
}

func (s Source) isPostgres() bool {
	return strings.HasPrefix(s.Database, "postgres://") || strings.HasPrefix(s.Database, "postgresql://")
}

// file is the path of a SQLite database.
func (s Source) file() (string, error) {
	path, ok := strings.CutPrefix(s.Database, "sqlite:")
	if !ok || path == "" {
		return "", fmt.Errorf("--database is sqlite:FILE or postgres://…, not %q", s)
	}
	return path, nil
}

// open opens the database to serve it, alone where it is a file.
func (s Source) open(ctx context.Context) (storage.Store, error) {
	if s.isPostgres() {
		store, err := postgres.Open(ctx, s.Database, postgres.Options{})
		return store, s.explain(err)
	}
	path, err := s.file()
	if err != nil {
		return nil, err
	}
	store, err := sqlite.Open(ctx, path)
	return store, s.explain(err)
}

// read opens the database to look at it, whoever serves it just now.
func (s Source) read(ctx context.Context) (storage.Store, error) {
	if s.isPostgres() {
		store, err := postgres.Open(ctx, s.Database, postgres.Options{ReadOnly: true})
		return store, s.explain(err)
	}
	path, err := s.file()
	if err != nil {
		return nil, err
	}
	store, err := sqlite.OpenReadOnly(ctx, path)
	return store, s.explain(err)
}

// explain says what keeps a database from being opened.
func (s Source) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, storage.ErrInUse):
		return fmt.Errorf("%s is in use by another server", s)
	}
	return fmt.Errorf("cannot open %s: %w", s, err)
}

// warn logs what keeps commits from being as durable as they are said to be.
func warn(ctx context.Context, store storage.Store, logger *slog.Logger) error {
	database, ok := store.(*postgres.Store)
	if !ok {
		return nil
	}
	warnings, err := database.Warnings(ctx)
	for _, warning := range warnings {
		logger.Warn("acknowledged changes may be lost: " + warning)
	}
	return err
}

// String names the database without its password.
func (s Source) String() string {
	scheme, rest, ok := strings.Cut(s.Database, "://")
	if at := strings.LastIndexByte(rest, '@'); ok && at >= 0 {
		return scheme + "://…" + rest[at:]
	}
	return s.Database
}
