package ledger_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/fairlead-go/fairlead/ledger"
)

var testSecret = []byte("a test secret has 32 bytes, too.")

func openSQLite(t testing.TB, file string) *sql.DB {
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func open(t testing.TB, db *sql.DB, o *ledger.Options) *ledger.Ledger {
	if o == nil {
		o = &ledger.Options{}
	}
	if o.Secret == nil {
		o.Secret = testSecret
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	l, err := ledger.Open(ctx, db, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

func TestSQLiteConforms(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T) *ledger.Ledger {
		return open(t, openSQLite(t, filepath.Join(t.TempDir(), "log.db")), nil)
	})
}
