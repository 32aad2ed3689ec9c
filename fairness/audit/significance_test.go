package audit

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/fairness"
)

func tableOf(cells ...fairness.Cell) fairness.Table {
	return fairness.Table{Attributes: []string{"g"}, Cells: cells}
}

func against(t testing.TB, table fairness.Table, group string) Pair {
	t.Helper()
	p, err := Against(table, group)
	require.NoError(t, err)
	return p
}

func TestSignificance(t *testing.T) {
	// Fisher's lady: 3 of 4 cups against 1 of 4, p = 34/70.
	tea := against(t, tableOf(cellOf(3, 1, "a"), cellOf(1, 3, "b")), "a").Significance()
	assert.Equal(t, "fisher", tea.Test)
	assert.InDelta(t, 34.0/70, tea.P.Value, 1e-14)
	assert.InDelta(t, math.Sqrt2, tea.Z.Value, 1e-14)

	many := against(t, tableOf(cellOf(310, 690, "a"), cellOf(500, 500, "b")), "a").Significance()
	assert.Equal(t, "z", many.Test)
	rate := 810.0 / 2000
	assert.InDelta(t, -0.19/math.Sqrt(rate*(1-rate)*2/1000), many.Z.Value, 1e-12)
	assert.InDelta(t, math.Erfc(-many.Z.Value/math.Sqrt2), many.P.Value, 1e-30)

	weights := cellOf(3, 1, "a")
	weights.Squares = 9
	for why, p := range map[string]Pair{
		weighted:    against(t, tableOf(weights, cellOf(1, 3, "b")), "a"),
		noDecision:  against(t, tableOf(cellOf(3, 1, "a")), "a"),
		invalidCell: {Group: fairness.Cell{N: -1}},
	} {
		got := p.Significance()
		assert.Empty(t, got.Test)
		assert.False(t, got.Z.Defined)
		assert.Equal(t, why, got.P.Why)
	}
}

func TestExact(t *testing.T) {
	rate := func(num, den float64) fairness.Rate {
		return fairness.SelectionRate.Of(cellOf(num, den-num, "a"))
	}
	low, high := Exact(rate(0, 10), 0.95)
	assert.Zero(t, low.Value)
	assert.InDelta(t, 1-math.Pow(0.025, 0.1), high.Value, 1e-12, "the closed form for none of ten")
	for _, r := range []fairness.Rate{rate(0, 0), {Num: 0.5, Den: 2, Defined: true}, {Num: 3, Den: 2, Defined: true}, {Num: math.NaN(), Den: 2, Defined: true}} {
		low, high = Exact(r, 0.95)
		assert.False(t, low.Defined || high.Defined)
		assert.NotEmpty(t, low.Why)
	}
	low, _ = Exact(rate(1, 2), 1)
	assert.False(t, low.Defined)
}

func TestStratified(t *testing.T) {
	stratum := func(wYes, wNo, mYes, mNo float64) Stratum {
		return Stratum{Table: fairness.Table{Attributes: []string{"sex"}, Cells: []fairness.Cell{cellOf(wYes, wNo, "w"), cellOf(mYes, mNo, "m"), cellOf(50, 0, "")}}}
	}
	same := Stratified([]Stratum{stratum(8, 2, 64, 16), stratum(16, 64, 2, 8)}, "w")
	assert.InDelta(t, 1, same.OddsRatio.Value, 1e-12)
	assert.InDelta(t, 1, same.P.Value, 1e-12)
	assert.InDelta(t, 1, same.Disagreeing.Value, 1e-12)
	crossed := Stratified([]Stratum{stratum(80, 20, 20, 80), stratum(20, 80, 80, 20)}, "w")
	assert.InDelta(t, 1, crossed.OddsRatio.Value, 1e-12, "one figure hides that the strata are opposite")
	assert.Less(t, crossed.Disagreeing.Value, 1e-20)
	for _, none := range []WithinStrata{
		Stratified(nil, "w"), Stratified([]Stratum{stratum(1, 1, 1, 1)}, "x"),
		Stratified([]Stratum{{Table: tableOf(fairness.Cell{Groups: []string{"w"}, N: math.NaN()})}}, "w"),
	} {
		assert.False(t, none.P.Defined || none.OddsRatio.Defined || none.Disagreeing.Defined)
		assert.NotEmpty(t, none.P.Why)
	}
}

func TestSampleSizeAndPower(t *testing.T) {
	assert.Equal(t, 388.0, SampleSize(0.5, 0.4, 0.05, 0.8).Value)
	assert.InDelta(t, 0.8, Power(0.5, 0.4, 388, 0.05).Value, 0.01)
	assert.Equal(t, 1.0, Power(0, 1, 5, 0.05).Value)
	for _, f := range []fairness.Figure{
		SampleSize(0.5, 0.5, 0.05, 0.8), SampleSize(2, 0.5, 0.05, 0.8), SampleSize(0.4, 0.5, 0, 0.8), SampleSize(0.4, 0.5, 0.05, math.NaN()),
		Power(0.5, 0.5, 100, 0.05), Power(0.4, 0.5, math.Inf(1), 0.05), Power(0.4, 0.5, -1, 0.05), Power(0, 0, 5, 0.05),
	} {
		assert.False(t, f.Defined)
		assert.NotEmpty(t, f.Why)
	}
}

