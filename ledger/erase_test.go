package ledger_test

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

const (
	erasedName  = "Canary-Subject-7f3a"
	erasedWords = "canary-plaintext-91c4"
)

// traces are the bytes that must be gone: the name, the words, and what the tables hold of the subject.
func traces(t *testing.T, db *sql.DB) (list [][]byte) {
	t.Helper()
	list = append(list, []byte(erasedName), []byte(erasedWords))
	rows, err := db.Query(`SELECT token, wrapped, name FROM fairlead_subject`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var token, wrapped, name []byte
		require.NoError(t, rows.Scan(&token, &wrapped, &name))
		list = append(list, token, token[:16], wrapped, wrapped[len(wrapped)-32:], name)
	}
	require.NoError(t, rows.Err())
	return list
}

func eraseMany(t *testing.T, l *ledger.Ledger, before func()) {
	const n = 10_000
	batch := make([]ledger.Entry, 500)
	for first := 0; first < n; first += len(batch) {
		for i := range batch {
			batch[i] = ledger.Entry{Stream: "a", Kind: "k", Subject: erasedName, Body: []byte(erasedWords + fmt.Sprint(first+i))}
		}
		_, err := l.Append(t.Context(), batch...)
		require.NoError(t, err)
	}
	early, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	before()
	done, err := l.Erase(t.Context(), erasedName)
	require.NoError(t, err)
	assert.Equal(t, n, done.Bodies)
	_, err = l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "k", Subject: "somebody else"})
	require.NoError(t, err)
	report := verify(t, l, early)
	assert.Equal(t, n, report.Removed)
	assert.Equal(t, ledger.Seq(n+2), report.Entries)
	for seq := ledger.Seq(1); seq <= n; seq += 501 {
		p, err := l.Prove(t.Context(), seq)
		require.NoError(t, err)
		require.NoError(t, p.Check(l.PublicKey()))
	}
	c, err := l.ProveConsistency(t.Context(), early)
	require.NoError(t, err)
	require.NoError(t, c.Check(l.PublicKey()))
}

func TestEraseLeavesNoByteInSQLite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "log.db")
	db := openSQLite(t, file)
	l := open(t, db, nil)
	var gone [][]byte
	var before []byte
	eraseMany(t, l, func() {
		gone = traces(t, db)
		checkpointWAL(t, db)
		before = read(t, file)
	})
	for i, b := range gone[2:] {
		require.True(t, bytes.Contains(before, b), "the test looks for what was there: %d", i)
	}
	checkpointWAL(t, db)
	after := append(read(t, file), read(t, file+"-wal")...)
	for i, b := range gone {
		assert.False(t, bytes.Contains(after, b), "trace %d is in the file", i)
	}
}

// checkpointWAL is the documented step after which the -wal file holds nothing either. It is busy while the ledger itself reads or
// writes, as its checkpointer may, and is then asked for again.
func checkpointWAL(t *testing.T, db *sql.DB) {
	t.Helper()
	require.Eventually(t, func() bool {
		var busy, log, moved int
		err := db.QueryRow(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &moved)
		return err == nil && busy == 0
	}, time.Minute, 10*time.Millisecond)
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	return b
}

func TestEraseLeavesNoByteInPostgres(t *testing.T) {
	t.Parallel()
	db := openPostgres(t, newPostgres(t))
	l := open(t, db, nil)
	var gone [][]byte
	eraseMany(t, l, func() { gone = traces(t, db) })
	_, err := db.Exec(`VACUUM FULL`)
	require.NoError(t, err)
	for _, table := range []string{"entry", "body", "subject", "gone", "tile", "checkpoint", "state", "schema"} {
		rows, err := db.Query(`SELECT x::text FROM fairlead_` + table + ` x`)
		require.NoError(t, err)
		for rows.Next() {
			var text string
			require.NoError(t, rows.Scan(&text))
			for i, b := range gone {
				require.NotContains(t, text, string(b), "trace %d in %s", i, table)
				require.NotContains(t, text, hex.EncodeToString(b), "trace %d in %s", i, table)
			}
		}
		require.NoError(t, rows.Err())
	}
	files, err := db.Query(`SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) FROM pg_class c
		WHERE relname LIKE 'fairlead%' AND relkind IN ('r', 'i') AND pg_relation_size(c.oid) > 0`)
	require.NoError(t, err)
	defer files.Close()
	count := 0
	for files.Next() {
		var file []byte
		require.NoError(t, files.Scan(&file))
		count++
		for i, b := range gone {
			assert.False(t, bytes.Contains(file, b), "trace %d is in a file", i)
		}
	}
	require.NoError(t, files.Err())
	assert.Greater(t, count, 5)
}

