package ledger_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// tampering are what somebody can do who has the database but no checkpoint that was kept elsewhere: he drops the
// triggers, changes stored rows, and recomputes whatever hash stands beside them.
type tampering struct {
	ctx context.Context
	tx  *sql.Conn
	rnd *rand.Rand
	n   int64 // entries
	err error
}

func (x *tampering) exec(query string, args ...any) {
	if x.err == nil {
		_, x.err = x.tx.ExecContext(x.ctx, query, args...)
	}
}

func (x *tampering) at() int64 { return 1 + x.rnd.Int64N(x.n) }

// shift moves all rows of a table from a position on, away and back to avoid collisions.
func (x *tampering) shift(from, by int64) {
	for _, table := range []string{"fairlead_entry", "fairlead_body"} {
		x.exec(`UPDATE `+table+` SET seq = -(seq + ?) WHERE seq >= ?`, by, from)
		x.exec(`UPDATE ` + table + ` SET seq = -seq WHERE seq < 0`)
	}
}

func (x *tampering) copyRow(from, to int64) {
	x.exec(`INSERT INTO fairlead_entry SELECT ?, at, stream, kind, version, critical, public, commitment, leaf FROM fairlead_entry WHERE seq = ?`, to, from)
	x.exec(`INSERT INTO fairlead_body SELECT ?, randomblob(16), key, token, sealed FROM fairlead_body WHERE seq = ?`, to, from)
}

var tamperings = map[string]func(x *tampering){
	"flip": func(x *tampering) {
		column := []string{"e.public", "e.commitment", "e.leaf", "b.sealed", "b.token", "b.id"}[x.rnd.IntN(6)]
		table := map[byte]string{'e': "fairlead_entry", 'b': "fairlead_body"}[column[0]]
		seq := x.at()
		var value []byte
		if x.err = x.tx.QueryRowContext(x.ctx, `SELECT `+column[2:]+` FROM `+table+` WHERE seq = ?`, seq).Scan(&value); x.err == nil {
			value[x.rnd.IntN(len(value))] ^= 1 << x.rnd.IntN(8)
			x.exec(`UPDATE `+table+` SET `+column[2:]+` = ? WHERE seq = ?`, value, seq)
		}
	},
	"delete": func(x *tampering) {
		seq := x.at()
		x.exec(`DELETE FROM fairlead_entry WHERE seq = ?`, seq)
		x.exec(`DELETE FROM fairlead_body WHERE seq = ?`, seq)
		if x.rnd.IntN(2) == 0 { // and close the gap
			x.shift(seq, -1)
		}
	},
	"delete a body": func(x *tampering) { x.exec(`DELETE FROM fairlead_body WHERE seq = ?`, x.at()) },
	"insert": func(x *tampering) {
		seq := x.at()
		x.shift(seq, 1)
		x.copyRow(x.at()%seq+seq+1, seq)
		x.exec(`UPDATE fairlead_entry SET at = at + 1 WHERE seq = ?`, seq)
		x.exec(`INSERT INTO fairlead_entry SELECT ?, 1, 'a', 'k', 0, 0, x'', zeroblob(32), zeroblob(32)
			WHERE NOT EXISTS (SELECT 1 FROM fairlead_entry WHERE seq = ?)`, seq, seq)
	},
	"reorder": func(x *tampering) {
		a := x.at()
		b := a%x.n + 1
		for _, table := range []string{"fairlead_entry", "fairlead_body"} {
			x.exec(`UPDATE `+table+` SET seq = -seq WHERE seq IN (?, ?)`, a, b)
			x.exec(`UPDATE `+table+` SET seq = CASE seq WHEN ? THEN ? ELSE ? END WHERE seq < 0`, -a, b, a)
		}
	},
	"duplicate": func(x *tampering) {
		seq := x.at()
		x.shift(seq+1, 1)
		x.copyRow(seq, seq+1)
	},
	"cut the tail": func(x *tampering) {
		seq := x.at()
		x.exec(`DELETE FROM fairlead_entry WHERE seq >= ?`, seq)
		x.exec(`DELETE FROM fairlead_body WHERE seq >= ?`, seq)
		x.exec(`DELETE FROM fairlead_tile WHERE level > 0 OR (n + 1) * 256 >= ?`, seq)
	},
	"roll back": func(x *tampering) { // as if an older copy had been put back, its own checkpoints included
		seq := x.at()
		x.exec(`DELETE FROM fairlead_entry WHERE seq >= ?`, seq)
		x.exec(`DELETE FROM fairlead_body WHERE seq >= ?`, seq)
		x.exec(`DELETE FROM fairlead_tile WHERE level > 0 OR (n + 1) * 256 >= ?`, seq)
		x.exec(`DELETE FROM fairlead_checkpoint WHERE size >= ?`, seq)
	},
	"fork": func(x *tampering) { // the past is the same, from here on it is another story of the same length
		seq := x.at()
		x.exec(`UPDATE fairlead_entry SET at = at + 1000 WHERE seq >= ?`, seq)
		x.exec(`DELETE FROM fairlead_tile`)
		x.exec(`DELETE FROM fairlead_checkpoint WHERE size >= ?`, seq)
	},
	"swap bodies": func(x *tampering) {
		a := x.at()
		b := a%x.n + 1
		x.exec(`UPDATE fairlead_body SET seq = -seq WHERE seq IN (?, ?)`, a, b)
		x.exec(`UPDATE fairlead_body SET seq = CASE seq WHEN ? THEN ? ELSE ? END WHERE seq < 0`, -a, b, a)
	},
	"change a time": func(x *tampering) { x.exec(`UPDATE fairlead_entry SET at = at - 3600000000000 WHERE seq = ?`, x.at()) },
	"shift a field": func(x *tampering) { // the bytes stay, the boundary between stream and kind moves
		x.exec(`UPDATE fairlead_entry SET stream = stream || substr(kind, 1, 1), kind = substr(kind, 2) WHERE seq = ?`, x.at())
	},
}

