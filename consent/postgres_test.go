package consent_test

import (
	"database/sql"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/pgtest"
)

var (
	started atomic.Bool
	cluster = sync.OnceValues(func() (*pgtest.Cluster, error) {
		started.Store(true)
		return pgtest.Start()
	})
)

func TestMain(m *testing.M) {
	if work := os.Getenv(childEnv); work != "" {
		os.Exit(child(work))
	}
	code := m.Run()
	if started.Load() {
		if c, err := cluster(); err == nil {
			c.Stop()
		}
	}
	os.Exit(code)
}

// newPostgres makes an empty database and returns how to connect to it; without a PostgreSQL the test is skipped.
func newPostgres(t testing.TB) (dsn string) {
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
	return dsn
}
