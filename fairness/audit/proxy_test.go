package audit

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/fairness"
)

func TestMeanGap(t *testing.T) {
	gap, low, high := MeanGap([]float64{1, 2, 3}, []float64{4, 6, 8})
	assert.Equal(t, -4.0, gap.Value)
	assert.InDelta(t, -4-1.959963984540054*math.Sqrt(1.0/3+4.0/3), low.Value, 1e-12)
	assert.InDelta(t, -8, low.Value+high.Value, 1e-12)
	for _, bad := range [][]float64{nil, {1}, {1, math.NaN()}, {1, math.Inf(1)}} {
		gap, _, _ := MeanGap(bad, []float64{1, 2})
		assert.False(t, gap.Defined)
		gap, _, _ = MeanGap([]float64{1, 2}, bad)
		assert.False(t, gap.Defined)
	}
}

func TestProxy(t *testing.T) {
	group := column("sex", []string{"f", "m"}, []uint16{0, 0, 1, 1})
	same, err := Proxy(column("x", []string{"a", "b"}, []uint16{1, 1, 0, 0}), group)
	require.NoError(t, err)
	assert.InDelta(t, math.Ln2, same.MutualInformation.Value, 1e-12)
	assert.InDelta(t, 1, same.Normalized.Value, 1e-12)
	assert.InDelta(t, 1, same.CramersV.Value, 1e-12)
	none, err := Proxy(column("x", []string{"a", "b"}, []uint16{0, 1, 0, 1}), group)
	require.NoError(t, err)
	assert.InDelta(t, 0, none.MutualInformation.Value, 1e-12)
	assert.InDelta(t, 0, none.CramersV.Value, 1e-12)
	one, err := Proxy(group, column("x", []string{"a"}, []uint16{0, 0, 0, 0}))
	require.NoError(t, err)
	assert.False(t, one.CramersV.Defined)
	one, err = Proxy(column("x", []string{"a"}, []uint16{0, 0, 0, 0}), group)
	require.NoError(t, err)
	assert.False(t, one.CramersV.Defined)
	for _, bad := range []fairness.Column{{}, column("x", []string{"a"}, []uint16{0}), column("x", []string{"a"}, []uint16{0, 0, 0, 9}), column("x", nil, []uint16{0, 0, 0, 0})} {
		_, err := Proxy(bad, group)
		require.Error(t, err)
	}
	in := []bool{true, true, false, false}
	assert.InDelta(t, 1, Correlation([]float64{2, 2, 1, 1}, in).Value, 1e-12)
	assert.InDelta(t, 0, Correlation([]float64{2, 1, 2, 1}, in).Value, 1e-12)
	for _, bad := range [][]float64{nil, {1, 1, 1, 1}, {1, 2, 3, math.NaN()}} {
		assert.False(t, Correlation(bad, in).Defined)
	}
}

func TestConsistency(t *testing.T) {
	near := [][]float64{{0}, {0.1}, {0.2}, {9}, {9.1}, {9.2}}
	alike := Consistency(near, []bool{true, true, true, false, false, false}, 3)
	assert.Equal(t, 1.0, alike.Value)
	odd := Consistency(near, []bool{true, false, true, false, false, false}, 3)
	assert.InDelta(t, 1-(1.0/3+2.0/3+1.0/3)/6, odd.Value, 1e-12)
	for _, f := range []fairness.Figure{
		Consistency(nil, nil, 1), Consistency(near, []bool{true}, 1), Consistency(near, make([]bool, 6), 7),
		Consistency([][]float64{{1}, {1, 2}}, make([]bool, 2), 1), Consistency([][]float64{{1}, {math.NaN()}}, make([]bool, 2), 1),
	} {
		assert.False(t, f.Defined)
	}
}

func column(attribute string, names []string, codes []uint16) fairness.Column {
	return fairness.Column{Attribute: attribute, Names: names, Codes: codes}
}
