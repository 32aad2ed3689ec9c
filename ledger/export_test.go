package ledger

import (
	"context"
	"database/sql"
	"time"
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

// StepClock makes the ledger believe that the database's clock is off by some time, until it looks again.
func StepClock(l *Ledger, by time.Duration) { l.db.setClock(time.Now().Add(by), time.Now()) }

// Look makes the ledger look for entries now.
func Look(ctx context.Context, l *Ledger) error {
	l.turn <- struct{}{}
	defer l.leave()
	return l.look(ctx)
}

// ReactionLimit is how many reactions may wait.
const ReactionLimit = reactionLimit