// TestOldCopies: a copy made before the erasure opens with the secret of its time, and with no other.
func TestOldCopies(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "log.db")
	db := openSQLite(t, file)
	l := open(t, db, nil)
	_, err := l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "k", Subject: erasedName, Body: []byte(erasedWords)})
	require.NoError(t, err)
	checkpointWAL(t, db)
	backup := filepath.Join(dir, "backup.db")
	require.NoError(t, os.WriteFile(backup, read(t, file), 0o600))

	_, err = l.Erase(t.Context(), erasedName)
	require.NoError(t, err)
	next := []byte("the next secret has 32 bytes too")
	require.NoError(t, l.Rekey(t.Context(), next))
	require.NoError(t, l.Close())

	_, err = ledger.Open(t.Context(), openSQLite(t, file), &ledger.Options{Secret: testSecret})
	require.ErrorIs(t, err, ledger.ErrWrongSecret, "the old secret is retired")
	verify(t, open(t, openSQLite(t, file), &ledger.Options{Secret: next}))

	_, err = ledger.Open(t.Context(), openSQLite(t, backup), &ledger.Options{Secret: next})
	require.ErrorIs(t, err, ledger.ErrWrongSecret, "the new secret does not open the old copy")
	old := open(t, openSQLite(t, backup), &ledger.Options{Secret: testSecret})
	found := 0
	for e, err := range old.Find(t.Context(), erasedName) {
		require.NoError(t, err)
		assert.Equal(t, erasedWords, string(e.Body), "who keeps the old secret can still read old copies")
		found++
	}
	assert.Equal(t, 1, found)
}

// TestEraseRace: a key cached in A, the subject erased in B, another entry in A. A, B and a replay agree.
func TestEraseRace(t *testing.T) {
	t.Parallel()
	for name, connect := range databases(t) {
		t.Run(name, func(t *testing.T) {
			db := connect(t)
			a, b := open(t, db(), nil), open(t, db(), nil)
			pa, pb := newPeople("s"), newPeople("s")
			fa, fb := follow(t, a, pa), follow(t, b, pb)
			for round := range 20 {
				for range 3 {
					add(t, a, ledger.Entry{Stream: "s", Kind: "k", Subject: "anna", Body: []byte("before")})
				}
				done, err := b.Erase(t.Context(), "anna")
				require.NoError(t, err)
				require.Equal(t, 3, done.Bodies-min(round, 1), "with the one left by the round before")
				last := add(t, a, ledger.Entry{Stream: "s", Kind: "k", Subject: "anna", Body: []byte("after")}).Seq
				require.NoError(t, fa.Wait(t.Context(), last))
				require.NoError(t, fb.Wait(t.Context(), last))
			}
			replayed := newPeople("s")
			follow(t, open(t, db(), nil), replayed)
			assert.Equal(t, map[string]int{"anna": 1}, replayed.known)
			fa.Close()
			fb.Close()
			assert.Equal(t, replayed, pa)
			assert.Equal(t, replayed, pb)
			verify(t, a)
		})
	}
}

// databases returns how to make an empty database of each kind; each call of what that returns connects to it anew, as
// another process would.
func databases(testing.TB) map[string]func(testing.TB) func() *sql.DB {
	return map[string]func(testing.TB) func() *sql.DB{
		"sqlite": func(t testing.TB) func() *sql.DB {
			file := filepath.Join(t.TempDir(), "log.db")
			return func() *sql.DB { return openSQLite(t, file) }
		},
		"postgres": func(t testing.TB) func() *sql.DB {
			dsn := newPostgres(t)
			return func() *sql.DB { return openPostgres(t, dsn) }
		},
	}
}
