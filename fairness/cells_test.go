package fairness

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// awkward are values that a careless hash or comparison would take for one another: of the
// same beginning and end, of lengths on both sides of what fits into two words, of zeros.
func awkward() []string {
	var out []string
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 128} {
		for _, c := range []string{"a", "\x00"} {
			text := strings.Repeat(c, n)
			out = append(out, text, "b"+text[1:], text[:n-1]+"b", text[:n/2]+"b"+text[n/2+1:])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestCellsTellAwkwardValuesApart(t *testing.T) {
	values := awkward()
	for attributes := 1; attributes <= MaxAttributes; attributes++ {
		names := strings.Split("abcdef", "")[:attributes]
		m := newMonitor(t, &Options{MaxCells: 1 << 20}, names...)
		r := rand.New(rand.NewPCG(7, uint64(attributes)))
		want := map[string]uint64{}
		for range 4_000 {
			groups := make([]string, attributes)
			for i := range groups {
				groups[i] = values[r.IntN(len(values))]
			}
			times := 1 + r.IntN(2)
			observe(t, m, times, r.IntN(2) == 0, groups...)
			want[rowKey(false, groups)] += uint64(times)
		}
		table := m.Table()
		require.Len(t, table.Cells, len(want), "%d attributes", attributes)
		for _, c := range table.Cells {
			require.Equal(t, want[rowKey(false, c.Groups)], c.Decisions)
		}
		require.EqualValues(t, len(want), m.cells.count.Load())
	}
}

// A cell that shares its block with others does not exist until it is counted.
func TestNeighboursDoNotExistByThemselves(t *testing.T) {
	m := newMonitor(t, &Options{MaxCells: 3}, "a", "b")
	observe(t, m, 1, true, "x", "1")
	observe(t, m, 1, true, "y", "2")
	observe(t, m, 2, false, "x", "2")
	observe(t, m, 5, true, "y", "1") // both values are known, the combination is beyond the limit
	table := m.Table()
	require.Len(t, table.Cells, 4)
	assert.Equal(t, uint64(5), table.Cells[3].Decisions)
	assert.True(t, table.Cells[3].Overflow)
}

func TestCellsGrowWhileTheyAreCounted(t *testing.T) {
	m := newMonitor(t, &Options{MaxCells: 1 << 14}, "a", "b")
	const workers, each, side = 6, 4000, 60
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(3, uint64(w)))
			for range each {
				a, b := fmt.Sprint("value ", r.IntN(side)), fmt.Sprint("a longer one, ", r.IntN(side))
				if err := m.Observe(t.Context(), Observation{Groups: Of(a, b), Favourable: true}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, workers*each, m.Table().By().Cells[0].Decisions)
	assert.LessOrEqual(t, len(m.Table().Cells), side*side)
}
