package transparency_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

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

// postgresEnv names a running server, as for the ledger's own tests; databases named fairlead_test_* are made and dropped there.
const postgresEnv = "FAIRLEAD_TEST_POSTGRES"

func onPostgres(t testing.TB) *ledger.Ledger {
	t.Helper()
	dsn, err := url.Parse(os.Getenv(postgresEnv))
	if err != nil || dsn.Host == "" {
		t.Skip("no PostgreSQL: set " + postgresEnv)
	}
	admin, err := sql.Open("pgx", dsn.String())
	require.NoError(t, err)
	name := fmt.Sprintf("fairlead_test_%d_%x", os.Getpid(), uuid.New().NodeID())
	_, err = admin.Exec(`CREATE DATABASE ` + name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`)
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	dsn.Path = "/" + name
	db, err := sql.Open("pgx", dsn.String())
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
