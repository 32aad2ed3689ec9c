package fairness

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

func onLedger(t testing.TB, l *ledger.Ledger, every int) *Monitor {
	t.Helper()
	return newMonitor(t, &Options{Ledger: l, SnapshotEvery: every}, "sex", "age")
}

func TestCountsSurviveARestart(t *testing.T) {
	ctx := context.Background()
	l := ledger.Memory(nil)
	first := onLedger(t, l, 16)
	observe(t, first, 20, true, "f", "<=25")
	require.NoError(t, first.End(ctx, Of("f", "<=25"), "held"))
	require.NoError(t, first.Label(ctx, Observation{Groups: Of("f", "<=25"), Favourable: true}, true))
	crashed := onLedger(t, l, 16)
	assert.Equal(t, 16.0, crashed.Table().Overall(SelectionRate).Den, "a crash loses less than SnapshotEvery")
	require.NoError(t, first.Close(ctx))

	second := onLedger(t, l, 16)
	require.NoError(t, second.Settle(ctx, Of("f", "<=25"), "failed"))
	c := second.Table().Cells[0]
	assert.Equal(t, []float64{20, 20, 1}, []float64{c.N, c.Favourable, c.TP})
	assert.Zero(t, c.Ends.Waiting(), "held before the restart, settled after it")
	assert.Equal(t, uint64(1), c.Ends.Failed)
	require.NoError(t, second.Err())
}

func TestAFleetHasOneVerdict(t *testing.T) {
	ctx := context.Background()
	l := ledger.Memory(nil)
	fleet := []*Monitor{onLedger(t, l, 8), onLedger(t, l, 64), onLedger(t, l, 1)}
	alone := newMonitor(t, nil, "sex", "age")
	r := rand.New(rand.NewPCG(3, 3))
	for range 3000 {
		sex := []string{"f", "m"}[r.IntN(2)]
		o := Observation{Groups: Of(sex, "x"), Favourable: r.Float64() < map[string]float64{"f": 0.3, "m": 0.5}[sex]}
		require.NoError(t, fleet[r.IntN(3)].Observe(ctx, o))
		require.NoError(t, alone.Observe(ctx, o))
	}
	for _, m := range fleet {
		require.NoError(t, m.Snapshot(ctx))
	}
	for _, m := range fleet {
		assert.Equal(t, alone.Table(), m.Table(), "bit-equal for whole numbers")
		assert.Equal(t, alone.Status().Sentence, m.Status().Sentence)
	}
	assert.Equal(t, Action, alone.Status().Status)
	require.NoError(t, fleet[0].Snapshot(ctx), "nothing new is nothing to write")
	// Live equals replay.
	assert.Equal(t, alone.Table(), onLedger(t, l, 0).Table())
}

func TestUnwrittenCountsAreKeptAndWrittenOnce(t *testing.T) {
	l := ledger.Memory(nil)
	m, other := onLedger(t, l, 64), onLedger(t, l, 64)
	observe(t, m, 5000, true, "f", "x")
	observe(t, m, 5000, true, "m", "x")
	require.NoError(t, m.Snapshot(context.Background()))
	require.NoError(t, m.Err())
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	observe(t, m, 3, true, "f", "x")
	require.Error(t, m.Snapshot(cancelled))
	require.Error(t, m.Err())
	observe(t, m, 2, true, "f", "x")
	require.NoError(t, m.Snapshot(context.Background()))
	require.NoError(t, m.Snapshot(context.Background()), "the rest, counted after the failure")
	require.NoError(t, m.Err())
	assert.Equal(t, 5005.0, other.Table().By("sex").Rate(SelectionRate, "f").Den)
	assert.Equal(t, m.Table(), other.Table())
}

func TestAMonitorThatCannotReadOthersIsNeverOK(t *testing.T) {
	l := ledger.Memory(nil)
	m := newMonitor(t, &Options{Ledger: l}, "sex")
	observe(t, m, 5000, true, "f")
	observe(t, m, 5000, true, "m")
	require.Equal(t, OK, m.Status().Status)
	require.NoError(t, l.Close())
	require.Error(t, m.Err())
	v := m.Status()
	assert.Equal(t, NotEnoughData, v.Status)
	assert.Contains(t, v.Sentence, "some processes are missing")
	observe(t, m, 100, true, "f") // counting goes on
	assert.Equal(t, 5100.0, m.Table().Rate(SelectionRate, "f").Den)

	_, err := New(context.Background(), []string{"sex"}, &Options{Ledger: l})
	require.ErrorIs(t, err, ledger.ErrClosed)
	_, err = New(context.Background(), []string{"sex"}, &Options{Ledger: ledger.Memory(nil), SnapshotEvery: -1})
	assert.Error(t, err)
}

