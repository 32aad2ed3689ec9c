package oversight

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// exam says whether the simulations run at full size, as the make targets exam-* ask for.
func exam(small, full int) int {
	if os.Getenv("FAIRLEAD_EXAM") != "" {
		return full
	}
	return small
}

// The set-up of spec section 3: a risky tenth is reviewed in full and overruled one time in five, the rest at 2 % and overruled three
// times in a hundred. The rate of what people looked at is far off; the estimate is not, and its interval covers.
func TestEstimateIsUnbiasedAndCovers(t *testing.T) {
	const decisions, truth = 20_000, 0.1*0.20 + 0.9*0.03
	runs := exam(500, 20_000)
	rng := rand.New(rand.NewPCG(11, 23))
	var sum, plain, width float64
	covered, anytime := 0, 0
	for range runs {
		var ta tally
		reviewed, overruledHere := 0, 0
		for i := range decisions {
			stratum, p, wrong := "usual", 0.02, 0.03
			if i%10 == 0 {
				stratum, p, wrong = "risky", 1, 0.20
			}
			if p < 1 && rng.Float64() >= p {
				continue
			}
			r := agreed
			if rng.Float64() < wrong {
				r = overruled
				overruledHere++
			}
			reviewed++
			ta.add(drawnCase{stratum: stratum, p: p, least: 0.02}, r)
		}
		e := ta.estimate(DefaultConfidence)
		sum += e.Value
		plain += float64(overruledHere) / float64(reviewed)
		width += (e.High - e.Low) / 2
		if e.Low <= truth && truth <= e.High {
			covered++
		}
		if e.Anytime.Low <= truth && truth <= e.Anytime.High {
			anytime++
		}
	}
	n := float64(runs)
	bias := sum/n - truth
	coverage := float64(covered) / n
	t.Logf("runs %d: bias %+.5f, coverage %.3f, half-width %.4f; the plain rate is off by %+.3f; anytime coverage %.3f",
		runs, bias, coverage, width/n, plain/n-truth, float64(anytime)/n)
	// One run's standard deviation is about .0083; the bounds are four standard errors wider than the full exam's.
	slack := 4 / math.Sqrt(n)
	assert.Less(t, math.Abs(bias), max(0.001, 0.0083*slack))
	assert.InDelta(t, 0.955, coverage, 0.015+0.22*slack*boolTo(runs < 20_000))
	assert.Greater(t, plain/n-truth, 0.10, "what people looked at says something else")
	assert.GreaterOrEqual(t, float64(anytime)/n, 0.95)
}

func boolTo(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func TestRateAtTheEdges(t *testing.T) {
	var none tally
	e := none.estimate(0.95)
	assert.False(t, e.Defined)
	assert.Equal(t, Range{0, 1}, e.Possible)
	assert.Equal(t, 1.0, e.High)

	var full tally
	for i := range 100 {
		full.add(drawnCase{p: 1, least: 1}, map[bool]result{true: overruled, false: agreed}[i < 7])
	}
	e = full.estimate(0.95)
	assert.InDelta(t, 0.07, e.Value, 1e-12)
	assert.InDelta(t, 0.07, e.Low, 1e-12, "nothing is left to guess")
	assert.InDelta(t, 0.07, e.High, 1e-12)

	var missing tally
	missing.add(drawnCase{stratum: "a", p: 0.5}, agreed)
	missing.add(drawnCase{stratum: "a", p: 0.5}, unreviewed)
	missing.add(drawnCase{stratum: "b", p: 0.25}, overruled)
	missing.add(drawnCase{stratum: "b", p: 0}, overruled)
	missing.add(drawnCase{stratum: "b", p: math.NaN()}, overruled)
	e = missing.estimate(0.95)
	assert.InDelta(t, 4.0/6, e.Value, 1e-12)
	assert.InDelta(t, 8, e.Decisions, 1e-12)
	assert.InDelta(t, 4.0/8, e.Possible.Low, 1e-12)
	assert.InDelta(t, 6.0/8, e.Possible.High, 1e-12)
	assert.Equal(t, 1, e.Missing)
	require.Len(t, e.Strata, 2)
	assert.Equal(t, "a", e.Strata[0].Name)
	assert.Equal(t, 1.0, e.Strata[1].Value)
}

// From calls to the estimate and the labels: through the ledger, by a desk that has only read it.
func TestEstimateAndLabelsFromTheLedger(t *testing.T) {
	l := ledger.Memory(nil)
	ctx := call.WithSubject(t.Context(), "anna")
	desk, err := New(ctx, l, Policy{Rate: 0.5, Rules: []Rule{
		{Name: "risky", When: func(c Case) bool { return c.Stratum == "risky" }},
	}}, &Options{Key: make([]byte, 16)})
	require.NoError(t, err)
	guarded := Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, desk, func(n, _ int) Case {
		if n%4 == 0 {
			return Case{Unit: strconv.Itoa(n), Stratum: "risky"}
		}
		return Case{Unit: strconv.Itoa(n), Stratum: "usual"}
	})
	const calls = 200
	for n := range calls {
		_, err := guarded(ctx, n)
		require.NoError(t, err)
	}
	want := map[string]int{}
	left := 0
	for {
		lease, err := desk.Claim(ctx, "rosa", uuid.Nil)
		if err != nil {
			break
		}
		if left++; left > 100 {
			require.NoError(t, desk.Invalidate(ctx, "boss", lease.Case, "enough"))
			want["missing"]++
			continue
		}
		file, err := desk.Get(ctx, lease.Case)
		require.NoError(t, err)
		j := Judgement{Verdict: Approved}
		if n, _ := strconv.Atoi(string(file.Input)); n%8 == 0 {
			j = Judgement{Verdict: Replaced, Output: n + 1, Reasons: []string{"off by one"}}
			want["overruled"]++
		}
		require.NoError(t, desk.Submit(ctx, lease, j))
	}
	reader, err := New(ctx, l, Policy{}, nil)
	require.NoError(t, err)
	e, err := reader.Estimate(ctx, Window{})
	require.NoError(t, err)
	assert.Equal(t, 100, e.Reviewed)
	assert.Equal(t, want["overruled"], e.Overruled)
	assert.Equal(t, want["missing"], e.Missing)
	assert.InDelta(t, calls, e.Decisions, 50)
	require.Len(t, e.Strata, 2)
	assert.Equal(t, 50, e.Strata[0].Reviewed+e.Strata[0].Missing, "the risky ones are all there")
	later, err := reader.Estimate(ctx, Window{System: "nobody's"})
	require.NoError(t, err)
	assert.False(t, later.Defined)
	_, err = reader.Estimate(ctx, Window{Confidence: 1})
	require.ErrorIs(t, err, ErrInvalid)

	var out bytes.Buffer
	n, err := reader.Labels(ctx, &out, Window{})
	require.NoError(t, err)
	assert.Equal(t, 100, n)
	replaced := 0
	for line := range bytes.Lines(out.Bytes()) {
		var label Label
		require.NoError(t, json.Unmarshal(line, &label))
		if label.Verdict == Replaced {
			replaced++
			assert.Equal(t, []string{"off by one"}, label.Reasons)
			assert.NotEqual(t, label.Output, label.Correction)
		}
		assert.Contains(t, []float64{0.5, 1}, label.Probability)
	}
	assert.Equal(t, want["overruled"], replaced)
}
