package fairlead_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/privacy"
)

// refund is an agent's tool whose running is the effect.
type refund struct {
	Order string
	Cents int
}

// till counts what was really paid out, in all processes.
type till struct {
	paid atomic.Int64
	keys sync.Map // the decisions under which it was
}

func (b *till) pay(ctx context.Context, r refund) (string, error) {
	b.paid.Add(1)
	b.keys.Store(fairlead.DecisionID(ctx), true)
	return "paid " + r.Order, nil
}

// tool is the guarded refund as one process wires it.
func (b *till) tool(desk *oversight.Desk) func(context.Context, refund) (string, error) {
	return fairlead.Wrap(oversight.Approve(b.pay, desk, func(r refund) oversight.Case {
		return oversight.Case{Title: "refund " + r.Order, Score: scoreHeld}
	}), &fairlead.System{Name: "refund", Version: "1"})
}

// A tool call waits for a person before it runs, and another process carries it out by the ID of its case, once.
func TestAToolCallHeldBeforeItRunsIsResumedElsewhereOnce(t *testing.T) {
	h := newHouse(t)
	elsewhere := h.newDesk(t, nil) // another process, on the same ledger
	var b till
	order := refund{Order: "A-17", Cents: 4200}
	ctx := fairlead.WithSubject(t.Context(), canarySubject)

	_, trail, _, err := once(ctx, b.tool(h.desk), order)
	id := pending(t, err)
	assert.Equal(t, trail.ID(), id, "a case is known by the decision's ID")
	assert.Equal(t, fairlead.Held, trail.Outcome())
	assert.Zero(t, b.paid.Load(), "it has not run")

	_, err = b.tool(elsewhere)(oversight.Resume(ctx, id), order)
	require.ErrorIs(t, err, oversight.ErrPending, "nobody has decided yet")

	items, err := elsewhere.Pending(ctx, oversight.Filter{Held: true})
	require.NoError(t, err)
	require.Len(t, items, 1)
	assert.Equal(t, "refund A-17", items[0].Title)
	assert.True(t, items[0].Call, "a call that waits to run")
	h.decide(t, elsewhere, id, oversight.Judgement{Verdict: oversight.Approved})

	for name, wrong := range map[string]struct {
		ctx  context.Context
		in   refund
		want error
	}{
		"another input":   {ctx, refund{Order: "A-17", Cents: 420000}, oversight.ErrConflict},
		"another subject": {fairlead.WithSubject(t.Context(), "somebody-else"), order, oversight.ErrNotFound},
		"no subject":      {t.Context(), order, oversight.ErrRefused},
	} {
		_, err := b.tool(elsewhere)(oversight.Resume(wrong.ctx, id), wrong.in)
		require.ErrorIs(t, err, wrong.want, name)
		require.Zero(t, b.paid.Load(), name)
	}

	// Both processes have the ID and try at once, several times each.
	var wg sync.WaitGroup
	for _, desk := range []*oversight.Desk{h.desk, elsewhere, h.desk, elsewhere} {
		wg.Go(func() {
			out, err := b.tool(desk)(oversight.Resume(ctx, id), order)
			if err != nil {
				assert.ErrorIs(t, err, oversight.ErrInterrupted, "another one is running it")
				return
			}
			assert.Equal(t, "paid A-17", out)
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, b.paid.Load(), "paid exactly once")
	_, ok := b.keys.Load(id)
	assert.True(t, ok, "under the ID of the case, which is the idempotency key")

	out, trail, _, err := once(oversight.Resume(ctx, id), b.tool(h.newDesk(t, nil)), order)
	require.NoError(t, err, "a third process reads what the first one did")
	assert.Equal(t, "paid A-17", out)
	assert.Equal(t, id, trail.ID())
	assert.EqualValues(t, 1, b.paid.Load())
}

func TestAToolCallThatWasTurnedDownNeverRuns(t *testing.T) {
	h := newHouse(t)
	var b till
	ctx := fairlead.WithSubject(t.Context(), canarySubject)
	for name, c := range map[string]struct {
		j       oversight.Judgement
		want    error
		outcome fairlead.Outcome
		out     string
	}{
		"rejected": {oversight.Judgement{Verdict: oversight.Rejected}, oversight.ErrRejected, fairlead.Rejected, ""},
		"replaced": {oversight.Judgement{Verdict: oversight.Replaced, Output: "a voucher instead"}, nil, fairlead.Replaced, "a voucher instead"},
	} {
		order := refund{Order: name}
		_, err := b.tool(h.desk)(ctx, order)
		id := pending(t, err)
		h.decide(t, h.desk, id, c.j)
		out, trail, _, err := once(oversight.Resume(ctx, id), b.tool(h.desk), order)
		require.ErrorIs(t, err, c.want, name)
		assert.Equal(t, c.outcome, trail.Outcome(), name)
		assert.Equal(t, c.out, out, name)
	}
	assert.Zero(t, b.paid.Load())
}

// A tool that fails after it was approved is not run a second time: nobody knows what it did.
func TestAToolThatFailedIsNotRunAgain(t *testing.T) {
	h := newHouse(t)
	runs := 0
	tool := fairlead.Wrap(oversight.Approve(func(context.Context, refund) (string, error) { runs++; return "", errModel }, h.desk,
		func(refund) oversight.Case { return oversight.Case{Score: scoreHeld} }), &fairlead.System{Name: "refund"})
	ctx := fairlead.WithSubject(t.Context(), canarySubject)
	_, err := tool(ctx, refund{})
	id := pending(t, err)
	h.decide(t, h.desk, id, oversight.Judgement{Verdict: oversight.Approved})
	_, err = tool(oversight.Resume(ctx, id), refund{})
	require.ErrorIs(t, err, errModel)
	_, err = tool(oversight.Resume(ctx, id), refund{})
	require.ErrorIs(t, err, oversight.ErrInterrupted)
	require.NotErrorIs(t, err, errModel)
	printsClean(t, err, "the second refusal")
	assert.Equal(t, 1, runs)
}

// A held answer is delivered by another process, if that process shares the vault; without it nobody is shown a placeholder.
func TestAHeldAnswerIsResumedElsewhere(t *testing.T) {
	h := newHouse(t)
	vault := &privacy.Memory{}
	h.redactor = &privacy.Redactor{Vault: vault}
	in := canary().scored(scoreHeld)
	_, err := h.stack().Func()(t.Context(), in)
	id := pending(t, err)
	file, err := h.desk.Get(t.Context(), id)
	require.NoError(t, err)
	clean(t, string(file.Output)+string(file.Input)+string(file.Explanation), "what the reviewer's file holds")
	assert.Contains(t, string(file.Explanation), "greeter", "the reviewer sees why before deciding")
	h.decide(t, h.desk, id, oversight.Judgement{Verdict: oversight.Approved})

	elsewhere := *h
	elsewhere.desk, elsewhere.redactor = h.newDesk(t, nil), &privacy.Redactor{}
	out, trail, _, err := once(oversight.Resume(t.Context(), id), elsewhere.stack().Func(), in)
	require.ErrorIs(t, err, privacy.ErrSessionLost)
	typed(t, err, trail.ID())
	assert.Zero(t, out)

	elsewhere.redactor = &privacy.Redactor{Vault: vault}
	out, trail, _, err = once(oversight.Resume(t.Context(), id), elsewhere.stack().Func(), in)
	require.NoError(t, err)
	assert.Equal(t, "Hello "+canaryName+", we write to "+canaryEmail, out.Text)
	assert.Equal(t, []uuid.UUID{id}, trail.All(), "the decision goes on")
	assert.Zero(t, elsewhere.runs-h.runs, "the model does not run again")
}

// What a person took back between the hold and its delivery counts.
func TestAHeldAnswerIsNotDeliveredOnceConsentIsGone(t *testing.T) {
	h := newHouse(t)
	f := h.stack().Func()
	in := canary().scored(scoreHeld)
	_, err := f(t.Context(), in)
	id := pending(t, err)
	h.decide(t, h.desk, id, oversight.Judgement{Verdict: oversight.Approved})
	withdraw(t, h)
	out, trail, _, err := once(oversight.Resume(t.Context(), id), f, in)
	require.ErrorIs(t, err, consent.ErrDenied)
	assert.Zero(t, out)
	assert.Equal(t, id, trail.ID())
	assert.Equal(t, uint64(1), h.cell(t, "f").Ends.Waiting(), "still held, and counted once")
	assert.Zero(t, h.cell(t, "f").Ends.Denied)

	_, err = h.gate.Grant(t.Context(), consent.Event{Subject: canarySubject, Purpose: purpose})
	require.NoError(t, err)
	out, _, _, err = once(oversight.Resume(t.Context(), id), f, in)
	require.NoError(t, err)
	assert.Contains(t, out.Text, canaryEmail)
	assert.Equal(t, 1, h.runs)
}
