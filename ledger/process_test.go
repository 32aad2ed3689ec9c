package ledger_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// BenchmarkProcesses has 4 processes of 64 callers each append to one PostgreSQL.
func BenchmarkProcesses(b *testing.B) {
	const processes, callers = 4, 64
	for b.Loop() {
		b.StopTimer()
		dsn := newPostgres(b)
		l, err := ledger.Open(b.Context(), openPostgres(b, dsn), &ledger.Options{Secret: testSecret})
		require.NoError(b, err)
		require.NoError(b, l.Close())
		b.StartTimer()
		began := time.Now()
		const each = 100
		var took []int
		var mu sync.Mutex
		var wg sync.WaitGroup
		for p := range processes {
			cmd, out := spawn(b, job{Driver: "pgx", DSN: dsn, Name: fmt.Sprint(p), Writers: callers, Each: each, Latencies: true})
			wg.Go(func() {
				for out.Scan() {
					var us int
					if _, err := fmt.Sscanf(out.Text(), "took %d", &us); err == nil {
						mu.Lock()
						took = append(took, us)
						mu.Unlock()
					}
				}
				if err := cmd.Wait(); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		elapsed := time.Since(began)
		require.Len(b, took, processes*callers*each)
		slices.Sort(took)
		b.ReportMetric(float64(len(took))/elapsed.Seconds(), "appends/s")
		b.ReportMetric(float64(took[len(took)/2])/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100])/1000, "p99-ms")
	}
}

// TestSnapshotHeldOpen appends for 60 seconds beside a backup that holds a snapshot, in "make exam-snapshot": the rate
// stays. In the usual run it only shows that nothing waits for the snapshot.
func TestSnapshotHeldOpen(t *testing.T) {
	db := openPostgres(t, newPostgres(t))
	l := open(t, db, nil)
	span := 300 * time.Millisecond
	if cycles(0, 1) > 0 {
		span = 60 * time.Second
	}
	rate := func(span time.Duration) float64 {
		var wg sync.WaitGroup
		var mu sync.Mutex
		n := 0
		began := time.Now()
		for w := range 64 {
			wg.Go(func() {
				for time.Since(began) < span {
					_, err := l.Append(t.Context(), typical(w, []byte("body")))
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					n++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		return float64(n) / time.Since(began).Seconds()
	}
	before := rate(min(span, 10*time.Second))
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.Exec(`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`)
	require.NoError(t, err)
	var n int
	require.NoError(t, tx.QueryRow(`SELECT count(*) FROM fairlead_entry`).Scan(&n))
	first := rate(span / 2)
	second := rate(span / 2)
	require.NoError(t, tx.Rollback())
	t.Logf("appends/s: %.0f before, %.0f and %.0f in the two halves of %v beside a snapshot", before, first, second, span)
	if span == 60*time.Second { // the exam; a short run says nothing about a rate
		require.GreaterOrEqual(t, second, 0.7*before)
	}
}
