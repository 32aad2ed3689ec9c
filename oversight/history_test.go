package oversight

import (
	"context"
	"database/sql"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// A desk on a log with a long past opens by reading it, says how far it has come, and keeps nothing of what is closed.
func TestDeskOpensOnALongPast(t *testing.T) {
	cases := exam(2_000, 1_000_000)
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "log.db"))
	require.NoError(t, err)
	l, err := ledger.Open(t.Context(), db, &ledger.Options{Secret: []byte("a test secret has 32 bytes, too.")})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		require.NoError(t, db.Close())
	})
	writePast(t, l, cases)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began, worked := time.Now(), cpu(t)
	var words []ledger.Seq
	desk, err := New(context.Background(), l, Policy{}, &Options{Progress: func(read, last ledger.Seq) {
		require.LessOrEqual(t, read, last)
		words = append(words, read)
	}})
	took := time.Since(began)
	worked = cpu(t) - worked
	require.NoError(t, err)
	t.Cleanup(desk.Close)
	require.Zero(t, desk.State().Held+desk.State().Audit)
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d closed cases read in %v (%v of processor time), %.0f entries/s, progress told %d times, %d kB kept",
		cases, took.Round(time.Millisecond), worked.Round(time.Millisecond), float64(4*cases)/took.Seconds(), len(words), (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>10)
	if cases > 2_000 {
		require.Less(t, took, 25*time.Second)
	}
	require.Len(t, words, 4*cases/progressEvery)
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(8<<20))
}

// cpu is the processor time this process has taken: what a reading costs also where others keep the machine busy.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// writePast writes closed cases as a desk would, in large batches.
func writePast(t *testing.T, l *ledger.Ledger, cases int) {
	t.Helper()
	var batch []ledger.Entry
	flush := func() ledger.Seq {
		seq, err := l.Append(context.Background(), batch...)
		require.NoError(t, err)
		batch = batch[:0]
		return seq
	}
	at := ledger.Seq(0)
	for n := range cases {
		id := uuid.New()
		who := "customer " + strconv.Itoa(n%5_000)
		public := openedPublic{
			Probability: 0.02, Held: true, HoldRule: "unsure", Policy: "abc", KeyID: "key", System: "offers", Type: "[]Offer",
			Deadline: time.Now().Add(time.Hour).UnixNano(), Fallback: Rejected, Valid: int64(time.Hour), Began: time.Now().UnixNano(),
		}
		body := openedBody{
			openedHead:   openedHead{Title: "an offer", InputDigest: make([]byte, 32), Digest: make([]byte, 32)},
			openedPapers: openedPapers{Input: []byte(`{"income":3200,"age":41,"loan":"a car"}`), Output: []byte(`[{"product":"loan","price":117}]`)},
		}
		opening := onceID(id, kindOpened)
		token := at + ledger.Seq(len(batch)) + 2 // of the claim below
		batch = append(batch,
			entry(kindOpened, opening, id, who, &public, &body),
			entry(kindClaimed, uuid.New(), id, who, leasePublic{Until: public.Deadline}, leaseBody{Reviewer: "rosa"}),
			entry(kindDecided, tokenID(id, kindDecided, token), id, who, decidedPublic{Token: token, Verdict: Approved}, decidedBody{Reviewer: "rosa", Digest: body.Digest}),
			entry(kindDelivered, onceID(opening, kindDelivered), id, who, nil, nil),
		)
		if len(batch) == 8_000 || n == cases-1 {
			at = flush()
		}
	}
}