// TestTampering needs a checkpoint kept elsewhere for "roll back", "fork" and "cut the tail" where the attacker removes
// the log's own; it shows by "uncovered tail" what no checkpoint shows.
func TestTampering(t *testing.T) {
	t.Parallel()
	const n = 300
	rounds := 100
	switch {
	case os.Getenv("FAIRLEAD_EXAM") != "":
		rounds = 1000
	case testing.Short():
		rounds = 50
	}
	db := openSQLite(t, filepath.Join(t.TempDir(), "log.db"))
	l := open(t, db, nil)
	for range n {
		e := ledger.Entry{Stream: "consent", Kind: "consent.granted", Subject: "somebody", Public: []byte("public"), Body: []byte("body")}
		_, err := l.Append(t.Context(), e)
		require.NoError(t, err)
	}
	kept, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	triggers := dropTriggers(t, db)
	require.NotEmpty(t, triggers)
	check, err := ledger.OpenQuiet(t.Context(), db, &ledger.Options{Secret: testSecret})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, check.Close()) })
	verify(t, check, kept)
	for name, tamper := range tamperings {
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, 2))
			for i := range rounds {
				detected(t, check, kept, tamper, rnd, n, fmt.Sprint(name, " ", i))
			}
		})
	}
}

// detected tampers in a transaction on the very connection that Verify reads with, and takes it back.
func detected(t *testing.T, l *ledger.Ledger, kept []byte, tamper func(*tampering), rnd *rand.Rand, n int64, what string) {
	t.Helper()
	x := &tampering{ctx: t.Context(), rnd: rnd, n: n}
	on := func(f func()) {
		require.NoError(t, ledger.OnReader(x.ctx, l, func(c *sql.Conn) error { x.tx = c; f(); return x.err }), what)
	}
	on(func() { x.exec(`BEGIN`); tamper(x) })
	report, err := l.Verify(t.Context(), kept)
	require.ErrorIs(t, err, ledger.ErrTampered, "%s: %v", what, report)
	on(func() { x.exec(`ROLLBACK`) })
}

var tampered = []string{"fairlead_entry", "fairlead_body", "fairlead_tile", "fairlead_checkpoint"}

func execSQL(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	_, err := db.Exec(query, args...)
	require.NoError(t, err, query)
}

