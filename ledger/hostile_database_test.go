package ledger_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// TestTablesThatAreNotOurs: what stands under our names but is not what we made is a wrong setup, said at Open.
func TestTablesThatAreNotOurs(t *testing.T) {
	t.Parallel()
	for kind, connect := range databases(t) {
		for name, statements := range map[string][]string{
			"a version and no tables": {`CREATE TABLE fairlead_schema (version INTEGER PRIMARY KEY)`, `INSERT INTO fairlead_schema VALUES (1)`},
			"another table of a name": {`CREATE TABLE fairlead_entry (x INTEGER)`},
			"another schema table":    {`CREATE TABLE fairlead_schema (release TEXT)`},
			"a view":                  {`CREATE VIEW fairlead_body AS SELECT 1 AS x`},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				db := connect(t)()
				for _, s := range statements {
					execSQL(t, db, s)
				}
				_, err := ledger.Open(t.Context(), db, &ledger.Options{Secret: testSecret})
				require.ErrorIs(t, err, ledger.ErrSetup)
				var own *ledger.Error
				require.ErrorAs(t, err, &own)
				assert.Zero(t, db.Stats().InUse, "no connection is left held")
			})
		}
	}
}

// TestTableDroppedUnderneath: calls fail with a typed error, the ledger closes, and nothing hangs.
func TestTableDroppedUnderneath(t *testing.T) {
	t.Parallel()
	for kind, connect := range databases(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			db := connect(t)()
			l := open(t, db, nil)
			add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna"})
			f, err := l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error { return nil })
			require.NoError(t, err)
			execSQL(t, db, `DROP TABLE fairlead_body`)
			_, err = l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "k", Subject: "anna"})
			require.Error(t, err)
			var own *ledger.Error
			require.ErrorAs(t, err, &own)
			_, err = l.Erase(t.Context(), "anna")
			require.ErrorAs(t, err, &own)
			_, err = l.Verify(t.Context())
			require.ErrorAs(t, err, &own)
			for _, err := range l.Since(t.Context(), 0) {
				require.ErrorAs(t, err, &own)
			}
			require.NoError(t, f.Err(), "what was folded is still right; Fresh says how old it is")
			require.NoError(t, l.Close())
		})
	}
}

// TestMissingTriggers: they stop accidents and prove nothing, so the log works without; Verify finds what they would have
// stopped.
func TestMissingTriggers(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "log.db"))
	l := open(t, db, nil)
	require.NotEmpty(t, dropTriggers(t, db))
	add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna", Body: []byte("x")})
	done, err := l.Erase(t.Context(), "anna")
	require.NoError(t, err)
	assert.Equal(t, 1, done.Bodies)
	add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "ben", Body: []byte("x")})
	verify(t, l)
	execSQL(t, db, `DELETE FROM fairlead_body WHERE seq = 3`)
	_, err = l.Verify(t.Context())
	require.ErrorIs(t, err, ledger.ErrTampered)
}

// TestDatabaseClosedUnderneath: an application that closes its database too early gets errors, not a hang.
func TestDatabaseClosedUnderneath(t *testing.T) {
	t.Parallel()
	for kind, connect := range databases(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			db := connect(t)()
			l := open(t, db, nil)
			add(t, l, entry("a", "k"))
			closed := make(chan error, 1)
			go func() { closed <- db.Close() }()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			require.Eventually(t, func() bool { return db.PingContext(ctx) != nil }, 10*time.Second, time.Millisecond)
			_, err := l.Append(ctx, entry("a", "k"))
			if err != nil {
				var own *ledger.Error
				require.ErrorAs(t, err, &own)
			}
			require.NoError(t, l.Close())
			require.NoError(t, <-closed)
			_, err = l.Append(ctx, entry("a", "k"))
			require.ErrorIs(t, err, ledger.ErrClosed)
		})
	}
}

// TestPoolThatIsUsedUp: the application holds every connection that the ledger does not; the ledger goes on.
func TestPoolThatIsUsedUp(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "log.db"))
	db.SetMaxOpenConns(3)
	l := open(t, db, nil)
	held, err := db.Conn(t.Context())
	require.NoError(t, err)
	add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna"})
	_, err = l.Erase(t.Context(), "anna")
	require.NoError(t, err)
	verify(t, l)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = ledger.Open(ctx, db, &ledger.Options{Secret: testSecret})
	require.ErrorIs(t, err, ledger.ErrUnavailable, "a second ledger finds no connection, and its context ends the wait")
	require.NoError(t, held.Close())
}

