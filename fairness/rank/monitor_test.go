package rank

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// list draws the groups of 20 places; B has each with chance p.
func list(r *rand.Rand, p float64) []string {
	out := make([]string, 20)
	for i := range out {
		out[i] = "A"
		if r.Float64() < p {
			out[i] = "B"
		}
	}
	return out
}

func TestMonitorFindsWhoIsRankedLow(t *testing.T) {
	m, err := NewMonitor(half, nil)
	require.NoError(t, err)
	assert.Contains(t, m.Report().Sentence, "no list has been counted yet")
	empty, err := json.Marshal(m.Report())
	require.NoError(t, err)
	assert.Contains(t, string(empty), `"ndkl":null`)
	r := rand.New(rand.NewPCG(5, 5))
	// As many places as its target, but the lower half of them.
	for range 200 {
		bottom := strings.Split("AAAAABBAAABBBABBABBB", "")
		r.Shuffle(3, func(i, j int) { bottom[i], bottom[j] = bottom[j], bottom[i] })
		require.NoError(t, m.Observe(bottom))
	}
	got := m.Report()
	assert.Equal(t, 200, got.Lists)
	b := got.Standings[1]
	assert.Equal(t, "B", b.Group)
	assert.InDelta(t, 0.5, b.Places, 1e-12)
	assert.Less(t, b.Attention, 0.45)
	assert.True(t, b.Alarm)
	assert.Greater(t, got.NDKL, 0.05)
	assert.Contains(t, got.Sentence, "that it is off by more than 2.0 points is proven")
	text, err := json.Marshal(got)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"ndkl":0.`)
}

// Fair lists, looked at after each: alarms in at most the promised share of the runs.
func TestMonitorKeepsItsLevel(t *testing.T) {
	const runs = 200
	r := rand.New(rand.NewPCG(6, 6))
	for _, p := range []float64{0.5, 0.48} {
		wrong := 0
		for range runs {
			m, err := NewMonitor(half, nil)
			require.NoError(t, err)
			for range 300 {
				require.NoError(t, m.Observe(list(r, p)))
			}
			for _, s := range m.Report().Standings {
				if s.Alarm { // P keeps its smallest value: an alarm at any time is seen here
					wrong++
					break
				}
			}
		}
		t.Logf("false alarms at %.2f: %d of %d", p, wrong, runs)
		assert.LessOrEqual(t, wrong, runs/20)
	}
}

func TestMonitorRefuses(t *testing.T) {
	for _, o := range []*MonitorOptions{{Depth: -1}, {Alpha: 2}, {Tolerance: 1}, {Tolerance: math.NaN()}} {
		_, err := NewMonitor(half, o)
		require.ErrorContains(t, err, "rank: ")
	}
	_, err := NewMonitor(Target{"A": 2}, nil)
	require.Error(t, err)
	wide := Target{}
	for i := range 300 {
		wide[strings.Repeat("x", i)] = 1.0 / 300
	}
	_, err = NewMonitor(wide, nil)
	require.ErrorContains(t, err, "more than 256")
	m, err := NewMonitor(half, &MonitorOptions{Depth: 2, Tolerance: -1})
	require.NoError(t, err)
	require.ErrorContains(t, m.Observe(nil), "empty")
	require.ErrorContains(t, m.Observe([]string{"A", "canary"}), "place 2")
	assert.NotContains(t, m.Observe([]string{"A", "canary"}).Error(), "canary")
	assert.Zero(t, m.Report().Lists)
	require.NoError(t, m.Observe([]string{"A", "B", "canary"}), "beyond the depth nobody looks")
	for _, none := range []*Monitor{nil, {}} {
		require.Error(t, none.Observe([]string{"A"}))
		assert.Zero(t, none.Report().Lists)
	}
	target := Target{"A": 0.5, "B": 0.5}
	m, err = NewMonitor(target, nil)
	require.NoError(t, err)
	delete(target, "B")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				if err := m.Observe([]string{"A", "B"}); err != nil {
					t.Error(err)
				}
				m.Report()
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 400, m.Report().Lists)
}
