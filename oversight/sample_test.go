package oversight

import (
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func samplerOf(t testing.TB, p Policy) *sampler {
	t.Helper()
	checked, err := p.check()
	require.NoError(t, err)
	return newSampler([keySize]byte{1, 2, 3}, &checked)
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func always(Case) bool { return true }

// What a lower rate draws, every higher rate draws too, and each draws its share.
func TestSamplingIsNestedAndHitsItsRate(t *testing.T) {
	rates := []float64{RulesOnly, 1e-9, 0.02, 0.1, 0.5, math.Nextafter(1, 0), 1}
	samplers := make([]*sampler, len(rates))
	for i, r := range rates {
		samplers[i] = samplerOf(t, Policy{Rate: r})
	}
	const n = 20_000
	counts := make([]int, len(rates))
	for u := range n {
		c := Case{Unit: strconv.Itoa(u)}
		before := false
		for i, s := range samplers {
			d := s.draw(&c, uuid.Nil, noon)
			require.False(t, before && !d.sampled, "unit %d is drawn at %g but not at %g", u, rates[max(i-1, 0)], rates[i])
			assert.Equal(t, max(rates[i], 0), d.p)
			if before = d.sampled; before {
				counts[i]++
			}
		}
	}
	assert.Zero(t, counts[0], "RulesOnly draws nothing by itself")
	assert.Equal(t, n, counts[len(counts)-1], "a rate of 1 draws everything")
	for i, r := range rates[1 : len(rates)-1] {
		// Five standard deviations of a binomial count; the key is fixed, so the counts are too.
		slack := 5*math.Sqrt(n*r*(1-r)) + 1
		assert.InDelta(t, n*r, counts[i+1], slack, "rate %g", r)
	}
}

// Several rules share one hash: the probability is the largest rate exactly, and the union draws no more than that.
func TestRulesComposeWithOneHash(t *testing.T) {
	big := func(c Case) bool { return c.Score >= 10 }
	s := samplerOf(t, Policy{Rate: 0.05, Rules: []Rule{
		{Name: "half", When: big, Rate: 0.5},
		{Name: "tenth", When: always, Rate: 0.1, Hold: true},
		{Name: "half again", When: big, Rate: 0.5},
	}})
	const n = 20_000
	sampled, heldBig := 0, 0
	for u := range n {
		c := Case{Unit: strconv.Itoa(u), Score: 10}
		d := s.draw(&c, uuid.Nil, noon)
		require.Equal(t, 0.5, d.p)
		require.Equal(t, "half", d.rule, "the first of the largest")
		if d.sampled {
			sampled++
		}
		if d.hold != "" {
			require.True(t, d.sampled)
			heldBig++
		}
		c.Score = 0
		d = s.draw(&c, uuid.Nil, noon)
		require.Equal(t, 0.1, d.p)
		require.Equal(t, "tenth", d.rule)
		require.Equal(t, d.sampled, d.hold == "tenth")
	}
	assert.InDelta(t, n*0.5, sampled, 5*math.Sqrt(n*0.25))
	assert.InDelta(t, n*0.1, heldBig, 5*math.Sqrt(n*0.09), "a hold is drawn at its own rule's rate")
}

func TestUnitKeyAndDecisionStandIn(t *testing.T) {
	s := samplerOf(t, Policy{Rate: 0.5})
	a, b := uuid.MustParse("01900000-0000-7000-8000-000000000001"), uuid.MustParse("01900000-0000-7000-8000-000000000002")
	assert.Equal(t, s.hash(&Case{Unit: "u", Key: "k"}, a), s.hash(&Case{Unit: "u"}, b))
	assert.Equal(t, s.hash(&Case{Key: "k"}, a), s.hash(&Case{Key: "k"}, b), "a retry under its key draws the same")
	assert.NotEqual(t, s.hash(&Case{}, a), s.hash(&Case{}, b))
	other := newSampler([keySize]byte{9}, &Policy{Rate: 0.5})
	assert.NotEqual(t, s.hash(&Case{Unit: "u"}, a), other.hash(&Case{Unit: "u"}, a), "the key matters")
}

func TestDrawTakesNoMemory(t *testing.T) {
	s := samplerOf(t, Policy{Rate: 0.02, Rules: []Rule{{Name: "low", When: func(c Case) bool { return c.Score < 0.1 }, Hold: true}}})
	c := Case{Unit: "0190-customer-41", Score: 0.7}
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.draw(&c, uuid.Nil, noon) }))
}

