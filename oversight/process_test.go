package oversight_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/oversight"
)

// killed is what must hold after processes were killed again and again: what was acknowledged is there, nothing was decided twice, and
// nothing was done twice in the world.
func killed(t *testing.T, s store) {
	rounds := size(8, 500)
	rng := rand.New(rand.NewPCG(6, uint64(rounds)))
	effects := filepath.Join(t.TempDir(), "effects")
	opened, decided := map[string]bool{}, map[string]bool{}
	for round := range rounds {
		j := s.job("work")
		j.Name, j.Workers, j.Effects = strconv.Itoa(round), 4, effects
		p := spawn(t, j)
		stop := 1 + rng.IntN(60)
		for p.out.Scan() {
			var what, id string
			if n, _ := fmt.Sscan(p.out.Text(), &what, &id); n != 2 || len(id) != 36 {
				continue // the line that was cut
			}
			switch what {
			case "opened":
				opened[id] = true
			case "decided":
				require.False(t, decided[id], "two reviewers were told that they decided %s", id)
				decided[id] = true
			}
			if stop--; stop == 0 {
				require.NoError(t, p.Process.Kill())
			}
		}
		require.LessOrEqual(t, stop, 0, "the child ended by itself")
		_ = p.Wait() // it was killed
	}
	desk := newDesk(t, s.open(t), holdAll(0, 0, ""))
	for id := range opened {
		file, err := desk.Get(t.Context(), uuid.MustParse(id))
		require.NoError(t, err, "acknowledged")
		votes := 0
		for _, e := range file.Events {
			if e.Kind == "case.decided" && e.Counted {
				votes++
			}
		}
		require.LessOrEqual(t, votes, 1, "decided twice")
		if decided[id] {
			require.Equal(t, oversight.Approved, file.Verdict)
		}
	}
	data, err := os.ReadFile(effects)
	require.NoError(t, err)
	seen := map[string]int{}
	for line := range strings.Lines(string(data)) {
		seen[line]++
		require.Equal(t, 1, seen[line], "done twice: %s", line)
	}
	interrupted, err := desk.Interrupted(t.Context(), 1<<20)
	require.NoError(t, err)
	t.Logf("%d kills: %d cases acknowledged and none lost, %d decided and none twice, %d effects and none twice, %d interrupted",
		rounds, len(opened), len(decided), len(seen), len(interrupted))
	require.NotEmpty(t, seen)
}

func TestKilledOnSQLite(t *testing.T)   { killed(t, sqliteStore(t)) }
func TestKilledOnPostgres(t *testing.T) { killed(t, postgresStore(t)) }

// 32 claimers in four processes share one queue and no case.
func TestClaimsFromFourProcesses(t *testing.T) {
	s := postgresStore(t)
	cases := size(200, 5_000)
	desk := newDesk(t, s.open(t), oversight.Policy{})
	openMany(t, desk, cases)
	children := make([]*process, 4)
	for i := range children {
		j := s.job("claim")
		j.Name, j.Workers = strconv.Itoa(i), 8
		children[i] = spawn(t, j)
		children[i].hears(t, "ready")
	}
	said := make(chan string, cases)
	began := time.Now()
	for _, c := range children {
		c.tell(t)
		go func() {
			for c.out.Scan() {
				said <- c.out.Text()
			}
		}()
	}
	seen := map[string]bool{}
	for range cases {
		select {
		case line := <-said:
			require.False(t, seen[line], "handed to two: %s", line)
			seen[line] = true
		case <-time.After(patience):
			require.Fail(t, "no more claims", "%d of %d", len(seen), cases)
		}
	}
	took := time.Since(began)
	t.Logf("%d claims by 32 claimers in 4 processes in %v: %.0f/s", cases, took.Round(time.Millisecond), float64(cases)/took.Seconds())
	if examined() {
		assert.Greater(t, float64(cases)/took.Seconds(), 1000.0)
	}
}

// percentile is the smallest time that a share of the times does not exceed.
func percentile(times []time.Duration, share float64) time.Duration {
	slices.Sort(times)
	return times[max(0, int(math.Ceil(share*float64(len(times))))-1)]
}

// decideNext waits for a held case, decides it, and says when the verdict was given.
func decideNext(t *testing.T, desk *oversight.Desk) time.Time {
	t.Helper()
	var lease oversight.Lease
	require.Eventually(t, func() bool {
		var err error
		lease, err = desk.Claim(t.Context(), "rosa", uuid.Nil)
		return err == nil
	}, patience, poll)
	given := time.Now()
	require.NoError(t, desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved}))
	return given
}

