package ledger_test

import (
	"bufio"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/pgtest"
	"github.com/fairlead-go/fairlead/ledger"
)

// examEnv multiplies the cycles of the kill and cut tests: "make exam-kill" sets it.
const examEnv = "FAIRLEAD_EXAM"

func cycles(quick, exam int) int {
	if n, err := strconv.Atoi(os.Getenv(examEnv)); err == nil && n > 0 {
		return n
	}
	if os.Getenv(examEnv) != "" {
		return exam
	}
	return quick
}

// ack is an entry a child was told is durable.
type ack struct {
	seq ledger.Seq
	id  uuid.UUID
}

// killAfter lets a child append until some acknowledgements have come, kills it and returns all that came.
func killAfter(t *testing.T, cmd *exec.Cmd, out *bufio.Scanner, n int, kill func()) (acks []ack) {
	t.Helper()
	for out.Scan() {
		var a ack
		var id string
		if _, err := fmt.Sscanf(out.Text(), "ack %d %s", &a.seq, &id); err != nil {
			continue // the line that was cut
		}
		var err error
		if a.id, err = uuid.Parse(id); err != nil {
			continue
		}
		if acks = append(acks, a); len(acks) == n {
			kill()
		}
	}
	_ = cmd.Wait()
	return acks
}

// keeps checks that every acknowledged entry is where it was said to be, and returns the head.
func keeps(t *testing.T, l *ledger.Ledger, after ledger.Seq, acks []ack) ledger.Seq {
	t.Helper()
	at := map[ledger.Seq]uuid.UUID{}
	head := after
	for e, err := range l.Since(t.Context(), after) {
		require.NoError(t, err)
		at[e.Seq] = e.ID
		require.Equal(t, head+1, e.Seq)
		head = e.Seq
	}
	for _, a := range acks {
		require.Equal(t, a.id, at[a.seq], "acknowledged at %d", a.seq)
	}
	return head
}

func killCycles(t *testing.T, driver, dsn string, rounds int, kill func(*exec.Cmd), revive func()) {
	rnd := rand.New(rand.NewPCG(7, uint64(rounds)))
	head, total := ledger.Seq(0), 0
	var kept []byte
	for round := range rounds {
		cmd, out := spawn(t, job{Driver: driver, DSN: dsn, Name: fmt.Sprint("r", round, "-"), Writers: 8})
		acks := killAfter(t, cmd, out, 1+rnd.IntN(60), func() { kill(cmd) })
		total += len(acks)
		revive()
		db, err := sql.Open(driver, dsn)
		require.NoError(t, err)
		l, err := ledger.OpenQuiet(t.Context(), db, &ledger.Options{Secret: testSecret})
		require.NoError(t, err, "round %d", round)
		head = keeps(t, l, head, acks)
		if round%10 == 9 || round == rounds-1 {
			if kept != nil {
				verify(t, l, kept)
			}
			kept, err = l.Checkpoint(t.Context())
			require.NoError(t, err)
			p, err := l.Prove(t.Context(), 1+ledger.Seq(rnd.Uint64N(uint64(head))))
			require.NoError(t, err)
			require.NoError(t, p.Check(l.PublicKey()))
		}
		require.NoError(t, l.Close())
		require.NoError(t, db.Close())
	}
	t.Logf("%d kills, %d acknowledged entries, 0 lost, %d in the log", rounds, total, head)
}

func sigkill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func TestKillSQLite(t *testing.T) {
	t.Parallel()
	killCycles(t, "sqlite", filepath.Join(t.TempDir(), "log.db"), cycles(30, 1000), sigkill, func() {})
}

func TestKillPostgres(t *testing.T) {
	t.Parallel()
	killCycles(t, "pgx", newPostgres(t), cycles(30, 1000), sigkill, func() {})
}

// TestKillPostgresServer stops the server as a crash would, with a cluster of its own.
func TestKillPostgresServer(t *testing.T) {
	t.Parallel()
	c, err := pgtest.Start()
	if err != nil {
		t.Skip("no PostgreSQL: ", err)
	}
	t.Cleanup(c.Stop)
	if !c.Private() {
		t.Skip("the server is not ours to kill")
	}
	killCycles(t, "pgx", c.Admin(), min(100, cycles(3, 100)), func(cmd *exec.Cmd) {
		require.NoError(t, c.Kill())
		sigkill(cmd)
	}, func() { require.NoError(t, c.Up()) })
}
