package oversight_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/fairlead-go/fairlead/internal/pgtest"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
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
	code := m.Run()
	if started.Load() {
		if c, err := cluster(); err == nil {
			c.Stop()
		}
	}
	os.Exit(code)
}

// examined says whether this is an exam, whose figures count: make exam-hold, exam-exclusive, exam-desk.
func examined() bool { return os.Getenv("FAIRLEAD_EXAM") != "" }

// size is that of the exams, or the quick one of every run.
func size(quick, exam int) int {
	switch v := os.Getenv("FAIRLEAD_EXAM"); {
	case v == "":
		return quick
	default:
		if n, err := strconv.Atoi(v); err == nil && n > 1 {
			return n
		}
		return exam
	}
}

// store is a kind of ledger that can be opened several times, as by several processes.
type store struct{ driver, dsn string }

func (s store) open(t testing.TB) *ledger.Ledger {
	t.Helper()
	db, err := sql.Open(s.driver, s.dsn)
	require.NoError(t, err)
	l, err := ledger.Open(context.Background(), db, &ledger.Options{Secret: []byte("a test secret has 32 bytes, too.")})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		require.NoError(t, db.Close())
	})
	return l
}

func sqliteStore(t testing.TB) store {
	t.Helper()
	return store{"sqlite", filepath.Join(t.TempDir(), "log.db")}
}

