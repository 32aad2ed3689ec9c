package transparency_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

// counted is a SQLite driver that counts the statements that go through it.
type counted struct {
	sqlite sqlite.Driver
	name   string
	n      atomic.Int64
}

func (c *counted) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.sqlite.Open(c.name)
	return &countedConn{Conn: conn, n: &c.n}, err
}

func (c *counted) Driver() driver.Driver { return &c.sqlite }

type countedConn struct {
	driver.Conn
	n *atomic.Int64
}

func (c *countedConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	c.n.Add(1)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, q, args)
}

func (c *countedConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	c.n.Add(1)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, q, args)
}

func (c *countedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c *countedConn) PrepareContext(ctx context.Context, q string) (driver.Stmt, error) {
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, q)
	return &countedStmt{Stmt: stmt, n: c.n}, err
}

type countedStmt struct {
	driver.Stmt
	n *atomic.Int64
}

func (s *countedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.n.Add(1)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

func (s *countedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.n.Add(1)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// A report with proofs over a thousand decisions takes at most ten queries, the polling for other processes' entries aside.
func TestAReportTakesFewQueries(t *testing.T) {
	c := &counted{name: filepath.Join(t.TempDir(), "log.db")}
	l := openedAt(t, sql.OpenDB(c), 10*time.Second) // its own looking would be counted too
	j, err := transparency.New(t.Context(), l, nil)
	require.NoError(t, err)
	fill(t, j, 1000, "c-1")
	_, err = l.Checkpoint(t.Context())
	require.NoError(t, err)
	before := c.n.Load()
	r := report(t, j, "c-1")
	n := c.n.Load() - before
	require.Len(t, r.Proofs, 1000)
	require.NoError(t, r.Check(l.PublicKey()))
	t.Log(n, "queries")
	assert.LessOrEqual(t, n, int64(10))
}

// Of somebody about whom nothing is left, the report says what had been there.
func TestAfterATotalErasure(t *testing.T) {
	eachStore(t, func(t *testing.T, l *ledger.Ledger) {
		j := filledLog(t, l, 5)
		erased, err := l.Erase(t.Context(), "c-1")
		require.NoError(t, err)
		r := report(t, j, "c-1")
		assert.Empty(t, r.Decisions)
		require.Len(t, r.Erased, 1)
		assert.Equal(t, erased.Bodies, r.Erased[0].Bodies)
		require.Len(t, r.Proofs, 1)
		require.NoError(t, r.Check(l.PublicKey()))
		assert.Empty(t, report(t, j, "c-3").Erased)
		fill(t, j, 1, "c-1") // the person comes back
		assert.Len(t, report(t, j, "c-1").Decisions, 1)
		assert.Len(t, report(t, j, "c-1").Erased, 1)
	})
}
