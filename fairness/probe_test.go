package fairness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
)

func otherSex(p person) person {
	p.sex = map[string]string{"f": "m", "m": "f"}[p.sex]
	return p
}

var flipSex = Flip[person]{Name: "sex", Change: otherSex}

func always(o ProbeOptions) *ProbeOptions {
	o.SafeToRepeat, o.Rate = true, 1
	return &o
}

// probeAll offers people one after the other, each after the one before was probed.
func probeAll(t *testing.T, p *Prober[person, int], people ...person) {
	t.Helper()
	for _, one := range people {
		p.running.Wait()
		for !p.Offer(t.Context(), one) {
			require.NoError(t, p.Err())
		}
	}
	p.running.Wait()
}

func TestProbeFindsADirectEffect(t *testing.T) {
	// Women need ten points more.
	model := func(_ context.Context, p person) (int, error) {
		if p.sex == "f" {
			return p.score - 10, nil
		}
		return p.score, nil
	}
	p := Probe(model, positive, always(ProbeOptions{}), flipSex, Flip[person]{Name: "nothing", Change: func(p person) person { return p }})
	for i := range 60 {
		probeAll(t, p, person{"f", i % 20}, person{"m", i % 20})
	}
	got := p.Flips()
	require.Len(t, got, 2)
	assert.Equal(t, []uint64{120, 30, 30, 60, 0, 0}, []uint64{got[0].Probes, got[0].Better, got[0].Worse, got[0].Changed, got[0].Again, got[0].Missed})
	assert.Equal(t, 0.5, got[0].Rate.Value)
	assert.Greater(t, got[0].Rate.Low, got[0].Noise.High)
	assert.Contains(t, got[0].Sentence(), "sex: changing it alone changed the answer in 60 of 120 probes (50.0 %")
	assert.Contains(t, got[0].Sentence(), "that it matters is proven")
	assert.Zero(t, got[1].Changed)
	assert.Contains(t, got[1].Sentence(), "is not proven")
	assert.Contains(t, FlipCount{Name: "x"}.Sentence(), "nothing has been probed")
}

// A model that throws dice flips by itself: that is no effect of the group.
func TestProbeTellsNoiseFromEffect(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	p := Probe(func(context.Context, person) (int, error) { return r.IntN(2), nil }, positive, always(ProbeOptions{}), flipSex)
	for range 200 {
		probeAll(t, p, person{"f", 1})
	}
	got := p.Flips()[0]
	assert.Positive(t, got.Changed)
	assert.Positive(t, got.Again)
	assert.LessOrEqual(t, got.Rate.Low, got.Noise.High)
	assert.Contains(t, got.Sentence(), "is not proven")
}

func TestProbeIsOffTheCallersPath(t *testing.T) {
	release, started := make(chan struct{}), make(chan struct{}, 3)
	p := Probe(func(context.Context, person) (int, error) { started <- struct{}{}; <-release; return 1, nil }, positive, always(ProbeOptions{}), flipSex)
	live := p.Wrap(func(_ context.Context, p person) (int, error) { return p.score, nil })
	got, err := live(t.Context(), person{"f", 7})
	require.NoError(t, err)
	assert.Equal(t, 7, got)
	<-started
	for range 10 {
		_, err = live(t.Context(), person{"f", 7}) // one probe at a time
		require.NoError(t, err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, p.Close(cancelled), context.Canceled)
	close(release)
	require.NoError(t, p.Close(t.Context()))
	assert.Equal(t, uint64(1), p.Flips()[0].Probes)
	assert.False(t, p.Offer(t.Context(), person{"f", 7}), "closed")
	failing := p.Wrap(func(context.Context, person) (int, error) { return 0, errors.New("x") })
	_, err = failing(t.Context(), person{})
	require.Error(t, err)
}

func TestProbeBudgetAndTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		p := Probe(func(ctx context.Context, p person) (int, error) {
			runs.Add(1)
			if p.score == 99 {
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return 1, nil
		}, positive, always(ProbeOptions{Budget: 3, Timeout: time.Minute}), flipSex)
		begun := 0
		for range 50 {
			begun += bit(p.Offer(t.Context(), person{"f", 1}))
			synctest.Wait()
		}
		assert.Equal(t, 3, begun)
		time.Sleep(time.Hour)
		assert.True(t, p.Offer(t.Context(), person{"f", 99}))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		f := p.Flips()[0]
		assert.Equal(t, []uint64{3, 1}, []uint64{f.Probes, f.Missed})
		assert.Equal(t, int64(3*3+2), runs.Load())
	})
}

func TestProbeSamples(t *testing.T) {
	p := Probe(func(context.Context, person) (int, error) { return 1, nil }, positive, &ProbeOptions{SafeToRepeat: true, Budget: 1 << 30}, flipSex)
	begun := 0
	for range 20000 {
		begun += bit(p.Offer(t.Context(), person{"f", 1}))
		p.running.Wait()
	}
	assert.InDelta(t, 200, begun, 80, "one in a hundred")
}

