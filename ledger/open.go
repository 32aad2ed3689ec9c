package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// Open opens the ledger that lies in a database, and makes its tables if there are none: SQLite (3.37 or later) or
// PostgreSQL (13 or later; through pgx's database/sql driver), found out from the connection. The database stays the application's: open it
// once, keep it open until [Ledger.Close] has returned, and let its pool have at least two connections, which the ledger
// holds and configures for itself.
//
// ctx bounds the opening only. Errors are [ErrSetup] where the database, its pool or an option cannot work (:memory:, a
// pool of one, fsync off), [ErrReadOnly], [ErrSchema], [ErrWrongSecret] or [ErrUnavailable].
//
// What the ledger writes is protected as far as the database is: its owner can drop the triggers that keep entries from
// changing. Checkpoints kept elsewhere show it ([Ledger.Verify]).
func Open(ctx context.Context, db *sql.DB, o *Options) (*Ledger, error) {
	const op = "open"
	switch {
	case db == nil:
		return nil, fail(op, ErrSetup, "the database is nil", nil)
	case ctx == nil:
		return nil, fail(op, ErrInvalid, "nil context", nil)
	case o == nil || o.Secret == nil && o.Keys == nil:
		return nil, fail(op, ErrSetup, "Options.Secret is required: 32 random bytes kept outside the database", nil)
	case o.Poll != 0 && (o.Poll < minPoll || o.Poll > maxPoll):
		return nil, fail(op, ErrSetup, "Poll must be between 1 ms and 10 s", nil)
	case db.Stats().MaxOpenConnections == 1:
		return nil, fail(op, ErrSetup, "the pool has one connection; the ledger holds two: db.SetMaxOpenConns(3) or more", nil)
	}
	d, err := dialectOf(ctx, db)
	if err != nil {
		return nil, err
	}
	s := newSQLStore(db, d)
	l, err := openStore(ctx, s, o)
	if err != nil {
		_ = s.close()
		return nil, settle(op, err)
	}
	return l, nil
}

func openStore(ctx context.Context, s *sqlStore, o *Options) (*Ledger, error) {
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	l, err := newLedger(ctx, s, o)
	if err != nil {
		return nil, err
	}
	if err := s.writable(ctx); err != nil {
		return nil, err
	}
	l.db = newDatabase(o.Poll)
	if err := l.look(ctx); err != nil {
		return nil, err
	}
	l.startDatabase()
	return l, nil
}

// writable finds out at once what would otherwise fail the first append: a read-only file or a role without the right.
func (s *sqlStore) writable(ctx context.Context) error {
	return s.transact(ctx, func(c *session) error {
		for _, table := range []string{"entry", "body", "subject", "gone", "tile", "checkpoint"} {
			err := s.exec(ctx, c, `INSERT INTO fairlead_`+table+` SELECT * FROM fairlead_`+table+` WHERE 1 = 0`)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// dialectOf goes by who answers, or by whose error it is: a locked SQLite file is SQLite, too.
func dialectOf(ctx context.Context, db *sql.DB) (dialect, error) {
	var version string
	err := db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version)
	var coded interface{ Code() int }
	if err == nil || errors.As(err, &coded) {
		return sqlite{}, nil
	}
	if err := db.QueryRowContext(ctx, `SHOW server_version_num`).Scan(&version); err != nil {
		return nil, fail("open", ErrUnavailable, "neither SQLite nor PostgreSQL answers", err)
	}
	return postgres{}, nil
}
