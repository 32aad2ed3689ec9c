package fairness

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
)

type person struct {
	sex   string
	score int
}

func groupsOf(p person) Groups           { return Of(p.sex) }
func positive(_ person, answer int) bool { return answer > 0 }

// ended is an error that says how a call ended, as the guards inside do.
type ended struct{ outcome call.Outcome }

func (e ended) Error() string         { return "ended: " + string(e.outcome) }
func (e ended) Outcome() call.Outcome { return e.outcome }

func wrapped(m *Monitor, err error) func(context.Context, person) (int, error) {
	return Wrap(func(ctx context.Context, p person) (int, error) {
		// A held call is delivered through oversight, which stands further in.
		_, scope := call.Enter(ctx, call.StageOversight, call.NewSite(nil, nil))
		failed := err
		defer scope.Exit(&failed)
		return p.score, failed
	}, m, groupsOf, positive)
}

func TestWrapCountsEveryEnd(t *testing.T) {
	ctx := context.Background()
	m := newMonitor(t, nil, "sex")
	for _, score := range []int{1, 1, 0} {
		got, err := wrapped(m, nil)(ctx, person{"f", score})
		require.NoError(t, err)
		assert.Equal(t, score, got)
	}
	for _, o := range []call.Outcome{call.Rejected, call.Held, call.Stopped, call.Abandoned, call.Denied, call.Failed} {
		_, err := wrapped(m, ended{o})(ctx, person{"f", 1})
		require.ErrorIs(t, err, ended{o})
	}
	_, err := wrapped(m, errors.New("boom"))(ctx, person{"f", 1})
	require.Error(t, err)
	c := m.Table().Cells[0]
	assert.Equal(t, 4.0, c.N)
	assert.Equal(t, 2.0, c.Favourable)
	assert.Equal(t, Ends{Denied: 1, Held: 1, Stopped: 1, Abandoned: 1, Failed: 2}, c.Ends)
}

func TestWrapResumedCallMovesFromHeld(t *testing.T) {
	m := newMonitor(t, nil, "sex")
	ctx := context.Background()
	for range 3 {
		_, _ = wrapped(m, ended{call.Held})(ctx, person{"f", 1})
	}
	resumed := func() context.Context { return call.WithResume(ctx, uuid.New()) }
	_, err := wrapped(m, nil)(resumed(), person{"f", 1})
	require.NoError(t, err)
	_, err = wrapped(m, ended{call.Rejected})(resumed(), person{"f", 1})
	require.Error(t, err)
	c := m.Table().Cells[0]
	assert.Equal(t, uint64(1), c.Ends.Waiting())
	assert.Equal(t, 2.0, c.N)
	assert.Equal(t, 1.0, c.Favourable)
	// What could not be delivered this time is still held, whatever came in between.
	for _, o := range []call.Outcome{call.Held, call.Failed, call.Stopped} {
		_, err = wrapped(m, ended{o})(resumed(), person{"f", 1})
		require.Error(t, err)
	}
	c = m.Table().Cells[0]
	assert.Equal(t, uint64(1), c.Ends.Total())
	assert.Equal(t, uint64(1), c.Ends.Waiting())
}

func TestWrapCountsADeliveryOnce(t *testing.T) {
	m := newMonitor(t, nil, "sex")
	ctx := context.Background()
	_, _ = wrapped(m, ended{call.Held})(ctx, person{"f", 1})
	again := call.WithResume(ctx, uuid.New())
	for range 3 {
		_, err := wrapped(m, nil)(again, person{"f", 1})
		require.NoError(t, err)
	}
	c := m.Table().Cells[0]
	assert.Equal(t, 1.0, c.N)
	assert.Equal(t, uint64(1), c.Ends.Settled)
	// The memory of deliveries is bounded: old ones are forgotten one by one.
	var d deliveries
	first := uuid.New()
	assert.True(t, d.first(first))
	for range remembered {
		assert.True(t, d.first(uuid.New()))
	}
	assert.Len(t, d.seen, remembered)
	assert.True(t, d.first(first))
	assert.False(t, d.first(first))
}

func TestWrapPanics(t *testing.T) {
	ctx := context.Background()
	m := newMonitor(t, nil, "sex")
	ran := 0
	next := func(_ context.Context, p person) (int, error) { ran++; return p.score, nil }

	_, err := Wrap(next, m, func(person) Groups { panic("canary") }, positive)(ctx, person{"f", 1})
	require.ErrorIs(t, err, call.ErrRefused)
	assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), "canary")
	assert.Zero(t, ran, "refused before any work")

	out, err := Wrap(next, m, groupsOf, func(person, int) bool { panic("canary") })(ctx, person{"f", 1})
	require.ErrorIs(t, err, call.ErrRefused)
	assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), "canary")
	assert.Zero(t, out)
	assert.Equal(t, uint64(1), m.Table().Cells[0].Ends.Failed)

	explodes := Wrap(func(context.Context, person) (int, error) { panic("boom") }, m, groupsOf, positive)
	assert.PanicsWithValue(t, "boom", func() { _, _ = explodes(ctx, person{"f", 1}) })
	assert.Equal(t, uint64(2), m.Table().Cells[0].Ends.Failed)

	leaves := Wrap(func(context.Context, person) (int, error) { runtime.Goexit(); return 0, nil }, m, groupsOf, positive)
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = leaves(ctx, person{"f", 1}) })
	wg.Wait()
	assert.Equal(t, uint64(3), m.Table().Cells[0].Ends.Failed)
}

