package fairness

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newMonitor(t testing.TB, o *Options, attributes ...string) *Monitor {
	t.Helper()
	m, err := New(context.Background(), attributes, o)
	require.NoError(t, err)
	return m
}

func observe(t testing.TB, m *Monitor, times int, favourable bool, values ...string) {
	t.Helper()
	for range times {
		require.NoError(t, m.Observe(context.Background(), Observation{Groups: Of(values...), Favourable: favourable}))
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx        context.Context
		attributes []string
		options    *Options
	}{
		"none":      {context.Background(), nil, nil},
		"too many":  {context.Background(), strings.Split("abcdefg", ""), nil},
		"empty":     {context.Background(), []string{"sex", ""}, nil},
		"twice":     {context.Background(), []string{"sex", "sex"}, nil},
		"not UTF-8": {context.Background(), []string{"\xff"}, nil},
		"cancelled": {cancelled, []string{"sex"}, nil},
		"cells":     {context.Background(), []string{"sex"}, &Options{MaxCells: -1}},
		"ratio":     {context.Background(), []string{"sex"}, &Options{Limits: Limits{Ratio: 1}}},
		"alpha":     {context.Background(), []string{"sex"}, &Options{Limits: Limits{Alpha: math.NaN()}}},
		"gap":       {context.Background(), []string{"sex"}, &Options{Limits: Limits{Gap: -0.1}}},
	} {
		_, err := New(c.ctx, c.attributes, c.options)
		assert.ErrorContains(t, err, "fairness: ", name)
	}
}

func TestMonitorCountsFinestCells(t *testing.T) {
	m := newMonitor(t, nil, "sex", "age")
	observe(t, m, 3, true, "f", "<=25")
	observe(t, m, 1, false, "f", "<=25")
	observe(t, m, 5, true, "m", ">25")
	observe(t, m, 2, false, "f", ">25")
	table := m.Table()
	require.Equal(t, []string{"sex", "age"}, table.Attributes)
	require.Len(t, table.Cells, 3)
	assert.Equal(t, Cell{Groups: []string{"f", "<=25"}, Decisions: 4, N: 4, Squares: 4, Favourable: 3}, table.Cells[0])
	bySex := table.By("sex")
	require.Len(t, bySex.Cells, 2)
	assert.Equal(t, Cell{Groups: []string{"f"}, Decisions: 6, N: 6, Squares: 6, Favourable: 3}, bySex.Cells[0])
	assert.Equal(t, 5.0, bySex.Cells[1].N)
	assert.Equal(t, 11.0, table.By().Cells[0].N)
	assert.Equal(t, 4.0, table.By("age", "sex").Rate(SelectionRate, "<=25", "f").Den, "attributes in the order asked for")
}

func TestNilAndZeroMonitorRefuse(t *testing.T) {
	ctx := context.Background()
	for _, m := range []*Monitor{nil, {}} {
		for _, err := range []error{
			m.Observe(ctx, Observation{Groups: Of("f")}), m.End(ctx, Of("f"), "denied"),
			m.Settle(ctx, Of("f"), "allowed"), m.Label(ctx, Observation{}, true),
		} {
			require.ErrorIs(t, err, ErrNotCounted)
			require.ErrorContains(t, err, "fairness.New")
		}
		assert.Empty(t, m.Table())
		assert.Equal(t, NotEnoughData, m.Status().Status)
		assert.Empty(t, m.Attributes())
	}
}

func TestHostileObservations(t *testing.T) {
	m := newMonitor(t, nil, "sex")
	const secret = "canary"
	for name, o := range map[string]Observation{
		"too many":     {Groups: Of("f", secret)},
		"far too many": {Groups: Of(make([]string, 100)...)},
		"huge":         {Groups: Of(strings.Repeat(secret, 1000))},
		"not UTF-8":    {Groups: Of(secret + "\xff")},
		"NaN":          {Groups: Of(secret), Weight: math.NaN()},
		"negative":     {Groups: Of(secret), Weight: -1},
		"infinite":     {Groups: Of(secret), Weight: math.Inf(1)},
	} {
		for _, err := range []error{m.Observe(context.Background(), o), m.Label(context.Background(), o, true)} {
			require.ErrorIs(t, err, ErrNotCounted, name)
			var typed *NotCountedError
			require.ErrorAs(t, err, &typed)
			assert.Equal(t, 500, typed.HTTPStatus())
			assert.NotEmpty(t, typed.Public())
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v %q %s", err, err, err, err, typed.Public()), secret, name)
		}
	}
	assert.Zero(t, m.Table().By().Rate(SelectionRate).Den)

	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	require.NoError(t, m.Observe(cancelled, Observation{Groups: Of("f")}), "a decision made is counted")
	require.NoError(t, m.Observe(nil, Observation{Groups: Of("f")})) //nolint:staticcheck // a nil context must not crash
	assert.Equal(t, 2.0, m.Table().Rate(SelectionRate, "f").Den)
}

