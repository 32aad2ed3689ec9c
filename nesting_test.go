package fairlead_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// backwards nests the five guards by hand in the worst order there is.
func (h *house) backwards() func(context.Context, customer) (answer, error) {
	f := consent.Wrap(h.greet, h.gate, h.ask)
	f = fairness.Wrap(f, h.monitor, h.groups, h.favourable)
	f = privacy.Wrap(f, h.redactor, h.hide, h.show)
	f = transparency.Wrap(f, h.journal, h.explain)
	return oversight.Wrap(f, h.desk, h.open)
}

// Safe in any order: nothing that one order refuses passes in another, and every guard still leaves its mark.
func TestGuardsInTheWrongOrderStillGuard(t *testing.T) {
	h := newHouse(t)
	var inner, parent uuid.UUID
	f := consent.Wrap(func(ctx context.Context, c customer) (answer, error) {
		inner, parent = fairlead.DecisionID(ctx), call.From(ctx).Parent()
		return h.greet(ctx, c)
	}, h.gate, h.ask)
	f = transparency.Wrap(privacy.Wrap(f, h.redactor, h.hide, h.show), h.journal, h.explain)
	ctx := fairlead.WithSubject(t.Context(), canarySubject)
	_, trail, _, err := once(ctx, f, canary())
	require.NoError(t, err)
	require.Len(t, trail.All(), 1, "a trail lists roots")
	assert.NotEqual(t, trail.ID(), inner, "a guard that comes too late begins a child")
	assert.NotZero(t, parent)
	r := h.record(t, trail.ID())
	assert.Equal(t, fairlead.Allowed, r.Outcome)
	assert.NotEmpty(t, r.Hidden, "what a child hid counts for its parent")

	_, _, _, err = once(ctx, h.backwards(), canary())
	require.NoError(t, err)
	assert.InDelta(t, 1, h.cell(t, "f").N, 0)
	runs := h.runs
	withdraw(t, h)
	_, trail, _, err = once(ctx, h.backwards(), canary())
	require.ErrorIs(t, err, consent.ErrDenied)
	require.ErrorIs(t, trail.Err(), consent.ErrDenied)
	assert.Equal(t, runs, h.runs, "a denial refuses also from the innermost place")
}

// The same guard twice, by hand: the inner one is a decision of its own.
func TestTheSameGuardTwiceByHandIsAChild(t *testing.T) {
	h := newHouse(t)
	var inner, parent uuid.UUID
	f := transparency.Wrap(func(ctx context.Context, c customer) (answer, error) {
		inner, parent = fairlead.DecisionID(ctx), call.From(ctx).Parent()
		return h.greet(ctx, c)
	}, h.journal, h.explain)
	f = transparency.Wrap(f, h.journal, h.explain)
	_, trail, _, err := once(fairlead.WithSubject(t.Context(), canarySubject), f, canary())
	require.NoError(t, err)
	assert.Equal(t, trail.ID(), parent)
	assert.Equal(t, trail.ID(), h.record(t, inner).Parent)
	assert.Zero(t, h.record(t, trail.ID()).Parent)
}

