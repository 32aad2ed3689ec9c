package oversight

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

func breakerOf(t testing.TB, b Breaker, p Policy) *Breaker {
	t.Helper()
	checked, err := b.check(&p)
	require.NoError(t, err)
	return checked
}

// The vector of spec section 3: acceptable .05 against .10, ten overrulings in a row give 1,024, an agreement .947368.
func TestBreakerFactors(t *testing.T) {
	p := newProcess(breakerOf(t, Breaker{Rate: 0.05, Alpha: 1e-9}, Policy{Rate: 1}))
	const double = 1 // worse[1]
	require.Equal(t, 2.0, worse[double])
	for range 10 {
		p.see(1, true)
	}
	assert.InDelta(t, 1024, p.wealth[double], 1e-9)
	p.see(1, false)
	assert.InDelta(t, 1024*0.947368, p.wealth[double], 1e-2)
	before := p.wealth
	p.see(0.5, true)
	assert.Equal(t, before, p.wealth, "below the smallest probability nothing counts")
}

func TestBreakerSettings(t *testing.T) {
	for field, b := range map[string]Breaker{
		"Breaker.Rate": {Rate: 1}, "Breaker.Alpha": {Rate: 0.1, Alpha: 2},
		"Breaker.RunLength": {Rate: 0.1, RunLength: 0.5}, "Breaker.Patience": {Rate: 0.1, Patience: -1},
		"Breaker.MinProbability": {Rate: 0.1, MinProbability: 2},
	} {
		_, err := Policy{Breaker: &b}.check()
		var bad *PolicyError
		require.ErrorAs(t, err, &bad, field)
		assert.Contains(t, field, bad.Field)
	}
	_, err := Policy{Breaker: &Breaker{}}.check()
	require.ErrorIs(t, err, ErrPolicy, "a breaker needs a rate")
	_, err = Policy{Budget: 9, Breaker: &Breaker{Rate: 0.1}}.check()
	require.ErrorIs(t, err, ErrPolicy, "a budget has no smallest probability")
	for _, rate := range []float64{0.001, 0.05, 0.2, 0.5, 0.9, 0.999} {
		p := newProcess(breakerOf(t, Breaker{Rate: rate}, Policy{Rate: 1}))
		for range 1000 {
			p.see(1, false)
			require.GreaterOrEqual(t, p.evidence(), 0.0, "no bet loses more than it has (rate %g)", rate)
		}
	}
}

// stream is a run of decisions that are drawn with unequal probabilities: a risky share is always looked at.
type stream2 struct {
	rng                  *rand.Rand
	risky, usual         float64 // share of overruled
	riskyShare, pOfUsual float64
}

func (s *stream2) next() (p float64, wrong, sampled bool) {
	p, rate := s.pOfUsual, s.usual
	if s.rng.Float64() < s.riskyShare {
		p, rate = 1, s.risky
	}
	return p, s.rng.Float64() < rate, p >= 1 || s.rng.Float64() < p
}

// firstTrip runs one process over n reviews and says at which it tripped, 0 if it did not.
func firstTrip(p process, s *stream2, n int) int {
	for r := 0; r < n; {
		prob, wrong, sampled := s.next()
		if !sampled {
			continue
		}
		r++
		if p.see(prob, wrong); p.tripped {
			return r
		}
	}
	return 0
}

// In a pilot the breaker trips falsely in at most one run of a thousand, also where risky decisions are looked at more, and soon
// where the rate is far above.
func TestPilotBreaker(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	even := &stream2{rng: rng, usual: 0.05, pOfUsual: 1}
	// The rate over all decisions is 0.05 exactly: 0.1·0.23 + 0.9·0.03.
	uneven := &stream2{rng: rng, risky: 0.23, usual: 0.03, riskyShare: 0.1, pOfUsual: 0.1}
	runs, reviews := exam(100, 10_000), exam(5_000, 20_000)
	for name, s := range map[string]*stream2{"even": even, "uneven": uneven} {
		fresh := newProcess(breakerOf(t, Breaker{Rate: 0.05, Alpha: 0.001}, Policy{Rate: s.pOfUsual}))
		trips := 0
		for range runs {
			if firstTrip(fresh, s, reviews) > 0 {
				trips++
			}
		}
		t.Logf("%s: %d trips in %d runs of %d reviews at the acceptable rate", name, trips, runs, reviews)
		assert.LessOrEqual(t, trips, max(2, runs*2/1000))
	}
	fresh := newProcess(breakerOf(t, Breaker{Rate: 0.05, Alpha: 0.001}, Policy{Rate: 1}))
	for rate, most := range map[float64]int{0.20: 55, 0.15: 110} {
		assert.LessOrEqual(t, medianTrip(t, fresh, &stream2{rng: rng, usual: rate, pOfUsual: 1}, 2_000), most, "at %g", rate)
	}
}