func TestGroupsFromContext(t *testing.T) {
	m := newMonitor(t, nil, "sex", "age")
	ctx := WithGroups(context.Background(), Of("f", "<=25"))
	require.NoError(t, m.Observe(ctx, Observation{}))
	require.NoError(t, m.Observe(ctx, Observation{Groups: Of("m", "")}))
	require.NoError(t, m.Observe(context.Background(), Observation{}), "nothing known is counted as not known")
	table := m.Table()
	assert.Equal(t, 1.0, table.Rate(SelectionRate, "f", "<=25").Den)
	assert.Equal(t, 1.0, table.Rate(SelectionRate, "m", "<=25").Den)
	assert.Equal(t, 1.0, table.Rate(SelectionRate, "", "").Den)
	assert.ErrorIs(t, m.Observe(WithGroups(ctx, Of("f")), Observation{}), ErrNotCounted)
}

func TestGroupsPrintRedacted(t *testing.T) {
	g := Of("canary", "<=25")
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "groups", g, "in", Observation{Groups: g}.Groups)
	ctx := WithGroups(context.Background(), g)
	text := fmt.Sprintf("%v %+v %#v %s %q %x %d %v %v", g, g, g, g, g, g, g, Observation{Groups: g}, ctx) + log.String()
	assert.NotContains(t, text, "canary")
	assert.Contains(t, text, "2 redacted")
	assert.Equal(t, []string{"canary", "<=25"}, g.Values())
}

func TestOverflowIsReportedAndNeverOK(t *testing.T) {
	m := newMonitor(t, &Options{MaxCells: 2}, "sex")
	observe(t, m, 5000, true, "f")
	observe(t, m, 5000, true, "m")
	require.Equal(t, OK, m.Status().Status)
	for i := range 10 {
		observe(t, m, 1, false, fmt.Sprint("other", i))
	}
	table := m.Table()
	require.Len(t, table.Cells, 3)
	last := table.Cells[2]
	assert.True(t, last.Overflow)
	assert.Equal(t, 10.0, last.N)
	v := m.Status()
	assert.Equal(t, NotEnoughData, v.Status)
	assert.Contains(t, v.Sentence, "combinations of groups")
	gap := table.Difference(SelectionRate, BetweenGroups())
	assert.Equal(t, []Left{{Groups: []string{}, Why: overflowCell}}, gap.LeftOut)
	assert.Equal(t, 10010.0, table.Overall(SelectionRate).Den, "everybody includes the overflow")
	observe(t, m, 1, true, "f")
	assert.Equal(t, 5001.0, m.Table().Rate(SelectionRate, "f").Den, "known cells go on counting")
}

func TestEndsStandBesideTheRate(t *testing.T) {
	ctx := context.Background()
	m := newMonitor(t, nil, "sex")
	observe(t, m, 4, true, "f")
	for outcome, times := range map[Outcome]int{
		"denied": 1, "fallback": 2, "held": 5, "stopped": 3, "abandoned": 4, "failed": 6, "rejected": 7,
	} {
		for range times {
			require.NoError(t, m.End(ctx, Of("f"), outcome))
		}
	}
	c := m.Table().Cells[0]
	assert.Equal(t, Ends{Denied: 1, Fallback: 2, Held: 5, Stopped: 3, Abandoned: 4, Failed: 6}, c.Ends)
	assert.Equal(t, uint64(21), c.Ends.Total())
	assert.Equal(t, 11.0, c.N, "rejected people are in the rate")
	assert.Equal(t, 4.0, c.Favourable, "and came away empty-handed")

	require.NoError(t, m.Settle(ctx, Of("f"), "rejected"))
	require.NoError(t, m.Settle(ctx, Of("f"), "failed"))
	require.NoError(t, m.Settle(ctx, Of("f"), "allowed"))
	require.NoError(t, m.Settle(ctx, Of("f"), "held"), "still held: nothing moves")
	c = m.Table().Cells[0]
	assert.Equal(t, uint64(2), c.Ends.Waiting())
	assert.Equal(t, uint64(7), c.Ends.Failed)
	assert.Equal(t, 12.0, c.N)

	for _, delivered := range []Outcome{"allowed", "replaced", "", "nonsense"} {
		require.ErrorIs(t, m.End(ctx, Of("f"), delivered), ErrNotCounted)
	}
	assert.Zero(t, Ends{Settled: 3}.Waiting(), "settled by this process, held by another")
}