// How long a held call waits after its verdict, in the reviewer's process and in another one. The times are those of the exam, told and
// not asserted in every run: another process on the machine may be busy.
func TestVerdictReachesTheWaiter(t *testing.T) {
	n := size(5, 200)
	for name, open := range map[string]func(testing.TB) store{"sqlite": sqliteStore, "postgres": postgresStore} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			desk := newDesk(t, s.open(t), holdAll(patience, 0, ""))
			var here, there []time.Duration
			for i := range n {
				done := make(chan time.Time)
				go func() {
					_, err := number(desk)(about(t.Context(), "anna"), i)
					assert.NoError(t, err)
					done <- time.Now()
				}()
				given := decideNext(t, desk)
				here = append(here, (<-done).Sub(given))
			}
			p := spawn(t, s.job("wait"))
			for range n {
				p.tell(t)
				given := decideNext(t, desk)
				at, err := strconv.ParseInt(p.hears(t, "answer"), 10, 64)
				require.NoError(t, err)
				there = append(there, time.Unix(0, at).Sub(given))
			}
			t.Logf("verdict to waiter: in process p50 %v p99 %v; from another process p50 %v p99 %v", percentile(here, 0.5), percentile(here, 0.99),
				percentile(there, 0.5), percentile(there, 0.99))
			if examined() {
				assert.Less(t, percentile(here, 0.99), 10*time.Millisecond)
				assert.Less(t, percentile(there, 0.99), 600*time.Millisecond)
			}
		})
	}
}

// How soon calls are refused after Stop: here by when the last one began that was not, in another process by when it noticed.
func TestStopReachesOtherProcesses(t *testing.T) {
	n := size(3, 100)
	for name, open := range map[string]func(testing.TB) store{"sqlite": sqliteStore, "postgres": postgresStore} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			desk := newDesk(t, s.open(t), oversight.Policy{})
			p := spawn(t, s.job("watch"))
			p.hears(t, "ready")
			var here, there []time.Duration
			for range n {
				p.tell(t)
				calling, last := make(chan struct{}), make(chan time.Time, 1)
				go func() { // calls without end, from before the button is pressed
					once := sync.OnceFunc(func() { close(calling) })
					admitted := time.Now()
					for began := admitted; desk.Check(t.Context()) == nil; began = time.Now() {
						admitted = began
						once()
					}
					last <- admitted
				}()
				<-calling
				pressed := time.Now()
				require.NoError(t, desk.Stop(t.Context(), "olga", "drill"))
				here = append(here, max(0, (<-last).Sub(pressed)))
				at, err := strconv.ParseInt(p.hears(t, "stopped"), 10, 64)
				require.NoError(t, err)
				there = append(there, time.Unix(0, at).Sub(pressed))
				require.NoError(t, desk.Start(t.Context(), "olga", "over"))
				p.hears(t, "running")
			}
			t.Logf("stop: the last call that was let through began p50 %v p99 %v max %v after the button was pressed; in another process p50 %v max %v",
				percentile(here, 0.5), percentile(here, 0.99), percentile(here, 1), percentile(there, 0.5), percentile(there, 1))
			if examined() {
				assert.Less(t, percentile(here, 1), time.Millisecond)
				assert.Less(t, percentile(there, 1), time.Second)
			}
		})
	}
}

// Cases past Wait hold no goroutine, and little memory: what they are about lies in the database.
func TestManyHeldCases(t *testing.T) {
	cases := size(2_000, 100_000)
	s := sqliteStore(t)
	desk, err := oversight.New(t.Context(), s.open(t), holdAll(time.Millisecond, 0, ""), &oversight.Options{Key: secret})
	require.NoError(t, err)
	before, idle := heap(), runtime.NumGoroutine()
	openHeld(t, desk, cases)
	require.Equal(t, cases, desk.State().Held)
	require.Eventually(t, func() bool { return runtime.NumGoroutine()-idle < 20 }, patience, poll, "the ledger's, and none of the callers")
	live := heap() - before
	t.Logf("%d held cases past Wait: %d MB, %d bytes each, %d goroutines more", cases, live>>20, live/int64(cases), runtime.NumGoroutine()-idle)
	require.Less(t, live, int64(200<<20))

	desk.Close()
	before, idle = heap(), runtime.NumGoroutine()
	again := newDesk(t, s.open(t), holdAll(0, 0, ""))
	require.Equal(t, cases, again.State().Held)
	used := heap() - before
	t.Logf("and in a process that opens later: %d MB, %d bytes each, %d goroutines more", used>>20, used/int64(cases), runtime.NumGoroutine()-idle)
	require.Less(t, runtime.NumGoroutine()-idle, 20, "those of a ledger")
	require.Less(t, used, int64(200<<20))
	runtime.KeepAlive(desk)
}

// openHeld makes held calls by many callers.
func openHeld(t testing.TB, desk *oversight.Desk, n int) {
	t.Helper()
	openEach(t, n, func(i int) error {
		err := patiently(func() error {
			_, err := number(desk)(about(t.Context(), "customer "+strconv.Itoa(i%500)), i)
			return err
		})
		if _, ok := err.(*oversight.PendingError); ok { //nolint:errorlint // what the guard itself returned
			return nil
		}
		return fmt.Errorf("not held: %w", err)
	})
}