// postgresStore makes an empty database, or skips with the reason why there is none.
func postgresStore(t testing.TB) store {
	t.Helper()
	c, err := cluster()
	if err != nil {
		t.Skip("no PostgreSQL: ", err)
	}
	name, dsn, err := c.Database()
	require.NoError(t, err)
	admin, err := sql.Open("pgx", c.Admin())
	require.NoError(t, err)
	_, err = admin.Exec(`CREATE DATABASE ` + name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`)
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	return store{"pgx", dsn}
}

// onStores runs a test on every store, with as many ledgers on it as one asks for: on Memory they are all the same one.
func onStores(t *testing.T, run func(t *testing.T, open func() *ledger.Ledger)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		l := ledger.Memory(nil)
		run(t, func() *ledger.Ledger { return l })
	})
	t.Run("sqlite", func(t *testing.T) {
		s := sqliteStore(t)
		run(t, func() *ledger.Ledger { return s.open(t) })
	})
	t.Run("postgres", func(t *testing.T) {
		s := postgresStore(t)
		run(t, func() *ledger.Ledger { return s.open(t) })
	})
}

// caughtUp waits until a desk has folded what another one wrote.
func caughtUp(t *testing.T, desk *oversight.Desk, ok func() bool) {
	t.Helper()
	require.Eventually(t, ok, patience, poll)
	require.NoError(t, desk.State().Err)
}

// What one process holds another decides and a third delivers, whatever the store.
func TestStoresBehaveAlike(t *testing.T) {
	onStores(t, func(t *testing.T, open func() *ledger.Ledger) {
		p := holdAll(0, 0, "")
		one, two, three := newDesk(t, open(), p), newDesk(t, open(), p), newDesk(t, open(), p)
		ctx := about(t.Context(), "anna")
		id := openCases(t, one, 1)[0]
		lease, err := two.Claim(ctx, "rosa", id)
		require.NoError(t, err, "also before this process has seen it")
		_, err = one.Claim(ctx, "ruth", id)
		require.ErrorIs(t, err, oversight.ErrFenced)
		require.NoError(t, two.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Replaced, Output: 12}))
		require.ErrorIs(t, two.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrConflict)
		for range 2 {
			out, err := number(three)(oversight.Resume(ctx, id), 0)
			require.NoError(t, err)
			require.Equal(t, 12, out)
		}
		caughtUp(t, one, func() bool { return one.State().Held == 0 })

		require.NoError(t, one.Stop(ctx, "olga", "drill"))
		caughtUp(t, two, func() bool { return two.State().Stopped != nil })
		_, err = number(two)(ctx, 1)
		require.ErrorIs(t, err, oversight.ErrStopped)
		require.NoError(t, two.Start(ctx, "olga", "over"))
		caughtUp(t, one, func() bool { return one.State().Stopped == nil })

		e, err := three.Estimate(ctx, oversight.Window{})
		require.NoError(t, err)
		assert.Equal(t, 1, e.Overruled)
	})
}

// 32 claimers on four desks: no case is handed to two, counted at the claimers; who gave a case back and judges it all the same is
// fenced; each case is decided once.
func TestClaimersNeverShareACase(t *testing.T) {
	cases := size(200, 10_000)
	onStores(t, func(t *testing.T, open func() *ledger.Ledger) {
		desks := make([]*oversight.Desk, 4)
		for i := range desks {
			desks[i] = newDesk(t, open(), oversight.Policy{})
		}
		openMany(t, desks[0], cases)
		var mu sync.Mutex
		holder := map[uuid.UUID]int{}
		decided := map[uuid.UUID]int{}
		var claims, fenced int
		var wg sync.WaitGroup
		for c := range 32 {
			wg.Go(func() {
				desk, me := desks[c%len(desks)], "claimer "+strconv.Itoa(c)
				for n := 0; ; n++ {
					mu.Lock()
					done := len(decided) == cases
					mu.Unlock()
					if done {
						return
					}
					lease, err := desk.Claim(t.Context(), me, uuid.Nil)
					if errors.Is(err, oversight.ErrNotFound) || errors.Is(err, oversight.ErrFenced) {
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					claims++
					holder[lease.Case]++
					assert.Equal(t, 1, holder[lease.Case], "handed to two claimers at once")
					mu.Unlock()
					if n%20 == 0 {
						mu.Lock()
						holder[lease.Case]-- // from here on somebody else may have it; what is decided nobody gets again
						mu.Unlock()
						if err := desk.Release(t.Context(), lease); err != nil {
							t.Error(err)
							return
						}
						err := desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved})
						if !errors.Is(err, oversight.ErrFenced) {
							t.Errorf("a stale token: %v", err)
							return
						}
						mu.Lock()
						fenced++
						mu.Unlock()
						continue
					}
					if err := desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved}); err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					decided[lease.Case]++
					assert.Equal(t, 1, decided[lease.Case])
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		assert.Len(t, decided, cases)
		t.Logf("%d cases, %d claims, %d given back and fenced, 0 shared", cases, claims, fenced)
	})
}

// openMany makes calls that are drawn, by 64 callers.
func openMany(t testing.TB, desk *oversight.Desk, n int) {
	t.Helper()
	guarded := number(desk)
	openEach(t, n, func(i int) error {
		return patiently(func() error {
			_, err := guarded(about(context.Background(), fmt.Sprint("customer ", i%500)), i)
			return err
		})
	})
}

// patiently does something again while it is refused because the machine kept this process from looking at its ledger for a second.
func patiently(do func() error) error {
	for {
		err := do()
		if stopped, ok := errors.AsType[*oversight.StoppedError](err); !ok || !stopped.Stale {
			return err
		}
	}
}

// openEach does something n times, by 64 callers.
func openEach(t testing.TB, n int, do func(i int) error) {
	t.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				if err := do(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkOpen is the durable opening of cases by 64 callers.
func BenchmarkOpen(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *ledger.Ledger{
		"memory":   func(testing.TB) *ledger.Ledger { return ledger.Memory(nil) },
		"sqlite":   func(b testing.TB) *ledger.Ledger { return sqliteStore(b).open(b) },
		"postgres": func(b testing.TB) *ledger.Ledger { return postgresStore(b).open(b) },
	} {
		b.Run(name, func(b *testing.B) {
			desk := newDesk(b, open(b), oversight.Policy{})
			b.ResetTimer()
			openMany(b, desk, b.N)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
		})
	}
}
