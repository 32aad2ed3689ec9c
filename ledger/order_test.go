package ledger_test

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// TestNoEventIsLost has several processes write and follow one log while commits are delayed at random, so that they end
// in another order than they began. Every follower folds exactly the log.
func TestNoEventIsLost(t *testing.T) {
	t.Parallel()
	const processes, writers, each = 3, 4, 40
	for name, c := range map[string]struct {
		driver string
		dsn    func() string
	}{
		"sqlite":   {"sqlite", func() string { return filepath.Join(t.TempDir(), "log.db") }},
		"postgres": {"pgx", func() string { return newPostgres(t) }},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "postgres" {
				server(t)
			}
			dsn := c.dsn()
			db, err := sql.Open(c.driver, dsn)
			require.NoError(t, err)
			defer db.Close()
			l := open(t, db, nil)
			if name == "postgres" {
				delayCommits(t, db)
			}
			var own []uuid.UUID
			f, err := l.Follow(t.Context(), nil, func(e ledger.Entry, _ time.Time) error { own = append(own, e.ID); return nil })
			require.NoError(t, err)
			var wg sync.WaitGroup
			results := make([]string, processes)
			for p := range processes {
				cmd, out := spawn(t, job{
					Driver: c.driver, DSN: dsn, Name: fmt.Sprint(p), Writers: writers, Each: each, FollowTo: processes * writers * each,
				})
				wg.Go(func() {
					for out.Scan() {
						if sum, ok := strings.CutPrefix(out.Text(), "folded "); ok {
							results[p] = sum
						}
					}
					assert.NoError(t, cmd.Wait())
				})
			}
			wg.Wait()
			require.NoError(t, f.Wait(t.Context(), processes*writers*each))
			want := sha256.New()
			for i, e := range all(t, l) {
				require.Equal(t, ledger.Seq(i+1), e.Seq)
				want.Write(e.ID[:])
				require.Equal(t, e.ID, own[i])
			}
			require.Len(t, own, processes*writers*each)
			for _, got := range results {
				assert.Equal(t, fmt.Sprintf("%x", want.Sum(nil)), got)
			}
			verify(t, l)
		})
	}
}

// delayCommits lets every commit sleep for up to 20 ms between its inserts and its end.
func delayCommits(t *testing.T, db *sql.DB) {
	t.Helper()
	execSQL(t, db, `CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN PERFORM pg_sleep(random() * 0.02); RETURN NULL; END $$`)
	execSQL(t, db, `CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON fairlead_subject DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION slow_commit()`)
}

// TestNaiveTailLosesEvents keeps, as documentation, what the lock is for: a reader that remembers the last identity it
// saw never sees a transaction that began earlier and committed later.
func TestNaiveTailLosesEvents(t *testing.T) {
	t.Parallel()
	db := openPostgres(t, newPostgres(t))
	execSQL(t, db, `CREATE TABLE event (seq bigint GENERATED ALWAYS AS IDENTITY, what text)`)
	last := 0
	var seen []string
	tail := func() {
		rows, err := db.Query(`SELECT seq, what FROM event WHERE seq > $1 ORDER BY seq`, last)
		require.NoError(t, err)
		defer rows.Close()
		for rows.Next() {
			var what string
			require.NoError(t, rows.Scan(&last, &what))
			seen = append(seen, what)
		}
	}
	slow, err := db.Begin()
	require.NoError(t, err)
	_, err = slow.Exec(`INSERT INTO event (what) VALUES ('withdrawn')`)
	require.NoError(t, err)
	execSQL(t, db, `INSERT INTO event (what) VALUES ('granted')`)
	tail()
	require.NoError(t, slow.Commit())
	tail()
	tail()
	assert.Equal(t, []string{"granted"}, seen, "the withdrawal is in the table, and the reader will never know")
}

// TestTenOpenAtOnce: migrations are safe when ten processes start on an empty database.
func TestTenOpenAtOnce(t *testing.T) {
	t.Parallel()
	for name, connect := range databases(t) {
		t.Run(name, func(t *testing.T) {
			db := connect(t)
			dbs := make([]*sql.DB, 10)
			for i := range dbs {
				dbs[i] = db()
			}
			var wg sync.WaitGroup
			for _, db := range dbs {
				wg.Go(func() {
					l, err := ledger.Open(t.Context(), db, &ledger.Options{Secret: testSecret})
					if err != nil {
						t.Error(err)
						return
					}
					if _, err = l.Append(t.Context(), entry("a", "k")); err != nil {
						t.Error(err)
					}
					assert.NoError(t, l.Close())
				})
			}
			wg.Wait()
			l := open(t, db(), nil)
			assert.Len(t, all(t, l), 10)
			verify(t, l)
		})
	}
}