func TestSnapshotsOfOthersAreTold(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		version uint8
		body    any
		bad     bool
	}{
		"another monitor":  {1, snapshot{Monitor: "other", Attributes: []string{"x"}}, false},
		"newer":            {2, snapshot{}, true},
		"other attributes": {1, snapshot{Monitor: "sex", Attributes: []string{"age"}}, true},
		"bad cell":         {1, snapshot{Monitor: "sex", Attributes: []string{"sex"}, Cells: []Cell{{Groups: []string{"a", "b"}}}}, true},
		"not JSON":         {1, "nonsense", true},
	} {
		l := ledger.Memory(nil)
		m := newMonitor(t, &Options{Ledger: l}, "sex")
		body, err := json.Marshal(c.body)
		require.NoError(t, err)
		_, err = l.Append(ctx, ledger.Entry{Stream: stream, Kind: kindSnapshot, Version: c.version, Body: body})
		require.NoError(t, err)
		_, err = l.Append(ctx, ledger.Entry{Stream: stream, Kind: "fairness.something", Version: 9})
		require.NoError(t, err)
		if c.bad {
			assert.Error(t, m.Err(), name)
		} else {
			assert.NoError(t, m.Err(), name)
		}
	}
}

// A held case that two processes of a fleet deliver is one decision.
func TestADeliveryCountsOnceInTheFleet(t *testing.T) {
	ctx := t.Context()
	l := ledger.Memory(nil)
	fleet := []*Monitor{newMonitor(t, &Options{Ledger: l}, "sex"), newMonitor(t, &Options{Ledger: l}, "sex"), newMonitor(t, &Options{Ledger: l}, "sex")}
	id := uuid.New()
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			_, err := wrapped(fleet[i%3], nil)(call.WithResume(ctx, id), person{"f", 1})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	_, err := wrapped(fleet[0], nil)(call.WithResume(ctx, uuid.New()), person{"f", 0})
	require.NoError(t, err)
	for _, m := range fleet {
		require.NoError(t, m.Snapshot(ctx))
	}
	c := fleet[2].Table().Cells[0]
	assert.Equal(t, []float64{2, 1}, []float64{c.N, c.Favourable})
	assert.Equal(t, uint64(2), c.Ends.Settled)
	again := newMonitor(t, &Options{Ledger: l}, "sex") // after a restart
	_, err = wrapped(again, nil)(call.WithResume(ctx, id), person{"f", 1})
	require.NoError(t, err)
	assert.Equal(t, 2.0, again.Table().Cells[0].N)
	// Another monitor of the same ledger counts for itself; without the ledger one counts
	// rather twice than not at all.
	other := newMonitor(t, &Options{Ledger: l, Name: "other"}, "sex")
	_, err = wrapped(other, nil)(call.WithResume(ctx, id), person{"f", 1})
	require.NoError(t, err)
	assert.Equal(t, 1.0, other.Table().Cells[0].N)
	require.NoError(t, l.Close())
	_, err = wrapped(again, nil)(call.WithResume(ctx, uuid.New()), person{"f", 1})
	require.NoError(t, err)
	assert.Equal(t, 3.0, again.Table().Cells[0].N)
}

func TestOthersAreBoundedToo(t *testing.T) {
	ctx := context.Background()
	l := ledger.Memory(nil)
	wide := newMonitor(t, &Options{Ledger: l, MaxCells: 4000}, "sex")
	for i := range 3000 {
		observe(t, wide, 1, true, fmt.Sprint(i))
	}
	require.NoError(t, wide.Snapshot(ctx))
	narrow := newMonitor(t, &Options{Ledger: l, MaxCells: 10}, "sex")
	table := narrow.Table()
	assert.Len(t, table.Cells, 11)
	assert.True(t, table.Cells[10].Overflow)
	assert.Equal(t, 3000.0, table.Overall(SelectionRate).Den)
}

func TestConcurrentSnapshots(t *testing.T) {
	ctx := context.Background()
	l := ledger.Memory(nil)
	fleet := []*Monitor{onLedger(t, l, 4), onLedger(t, l, 4)}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			m := fleet[w%2]
			for i := range 500 {
				if err := m.Observe(ctx, Observation{Groups: Of("f", fmt.Sprint(i%7)), Favourable: i%2 == 0, Weight: []float64{1, 0.5}[i%2]}); err != nil { // require may not stop a test from here
					t.Error(err)
				}
				if i%50 == 0 {
					_ = m.Status()
					assert.NoError(t, m.Snapshot(ctx))
				}
			}
		})
	}
	wg.Wait()
	for _, m := range fleet {
		require.NoError(t, m.Snapshot(ctx))
	}
	a, b := fleet[0].Table(), fleet[1].Table()
	require.Len(t, b.Cells, len(a.Cells))
	var decisions uint64
	for i := range a.Cells {
		assert.Equal(t, a.Cells[i].Decisions, b.Cells[i].Decisions)
		assert.InEpsilon(t, a.Cells[i].N, b.Cells[i].N, 1e-12)
		decisions += a.Cells[i].Decisions
	}
	assert.Equal(t, uint64(4000), decisions)
}