func labelled(group string, tp, fp, fn, tn float64) fairness.Cell {
	n := tp + fp + fn + tn
	return fairness.Cell{Groups: []string{group}, Decisions: uint64(n), N: n, Squares: n, Favourable: tp + fp, TP: tp, FP: fp, FN: fn, TN: tn}
}

func TestBootstrap(t *testing.T) {
	table := tableOf(labelled("a", 60, 20, 40, 80), labelled("b", 90, 30, 10, 70))
	gap := func(t fairness.Table) fairness.Figure {
		g := t.EqualOpportunityDifference(fairness.BetweenGroups())
		return fairness.Figure{Value: g.Value, Defined: g.Defined}
	}
	low, high, counted := Bootstrap(table, gap, &BootstrapOptions{Resamples: 2000})
	assert.Equal(t, 1.0, counted)
	want := table.EqualOpportunityDifference(fairness.BetweenGroups())
	assert.InDelta(t, want.Low, low.Value, 0.02)
	assert.InDelta(t, want.High, high.Value, 0.02)
	again, _, _ := Bootstrap(table, gap, &BootstrapOptions{Resamples: 2000})
	assert.Equal(t, low, again, "an audit can be repeated")
	assert.Equal(t, 60.0, table.Cells[0].TP, "the table itself stays")

	// Labels for some only, and a group whose figure hangs on one person.
	part := labelled("a", 1, 0, 0, 9)
	part.Decisions, part.N, part.Squares, part.Favourable = 30, 30, 30, 11
	_, _, counted = Bootstrap(tableOf(part, labelled("b", 9, 1, 1, 9)), gap, nil)
	assert.Greater(t, counted, 0.5)
	assert.Less(t, counted, 0.8, "a draw without that person has no rate")

	more := labelled("a", 5, 5, 5, 5)
	more.Favourable = 3
	weights := labelled("a", 5, 5, 5, 5)
	weights.Squares = 99
	for name, c := range map[string]struct {
		table   fairness.Table
		measure func(fairness.Table) fairness.Figure
		options *BootstrapOptions
	}{
		"no measure":  {table, nil, nil},
		"resamples":   {table, gap, &BootstrapOptions{Resamples: -1}},
		"confidence":  {table, gap, &BootstrapOptions{Confidence: 1}},
		"labels":      {tableOf(more), gap, nil},
		"weights":     {tableOf(weights), gap, nil},
		"impossible":  {tableOf(fairness.Cell{N: math.NaN()}), gap, nil},
		"nothing":     {fairness.Table{}, gap, nil},
		"not defined": {tableOf(labelled("a", 1, 1, 1, 1)), gap, nil},
	} {
		low, high, counted := Bootstrap(c.table, c.measure, c.options)
		assert.False(t, low.Defined || high.Defined, name)
		assert.NotEmpty(t, low.Why, name)
		assert.Zero(t, counted, name)
	}
}

func TestFavourableShare(t *testing.T) {
	table := tableOf(cellOf(10, 5, "a"), cellOf(30, 5, "b"), cellOf(99, 0, ""))
	assert.Equal(t, 0.25, FavourableShare(table, "a").Value)
	assert.False(t, FavourableShare(table, "c").Defined)
	assert.False(t, FavourableShare(tableOf(cellOf(0, 5, "a"), cellOf(0, 5, "b")), "a").Defined)
}

func ExamplePair_Significance() {
	table := fairness.Table{Attributes: []string{"sex"}, Cells: []fairness.Cell{
		{Groups: []string{"f"}, Decisions: 1000, N: 1000, Squares: 1000, Favourable: 310},
		{Groups: []string{"m"}, Decisions: 1000, N: 1000, Squares: 1000, Favourable: 360},
	}}
	pair, err := Against(table, "f")
	if err != nil {
		fmt.Println(err)
		return
	}
	s := pair.Significance()
	fmt.Printf("%.2f standard deviations, p = %.3f\n", s.Z.Value, s.P.Value)
	fmt.Println("to find such a gap four times in five:", SampleSize(0.31, 0.36, 0.05, 0.8).Value, "decisions of each")
	// Output:
	// -2.37 standard deviations, p = 0.018
	// to find such a gap four times in five: 1398 decisions of each
}

func ExampleBootstrap() {
	cell := func(group string, tp, fp, fn, tn float64) fairness.Cell {
		n := tp + fp + fn + tn
		return fairness.Cell{Groups: []string{group}, Decisions: uint64(n), N: n, Squares: n, Favourable: tp + fp, TP: tp, FP: fp, FN: fn, TN: tn}
	}
	table := fairness.Table{Attributes: []string{"sex"}, Cells: []fairness.Cell{cell("f", 60, 20, 40, 80), cell("m", 90, 30, 10, 70)}}
	low, high, _ := Bootstrap(table, func(t fairness.Table) fairness.Figure {
		g := t.EqualizedOddsDifference(fairness.BetweenGroups())
		return fairness.Figure{Value: g.Value, Defined: g.Defined}
	}, nil)
	fmt.Printf("equalized odds differ by %.2f to %.2f\n", low.Value, high.Value)
	// Output:
	// equalized odds differ by 0.19 to 0.41
}

func BenchmarkBootstrap(b *testing.B) {
	var cells []fairness.Cell
	for i := range 10 {
		cells = append(cells, labelled(fmt.Sprint(i), 200, 300, 400+10*float64(i), 1000))
	}
	table := tableOf(cells...)
	for b.Loop() {
		Bootstrap(table, SmoothedEDF, nil)
	}
}