func medianTrip(t *testing.T, p process, s *stream2, n int) int {
	t.Helper()
	var trips []int
	for range 1001 {
		at := firstTrip(p, s, n)
		require.Positive(t, at)
		trips = append(trips, at)
	}
	slices.Sort(trips)
	t.Logf("rate %.2f: median %d reviews, 95%% within %d", s.usual, trips[500], trips[950])
	return trips[500]
}

// Running for long, it takes at least RunLength reviews on average to a false trip, and a change is seen soon also after a long good
// time.
func TestRunningBreaker(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	fresh := newProcess(breakerOf(t, Breaker{Rate: 0.05}, Policy{Rate: 1}))
	runs, total := exam(30, 300), 0
	for range runs {
		at := firstTrip(fresh, &stream2{rng: rng, usual: 0.05, pOfUsual: 1}, 400_000)
		if at == 0 {
			at = 400_000
		}
		total += at
	}
	t.Logf("mean run length at the acceptable rate: %d reviews over %d runs", total/runs, runs)
	assert.GreaterOrEqual(t, total/runs, exam(14_000, 20_000), "the smaller exam allows for its noise")

	var delays []int
	for range 201 {
		p := fresh
		if firstTrip(p, &stream2{rng: rng, usual: 0.02, pOfUsual: 1}, 5_000) > 0 {
			continue
		}
		for range 5_000 {
			p.see(1, rng.Float64() < 0.02)
		}
		if !p.tripped {
			delays = append(delays, firstTrip(p, &stream2{rng: rng, usual: 0.15, pOfUsual: 1}, 10_000))
		}
	}
	slices.Sort(delays)
	median := delays[len(delays)/2]
	t.Logf("after 5,000 good reviews, at .15: median %d", median)
	assert.Positive(t, median)
	assert.LessOrEqual(t, median, 100)
}

// Overrulings come back ten times sooner than agreements. Read as they come in they trip the test; read in the order of the
// decisions they do not.
func TestVerdictsAreReadInTheOrderOfDecisions(t *testing.T) {
	runs, n := exam(30, 10_000), exam(4_000, 20_000)
	b := breakerOf(t, Breaker{Rate: 0.05, Alpha: 0.001, Patience: 1000 * time.Hour}, Policy{Rate: 1})
	rng := rand.New(rand.NewPCG(3, 9))
	ordered, arrived := 0, 0
	records, landings := make([]record, n), make([]int, n)
	for range runs {
		w, naive := newWatermark(b), newProcess(b)
		for i := range n {
			r := &records[i]
			*r = record{openedPublic: openedPublic{Probability: 1}, opened: time.Unix(int64(i), 0)}
			w.enter(r)
			mean := 500.0
			r.verdict.Verdict = Approved
			if rng.Float64() < 0.05 {
				mean, r.verdict.Verdict = 50, Rejected
			}
			landings[i] = (i+int(rng.ExpFloat64()*mean))<<32 | i
		}
		slices.Sort(landings)
		for _, l := range landings {
			r := &records[l&(1<<32-1)]
			w.leave(r)
			w.advance(time.Unix(int64(l>>32), 0), uuid.NameSpaceURL)
			naive.see(1, r.verdict.Verdict == Rejected)
		}
		if w.tripped {
			ordered++
		} else {
			require.Equal(t, n, w.reviews, "all are read in the end")
			require.Zero(t, w.state().Waiting)
		}
		if naive.tripped {
			arrived++
		}
	}
	t.Logf("false trips in %d runs: %d in order of decision, %d in order of arrival", runs, ordered, arrived)
	assert.LessOrEqual(t, ordered, max(1, runs*2/1000))
	assert.Greater(t, arrived, runs/5, "the trap is real")
}

func TestWaitingCasesCountAsAgreedAfterPatience(t *testing.T) {
	b := breakerOf(t, Breaker{Rate: 0.05, Patience: time.Hour}, Policy{Rate: 1})
	w := newWatermark(b)
	stuck := &record{openedPublic: openedPublic{Probability: 1}, opened: time.Unix(0, 0)}
	bad := &record{openedPublic: openedPublic{Probability: 1}, opened: time.Unix(1, 0), verdict: verdict{Verdict: Rejected}}
	w.enter(stuck)
	w.enter(bad)
	w.leave(bad)
	w.advance(time.Unix(3599, 0), uuid.New())
	assert.Equal(t, 2, w.state().Waiting)
	w.advance(time.Unix(3600, 0), uuid.New())
	assert.Zero(t, w.state().Waiting)
	assert.Equal(t, 1, w.overruled)
	stuck.verdict = verdict{Verdict: Rejected}
	w.leave(stuck) // too late
	w.advance(time.Unix(4000, 0), uuid.New())
	assert.Equal(t, 2, w.reviews)
}

