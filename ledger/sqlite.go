package ledger

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
)

var errBadConn = driver.ErrBadConn

// sqlite needs no lock of its own: BEGIN IMMEDIATE admits one writer at a time.
type sqlite struct{}

func (sqlite) name() string { return "sqlite" }

func (sqlite) text(query string) string { return query }

// ofToken goes by a prefix of the token, which makes the index a third of the size and a commit as many pages lighter.
func (sqlite) ofToken() string { return `substr(b.token, 1, 8) = ? AND b.token = ?` }

func (sqlite) tokenArgs(token []byte) []any { return []any{token[:8], token} }

// joined: || makes text of blobs, byte by byte in a UTF-8 database, which the cast turns back.
func (sqlite) joined(columns ...string) string {
	return `CAST(` + strings.Join(columns, ` || `) + ` AS BLOB)`
}

func (sqlite) clock() string { return "" }

// prepare sets what durability needs and reads it back, as a PRAGMA that does not take is silent.
func (sqlite) prepare(ctx context.Context, c *session) error {
	var file string
	err := untilFree(ctx, func() error {
		return c.QueryRowContext(ctx, `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&file)
	})
	if err != nil {
		return sqlite{}.classify(err, false)
	}
	if file == "" {
		return fail("open", ErrSetup, "the database is :memory:, which each connection has its own of; use ledger.Memory", nil)
	}
	for _, setting := range []struct{ set, read, want string }{
		{`PRAGMA busy_timeout = 5000`, `PRAGMA busy_timeout`, "5000"},
		{`PRAGMA journal_mode = WAL`, `PRAGMA journal_mode`, "wal"},
		{`PRAGMA synchronous = FULL`, `PRAGMA synchronous`, "2"},
		{`PRAGMA secure_delete = ON`, `PRAGMA secure_delete`, "1"},
		{`PRAGMA query_only = OFF`, `PRAGMA query_only`, "0"},
		{`PRAGMA cache_size = -32768`, `PRAGMA cache_size`, "-32768"},             // 32 MiB: the indexes of a busy log
		{`PRAGMA temp_store = MEMORY`, `PRAGMA temp_store`, "2"},                  // the journal of a statement stays out of a file
		{`PRAGMA wal_autocheckpoint = 8192`, `PRAGMA wal_autocheckpoint`, "8192"}, // pages: 32 MiB
	} {
		if err := untilFree(ctx, func() error { _, err := c.ExecContext(ctx, setting.set); return err }); err != nil {
			return sqlite{}.classify(err, false)
		}
		var got string
		if err := c.QueryRowContext(ctx, setting.read).Scan(&got); err != nil {
			return sqlite{}.classify(err, false)
		}
		if !strings.EqualFold(got, setting.want) {
			return fail("open", ErrSetup, setting.set+" does not take; it is "+got, nil)
		}
	}
	return nil
}

// untilFree repeats what finds the file locked, for as long as the busy timeout: the change to WAL does not wait itself.
func untilFree(ctx context.Context, f func() error) error {
	for began := time.Now(); ; {
		err := f()
		var coded interface{ Code() int }
		if err == nil || !errors.As(err, &coded) || coded.Code()&0xff != sqliteBusy || time.Since(began) > 5*time.Second {
			return err
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

func (sqlite) begin(ctx context.Context, c *session) error {
	_, err := c.ExecContext(ctx, "BEGIN IMMEDIATE")
	return err
}

func (d sqlite) commit(ctx context.Context, c *session, in *commit) error {
	if err := d.begin(ctx, c); err != nil {
		return d.classify(err, false)
	}
	err := d.place(ctx, c, in)
	if err == nil {
		err = d.insert(ctx, c, in.rows, in.keys)
	}
	if err != nil {
		rollback(c)
		return d.classify(err, false)
	}
	if _, err := c.ExecContext(ctx, "COMMIT"); err != nil {
		rollback(c)
		return d.classify(err, true)
	}
	return nil
}

// place checks epoch, guard and erased IDs, and gives the rows their positions.
func (d sqlite) place(ctx context.Context, c *session, in *commit) error {
	var head, epoch int64
	var leaf []byte
	err := c.QueryRowContext(ctx, `SELECT coalesce((SELECT max(seq) FROM fairlead_entry), 0), epoch,
		(SELECT leaf FROM fairlead_entry WHERE seq = ?) FROM fairlead_state`, int64(in.guard.seq)).Scan(&head, &epoch, &leaf)
	switch {
	case err != nil:
		return err
	case epoch != in.epoch:
		return &staleError{epoch}
	case in.guard.seq != 0 && string(leaf) != string(in.guard.leaf[:]):
		return fail("append", ErrForked, "the database holds another history than the one followed", nil)
	}
	if epoch != 0 {
		raw := make([][]byte, len(in.rows))
		for i := range in.rows {
			h := goneHash(in.rows[i].id)
			raw[i] = append([]byte(nil), h[:]...)
		}
		where, args := d.in("id", raw)
		var found bool
		if err := c.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM fairlead_gone WHERE `+where+`)`, args...).Scan(&found); err != nil {
			return err
		}
		if found {
			return errRepeat
		}
	}
	for i := range in.rows {
		in.rows[i].seq = Seq(head) + Seq(i) + 1
	}
	return nil
}

// insert writes many rows by one statement: most of the cost of a small INSERT is the call.
func (d sqlite) insert(ctx context.Context, c *session, rows []row, keys []*subjectKey) error {
	for _, k := range keys {
		_, err := c.ExecContext(ctx, `INSERT INTO fairlead_subject (token, wrapped, name) VALUES (?, ?, ?)`, k.token[:], k.wrapped, k.name)
		if err != nil {
			return err
		}
	}
	for len(rows) > 0 {
		n := 1
		for n*2 <= min(len(rows), 64) {
			n *= 2
		}
		entries, bodies := make([]any, 0, n*9), make([]any, 0, n*5)
		for i := range rows[:n] {
			r := &rows[i]
			entries = append(entries, int64(r.seq), r.at, r.stream, r.kind, int64(r.version), int64(flag(r.critical)),
				notNil(r.public), r.commitment[:], r.leaf[:])
			bodies = append(bodies, int64(r.seq), r.id[:], keyBytes(&r.key), r.token[:], r.sealed)
		}
		// OR FAIL: what a failing statement did before is not undone by itself, as all is rolled back.
		err := c.run(ctx, `INSERT OR FAIL INTO fairlead_entry (seq, at, stream, kind, version, critical, public, commitment, leaf)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`+strings.Repeat(`, (?, ?, ?, ?, ?, ?, ?, ?, ?)`, n-1), entries)
		if err == nil {
			err = c.run(ctx, `INSERT OR FAIL INTO fairlead_body (seq, id, key, token, sealed)
				VALUES (?, ?, ?, ?, ?)`+strings.Repeat(`, (?, ?, ?, ?, ?)`, n-1), bodies)
		}
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// run executes a statement that is kept prepared.
func (c *session) run(ctx context.Context, query string, args []any) error {
	stmt, err := c.prepare(ctx, query)
	if err == nil {
		_, err = stmt.ExecContext(ctx, args...)
	}
	return err
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func keyBytes(key *uuid.UUID) []byte {
	if *key == uuid.Nil {
		return []byte{}
	}
	return key[:]
}

func (sqlite) in(column string, values [][]byte) (string, []any) {
	args := make([]any, len(values))
	for i := range values {
		args[i] = values[i]
	}
	return column + ` IN (` + strings.TrimPrefix(strings.Repeat(", ?", len(values)), ", ") + `)`, args
}

// Result codes of SQLite, https://www.sqlite.org/rescode.html: the primary code is the lowest byte.
const (
	sqliteError                              = 1
	sqliteBusy, sqliteLocked, sqliteReadOnly = 5, 6, 8
	sqliteIOErr, sqliteCorrupt, sqliteFull   = 10, 11, 13
	sqliteCantOpen, sqliteConstraint         = 14, 19
	sqliteNotADB                             = 26
	sqliteUnique, sqlitePrimary              = 2067, 1555
)

// classify needs no doubt: a COMMIT of SQLite that fails has not committed, unless its connection cannot say.
func (sqlite) classify(err error, doubt bool) error {
	var own *Error
	var stale *staleError
	if err == nil || errors.As(err, &own) || errors.As(err, &stale) || errors.Is(err, errRepeat) {
		return err
	}
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		if doubt {
			return errors.Join(errDoubt, err)
		}
		return fail("database", ErrUnavailable, "", err)
	}
	code := coded.Code()
	if code == sqliteUnique || code == sqlitePrimary {
		return errRepeat
	}
	switch code & 0xff {
	case sqliteError:
		return fail("database", ErrSetup, notOurs, err)
	case sqliteBusy, sqliteLocked:
		return fail("database", ErrUnavailable, "the database is locked by another writer", err)
	case sqliteReadOnly:
		return fail("database", ErrReadOnly, "", err)
	case sqliteCorrupt, sqliteNotADB:
		return fail("database", ErrTampered, "the database file is damaged", err)
	case sqliteFull:
		return fail("database", ErrUnavailable, "the disk is full", err)
	case sqliteIOErr, sqliteCantOpen:
		if doubt {
			return errors.Join(errDoubt, err)
		}
	case sqliteConstraint:
		return fail("database", ErrTampered, "a trigger or a constraint refused", err)
	}
	return fail("database", ErrUnavailable, "", err)
}
