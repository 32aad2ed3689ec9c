package ledger_test

import (
	"database/sql"
	"flag"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/pgtest"
	"github.com/fairlead-go/fairlead/ledger"
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
	flag.Parse()
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue { // the parallel tests wait for disks, not for processors
		_ = p.Value.Set("8")
	}
	code := m.Run()
	if started.Load() {
		if c, err := cluster(); err == nil {
			c.Stop()
		}
	}
	os.Exit(code)
}

// server returns the cluster of this run, or skips with the reason why there is none.
func server(t testing.TB) *pgtest.Cluster {
	t.Helper()
	c, err := cluster()
	if err != nil {
		t.Skip("no PostgreSQL: ", err)
	}
	return c
}

// newPostgres makes an empty database and returns how to connect to it.
func newPostgres(t testing.TB) (dsn string) {
	t.Helper()
	c := server(t)
	name, dsn, err := c.Database()
	require.NoError(t, err)
	admin, err := sql.Open("pgx", c.Admin())
	require.NoError(t, err)
	_, err = admin.Exec(`CREATE DATABASE ` + name)
	require.NoError(t, err)
	t.Cleanup(func() {
		if !c.Private() { // of a private cluster all files go in the end; each drop would wait for a checkpoint
			_, err := admin.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`)
			require.NoError(t, err)
		}
		require.NoError(t, admin.Close())
	})
	return dsn
}

func openPostgres(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func TestPostgresConforms(t *testing.T) {
	t.Parallel()
	server(t)
	conform(t, func(t *testing.T) *ledger.Ledger { return open(t, openPostgres(t, newPostgres(t)), nil) })
}