// Overruled again and again, the desk stops itself, in every process, once; Start begins afresh.
func TestBreakerStopsTheDesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		ctx := call.WithSubject(t.Context(), "anna")
		policy := Policy{Breaker: &Breaker{Rate: 0.05, Alpha: 0.001}}
		here, err := New(ctx, l, policy, nil)
		require.NoError(t, err)
		there, err := New(ctx, l, policy, nil)
		require.NoError(t, err)
		guarded := Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, there, func(int, int) Case { return Case{} })
		reviewed := 0
		for n := 0; here.State().Stopped == nil; n++ {
			_, err := guarded(ctx, n)
			require.NoError(t, err)
			lease, err := here.Claim(ctx, "rosa", uuid.Nil)
			require.NoError(t, err)
			require.NoError(t, here.Submit(ctx, lease, Judgement{Verdict: Rejected}))
			reviewed++
			require.Less(t, reviewed, 50)
		}
		_, err = guarded(ctx, 1)
		require.ErrorIs(t, err, ErrStopped)
		assert.Equal(t, breakerName, there.State().Stopped.Who)
		assert.True(t, there.State().Breaker.Tripped)
		assert.NotZero(t, here.State().Stopped.Seq)
		stops := 0
		for e, err := range l.Since(ctx, 0) {
			require.NoError(t, err)
			if e.Kind == kindStopOn {
				stops++
			}
		}
		assert.Equal(t, 1, stops)

		late, err := New(ctx, l, policy, nil)
		require.NoError(t, err)
		assert.Equal(t, there.State().Breaker, late.State().Breaker, "a replay comes to the same")
		require.NoError(t, here.Start(ctx, "olga", "model rolled back"))
		assert.Zero(t, there.State().Breaker.Reviews)
		_, err = guarded(ctx, 2)
		require.NoError(t, err)
	})
}

// A process that dies between the trip and the stop leaves a log without the stop: whoever opens it next writes it.
func TestATripWithoutAStopIsMadeUpFor(t *testing.T) {
	l := ledger.Memory(nil)
	ctx := call.WithSubject(t.Context(), "anna")
	plain, err := New(ctx, l, Policy{}, nil)
	require.NoError(t, err)
	guarded := Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, plain, func(int, int) Case { return Case{} })
	for n := range 30 {
		_, err := guarded(ctx, n)
		require.NoError(t, err)
		lease, err := plain.Claim(ctx, "rosa", uuid.Nil)
		require.NoError(t, err)
		require.NoError(t, plain.Submit(ctx, lease, Judgement{Verdict: Rejected}))
	}
	require.Nil(t, plain.State().Stopped)
	desk, err := New(ctx, l, Policy{Breaker: &Breaker{Rate: 0.05, Alpha: 0.001}}, nil)
	require.NoError(t, err)
	require.NotNil(t, desk.State().Stopped)
	require.NotNil(t, plain.State().Stopped)
}

// While settings are being changed two desks with different breakers share a ledger: each writes down what it has read.
func TestBreakersOfDifferentSettingsWriteSideBySide(t *testing.T) {
	l := ledger.Memory(nil)
	var desks []*Desk
	for _, rate := range []float64{0.2, 0.3} {
		k, err := New(t.Context(), l, Policy{Breaker: &Breaker{Rate: rate}}, nil)
		require.NoError(t, err)
		desks = append(desks, k)
	}
	for range 3 * readingsWritten {
		id := uuid.Must(uuid.NewV7())
		opened := &openedPublic{Probability: 1, Fallback: Rejected, Deadline: time.Now().Add(time.Hour).UnixNano()}
		for _, e := range []ledger.Entry{
			entry(kindOpened, onceID(id, kindOpened), id, "anna", opened, &openedBody{}),
			entry(kindInvalidated, uuid.New(), id, "anna", nil, stopBody{Who: "boss"}),
		} {
			_, err := l.Append(t.Context(), e)
			require.NoError(t, err)
		}
	}
	for _, k := range desks {
		k.state.mu.Lock()
		assert.Equal(t, 3*readingsWritten, k.state.breaker.reviews)
		assert.LessOrEqual(t, len(k.state.breaker.read), readingsWritten, "what is written down is not kept")
		k.state.mu.Unlock()
	}
}

func BenchmarkBreaker(b *testing.B) {
	p := newProcess(breakerOf(b, Breaker{Rate: 0.05}, Policy{Rate: 1}))
	b.ReportAllocs()
	for b.Loop() {
		p.see(1, false)
	}
}