// TestHugeEntries: pages end by their bytes, and nothing is skipped where they do.
func TestHugeEntries(t *testing.T) {
	t.Parallel()
	for kind, connect := range databases(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			l := open(t, connect(t)(), nil)
			const n = 13
			for i := range n {
				body := bytes.Repeat([]byte{byte(i)}, 1<<20-100)
				add(t, l, ledger.Entry{Stream: []string{"a", "b"}[i%2], Kind: "k", Subject: "anna", Key: uuid.NameSpaceOID, Body: body})
			}
			check := func(list []ledger.Entry) {
				require.Len(t, list, n)
				for i, e := range list {
					require.Equal(t, ledger.Seq(i+1), e.Seq)
					require.Len(t, e.Body, 1<<20-100)
					require.Equal(t, byte(i), e.Body[0])
				}
			}
			check(all(t, l))
			list, err := l.Get(t.Context(), uuid.NameSpaceOID)
			require.NoError(t, err)
			check(list)
			list = nil
			for e, err := range l.Find(t.Context(), "anna", "a", "b") {
				require.NoError(t, err)
				list = append(list, e)
			}
			check(list)
			count := 0
			_, err = l.Follow(t.Context(), []string{"a", "b"}, func(ledger.Entry, time.Time) error { count++; return nil })
			require.NoError(t, err)
			assert.Equal(t, n, count)
			verify(t, l)
		})
	}
}

// TestRekeyTwice: back and forth, and beside appends; every secret but the last is refused.
func TestRekeyTwice(t *testing.T) {
	t.Parallel()
	secrets := [][]byte{testSecret, []byte("the second secret has 32 bytes.."), []byte("the third secret has 32 bytes...")}
	for kind, connect := range databases(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			db := connect(t)()
			l := open(t, db, nil)
			stop, done := make(chan struct{}), make(chan int, 1)
			go func() {
				n := 0
				for {
					select {
					case <-stop:
						done <- n
						return
					default:
					}
					if _, err := l.Append(context.Background(), ledger.Entry{Stream: "a", Kind: "k", Subject: "anna"}); err != nil {
						t.Error(err)
					}
					n++
				}
			}()
			require.NoError(t, l.Rekey(t.Context(), secrets[1]))
			require.NoError(t, l.Rekey(t.Context(), secrets[1]), "to the same")
			require.NoError(t, l.Rekey(t.Context(), secrets[2]))
			require.ErrorIs(t, l.Rekey(t.Context(), []byte("short")), ledger.ErrSetup)
			close(stop)
			n := <-done
			assert.Len(t, all(t, l), n+3)
			verify(t, l)
			require.NoError(t, l.Close())
			for _, old := range secrets[:2] {
				_, err := ledger.Open(t.Context(), db, &ledger.Options{Secret: old})
				require.ErrorIs(t, err, ledger.ErrWrongSecret)
			}
			again := open(t, db, &ledger.Options{Secret: secrets[2]})
			assert.Len(t, all(t, again), n+3)
		})
	}
}

// TestRekeyBesideAnotherProcess: who still has the retired secret refuses to write about new people, as nobody could read
// it with the next one.
func TestRekeyBesideAnotherProcess(t *testing.T) {
	t.Parallel()
	next := []byte("the second secret has 32 bytes..")
	for kind, connect := range databases(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			db := connect(t)
			a, b := open(t, db(), nil), open(t, db(), nil)
			add(t, a, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna"})
			add(t, b, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna"})
			require.NoError(t, a.Rekey(t.Context(), next))
			for _, subject := range []string{"new to b", "anna", "new to b too"} {
				_, err := b.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "k", Subject: subject})
				require.ErrorIs(t, err, ledger.ErrWrongSecret, subject)
			}
			_, err := b.Erase(t.Context(), "anna")
			require.ErrorIs(t, err, ledger.ErrWrongSecret)
			add(t, a, ledger.Entry{Stream: "a", Kind: "k", Subject: "new to a"})
			again := open(t, db(), &ledger.Options{Secret: next})
			assert.Len(t, all(t, again), 4)
			verify(t, again)
		})
	}
}

// TestFollowWhileClosing: each Follow either follows and is ended, or is refused; none waits.
func TestFollowWhileClosing(t *testing.T) {
	for kind, connect := range map[string]func(*testing.T) *ledger.Ledger{
		"memory": func(*testing.T) *ledger.Ledger { return ledger.Memory(nil) },
		"sqlite": func(t *testing.T) *ledger.Ledger {
			return open(t, openSQLite(t, filepath.Join(t.TempDir(), "log.db")), nil)
		},
	} {
		t.Run(kind, func(t *testing.T) {
			l := connect(t)
			add(t, l, entry("a", "k"))
			begun, results := make(chan struct{}, 8), make(chan error, 8)
			for range 8 {
				go func() {
					begun <- struct{}{}
					f, err := l.Follow(context.Background(), nil, func(ledger.Entry, time.Time) error { return nil })
					if err == nil {
						err = f.Wait(context.Background(), 99)
					}
					results <- err
				}()
			}
			<-begun
			require.NoError(t, l.Close())
			for range 8 {
				require.ErrorIs(t, <-results, ledger.ErrClosed)
			}
		})
	}
}
