package ledger_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

func TestOpenSaysWhatCannotWork(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log.db")
	good := openSQLite(t, file)
	l := open(t, good, nil)
	add(t, l, entry("a", "k"))
	require.NoError(t, l.Close())
	options := &ledger.Options{Secret: testSecret}
	with := func(f func(*sql.DB), dsn string) *sql.DB {
		db := openSQLite(t, dsn)
		f(db)
		return db
	}
	none := func(*sql.DB) {}
	for name, c := range map[string]struct {
		db   *sql.DB
		o    *ledger.Options
		want error
	}{
		"nil database": {nil, options, ledger.ErrSetup},
		"no options":   {good, nil, ledger.ErrSetup},
		"no secret":    {good, &ledger.Options{}, ledger.ErrSetup},
		"short secret": {good, &ledger.Options{Secret: []byte("short")}, ledger.ErrSetup},
		"wrong secret": {good, &ledger.Options{Secret: []byte("another secret that has 32 bytes")}, ledger.ErrWrongSecret},
		"other origin": {good, &ledger.Options{Secret: testSecret, Origin: "other.example/log"}, ledger.ErrSetup},
		"bad origin":   {openSQLite(t, filepath.Join(t.TempDir(), "x.db")), &ledger.Options{Secret: testSecret, Origin: "a b"}, ledger.ErrSetup},
		"poll":         {good, &ledger.Options{Secret: testSecret, Poll: time.Hour}, ledger.ErrSetup},
		"pool of one":  {with(func(db *sql.DB) { db.SetMaxOpenConns(1) }, file), options, ledger.ErrSetup},
		":memory:":     {with(none, ":memory:"), options, ledger.ErrSetup},
		"read only":    {with(none, "file:"+file+"?mode=ro"), options, ledger.ErrReadOnly},
		"no directory": {with(none, filepath.Join(file, "nowhere", "log.db")), options, ledger.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ledger.Open(t.Context(), c.db, c.o)
			require.ErrorIs(t, err, c.want)
			var detail *ledger.Error
			require.ErrorAs(t, err, &detail)
			assert.NotEmpty(t, detail.Public())
			assert.NotContains(t, err.Error(), string(testSecret))
		})
	}
	execSQL(t, good, `INSERT INTO fairlead_schema (version) VALUES (99)`)
	_, err := ledger.Open(t.Context(), good, options)
	require.ErrorIs(t, err, ledger.ErrSchema)
}