// An agent's tool that is itself guarded is a decision inside the call that uses it, and its counts are the call's as well.
func TestAGuardedToolInsideAGuardedCall(t *testing.T) {
	h := newHouse(t)
	var toolID uuid.UUID
	lookUp := func(ctx context.Context, c customer) (answer, error) {
		toolID = fairlead.DecisionID(ctx)
		assert.NotContains(t, c.Message, "@", "the tool's own Privacy hides what the tool is given")
		return answer{Text: c.Message}, nil
	}
	tool := fairlead.Around(lookUp).
		System(&fairlead.System{Name: "look up"}).
		Privacy(h.redactor, h.hide, h.show).
		Transparency(h.journal, func(customer, answer) transparency.Explanation { return transparency.Explanation{} }).
		Oversight(h.desk, h.open).
		Func()
	const fromTheBooks = "bookkeeping@example.org"
	h.model = func(ctx context.Context, c customer) (answer, error) {
		found, err := tool(ctx, customer{Message: "ask " + fromTheBooks, Score: scoreSampled})
		assert.Equal(t, "ask "+fromTheBooks, found.Text)
		return answer{Text: "done", Good: true}, err
	}
	_, trail, _, err := once(t.Context(), h.stack().Func(), canary())
	require.NoError(t, err)
	require.Len(t, trail.All(), 1, "the tool's call is not a root")
	require.NotEqual(t, trail.ID(), toolID)

	outer, inner := h.record(t, trail.ID()), h.record(t, toolID)
	assert.Equal(t, trail.ID(), inner.Parent)
	assert.Equal(t, "look up", inner.System)
	assert.Equal(t, canarySubject, inner.Subject, "about whom the call is, the tool's call is as well")
	assert.Equal(t, []transparency.Hidden{{Kind: "EMAIL_ADDRESS", N: 1}}, inner.Hidden)
	assert.Equal(t, 1, inner.Sampled)
	assert.Equal(t, 1, outer.Sampled, "drawn in the tool")
	assert.False(t, outer.Review.Sampled, "and not itself")
	assert.Equal(t, hidden(outer, "EMAIL_ADDRESS"), 1+hidden(alone(t), "EMAIL_ADDRESS"))
}

// alone is the record of the same call without a tool.
func alone(t *testing.T) transparency.Record {
	h := newHouse(t)
	_, trail, _, err := once(t.Context(), h.stack().Func(), canary())
	require.NoError(t, err)
	return h.record(t, trail.ID())
}

func hidden(r transparency.Record, kind string) int {
	for _, h := range r.Hidden {
		if h.Kind == kind {
			return h.N
		}
	}
	return 0
}

// Calls made side by side under one boundary: each has one ID, no two share one, and each one's record joins what its own
// guards found out.
func TestCallsSideBySideAlwaysHaveOneID(t *testing.T) {
	h := newHouse(t)
	var mu sync.Mutex
	ids := map[string]uuid.UUID{} // by the name of the stack, which travels as the group
	h.model = func(ctx context.Context, c customer) (answer, error) {
		mu.Lock()
		defer mu.Unlock()
		ids[c.Sex] = fairlead.DecisionID(ctx)
		return answer{Text: c.Message, Good: true}, nil
	}
	model := func(ctx context.Context, c customer) (answer, error) { return h.model(ctx, c) }
	explain := func(c customer, _ answer) transparency.Explanation { return transparency.Explanation{Summary: c.Sex} }
	stacks := map[string]func(context.Context, customer) (answer, error){
		"around": h.stack().Func(),
		"bare": consent.Wrap(privacy.Wrap(transparency.Wrap(model, h.journal, explain), h.redactor, h.hide, h.show),
			h.gate, h.ask),
		"late": privacy.Wrap(transparency.Wrap(oversight.Wrap(model, h.desk, h.open), h.journal, explain), h.redactor, h.hide, h.show),
	}
	for range 300 {
		clear(ids)
		ctx, trail := fairlead.Track(fairlead.WithSubject(t.Context(), canarySubject))
		ctx, end := fairlead.Begin(ctx, h.sys)
		var wg sync.WaitGroup
		for name, f := range stacks {
			wg.Go(func() {
				in := canary()
				in.Sex = name
				_, err := f(ctx, in)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		end(nil)
		require.Len(t, trail.All(), 1)
		require.Len(t, ids, len(stacks))
		seen := map[uuid.UUID]bool{}
		for name, id := range ids {
			require.False(t, seen[id], "two calls share a decision")
			seen[id] = true
			r := h.record(t, id)
			require.Len(t, r.Entries, 1, name)
			require.Equal(t, name != "late", r.Consent.Allowed, name)
			if id == trail.ID() { // the one that joined the boundary's decision: the others' counts may have been added by then
				require.Contains(t, []int{2, 4, 6}, hidden(r, "EMAIL_ADDRESS"), name)
			} else {
				require.Equal(t, 2, hidden(r, "EMAIL_ADDRESS"), name)
				require.Equal(t, trail.ID(), r.Parent, name)
			}
			if name != "around" {
				require.Equal(t, name, r.Explanation.Summary)
			}
		}
	}
}
