package transparency_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/fairlead-go/fairlead/internal/pgtest"
	"github.com/fairlead-go/fairlead/ledger"
)

// stores are the three kinds of ledgers, each made empty.
var stores = map[string]func(testing.TB) *ledger.Ledger{
	"memory":   func(testing.TB) *ledger.Ledger { return ledger.Memory(nil) },
	"sqlite":   func(t testing.TB) *ledger.Ledger { return onSQLite(t, filepath.Join(t.TempDir(), "log.db")) },
	"postgres": onPostgres,
}

func onSQLite(t testing.TB, dsn string) *ledger.Ledger {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	require.NoError(t, err)
	return opened(t, db)
}

var (
	started atomic.Bool
	cluster = sync.OnceValues(func() (*pgtest.Cluster, error) {
		started.Store(true)
		return pgtest.Start()
	})
)

func TestMain(m *testing.M) {
	code := m.Run()
	if started.Load() {
		if c, err := cluster(); err == nil {
			c.Stop()
		}
	}
	os.Exit(code)
}

func onPostgres(t testing.TB) *ledger.Ledger {
	t.Helper()
	c, err := cluster()
	if err != nil {
		t.Skip("no PostgreSQL: ", err)
	}
	name, dsn, err := c.Database()
	require.NoError(t, err)
	admin, err := sql.Open("pgx", c.Admin())
	require.NoError(t, err)
	_, err = admin.Exec(`CREATE DATABASE ` + name)
	require.NoError(t, err)
	t.Cleanup(func() {
		if !c.Private() { // of a private cluster all files go in the end
			_, err := admin.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`)
			require.NoError(t, err)
		}
		require.NoError(t, admin.Close())
	})
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	return opened(t, db)
}

func opened(t testing.TB, db *sql.DB) *ledger.Ledger { return openedAt(t, db, 10*time.Millisecond) }

func openedAt(t testing.TB, db *sql.DB, poll time.Duration) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), db, &ledger.Options{Secret: bytes.Repeat([]byte("k"), 32), Poll: poll})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		require.NoError(t, db.Close())
	})
	return l
}
