package oversight

import (
	"context"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// A rule has a tenth reviewed in full, the rest is drawn seldom: the confidence sequence holds the true rate at every look at once in 95
// of a hundred runs. The interval for one look at the end is allowed a little more: where it has eighteen cases of nine tenths of
// all decisions to go by it is not exact.
func TestEstimateIsRightUnderUnequalSampling(t *testing.T) {
	for _, tc := range []struct {
		risky, usual, p float64
	}{{0.2, 0.03, 0.02}, {0.5, 0.03, 0.005}, {0.5, 0.03, 0.001}, {0.2, 0.03, 0.001}, {0.03, 0.2, 0.01}} {
		rng := rand.New(rand.NewPCG(1, 2))
		truth := 0.1*tc.risky + 0.9*tc.usual
		runs := exam(80, 1_000)
		ever, once, width := 0, 0, 0.0
		for range runs {
			var ta tally
			out := false
			for i := range 20_000 {
				p, rate := tc.p, tc.usual
				if rng.Float64() < 0.1 {
					p, rate = 1, tc.risky
				}
				if p < 1 && rng.Float64() >= p {
					continue
				}
				r := agreed
				if rng.Float64() < rate {
					r = overruled
				}
				ta.add(drawnCase{p: p, least: tc.p}, r)
				if i%200 == 0 && !out {
					x := ta.rate(0.95, nil)
					out = truth < x.Anytime.Low || truth > x.Anytime.High
				}
			}
			x := ta.rate(0.95, nil)
			require.True(t, x.Anytime.Low <= x.Value && x.Value <= x.Anytime.High && x.Low <= x.Value && x.Value <= x.High)
			width += (x.Anytime.High - x.Anytime.Low) / 2
			if out {
				ever++
			}
			if truth < x.Low || truth > x.High {
				once++
			}
		}
		n := float64(runs)
		t.Logf("%+v: left out at some look in %.3f of %d runs (half-width at the end %.3f), by the interval for one look in %.3f",
			tc, float64(ever)/n, runs, width/n, float64(once)/n)
		assert.LessOrEqual(t, float64(ever)/n, 0.05)
		assert.LessOrEqual(t, float64(once)/n, 0.08+0.05*boolTo(runs < 1_000))
	}
}

// Until one of the decisions has been met that are drawn seldom, nobody knows how many there are.
func TestWhatIsDrawnSeldomIsNotForgotten(t *testing.T) {
	var ta tally
	for range 100 {
		ta.add(drawnCase{p: 1, least: 0.001}, overruled)
	}
	x := ta.rate(0.95, nil)
	assert.Equal(t, 1.0, x.Value)
	assert.InDelta(t, 100/(100+3838), x.Low, 0.03, "3,838 may have passed")
	assert.Less(t, x.Anytime.Low, 0.05)
	stratum := ta.estimate(0.95).Strata[0]
	assert.Equal(t, 1.0, stratum.Low, "what a rule names in full may be a stratum")
	assert.Less(t, stratum.Anytime.Low, 0.05)
	for range 900 {
		ta.add(drawnCase{p: 1, least: 0.001}, agreed)
	}
	ta.add(drawnCase{p: 1, least: 0.001}, unreviewed)
	x = ta.rate(0.95, nil)
	assert.Less(t, x.Low, 0.1)
	assert.Greater(t, x.High, 0.5)
	ta.add(drawnCase{p: 0.001, least: 0.001}, agreed)
	assert.InDelta(t, 0.05, ta.rate(0.95, nil).Value, 0.01)
}

// Cases of one unit are drawn together: the interval counts each unit about once, and no promise is made for every look.
func TestCasesOfOneUnitCountOnce(t *testing.T) {
	const customers, each, p, truth = 1000, 40, 0.1, 0.05
	rng := rand.New(rand.NewPCG(5, 6))
	runs, out, apart := exam(100, 1_000), 0, 0
	for run := range runs {
		s := newSampler([keySize]byte{byte(run), byte(run >> 8)}, &Policy{Rate: p})
		var ta, plain tally
		for range customers * each {
			c := rng.IntN(customers)
			unit := strconv.Itoa(run) + "/" + strconv.Itoa(c)
			if !s.draw(&Case{Unit: unit}, uuid.Nil, time.Time{}).sampled {
				continue
			}
			r := agreed
			if c%20 == 0 {
				r = overruled
			}
			ta.add(drawnCase{unit: unit, p: p, least: p}, r)
			plain.add(drawnCase{p: p, least: p}, r)
		}
		x, y := ta.rate(0.95, nil), plain.rate(0.95, nil)
		require.Equal(t, Range{0, 1}, x.Anytime)
		out += int(boolTo(truth < x.Low || truth > x.High))
		apart += int(boolTo(truth < y.Low || truth > y.High))
	}
	t.Logf("of %d intervals %d leave the truth out; if each case counted for itself, %d", runs, out, apart)
	assert.LessOrEqual(t, out, runs*8/100)
	assert.Greater(t, apart, runs/3, "the trap is real")
}

// Units of one decision each change next to nothing.
func TestUnitsOfOneDecisionAreLikeNone(t *testing.T) {
	for _, n := range []int{10, 300, 20_000, 200_000} {
		var with, without tally
		for i := range n {
			r := agreed
			if i%20 == 0 {
				r = overruled
			}
			with.add(drawnCase{unit: strconv.Itoa(i), p: 0.02, least: 0.02}, r)
			without.add(drawnCase{p: 0.02, least: 0.02}, r)
		}
		x, y := with.rate(0.95, nil), without.rate(0.95, nil)
		assert.Equal(t, y.Anytime, x.Anytime, n)
		assert.InEpsilon(t, y.High-y.Low, x.High-x.Low, 0.1, n)
	}
}

// The smallest probability is kept with a case: what a call without a rule would have had in its place, at that time.
func TestTheSmallestProbabilityIsKept(t *testing.T) {
	risky := Rule{Name: "risky", When: func(c Case) bool { return c.Score > 0 }, Hold: true}
	c := Case{Score: 1}
	assert.Equal(t, 0.02, samplerOf(t, Policy{Rate: 0.02, Rules: []Rule{risky}}).draw(&c, uuid.New(), noon).least)
	half := Rule{Name: "half", When: always, Rate: 0.5}
	assert.Equal(t, 0.5, samplerOf(t, Policy{Rate: RulesOnly, Rules: []Rule{half, risky}}).draw(&c, uuid.New(), noon).least)
	s := samplerOf(t, Policy{Rate: 0.5, Budget: 10, Rules: []Rule{risky}})
	for range 2_000 {
		s.draw(&Case{}, uuid.New(), noon)
	}
	d := s.draw(&c, uuid.New(), noon)
	assert.Equal(t, 1.0, d.p)
	assert.InDelta(t, 0.5*10/1000, d.least, 1e-3)
}

// What the estimate needs of the unit and the smallest probability comes through the ledger.
func TestEstimateReadsUnitAndSmallestProbability(t *testing.T) {
	for _, decisions := range []int{1, 20} {
		l := ledger.Memory(nil)
		ctx := call.WithSubject(t.Context(), "anna")
		desk, err := New(ctx, l, Policy{Rate: 0.001, Rules: []Rule{{Name: "all", When: always}}}, nil)
		require.NoError(t, err)
		guarded := Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, desk, func(n, _ int) Case {
			return Case{Unit: strconv.Itoa(n / decisions)}
		})
		for n := range 40 {
			_, err := guarded(ctx, n)
			require.NoError(t, err)
			lease, err := desk.Claim(ctx, "rosa", uuid.Nil)
			require.NoError(t, err)
			require.NoError(t, desk.Submit(ctx, lease, Judgement{Verdict: Rejected}))
		}
		e, err := desk.Estimate(ctx, Window{})
		require.NoError(t, err)
		assert.Less(t, e.Low, 0.1, "of what is drawn seldom nothing has been met")
		if decisions == 1 {
			assert.Greater(t, e.Anytime.Low, 0.0)
		} else {
			assert.Equal(t, Range{0, 1}, e.Anytime)
		}
	}
}
