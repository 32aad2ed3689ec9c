package ledger

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed schema
var schema embed.FS

func (sqlite) migrations() []string   { return migrations("sqlite") }
func (postgres) migrations() []string { return migrations("postgres") }

// migrations returns the files of a dialect in order; file n brings the schema to version n.
func migrations(dialect string) []string {
	names, err := fs.Glob(schema, "schema/"+dialect+"/*.sql")
	if err != nil || len(names) == 0 {
		panic("ledger: no schema for " + dialect)
	}
	list := make([]string, len(names))
	for i, name := range names {
		text, err := schema.ReadFile(name)
		if err != nil {
			panic("ledger: " + err.Error())
		}
		list[i] = string(text)
	}
	return list
}

// migrate brings the tables up to date inside the log's own lock, so that ten processes may start at once.
func (s *sqlStore) migrate(ctx context.Context) error {
	steps := s.dialect.migrations()
	if version, err := s.version(ctx); err != nil || version == len(steps) {
		return err
	}
	return s.transact(ctx, func(c *session) error {
		if err := s.exec(ctx, c, `CREATE TABLE IF NOT EXISTS fairlead_schema (version INTEGER PRIMARY KEY)`); err != nil {
			return err
		}
		var version int
		err := s.rows(ctx, c, func(r *sql.Rows) error { return r.Scan(&version) },
			`SELECT coalesce(max(version), 0) FROM fairlead_schema`)
		if err != nil {
			return err
		}
		if version > len(steps) {
			return tooNew(version, len(steps))
		}
		for n := version; n < len(steps); n++ {
			if _, err := c.ExecContext(ctx, steps[n]); err != nil {
				return err
			}
			if err := s.exec(ctx, c, `INSERT INTO fairlead_schema (version) VALUES (?)`, n+1); err != nil {
				return err
			}
		}
		return nil
	})
}

// version reads the schema's version without writing, so that a ledger in place opens under a role that may not create.
func (s *sqlStore) version(ctx context.Context) (version int, err error) {
	err = s.read(ctx, func(c *session) error {
		exists := false
		err := s.rows(ctx, c, func(*sql.Rows) error { exists = true; return nil }, s.dialect.tableExists())
		if err != nil || !exists {
			return err
		}
		return s.rows(ctx, c, func(r *sql.Rows) error { return r.Scan(&version) },
			`SELECT coalesce(max(version), 0) FROM fairlead_schema`)
	})
	if newest := len(s.dialect.migrations()); err == nil && version > newest {
		return version, tooNew(version, newest)
	}
	return version, err
}

func (sqlite) tableExists() string {
	return `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'fairlead_schema'`
}

func (postgres) tableExists() string {
	return `SELECT 1 WHERE to_regclass('fairlead_schema') IS NOT NULL`
}

func tooNew(version, newest int) error {
	return fail("open", ErrSchema, fmt.Sprintf("the tables have version %d, this release knows %d", version, newest), nil)
}
