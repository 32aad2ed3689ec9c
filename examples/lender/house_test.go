package main

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func newHouse(t testing.TB, s settings) *house {
	t.Helper()
	s.traces = noop.NewTracerProvider()
	log := ledger.Memory(nil)
	h, err := build(t.Context(), log, make([]byte, 32), s)
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, h.close(context.WithoutCancel(t.Context())))
		assert.NoError(t, log.Close())
	})
	return h
}

func TestTheDemoDataAreLoadedOnce(t *testing.T) {
	h := newHouse(t, settings{})
	var told atomic.Int64
	require.NoError(t, h.load(t.Context(), 300, func(int, int) { told.Add(1) }))
	assert.EqualValues(t, 300, told.Load())
	state := h.desk.State()
	assert.Equal(t, leaveOpen, state.Held, "cases for the tour's reviewers")
	assert.Nil(t, state.Stopped)
	assert.Len(t, h.monitor.Table().By("sex").Cells, 2)

	h.deliverAll(t.Context())
	left, err := h.desk.Undelivered(t.Context(), 0)
	require.NoError(t, err)
	assert.Empty(t, left, "what reviewers said has reached the customers")

	before := h.journal.Written()
	require.NoError(t, h.load(t.Context(), 300, func(int, int) {}))
	assert.Equal(t, before, h.journal.Written(), "nobody was asked twice")
}

// A website that is started while the button is pressed starts, and loads the rest the next time.
func TestStartedWhileStopped(t *testing.T) {
	h := newHouse(t, settings{})
	ctx := t.Context()
	require.NoError(t, h.desk.Stop(ctx, reviewers[0], "a drill"))
	before := h.journal.Written()
	require.NoError(t, h.load(ctx, 30, func(int, int) {}))
	assert.Equal(t, before, h.journal.Written())
	require.NoError(t, h.desk.Start(ctx, reviewers[0], "it is over"))
	require.NoError(t, h.load(ctx, 30, func(int, int) {}))
	assert.GreaterOrEqual(t, h.journal.Written(), before+29)
}

// The tour in short: no consent, consent, a held case, its delivery.
func TestACloseCallGoesThroughAPerson(t *testing.T) {
	h := newHouse(t, settings{})
	ctx := t.Context()
	a := apply(h.applicants[newcomer-1])
	trail, err := h.ask(ctx, a)
	require.NoError(t, err)
	assert.Equal(t, fairlead.Fallback, trail.Outcome())

	require.NoError(t, h.agree(ctx, h.applicants[newcomer-1]))
	trail, err = h.ask(ctx, a)
	require.ErrorIs(t, err, oversight.ErrPending)
	lease, err := h.desk.Claim(ctx, reviewers[0], trail.ID())
	require.NoError(t, err)
	require.NoError(t, h.desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved}))
	h.deliverAll(ctx)
	r, err := h.journal.Get(ctx, a.ID, trail.ID())
	require.NoError(t, err)
	assert.Equal(t, fairlead.Allowed, r.Outcome)
	assert.NotContains(t, string(r.Input.Payload), "customer13@example.com")
	assert.NotContains(t, string(r.Input.Payload), a.ID)
	assert.NotContains(t, string(r.Input.Payload), "female")
	why, err := h.redactor.Reveal(ctx, a.ID, r.Session, r.Why())
	require.NoError(t, err)
	assert.Contains(t, why, "would have been another")
}
