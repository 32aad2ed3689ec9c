package fairness

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// wholeHistory adds the slices up, and checks that they are of one length, in order and not
// too many.
func wholeHistory(t testing.TB, m *Monitor) []Table {
	t.Helper()
	all := m.History()
	require.LessOrEqual(t, len(all), historySlices)
	parts := make([][]Table, len(m.Attributes()))
	for i, s := range all {
		require.Equal(t, all[0].To.Sub(all[0].From), s.To.Sub(s.From))
		require.True(t, i == 0 || !s.From.Before(all[i-1].To))
		for k, v := range s.Views {
			parts[k] = append(parts[k], v)
		}
	}
	out := make([]Table, len(parts))
	for k := range parts {
		var err error
		out[k], err = Merge(parts[k]...)
		require.NoError(t, err)
	}
	return out
}

func TestHistoryIsTheTableByTime(t *testing.T) {
	for _, pace := range []time.Duration{time.Millisecond, 7 * time.Second, 5 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			m := newMonitor(t, nil, "sex", "age")
			r := rand.New(rand.NewPCG(uint64(pace), 1))
			for i := range 3000 {
				o := Observation{Groups: Of([]string{"f", "m", ""}[r.IntN(3)], fmt.Sprint(r.IntN(3))), Favourable: r.IntN(2) == 0}
				if i%50 == 0 {
					o.Weight = 2
				}
				require.NoError(t, m.Observe(t.Context(), o))
				time.Sleep(pace)
				if i%997 == 0 {
					_ = m.History()
				}
			}
			for k, whole := range wholeHistory(t, m) {
				assert.Equal(t, m.Table().By(m.Attributes()[k]), whole, pace)
			}
		})
	}
}

func TestHistoryKeepsTimesApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMonitor(t, nil, "sex")
		observe(t, m, 160, true, "f")
		time.Sleep(30 * time.Minute)
		observe(t, m, 160, false, "f")
		time.Sleep(time.Hour)
		all := m.History()
		require.Len(t, all, 2)
		assert.Equal(t, 30*time.Minute, all[1].From.Sub(all[0].From).Round(time.Minute))
		// The first sixteen of a slice are put into the one before, if that was busy.
		assert.Equal(t, Cell{Groups: []string{"f"}, Decisions: 176, N: 176, Squares: 176, Favourable: 160}, all[0].Views[0].Cells[0])
		assert.Equal(t, Cell{Groups: []string{"f"}, Decisions: 144, N: 144, Squares: 144}, all[1].Views[0].Cells[0])
		time.Sleep(100 * 24 * time.Hour)
		observe(t, m, 16, true, "f")
		all = m.History()
		require.Len(t, all, 2, "the first two are one now")
		assert.Equal(t, 320.0, all[0].Views[0].By().Cells[0].N)
		assert.GreaterOrEqual(t, all[0].To.Sub(all[0].From), 100*24*time.Hour/historySlices)
	})
}

func TestHistoryOutlivesTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		first := onLedger(t, l, 64)
		observe(t, first, 100, true, "f", "1")
		require.NoError(t, first.Close(t.Context()))
		time.Sleep(20 * time.Minute)
		second := onLedger(t, l, 64)
		observe(t, second, 50, false, "m", "1")
		all := second.History()
		require.Len(t, all, 2)
		assert.Equal(t, 100.0, all[0].Views[0].Rate(SelectionRate, "f").Num)
		assert.Equal(t, 50.0, all[1].Views[0].Rate(SelectionRate, "m").Den)
	})
}

func TestHistoryIsBounded(t *testing.T) {
	m := newMonitor(t, &Options{MaxCells: 60}, "g")
	for i := range 100 {
		observe(t, m, 17, true, fmt.Sprint(i))
	}
	view := wholeHistory(t, m)[0]
	require.Len(t, view.Cells, historyGroups+1)
	assert.True(t, view.Cells[historyGroups].Overflow)
	assert.EqualValues(t, 1700, view.By().Cells[0].Decisions)
	assert.Empty(t, (*Monitor)(nil).History())
	assert.Empty(t, (&Monitor{}).History())
	assert.Empty(t, newMonitor(t, nil, "g").History())
}

func TestHistoryIsSafeUnderConcurrency(t *testing.T) {
	m := newMonitor(t, nil, "sex")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 2000 {
				_ = m.Observe(context.Background(), Observation{Groups: Of("f")})
			}
		})
		wg.Go(func() {
			for range 50 {
				_ = m.History()
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 8000, wholeHistory(t, m)[0].By().Cells[0].Decisions)
}
