package fairness

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func statusOf(t testing.TB, l *Limits, cells ...Cell) Finding {
	t.Helper()
	v, err := Table{Attributes: []string{"sex"}, Cells: cells}.Status(l)
	require.NoError(t, err)
	require.Len(t, v.Findings, 1)
	assert.Equal(t, v.Status, v.Findings[0].Status)
	assert.Equal(t, v.Sentence, v.Findings[0].Sentence)
	return v.Findings[0]
}

func TestTheFourVerdicts(t *testing.T) {
	f := statusOf(t, nil, cellOf(310, 690, "f"), cellOf(500, 500, "m"))
	assert.Equal(t, Action, f.Status)
	assert.Equal(t, "ACTION: people with sex=f get a favourable answer 0.62 times as often as people with sex=m "+
		"(310 of 1,000 against 500 of 1,000); that some group stays below 0.80 is proven.", f.Sentence)
	assert.InDelta(t, 190, f.Shortfall, 1e-9)
	assert.Contains(t, f.Next, "190 more")
	assert.Less(t, f.Ratio.High, 0.8)

	f = statusOf(t, nil, cellOf(45000, 55000, "f"), cellOf(50000, 50000, "m"))
	assert.Equal(t, Watch, f.Status)
	assert.Contains(t, f.Sentence, "WATCH: people with sex=f get a favourable answer 5.0 points less often than people with sex=m")
	assert.Greater(t, f.Gap.Low, 0.0)

	f = statusOf(t, nil, cellOf(4990, 5010, "f"), cellOf(5000, 5000, "m"))
	assert.Equal(t, OK, f.Status)
	assert.Contains(t, f.Sentence, "OK: by sex every group")
	assert.Greater(t, f.Ratio.Low, 0.8)

	f = statusOf(t, nil, cellOf(31, 69, "f"), cellOf(50, 50, "m"))
	assert.Equal(t, NotEnoughData, f.Status)
	assert.Greater(t, f.More, 0.0)
	assert.Contains(t, f.Sentence, "more decisions are needed")
	// With ten times the data at these rates it can be told: the plan must say less.
	assert.Less(t, f.More, 1800.0)
	for _, f := range []Finding{f} {
		_, err := json.Marshal(f)
		require.NoError(t, err)
	}
}

func TestNotEnoughDataSaysWhatIsMissing(t *testing.T) {
	for want, cells := range map[string][]Cell{
		"no decision has been counted yet":                                                 nil,
		"all decisions are about one group, sex=f, so there is nothing to compare it with": {cellOf(5000, 5000, "f")},
		"no decision about sex=x has been counted yet":                                     {cellOf(5000, 5000, "f"), cellOf(5000, 5000, "m"), cellOf(0, 0, "x")},
		"the group of most people is not known":                                            {cellOf(5000, 5000, "f"), cellOf(5000, 5000, "m"), cellOf(9000, 12000, "")},
		"a cell holds an impossible count": {
			cellOf(5000, 5000, "f"), cellOf(5000, 5000, "m"), {Groups: []string{"x"}, Decisions: 3, N: 3, Squares: 3, Favourable: 4},
		},
		"the rates lie so close to the limit": {cellOf(400, 600, "f"), cellOf(500, 500, "m")},
	} {
		l := &Limits{}
		if cells != nil && want[:9] == "the rates" {
			l.Gap = 0.5 // so that the gap does not decide
		}
		f := statusOf(t, l, cells...)
		assert.Equal(t, NotEnoughData, f.Status, want)
		assert.Contains(t, f.Sentence, want)
		_, err := json.Marshal(f)
		require.NoError(t, err)
	}
	f := statusOf(t, &Limits{Expect: map[string][]string{"sex": {"f", "m", "d"}}}, cellOf(5000, 5000, "f"), cellOf(5000, 5000, "m"))
	assert.Equal(t, NotEnoughData, f.Status)
	assert.Contains(t, f.Sentence, "sex=d")
}

func TestAnAlarmIsNotHiddenByAMissingGroup(t *testing.T) {
	f := statusOf(t, nil, cellOf(310, 690, "f"), cellOf(500, 500, "m"), cellOf(0, 0, "x"))
	assert.Equal(t, Action, f.Status)
	assert.Contains(t, f.Sentence, "Left out: the group has no decision")
}

func TestAlarmNamesTheGroupsTheEvidenceIsAbout(t *testing.T) {
	f := statusOf(t, nil, cellOf(300, 700, "f"), cellOf(500, 500, "m"), cellOf(0, 2, "tiny"), cellOf(2, 0, "few"))
	assert.Equal(t, Action, f.Status)
	assert.Equal(t, []string{"f"}, f.Group.Groups)
	assert.Equal(t, []string{"m"}, f.Against.Groups)
}

func TestWorstAttributeSpeaksForAll(t *testing.T) {
	m := newMonitor(t, &Options{Limits: Limits{Intersections: true}}, "sex", "age")
	// Each sex and each age fares alike; only young women do not.
	for _, c := range []struct {
		sex, age string
		yes, no  int
	}{{"f", "young", 200, 800}, {"f", "old", 800, 200}, {"m", "young", 800, 200}, {"m", "old", 200, 800}} {
		observe(t, m, c.yes, true, c.sex, c.age)
		observe(t, m, c.no, false, c.sex, c.age)
	}
	v := m.Status()
	assert.Equal(t, Action, v.Status)
	require.Len(t, v.Findings, 3)
	assert.Equal(t, []string{"sex", "age"}, v.Findings[0].Attributes)
	assert.Contains(t, v.Sentence, "sex=")
	assert.NotEqual(t, Action, v.Findings[1].Status)

	alone := newMonitor(t, nil, "sex")
	assert.Len(t, alone.Status().Findings, 1)
}

