package fairness

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// workedExample is the first example of the rule: selected and applicants. Its margins
// cannot come from one table (2,571 by sex, 2,584 by race), so each is audited with the
// other attribute filled in.
func workedExample() (selected map[string][2]float64, bySex, byRace Table) {
	selected = map[string][2]float64{
		"sex=Male": {667, 1390}, "sex=Female": {555, 1181}, "race=Hispanic or Latino": {204, 408}, "race=White": {412, 797},
		"race=Black or African American": {170, 390}, "race=Native Hawaiian or Pacific Islander": {52, 119}, "race=Asian": {302, 616},
		"race=Native American or Alaska Native": {18, 41}, "race=Two or More Races": {96, 213},
	}
	bySex.Attributes, byRace.Attributes = []string{"sex", "race"}, []string{"sex", "race"}
	for name, c := range selected {
		attribute, value, _ := strings.Cut(name, "=")
		if attribute == "sex" {
			bySex.Cells = append(bySex.Cells, cellOf(c[0], c[1]-c[0], value, "White"))
		} else {
			byRace.Cells = append(byRace.Cells, cellOf(c[0], c[1]-c[0], "Male", value))
		}
	}
	bySex.Cells = append(bySex.Cells, cellOf(100, 150, "", ""))
	return selected, bySex, byRace
}

func TestLL144WorkedExample(t *testing.T) {
	selected, bySex, byRace := workedExample()
	o := LL144Options{Sex: "sex", Race: "race"}
	sex, err := LL144(bySex, o)
	require.NoError(t, err)
	race, err := LL144(byRace, o)
	require.NoError(t, err)
	got := map[string]LL144Row{}
	for _, r := range sex.Sex.Rows {
		got["sex="+r.Groups[0]] = r
	}
	for i, r := range race.Race.Rows {
		got["race="+r.Groups[0]] = r
		assert.Equal(t, ll144Races[i], r.Groups[0], "the rule's order")
	}
	printed := map[string]float64{
		"sex=Male": 1.00, "sex=Female": 0.979, "race=Hispanic or Latino": 0.97, "race=White": 1.00, "race=Black or African American": 0.84,
		"race=Native Hawaiian or Pacific Islander": 0.85, "race=Asian": 0.95, "race=Native American or Alaska Native": 0.85, "race=Two or More Races": 0.87,
	}
	for name, want := range printed {
		r, ok := got[name]
		require.True(t, ok, name)
		places := 100.0
		if want == 0.979 {
			places = 1000
		}
		assert.Equal(t, want, math.Round(r.Ratio.Value*places)/places, name)
		assert.Equal(t, [2]float64{r.Selected, r.Applicants}, selected[name], name)
	}
	seen := 0
	for _, v := range loadReference(t).Values {
		if !strings.HasPrefix(v.Metric, "LL144") {
			continue
		}
		var want [2]float64
		require.NoError(t, json.Unmarshal(v.Value, &want))
		name := strings.Replace(v.Grouping, "NHPI", "Native Hawaiian or Pacific Islander", 1)
		r, ok := got[name]
		require.True(t, ok, name)
		within(t, want[0], r.Rate.Value, 1e-12, name)
		within(t, want[1], r.Ratio.Value, 1e-12, name)
		seen++
	}
	assert.Equal(t, 9, seen)
	assert.Equal(t, 250.0, sex.Unknown)
	assert.Contains(t, sex.Note, "assessed 250 individuals with an unknown")
	assert.True(t, got["race=Native American or Alaska Native"].Small)
	assert.True(t, got["race=Native American or Alaska Native"].Ratio.Defined, "shown unless asked otherwise")
	assert.Len(t, sex.Checklist, 7)
}

func TestLL144SmallCategories(t *testing.T) {
	table := Table{Attributes: []string{"sex", "race"}, Cells: []Cell{
		cellOf(300, 700, "Male", "White"), cellOf(350, 650, "Female", "White"), cellOf(9, 1, "Male", "Asian"),
	}}
	o := LL144Options{Sex: "sex", Race: "race"}
	shown, err := LL144(table, o)
	require.NoError(t, err)
	assert.InDelta(t, 0.325/0.9, shown.Race.Rows[0].Ratio.Value, 1e-12, "by default ten people set the standard")
	o.ExcludeSmall = true
	out, err := LL144(table, o)
	require.NoError(t, err)
	assert.Equal(t, 1.0, out.Race.Rows[0].Ratio.Value, "an excluded category is not the denominator")
	asian := out.Race.Rows[1]
	assert.False(t, asian.Ratio.Defined)
	assert.Contains(t, asian.Excluded, "less than 2 % of the data (10 of 2,010)")
	assert.Equal(t, []float64{10, 9}, []float64{asian.Applicants, asian.Selected}, "and is disclosed")
	assert.Len(t, out.Intersection.Rows, 3)
	_, err = json.Marshal(out)
	require.NoError(t, err)
}

func TestLL144Refuses(t *testing.T) {
	table := Table{Attributes: []string{"sex", "race"}}
	for name, c := range map[string]struct {
		t Table
		o LL144Options
	}{
		"no names":     {table, LL144Options{}},
		"same":         {table, LL144Options{Sex: "sex", Race: "sex"}},
		"no attribute": {table, LL144Options{Sex: "gender", Race: "race"}},
		"empty":        {table, LL144Options{Sex: "sex", Race: "race"}},
		"only unknown": {Table{Attributes: table.Attributes, Cells: []Cell{cellOf(1, 1, "", "White")}}, LL144Options{Sex: "sex", Race: "race"}},
		"broken":       {Table{Attributes: table.Attributes, Cells: []Cell{{Groups: []string{"a", "b"}, N: -1}}}, LL144Options{Sex: "sex", Race: "race"}},
		"overflow":     {Table{Attributes: table.Attributes, Cells: []Cell{{Overflow: true, N: 1, Squares: 1, Decisions: 1}}}, LL144Options{Sex: "sex", Race: "race"}},
	} {
		_, err := LL144(c.t, c.o)
		require.ErrorContains(t, err, "fairness: LL144", name)
	}
	none, err := LL144(Table{Attributes: table.Attributes, Cells: []Cell{cellOf(0, 5, "Male", "White")}}, LL144Options{Sex: "sex", Race: "race"})
	require.NoError(t, err)
	assert.Contains(t, none.Sex.Rows[0].Ratio.Why, "nobody")
}

func TestMedian(t *testing.T) {
	assert.Equal(t, 2.0, Median([]float64{3, 1, 2}))
	assert.Equal(t, 2.5, Median([]float64{4, 1, 2, 3}))
	assert.True(t, math.IsNaN(Median(nil)))
	assert.True(t, math.IsNaN(Median([]float64{1, math.NaN()})))
}
