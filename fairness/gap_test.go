package fairness

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cellOf makes a row of favourable and unfavourable decisions.
func cellOf(yes, no float64, groups ...string) Cell {
	return Cell{Groups: groups, Decisions: uint64(yes + no), N: yes + no, Squares: yes + no, Favourable: yes}
}

func TestGapNamesWhatItLeavesOut(t *testing.T) {
	table := Table{Attributes: []string{"sex"}, Cells: []Cell{
		cellOf(30, 70, "a"), cellOf(50, 50, "b"), cellOf(0, 0, "c"), cellOf(9, 1, ""), cellOf(45, 55, "d"),
	}}
	g := table.Difference(SelectionRate, BetweenGroups())
	require.True(t, g.Defined)
	assert.InDelta(t, 0.2, g.Value, 1e-15)
	assert.Equal(t, []string{"a"}, g.Group.Groups)
	assert.Equal(t, []string{"b"}, g.Against.Groups)
	assert.Equal(t, []Left{{[]string{"c"}, noDecision}, {[]string{""}, unknownGroup}}, g.LeftOut)
	assert.True(t, 0 < g.Low && g.High < 0.4)

	r := table.Ratio(SelectionRate, BetweenGroups())
	assert.InDelta(t, 0.6, r.Value, 1e-15)
	assert.Equal(t, []string{"a"}, r.Group.Groups)
}

func TestReferences(t *testing.T) {
	table := Table{Attributes: []string{"g"}, Cells: []Cell{cellOf(60, 40, "a"), cellOf(100, 100, "b"), cellOf(20, 80, "c")}}
	for name, c := range map[string]struct {
		to                Reference
		difference, ratio float64
		against           string
	}{
		"highest": {ToHighest(), 0.2 - 0.6, 0.2 / 0.6, "a"},
		"largest": {ToLargest(), 0.2 - 0.5, 0.2 / 0.5, "b"},
		"named":   {ToGroup("c"), 0.6 - 0.2, 0.6 / 0.2, "c"},
		"overall": {ToOverall(), 0.45 - 0.2, 0.2 / 0.45, ""},
	} {
		d, r := table.Difference(SelectionRate, c.to), table.Ratio(SelectionRate, c.to)
		assert.InDelta(t, c.difference, d.Value, 1e-15, name)
		assert.InDelta(t, c.ratio, r.Value, 1e-15, name)
		assert.True(t, d.Low <= d.Value && d.Value <= d.High, name)
		assert.True(t, r.Low <= r.Value && r.Value <= r.High, name)
		if c.against != "" {
			assert.Equal(t, []string{c.against}, d.Against.Groups, name)
		}
	}
	missing := table.Difference(SelectionRate, ToGroup("nobody"))
	assert.False(t, missing.Defined)
	assert.Contains(t, missing.Why, "nobody")
}

func TestUndefinedIsNeverAFigure(t *testing.T) {
	empty := Table{Attributes: []string{"g"}}
	one := Table{Attributes: []string{"g"}, Cells: []Cell{cellOf(5, 5, "a")}}
	zeros := Table{Attributes: []string{"g"}, Cells: []Cell{cellOf(0, 5, "a"), cellOf(0, 9, "b")}}
	broken := Table{Attributes: []string{"g"}, Cells: []Cell{cellOf(5, 5, "a"), {Groups: []string{"b"}, Decisions: 1, N: math.NaN()}}}
	for name, g := range map[string]Gap{
		"empty":       empty.Difference(SelectionRate, BetweenGroups()),
		"one group":   one.Ratio(SelectionRate, BetweenGroups()),
		"all zero":    zeros.Ratio(SelectionRate, BetweenGroups()),
		"broken":      broken.Ratio(SelectionRate, BetweenGroups()),
		"overall":     broken.Ratio(SelectionRate, ToOverall()),
		"no label":    zeros.Difference(TPR, BetweenGroups()),
		"no metric":   zeros.Difference("nonsense", BetweenGroups()),
		"no such key": one.By("age").Difference(SelectionRate, BetweenGroups()),
	} {
		assert.False(t, g.Defined, name)
		assert.NotEmpty(t, g.Why, name)
		assert.True(t, math.IsNaN(g.Value) && math.IsNaN(g.Low) && math.IsNaN(g.High), name)
		raw, err := json.Marshal(g)
		require.NoError(t, err, name)
		assert.Contains(t, string(raw), `"value":null`, name)
	}
	// A difference of two zeros is a real zero.
	d := zeros.Difference(SelectionRate, BetweenGroups())
	assert.True(t, d.Defined)
	assert.Zero(t, d.Value)

	r := empty.Overall(SelectionRate)
	assert.False(t, r.Defined)
	raw, err := json.Marshal(r)
	require.NoError(t, err)
	var back Rate
	require.NoError(t, json.Unmarshal(raw, &back))
	assert.True(t, math.IsNaN(back.Value))
	assert.Equal(t, r.Why, back.Why)
	assert.Error(t, json.Unmarshal([]byte(`{"num":"x"}`), &back))
}

func TestIntervalsAgainstEverybody(t *testing.T) {
	// Everybody includes the group: for two groups of one size the distance to everybody
	// is half that between the groups, and so is its interval.
	table := Table{Attributes: []string{"g"}, Cells: []Cell{cellOf(30, 70, "a"), cellOf(50, 50, "b")}}
	between := table.Difference(SelectionRate, BetweenGroups())
	overall := table.Difference(SelectionRate, ToOverall())
	assert.InDelta(t, between.Value/2, overall.Value, 1e-15)
	assert.InDelta(t, between.Low/2, overall.Low, 1e-12)
	assert.InDelta(t, between.High/2, overall.High, 1e-12)
	ratio := table.Ratio(SelectionRate, ToOverall())
	assert.InDelta(t, 0.75, ratio.Value, 1e-15)
	assert.True(t, ratio.Low < 0.75 && 0.75 < ratio.High && ratio.High <= 1)
}