func dropTriggers(t testing.TB, db *sql.DB) (names []string) {
	t.Helper()
	rows, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'trigger'`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Close())
	for _, name := range names {
		execSQL(t, db, `DROP TRIGGER `+name)
	}
	return names
}

// TestWhatNoCheckpointShows documents the limits that the package doc states.
func TestWhatNoCheckpointShows(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log.db")
	db := openSQLite(t, file)
	l := open(t, db, nil)
	fillWith(t, l, 20)
	kept, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	fillWith(t, l, 5)
	require.NoError(t, l.Close())
	dropTriggers(t, db)
	for _, table := range tampered[:2] {
		execSQL(t, db, `DELETE FROM `+table+` WHERE seq > 20`)
	}
	execSQL(t, db, `DELETE FROM fairlead_checkpoint WHERE size > 20`)
	report := verify(t, open(t, db, nil), kept)
	assert.Equal(t, ledger.Seq(20), report.Entries, "the uncovered tail was cut off and nothing shows it")

	other := openSQLite(t, filepath.Join(t.TempDir(), "log.db"))
	rewritten := open(t, other, nil)
	fillWith(t, rewritten, 20)
	report = verify(t, rewritten)
	assert.Zero(t, report.Trusted)
	assert.Contains(t, report.String(), "Not proved: that the owner of the signing key did not rewrite the whole log")
	_, err = rewritten.Verify(t.Context(), kept)
	require.ErrorIs(t, err, ledger.ErrTampered, "a log that was rewritten under a new key; the kept checkpoint shows it")
}

// TestRewriteByTheOwner: who has the database, the secret and so the signing key signs another history. The log itself
// agrees with it; a checkpoint kept elsewhere does not.
func TestRewriteByTheOwner(t *testing.T) {
	dir := t.TempDir()
	db := openSQLite(t, filepath.Join(dir, "log.db"))
	l := open(t, db, nil)
	fillWith(t, l, 1)
	require.NoError(t, l.Close())
	_, err := db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	require.NoError(t, err)
	bare, err := os.ReadFile(filepath.Join(dir, "log.db"))
	require.NoError(t, err)
	l = open(t, db, nil)
	fillWith(t, l, 20)
	kept, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "other.db"), bare, 0o600))
	owner := open(t, openSQLite(t, filepath.Join(dir, "other.db")), nil)
	fillWith(t, owner, 20)
	assert.Equal(t, l.PublicKey(), owner.PublicKey())
	verify(t, owner)
	_, err = owner.Verify(t.Context(), kept)
	require.ErrorIs(t, err, ledger.ErrTampered)
	_, err = owner.ProveConsistency(t.Context(), kept)
	require.ErrorIs(t, err, ledger.ErrForked)
	var export bytes.Buffer
	require.NoError(t, owner.Export(t.Context(), &export))
	_, err = ledger.VerifyExport(bytes.NewReader(export.Bytes()), owner.PublicKey())
	require.NoError(t, err)
	_, err = ledger.VerifyExport(bytes.NewReader(export.Bytes()), owner.PublicKey(), kept)
	require.ErrorIs(t, err, ledger.ErrTampered)
}

// TestTriggersStopAccidents on both databases.
func TestTriggersStopAccidents(t *testing.T) {
	for name, db := range map[string]func() *sql.DB{
		"sqlite":   func() *sql.DB { return openSQLite(t, filepath.Join(t.TempDir(), "log.db")) },
		"postgres": func() *sql.DB { return openPostgres(t, newPostgres(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			if name == "postgres" {
				server(t)
			}
			db := db()
			l := open(t, db, nil)
			fillWith(t, l, 300)
			_, err := l.Checkpoint(t.Context())
			require.NoError(t, err)
			for _, query := range []string{
				`UPDATE fairlead_entry SET at = 0`, `DELETE FROM fairlead_entry WHERE seq = 1`, `UPDATE fairlead_body SET key = id`,
				`DELETE FROM fairlead_body WHERE seq = 1`, `UPDATE fairlead_tile SET n = 9`, `DELETE FROM fairlead_tile`,
				`UPDATE fairlead_checkpoint SET size = 9`, `DELETE FROM fairlead_checkpoint`,
			} {
				_, err := db.Exec(query)
				require.ErrorContains(t, err, "fairlead", query)
			}
			verify(t, l)
		})
	}
}

func TestErrorsOfTamperingHoldNothingPersonal(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "log.db"))
	l := open(t, db, nil)
	_, err := l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "k", Subject: "canary", Body: []byte("canary")})
	require.NoError(t, err)
	dropTriggers(t, db)
	execSQL(t, db, `UPDATE fairlead_body SET sealed = zeroblob(80)`)
	for _, err := range l.Find(t.Context(), "canary") {
		require.ErrorIs(t, err, ledger.ErrTampered)
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), "canary")
	}
}