func TestWrapRefusesWhatItCannotCount(t *testing.T) {
	ctx := context.Background()
	ran := false
	next := func(context.Context, person) (int, error) { ran = true; return 1, nil }
	for name, m := range map[string]*Monitor{"nil": nil, "zero": {}, "other attributes": newMonitor(t, nil, "sex", "age")} {
		_, err := Wrap(next, m, groupsOf, positive)(ctx, person{"f", 1})
		require.ErrorIs(t, err, ErrNotCounted, name)
		var typed call.Typed
		require.ErrorAs(t, err, &typed)
		assert.NotEqual(t, uuid.Nil, typed.DecisionID())
	}
	assert.False(t, ran)
}

func TestWrapWiringMistakesPanic(t *testing.T) {
	m := newMonitor(t, nil, "sex")
	next := func(context.Context, person) (int, error) { return 0, nil }
	for name, wire := range map[string]func(){
		"next":       func() { Wrap(nil, m, groupsOf, positive) },
		"groups":     func() { Wrap(next, m, nil, positive) },
		"favourable": func() { Wrap(next, m, groupsOf, nil) },
	} {
		func() {
			defer func() {
				assert.Contains(t, fmt.Sprint(recover()), "fairness.Wrap: "+name+" is nil")
			}()
			wire()
		}()
	}
}

func TestWrapTakesGroupsFromTheContext(t *testing.T) {
	m := newMonitor(t, nil, "sex")
	guarded := Wrap(func(_ context.Context, p person) (int, error) { return p.score, nil }, m,
		func(person) Groups { return Groups{} }, positive)
	_, err := guarded(WithGroups(context.Background(), Of("m")), person{score: 1})
	require.NoError(t, err)
	_, err = guarded(context.Background(), person{score: 1})
	require.NoError(t, err, "a person whose group is not known is served")
	assert.Equal(t, 1.0, m.Table().Rate(SelectionRate, "m").Den)
	assert.Equal(t, 1.0, m.Table().Rate(SelectionRate, "").Den)
}

func TestWrapJoinsADecision(t *testing.T) {
	m := newMonitor(t, nil, "sex")
	ctx, scope := call.Enter(context.Background(), call.StageConsent, call.NewSite(nil, nil))
	var err error
	defer scope.Exit(&err)
	var inside uuid.UUID
	guarded := Wrap(func(ctx context.Context, p person) (int, error) { inside = call.From(ctx).ID(); return p.score, nil }, m, groupsOf, positive)
	_, err = guarded(ctx, person{"f", 1})
	require.NoError(t, err)
	assert.Equal(t, scope.Decision().ID(), inside)
	assert.True(t, scope.Decision().Facts().Observed)
}

func TestWrapIsSafeUnderConcurrency(t *testing.T) {
	m := newMonitor(t, nil, "sex")
	guarded := wrapped(m, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 500 {
				_, err := guarded(context.Background(), person{[]string{"f", "m"}[i%2], i % 3})
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 4000.0, m.Table().Overall(SelectionRate).Den)
}

func BenchmarkWrap(b *testing.B) {
	m := newMonitor(b, nil, "sex")
	guarded := wrapped(m, nil)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		_, _ = guarded(ctx, person{"f", 1})
	}
}

func TestWrapOrWhileBreached(t *testing.T) {
	m := newMonitor(t, &Options{CheckEvery: 16}, "sex")
	ran := 0
	guarded := WrapOr(func(context.Context, person) (int, error) { ran++; return 1, nil }, m, groupsOf, positive,
		func(context.Context, person) (int, error) { return -1, nil })
	got, err := guarded(t.Context(), person{sex: "f"})
	require.NoError(t, err)
	assert.Equal(t, 1, got)
	unfair(t, m, 500)
	require.True(t, m.Breached())
	before := m.Table()
	got, err = guarded(t.Context(), person{sex: "f"})
	require.NoError(t, err)
	assert.Equal(t, -1, got)
	assert.Equal(t, 1, ran, "next is not asked while ACTION stands")
	after := m.Table()
	assert.Equal(t, before.Rate(SelectionRate, "f"), after.Rate(SelectionRate, "f"), "beside the rate, not in it")
	assert.Equal(t, uint64(1), after.Cells[0].Ends.Fallback)

	failing := WrapOr(func(context.Context, person) (int, error) { return 1, nil }, m, groupsOf, positive,
		func(context.Context, person) (int, error) { return 0, errors.New("down") })
	_, err = failing(t.Context(), person{sex: "f"})
	require.Error(t, err)

	refusing := WrapOr(func(context.Context, person) (int, error) { return 1, nil }, nil, groupsOf, positive,
		func(context.Context, person) (int, error) { return -1, nil })
	_, err = refusing(t.Context(), person{sex: "f"})
	require.ErrorIs(t, err, ErrNotCounted, "no monitor refuses")
	next := func(context.Context, person) (int, error) { return 1, nil }
	assert.PanicsWithValue(t, "fairness.WrapOr: the monitor never looks whether it is breached: set Options.CheckEvery or Options.OnBreach",
		func() { WrapOr(next, newMonitor(t, nil, "sex"), groupsOf, positive, next) })
	assert.Panics(t, func() { WrapOr(next, m, groupsOf, positive, nil) })
}