func TestWeightedVerdictsUseASequenceForWeights(t *testing.T) {
	row := func(g string, yes, no, w float64) Cell {
		return Cell{Groups: []string{g}, Decisions: uint64(yes + no), N: (yes + no) * w, Squares: (yes + no) * w * w, Favourable: yes * w}
	}
	assert.Equal(t, Action, statusOf(t, nil, row("f", 1000, 4000, 0.5), row("m", 2500, 2500, 0.5)).Status)
	assert.Equal(t, Watch, statusOf(t, nil, row("f", 9000, 11000, 2), row("m", 11000, 9000, 2)).Status)
	assert.Equal(t, OK, statusOf(t, nil, row("f", 20000, 20000, 2), row("m", 20000, 20000, 2)).Status)
	f := statusOf(t, nil, row("f", 20, 20, 2), row("m", 20, 22, 2))
	assert.Equal(t, NotEnoughData, f.Status)
	assert.Greater(t, f.More, 0.0)
}

func TestLimitsAreChecked(t *testing.T) {
	expect := map[string][]string{"gender": {"f"}}
	_, err := New(t.Context(), []string{"sex"}, &Options{Limits: Limits{Expect: expect}})
	require.ErrorContains(t, err, `Expect names "gender"`)
	v, err := Table{Attributes: []string{"sex"}, Cells: []Cell{cellOf(5000, 5000, "f"), cellOf(5000, 5000, "m")}}.Status(&Limits{Expect: expect})
	require.ErrorContains(t, err, `Expect names "gender"`)
	assert.Equal(t, NotEnoughData, v.Status)
	v, err = Table{}.Status(&Limits{Ratio: 2})
	require.Error(t, err)
	assert.Equal(t, NotEnoughData, v.Status)
	v, err = Table{}.Status(nil)
	require.NoError(t, err)
	assert.Equal(t, NotEnoughData, v.Status)
}

// A fair system that is looked at after every few decisions is called unfair, and an
// unfair one fair, no more often than promised.
func TestVerdictsKeepTheirLevel(t *testing.T) {
	const runs, steps = 300, 1500
	for name, c := range map[string]struct {
		f, m  float64
		wrong []Status
	}{
		"fair":         {0.5, 0.5, []Status{Action, Watch}},
		"at the limit": {0.4, 0.5, []Status{Action, OK}},
		"unfair":       {0.35, 0.5, []Status{OK}},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 7))
			wrong := map[Status]int{}
			for range runs {
				seen := map[Status]bool{}
				var cells [2]Cell
				cells[0].Groups, cells[1].Groups = []string{"f"}, []string{"m"}
				for i := range steps {
					k, p := r.IntN(2), c.m
					if k == 0 {
						p = c.f
					}
					cells[k].Decisions++
					cells[k].N++
					cells[k].Squares++
					if r.Float64() < p {
						cells[k].Favourable++
					}
					if i%50 == 49 {
						rows := []counted{count(SelectionRate, cells[0]), count(SelectionRate, cells[1])}
						l, _ := Limits{}.complete()
						seen[l.decide(gather(rows, 0.05), 0.05)] = true
					}
				}
				for _, s := range c.wrong {
					if seen[s] {
						wrong[s]++
					}
				}
			}
			t.Logf("wrong in %d runs: %v", runs, wrong)
			for s, n := range wrong {
				assert.LessOrEqual(t, n, int(0.05*runs), s)
			}
		})
	}
}

// FuzzNeverFalselyOK: whatever the table, OK is said only when there are two groups
// with real counts, nothing is missing and the ratio seen is above the limit.
func FuzzNeverFalselyOK(f *testing.F) {
	f.Add(500.0, 1000.0, 500.0, 1000.0, "f", "m", uint64(1000))
	f.Add(0.0, 0.0, 0.0, 0.0, "", "", uint64(0))
	f.Add(math.NaN(), 1.0, 1e300, 1e308, "f", "f", uint64(1))
	f.Add(1e9, 1e9, 1e9, 1e9, "f", "", uint64(1e9))
	f.Add(5e8, 1e9, 5e8, 1e9, "a", "b", uint64(math.MaxUint64))
	f.Fuzz(func(t *testing.T, y1, n1, y2, n2 float64, g1, g2 string, d uint64) {
		table := Table{Attributes: []string{"g"}, Cells: []Cell{
			{Groups: []string{g1}, Decisions: d, N: n1, Squares: n1, Favourable: y1},
			{Groups: []string{g2}, Decisions: d, N: n2, Squares: n2, Favourable: y2},
		}}
		v, err := table.Status(nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(v); err != nil {
			t.Fatal(err)
		}
		if v.Status != OK {
			return
		}
		fine := g1 != g2 && g1 != "" && g2 != "" && d > 0 && n1 > 0 && n2 > 0 &&
			min(y1/n1, y2/n2) > 0.8*max(y1/n1, y2/n2)
		if !fine {
			t.Fatalf("OK of %+v: %s", table, v.Sentence)
		}
	})
}