func TestOpenPostgresSaysWhatCannotWork(t *testing.T) {
	dsn := newPostgres(t)
	db := openPostgres(t, dsn)
	l := open(t, db, nil)
	add(t, l, entry("a", "k"))
	require.NoError(t, l.Close())
	execSQL(t, db, `DROP ROLE IF EXISTS fairlead_reader`)
	execSQL(t, db, `CREATE ROLE fairlead_reader LOGIN`)
	execSQL(t, db, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO fairlead_reader`)
	reader := openPostgres(t, strings.Replace(dsn, "//fairlead@", "//fairlead_reader@", 1))
	_, err := ledger.Open(t.Context(), reader, &ledger.Options{Secret: testSecret})
	require.ErrorIs(t, err, ledger.ErrSetup)
	require.NoError(t, reader.Close())
	execSQL(t, db, `DROP OWNED BY fairlead_reader`)
	execSQL(t, db, `DROP ROLE fairlead_reader`)
	nobody := openPostgres(t, "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable&connect_timeout=2")
	_, err = ledger.Open(t.Context(), nobody, &ledger.Options{Secret: testSecret})
	require.ErrorIs(t, err, ledger.ErrUnavailable)
}

// TestSerializableByDefault: the ledger needs read committed and takes it for its own connections.
func TestSerializableByDefault(t *testing.T) {
	t.Parallel()
	dsn := newPostgres(t)
	db := openPostgres(t, dsn)
	var name string
	require.NoError(t, db.QueryRow(`SELECT current_database()`).Scan(&name))
	execSQL(t, db, `ALTER DATABASE `+name+` SET default_transaction_isolation = 'serializable'`)
	execSQL(t, db, `ALTER DATABASE `+name+` SET default_transaction_read_only = on`)
	execSQL(t, db, `ALTER DATABASE `+name+` SET synchronous_commit = off`)
	a, b := open(t, openPostgres(t, dsn), nil), open(t, openPostgres(t, dsn), nil)
	for range 20 {
		add(t, a, entry("a", "k"))
		add(t, b, entry("b", "k"))
	}
	assert.Len(t, all(t, a), 40)
}

func TestFullDisk(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log.db")
	l := open(t, openSQLite(t, "file:"+file+"?_pragma=max_page_count(80)"), nil)
	f, err := l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error { return nil })
	require.NoError(t, err)
	acked := 0
	for {
		_, err = l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "k", Body: make([]byte, 10_000)})
		if err != nil {
			break
		}
		acked++
	}
	require.ErrorIs(t, err, ledger.ErrUnavailable)
	assert.Contains(t, err.Error(), "disk is full")
	require.NoError(t, f.Err())
	assert.Len(t, all(t, l), acked)
	require.NoError(t, l.Close())
	again := open(t, openSQLite(t, file), nil)
	assert.Len(t, all(t, again), acked)
	add(t, again, entry("a", "k"))
	verify(t, again)
}

func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "log.db")
	db := openSQLite(t, file)
	l := open(t, db, nil)
	c, err := db.Conn(t.Context())
	require.NoError(t, err)
	_, err = c.ExecContext(t.Context(), `BEGIN IMMEDIATE`)
	require.NoError(t, err)
	_, err = l.Append(t.Context(), entry("a", "k"))
	require.ErrorIs(t, err, ledger.ErrUnavailable)
	assert.Contains(t, err.Error(), "locked")
	_, err = c.ExecContext(t.Context(), `ROLLBACK`)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	add(t, l, entry("a", "k"))
	assert.Len(t, all(t, l), 1)
}

func TestClockSteps(t *testing.T) {
	for name, connect := range databases(t) {
		t.Run(name, func(t *testing.T) {
			l := open(t, connect(t)(), &ledger.Options{Poll: 10 * time.Second})
			known := add(t, l, entry("a", "k"))
			for _, by := range []time.Duration{-10 * time.Second, 10 * time.Second} {
				ledger.StepClock(l, by)
				_, err := l.Append(t.Context(), entry("a", "k"))
				require.ErrorIs(t, err, ledger.ErrClock)
				retry := known
				retry.Seq = 0
				seq, err := l.Append(t.Context(), retry)
				require.NoError(t, err, "what is known already is no matter of clocks")
				assert.Equal(t, known.Seq, seq)
			}
			ledger.StepClock(l, 0)
			add(t, l, entry("a", "k"))
			assert.Len(t, all(t, l), 2)
		})
	}
}

// TestRestoredBackup: the database is put back to an older state under running followers, and grows again.
func TestRestoredBackup(t *testing.T) {
	t.Parallel()
	for name, connect := range databases(t) {
		for _, grown := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " grown ", grown), func(t *testing.T) {
				db := connect(t)
				l := open(t, db(), &ledger.Options{Poll: 10 * time.Second})
				f, err := l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error { return nil })
				require.NoError(t, err)
				fillWith(t, l, 20)
				admin := db()
				if name == "sqlite" {
					dropTriggers(t, admin)
				} else {
					execSQL(t, admin, `ALTER TABLE fairlead_entry DISABLE TRIGGER USER`)
					execSQL(t, admin, `ALTER TABLE fairlead_body DISABLE TRIGGER USER`)
					execSQL(t, admin, `ALTER TABLE fairlead_checkpoint DISABLE TRIGGER USER`)
				}
				execSQL(t, admin, `DELETE FROM fairlead_entry WHERE seq > 10`)
				execSQL(t, admin, `DELETE FROM fairlead_body WHERE seq > 10`)
				execSQL(t, admin, `DELETE FROM fairlead_checkpoint WHERE size > 10`)
				if grown {
					other := open(t, db(), nil)
					fillWith(t, other, 30)
				}
				fresh := f.Fresh()
				_, err = l.Append(t.Context(), entry("a", "k"))
				require.ErrorIs(t, err, ledger.ErrForked)
				require.ErrorIs(t, f.Wait(t.Context(), 1000), ledger.ErrForked)
				assert.Equal(t, fresh, f.Fresh())
				require.ErrorIs(t, ledger.Look(t.Context(), l), ledger.ErrForked)
			})
		}
	}
}

func TestNothingRunsAfterClose(t *testing.T) {
	for name, connect := range databases(t) {
		t.Run(name, func(t *testing.T) {
			db := connect(t)()
			require.NoError(t, db.Ping())
			before := runtime.NumGoroutine()
			for range 5 {
				l, err := ledger.Open(t.Context(), db, &ledger.Options{Secret: testSecret})
				require.NoError(t, err)
				f, err := l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error { return nil })
				require.NoError(t, err)
				f.After(func(ledger.Entry) {})
				add(t, l, entry("a", "k"))
				for range l.Since(t.Context(), 0) {
					break
				}
				require.NoError(t, l.Close())
			}
			for wait := time.Now(); runtime.NumGoroutine() > before && time.Since(wait) < 10*time.Second; {
				runtime.Gosched() // the driver closes its connections in the background
			}
			assert.LessOrEqual(t, runtime.NumGoroutine(), before)
			assert.LessOrEqual(t, db.Stats().InUse, 0, "its connections are given back")
		})
	}
}

// TestQueueIsBounded holds the database locked while more is appended than the queue takes.
func TestQueueIsBounded(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "log.db"))
	l := open(t, db, nil)
	c, err := db.Conn(t.Context())
	require.NoError(t, err)
	_, err = c.ExecContext(t.Context(), `BEGIN IMMEDIATE`)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	results := make(chan error, 40)
	for range 40 {
		go func() {
			batch := make([]ledger.Entry, 1000)
			for i := range batch {
				batch[i] = ledger.Entry{ID: uuid.New(), Stream: "a", Kind: "k"}
			}
			_, err := l.Append(ctx, batch...)
			results <- err
		}()
	}
	require.Eventually(t, func() bool {
		h, err := l.Health(t.Context())
		return err == nil && h.Queued == 8000
	}, 10*time.Second, time.Millisecond)
	urgent := make(chan error, 1)
	go func() {
		_, err := l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "stop", Critical: true})
		urgent <- err
	}()
	require.Eventually(t, func() bool {
		h, err := l.Health(t.Context())
		return err == nil && h.Queued == 8001
	}, 10*time.Second, time.Millisecond, "the urgent lane has room")
	cancel()
	busy := 0
	for range 39 { // all but the one that is being written
		if err := <-results; err != nil {
			require.ErrorIs(t, err, ledger.ErrBusy)
			require.ErrorIs(t, err, context.Canceled)
			busy++
		}
	}
	assert.Equal(t, 39, busy)
	_, err = c.ExecContext(t.Context(), `ROLLBACK`)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.NoError(t, <-urgent)
	<-results
	verify(t, l)
}