func BenchmarkDraw(b *testing.B) {
	s := samplerOf(b, Policy{Rate: 0.02, Rules: []Rule{{Name: "low", When: func(c Case) bool { return c.Score < 0.1 }, Hold: true}}})
	c := Case{Unit: "0190-customer-41", Score: 0.7}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if s.draw(&c, uuid.Nil, noon).sampled {
			n++
		}
	}
}

func BenchmarkSipHash16Bytes(b *testing.B) {
	b.ReportAllocs()
	var sum uint64
	for b.Loop() {
		sum += sipHash(1, 2, "0190-customer-41")
	}
}

// A budget is kept once there is a past to forecast from, a floor holds beside it, and dividing by the stored probability gives
// back how many calls there were.
func TestBudgetAndFloorKeepTheProbability(t *testing.T) {
	s := samplerOf(t, Policy{
		Budget: 60, Floors: map[string]float64{"rare": 10},
		Rules: []Rule{{Name: "risky", When: func(c Case) bool { return c.Score > 0 }, Rate: 1}, {Name: "grave", When: func(c Case) bool { return c.Score > 1 }, Hold: true}},
	})
	const hours, perHour = 48, 3600
	counts, weights := map[string]int{}, map[string]float64{}
	graves := 0
	for i := range hours * perHour {
		at := noon.Add(time.Duration(i) * time.Hour / perHour)
		c := Case{Unit: strconv.Itoa(i), Stratum: "usual"}
		switch {
		case i%1000 == 0:
			c.Score = 2
		case i%90 == 0:
			c.Stratum = "rare" // forty an hour
		}
		d := s.draw(&c, uuid.Nil, at)
		if c.Score == 2 {
			require.Equal(t, "grave", d.hold, "a hold is not rationed")
			require.Equal(t, 1.0, d.p)
			graves++
			continue
		}
		if d.sampled && i >= perHour {
			counts[c.Stratum]++
			weights[c.Stratum] += 1 / d.p
		}
	}
	later := float64(hours - 1)
	assert.InDelta(t, 60*later, counts["usual"]+counts["rare"], 60*later*0.25+10*later, "the budget, and the floor beside it")
	assert.InDelta(t, 10*later, counts["rare"], 5*math.Sqrt(10*later))
	assert.InDelta(t, 40*later, weights["rare"], 40*later*0.2)
	assert.InDelta(t, perHour*later, weights["usual"], perHour*later*0.1)
	assert.Equal(t, hours*perHour/1000+1, graves)
}

func TestBudgetTakesNoMemory(t *testing.T) {
	s := samplerOf(t, Policy{Budget: 60, Floors: map[string]float64{"rare": 10}})
	c := Case{Unit: "0190-customer-41", Stratum: "rare"}
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.draw(&c, uuid.Nil, noon) }))
}

func BenchmarkDrawRationed(b *testing.B) {
	s := samplerOf(b, Policy{Rate: 0.02, Budget: 60, Floors: map[string]float64{"rare": 10}})
	c := Case{Unit: "0190-customer-41", Stratum: "rare"}
	b.ReportAllocs()
	for b.Loop() {
		s.draw(&c, uuid.Nil, noon)
	}
}

// A clock that was a year ahead for one decision starves nothing afterwards; a decision that took hours to get here turns nothing back.
func TestBudgetOutlivesAWrongClock(t *testing.T) {
	s := samplerOf(t, Policy{Budget: 100, Floors: map[string]float64{"rare": 10}})
	now := time.Now()
	c := Case{Stratum: "rare"}
	s.draw(&c, uuid.New(), now.AddDate(1, 0, 0))
	for hour := range 3 {
		drawn := 0
		for i := range 1000 {
			at := now.Add(time.Duration(hour)*time.Hour + time.Duration(i)*time.Second)
			if i%10 == 0 && hour == 0 {
				at = at.Add(-5 * time.Hour)
			}
			if s.draw(&c, uuid.New(), at).sampled {
				drawn++
			}
		}
		if hour > 0 {
			assert.InDelta(t, 100, drawn, 50, "hour %d", hour)
		}
	}
	assert.Equal(t, now.Add(2*time.Hour+999*time.Second).Unix()/3600, s.wanted.hour.Load())
}