func TestProbeMissesAndPanics(t *testing.T) {
	boom := errors.New("boom")
	p := Probe(func(_ context.Context, p person) (int, error) {
		switch p.score {
		case 1:
			return 0, boom
		case 2:
			panic("canary")
		}
		return 1, nil
	}, func(p person, _ int) bool {
		if p.score == 3 {
			panic("canary")
		}
		return true
	}, always(ProbeOptions{}), Flip[person]{Name: "x", Change: func(p person) person {
		if p.score == 4 {
			panic("canary")
		}
		return p
	}})
	probeAll(t, p, person{"f", 1}, person{"f", 2}, person{"f", 3}, person{"f", 4}, person{"f", 5})
	f := p.Flips()[0]
	assert.Equal(t, []uint64{1, 4}, []uint64{f.Probes, f.Missed})
	require.NoError(t, p.Err())
}

// A function that would count, record or review probes as decisions is found out.
func TestProbeRefusesGuardedFunctions(t *testing.T) {
	m := newMonitor(t, nil, "sex")
	model := func(_ context.Context, p person) (int, error) { return p.score, nil }
	joins := func(stage call.Stage) func(context.Context, person) (int, error) {
		return func(ctx context.Context, p person) (int, error) {
			_, scope := call.Enter(ctx, stage, call.NewSite(nil, nil))
			var err error
			defer scope.Exit(&err)
			return p.score, nil
		}
	}
	inner := Wrap(model, m, groupsOf, positive)
	for name, fn := range map[string]func(context.Context, person) (int, error){
		"fairness": inner, "transparency": joins(call.StageTransparency), "oversight": joins(call.StageOversight),
		"an Around": func(ctx context.Context, p person) (out int, err error) {
			ctx, scope := call.Enter(ctx, call.StageBoundary, call.NewSite(nil, nil))
			defer scope.Exit(&err)
			return inner(ctx, p)
		},
	} {
		p := Probe(fn, positive, always(ProbeOptions{}), flipSex)
		require.True(t, p.Offer(t.Context(), person{"f", 1}), name)
		p.running.Wait()
		require.ErrorContains(t, p.Err(), "inside those guards", name)
		assert.False(t, p.Offer(t.Context(), person{"f", 1}), name)
		assert.Zero(t, p.Flips()[0].Probes, name)
	}
	assert.Zero(t, m.Table().Overall(SelectionRate).Den)
	// Privacy and consent may be there.
	p := Probe(joins(call.StagePrivacy), positive, always(ProbeOptions{}), flipSex)
	probeAll(t, p, person{"f", 1})
	require.NoError(t, p.Err())
	assert.Equal(t, uint64(1), p.Flips()[0].Probes)
}

func TestProbeCarriesOnlyWhatItIsTold(t *testing.T) {
	type tenant struct{}
	var seen []any
	fn := func(ctx context.Context, p person) (int, error) {
		seen = append(seen, ctx.Value(tenant{}))
		return 1, nil
	}
	from := context.WithValue(t.Context(), tenant{}, "t1")
	plain := Probe(fn, positive, always(ProbeOptions{}), flipSex)
	require.True(t, plain.Offer(from, person{"f", 1}))
	plain.running.Wait()
	carrying := Probe(fn, positive, always(ProbeOptions{Context: func(c context.Context) context.Context {
		return context.WithValue(context.Background(), tenant{}, c.Value(tenant{}))
	}}), flipSex)
	require.True(t, carrying.Offer(from, person{"f", 1}))
	carrying.running.Wait()
	assert.Equal(t, []any{nil, nil, nil, "t1", "t1", "t1"}, seen)
	broken := Probe(fn, positive, always(ProbeOptions{Context: func(context.Context) context.Context { panic("canary") }}), flipSex)
	require.True(t, broken.Offer(from, person{"f", 1}))
	broken.running.Wait()
	require.ErrorContains(t, broken.Err(), "ProbeOptions.Context")
	assert.NotContains(t, broken.Err().Error(), "canary")
}

func TestProbeWiring(t *testing.T) {
	fn := func(context.Context, person) (int, error) { return 1, nil }
	for want, wire := range map[string]func(){
		"fn is nil":          func() { Probe(nil, positive, always(ProbeOptions{}), flipSex) },
		"favourable is nil":  func() { Probe(fn, nil, always(ProbeOptions{}), flipSex) },
		"no flip":            func() { Probe(fn, positive, always(ProbeOptions{})) },
		"without a Name":     func() { Probe(fn, positive, always(ProbeOptions{}), Flip[person]{}) },
		"SafeToRepeat":       func() { Probe(fn, positive, nil, flipSex) },
		"Rate must lie":      func() { Probe(fn, positive, &ProbeOptions{SafeToRepeat: true, Rate: 2}, flipSex) },
		"Prober.Wrap: next":  func() { Probe(fn, positive, always(ProbeOptions{}), flipSex).Wrap(nil) },
		"must not be negati": func() { Probe(fn, positive, always(ProbeOptions{Budget: -1}), flipSex) },
	} {
		func() {
			defer func() { assert.Contains(t, fmt.Sprint(recover()), want) }()
			wire()
		}()
	}
	var none *Prober[person, int]
	assert.False(t, none.Offer(t.Context(), person{}))
	assert.Empty(t, none.Flips())
	require.NoError(t, none.Err())
	require.NoError(t, none.Close(t.Context()))
	p := Probe(fn, positive, always(ProbeOptions{Context: func(c context.Context) context.Context { return c }}), flipSex)
	assert.True(t, p.Offer(nil, person{"f", 1})) //nolint:staticcheck // a nil context must not crash
	require.NoError(t, p.Close(nil))             //nolint:staticcheck // nor here
	require.NoError(t, p.Err())
}
