package ledger

import (
	"context"
	"database/sql"
)

// OpenQuiet is Open without the goroutines that commit, look and sign.
func OpenQuiet(ctx context.Context, db *sql.DB, o *Options) (*Ledger, error) {
	d, err := dialectOf(ctx, db)
	if err != nil {
		return nil, err
	}
	s := newSQLStore(db, d)
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	return newLedger(ctx, s, o)
}

// OnReader runs f on the connection that the ledger reads with.
func OnReader(ctx context.Context, l *Ledger, f func(*sql.Conn) error) error {
	return l.store.(*sqlStore).read(ctx, func(c *session) error { return f(c.Conn) })
}