func TestLabels(t *testing.T) {
	ctx := context.Background()
	m := newMonitor(t, nil, "sex")
	for _, c := range []struct {
		favourable, truth bool
		times             int
	}{{true, true, 4}, {true, false, 3}, {false, true, 2}, {false, false, 1}} {
		for range c.times {
			o := Observation{Groups: Of("f"), Favourable: c.favourable}
			require.NoError(t, m.Observe(ctx, o))
			require.NoError(t, m.Label(ctx, o, c.truth))
		}
	}
	observe(t, m, 10, true, "f") // not labelled yet
	table := m.Table()
	c := table.Cells[0]
	assert.Equal(t, []float64{4, 3, 2, 1, 20, 17}, []float64{c.TP, c.FP, c.FN, c.TN, c.N, c.Favourable})
	for metric, want := range map[Metric]float64{
		SelectionRate: 17.0 / 20, BaseRate: 0.6, TPR: 4.0 / 6, FNR: 2.0 / 6, FPR: 0.75, TNR: 0.25,
		Precision: 4.0 / 7, FalseDiscovery: 3.0 / 7, NPV: 1.0 / 3, FalseOmission: 2.0 / 3, Accuracy: 0.5, ErrorRate: 0.5,
	} {
		assert.InDelta(t, want, table.Rate(metric, "f").Value, 1e-15, metric)
	}
	require.NoError(t, m.Label(ctx, Observation{Groups: Of("f"), Weight: 0.5}, true))
	assert.Equal(t, 2.5, m.Table().Cells[0].FN)
}

func TestWeights(t *testing.T) {
	ctx := context.Background()
	m := newMonitor(t, nil, "sex")
	for i := range 10 {
		require.NoError(t, m.Observe(ctx, Observation{Groups: Of("f"), Favourable: i < 3, Weight: 0.5}))
	}
	c := m.Table().Cells[0]
	assert.Equal(t, Cell{Groups: []string{"f"}, Decisions: 10, N: 5, Squares: 2.5, Favourable: 1.5}, c)
	assert.True(t, c.weighted())
	weighted, plain := SelectionRate.Of(c), SelectionRate.Of(Cell{Decisions: 10, N: 10, Squares: 10, Favourable: 3})
	assert.InDelta(t, plain.Low, weighted.Low, 1e-15, "equal weights carry the information of as many people")
	assert.InDelta(t, plain.High, weighted.High, 1e-15)
}

// Two monitors of half the decisions each add up to the monitor of all of them.
func TestShardsMergeToOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	one := newMonitor(t, nil, "sex", "age")
	shards := []*Monitor{newMonitor(t, nil, "sex", "age"), newMonitor(t, nil, "sex", "age"), newMonitor(t, nil, "sex", "age")}
	ctx := context.Background()
	for range 5000 {
		o := Observation{Groups: Of([]string{"f", "m", ""}[r.IntN(3)], fmt.Sprint(r.IntN(5))), Favourable: r.IntN(2) == 0}
		s := shards[r.IntN(len(shards))]
		require.NoError(t, one.Observe(ctx, o))
		require.NoError(t, s.Observe(ctx, o))
		if r.IntN(3) == 0 {
			truth := r.IntN(2) == 0
			require.NoError(t, one.Label(ctx, o, truth))
			require.NoError(t, s.Label(ctx, o, truth))
		}
		if r.IntN(9) == 0 {
			require.NoError(t, one.End(ctx, o.Groups, "held"))
			require.NoError(t, s.End(ctx, o.Groups, "held"))
		}
	}
	merged, err := Merge(shards[2].Table(), shards[0].Table(), shards[1].Table())
	require.NoError(t, err)
	assert.Equal(t, one.Table(), merged)
	v, err := merged.Status(nil)
	require.NoError(t, err)
	assert.Equal(t, one.Status().Sentence, v.Sentence)

	_, err = Merge(one.Table(), newMonitor(t, nil, "sex").Table())
	require.Error(t, err)
	empty, err := Merge()
	require.NoError(t, err)
	assert.Empty(t, empty)
}

func TestConcurrentCounting(t *testing.T) {
	m := newMonitor(t, &Options{MaxCells: 50}, "sex", "n")
	const workers, each = 8, 2000
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			ctx := context.Background()
			for i := range each {
				o := Observation{Groups: Of("f", fmt.Sprint((i*7+w)%100)), Favourable: i%2 == 0}
				if i%3 == 0 {
					o.Weight = 0.25
				}
				if err := m.Observe(ctx, o); err != nil { // require may not stop a test from here
					t.Error(err)
				}
				if i%100 == 0 {
					_ = m.Table()
				}
			}
		})
	}
	wg.Wait()
	table := m.Table()
	require.Len(t, table.Cells, 51)
	var decisions uint64
	for _, c := range table.Cells {
		decisions += c.Decisions
		assert.False(t, c.invalid())
	}
	assert.Equal(t, uint64(workers*each), decisions)
}

func TestObserveAllocatesNothing(t *testing.T) {
	m := newMonitor(t, nil, "sex", "age")
	ctx := context.Background()
	sex, age := "female", "25 and under"
	observe(t, m, 1, true, sex, age)
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		_ = m.Observe(ctx, Observation{Groups: Of(sex, age), Favourable: true})
	}))
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		_ = m.Observe(ctx, Observation{Groups: Of(sex, age), Weight: 2})
	}))
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _ = m.End(ctx, Of(sex, age), "denied") }))
}
