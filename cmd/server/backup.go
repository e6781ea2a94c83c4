package main

import (
	"errors"
	"fmt"

	"github.com/coscribe/coscribe/storage/sqlite"
)

// backupCommand copies a SQLite database.
type backupCommand struct {
	File string `arg:"" help:"The copy, which must not exist."`
	Source
}

// Run copies the database as of one moment.
func (c *backupCommand) Run(t *terminal) error {
	if c.isPostgres() {
		return errors.New("backups of Postgres are made with pg_dump, or of the whole cluster with pg_basebackup")
	}
	path, err := c.file()
	if err != nil {
		return err
	}
	if err := sqlite.Backup(t.ctx, path, c.File); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s is a copy of %s\n", c.File, path)
	return nil
}
