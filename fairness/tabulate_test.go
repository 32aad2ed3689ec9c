package fairness

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTabulateEqualsMonitor(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	const rows = 5000
	sexes, ages := make([]string, rows), make([]string, rows)
	favourable, truth := make([]bool, rows), make([]bool, rows)
	m := newMonitor(t, nil, "sex", "age")
	for i := range rows {
		sexes[i], ages[i] = []string{"f", "m", ""}[r.IntN(3)], fmt.Sprint(r.IntN(4))
		favourable[i], truth[i] = r.IntN(2) == 0, r.IntN(2) == 0
		o := Observation{Groups: Of(sexes[i], ages[i]), Favourable: favourable[i]}
		require.NoError(t, m.Observe(t.Context(), o))
		require.NoError(t, m.Label(t.Context(), o, truth[i]))
	}
	sex, err := Encode("sex", sexes)
	require.NoError(t, err)
	age, err := Encode("age", ages)
	require.NoError(t, err)
	table, err := Tabulate([]Column{sex, age}, favourable, truth)
	require.NoError(t, err)
	assert.Equal(t, m.Table(), table)

	unlabelled, err := Tabulate([]Column{sex}, favourable, nil)
	require.NoError(t, err)
	assert.Zero(t, unlabelled.Cells[0].Labelled())
	assert.Equal(t, table.By("sex").Rates(SelectionRate), unlabelled.Rates(SelectionRate))
}

func TestTabulateRefuses(t *testing.T) {
	ok := Column{"sex", []string{"f", "m"}, []uint16{0, 1}}
	yes := []bool{true, false}
	for name, c := range map[string]struct {
		columns           []Column
		favourable, truth []bool
	}{
		"none":     {nil, yes, nil},
		"empty":    {[]Column{{"sex", []string{"f"}, nil}}, nil, nil},
		"codes":    {[]Column{{"sex", []string{"f"}, []uint16{0, 1}}}, yes, nil},
		"rows":     {[]Column{{"sex", []string{"f"}, []uint16{0}}}, yes, nil},
		"labels":   {[]Column{ok}, yes, yes[:1]},
		"twice":    {[]Column{ok, ok}, yes, nil},
		"no name":  {[]Column{{"", ok.Names, ok.Codes}}, yes, nil},
		"names":    {[]Column{{"sex", []string{"f", "f"}, ok.Codes}}, yes, nil},
		"too wide": {[]Column{wide("a"), wide("b")}, yes, nil},
		"too many": {make([]Column, 7), yes, nil},
	} {
		_, err := Tabulate(c.columns, c.favourable, c.truth)
		require.ErrorContains(t, err, "fairness: ", name)
	}
	many := make([]string, 70000)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	_, err := Encode("id", many)
	assert.ErrorContains(t, err, "is it a group?")
}

func wide(name string) Column {
	c := Column{Attribute: name, Codes: []uint16{0, 0}}
	for i := range 2000 {
		c.Names = append(c.Names, fmt.Sprint(i))
	}
	return c
}

func ExampleTabulate() {
	sex, _ := Encode("sex", []string{"f", "m", "m", "f", "m"})
	table, err := Tabulate([]Column{sex}, []bool{true, true, false, false, true}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range table.Cells {
		fmt.Println(c.Groups[0], c.Favourable, "of", c.N)
	}
	// Output:
	// f 1 of 2
	// m 2 of 3
}

var allRates = []Metric{
	SelectionRate, BaseRate, TPR, FPR, TNR, FNR, Precision, NPV, FalseDiscovery, FalseOmission, Accuracy, ErrorRate,
}

// BenchmarkAudit is a million coded rows of 10 groups: 12 rates a group with Wilson
// intervals and 8 gaps with theirs.
func BenchmarkAudit(b *testing.B) {
	const rows = 1_000_000
	r := rand.New(rand.NewPCG(6, 6))
	c := Column{Attribute: "group", Codes: make([]uint16, rows)}
	for i := range 10 {
		c.Names = append(c.Names, fmt.Sprint("group ", i))
	}
	favourable, truth := make([]bool, rows), make([]bool, rows)
	for i := range rows {
		c.Codes[i] = uint16(r.IntN(10))
		favourable[i], truth[i] = r.IntN(2) == 0, r.IntN(3) == 0
	}
	for b.Loop() {
		table, err := Tabulate([]Column{c}, favourable, truth)
		if err != nil {
			b.Fatal(err)
		}
		for _, m := range allRates {
			table.Rates(m)
		}
		for _, m := range []Metric{SelectionRate, TPR, FPR, Precision} {
			table.Difference(m, BetweenGroups())
			table.Ratio(m, BetweenGroups())
		}
	}
}
