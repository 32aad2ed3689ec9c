package fairlead_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/transparency"
)

// kinds are the entries of a decision, in order.
func (h *house) kinds(t *testing.T, trail *fairlead.Trail) []string {
	var names []string
	for _, e := range h.record(t, trail.ID()).Entries {
		names = append(names, e.Kind)
	}
	return names
}

// Each end of a call is in the monitor, by group, and in the journal, by what happened.
func TestWhatEachEndLeavesBehind(t *testing.T) {
	const written, refused = "decision.recorded", "decision.refused"
	for _, c := range []struct {
		name      string
		prepare   func(*testing.T, *house)
		otherwise bool
		score     float64
		outcome   fairlead.Outcome
		ends      fairness.Ends
		decisions float64 // in the rate
		kind      string
		guard     string
		reason    string
	}{
		{name: "allowed", outcome: fairlead.Allowed, decisions: 1, kind: written},
		{
			name: "denied", prepare: withdraw, outcome: fairlead.Denied, ends: fairness.Ends{Denied: 1},
			kind: refused, guard: "consent", reason: "withdrawn",
		},
		{
			name: "fallback", prepare: withdraw, otherwise: true, outcome: fairlead.Fallback, ends: fairness.Ends{Fallback: 1},
			kind: refused, guard: "consent", reason: "withdrawn",
		},
		{name: "held", score: scoreHeld, outcome: fairlead.Held, ends: fairness.Ends{Held: 1}, kind: written},
		{
			name: "stopped", prepare: stop, outcome: fairlead.Stopped, ends: fairness.Ends{Stopped: 1},
			kind: refused, guard: "oversight", reason: "stopped",
		},
		{name: "failed", prepare: fails, outcome: fairlead.Failed, ends: fairness.Ends{Failed: 1}, kind: written},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			if c.prepare != nil {
				c.prepare(t, h)
			}
			s := h.stack()
			if c.otherwise {
				s = s.Otherwise(h.otherwise)
			}
			in := canary()
			if c.score != 0 {
				in.Score = c.score
			}
			_, trail, _, err := once(t.Context(), s.Func(), in)
			assert.Equal(t, c.outcome, trail.Outcome())
			assert.Equal(t, c.outcome == fairlead.Allowed || c.outcome == fairlead.Fallback, err == nil)

			cell := h.cell(t, "f")
			assert.Equal(t, c.ends, cell.Ends)
			assert.Equal(t, c.decisions, cell.N, "only delivered answers and rejections are in the rate")
			r := h.record(t, trail.ID())
			assert.Equal(t, []string{c.kind}, h.kinds(t, trail))
			assert.Equal(t, c.outcome, r.Outcome)
			assert.Equal(t, "offers", r.System)
			assert.Equal(t, canarySubject, r.Subject)
			assert.Equal(t, c.guard, r.Guard)
			assert.Equal(t, c.reason, r.Reason)
			assert.Equal(t, c.kind == written, r.Input.Digest != transparency.Digest{}, "a call that was refused leaves no input")
			assert.Equal(t, c.outcome == fairlead.Allowed, r.Output.Digest != transparency.Digest{}, "only what was delivered is an output")
			found := 0
			for _, err := range h.journal.Find(t.Context(), canarySubject) {
				require.NoError(t, err)
				found++
			}
			assert.Equal(t, 1, found, "the person finds it")
		})
	}
}

// A resumed call moves from held to what became of it, in both places; its consent is looked at again.
func TestAResumedCallMovesFromHeldToItsEnd(t *testing.T) {
	better := answer{Text: "a better one", Good: true}
	for _, c := range []struct {
		name       string
		j          oversight.Judgement
		outcome    fairlead.Outcome
		favourable float64
		out        string
	}{
		{"approved", oversight.Judgement{Verdict: oversight.Approved}, fairlead.Allowed, 1, "Hello " + canaryName + ", we write to " + canaryEmail},
		{"replaced", oversight.Judgement{Verdict: oversight.Replaced, Output: better}, fairlead.Replaced, 1, better.Text},
		{"replaced by less", oversight.Judgement{Verdict: oversight.Replaced, Output: answer{Text: "no"}}, fairlead.Replaced, 0, "no"},
		{"rejected", oversight.Judgement{Verdict: oversight.Rejected}, fairlead.Rejected, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			f := h.stack().Func()
			in := canary().scored(scoreHeld)
			_, first, _, err := once(t.Context(), f, in)
			id := pending(t, err)
			assert.Equal(t, id, first.ID())
			resumed := oversight.Resume(t.Context(), id)

			_, trail, _, err := once(resumed, f, in)
			require.ErrorIs(t, err, oversight.ErrPending, "too early")
			assert.Equal(t, fairlead.Held, trail.Outcome())
			assert.Equal(t, fairness.Ends{Held: 1}, h.cell(t, "f").Ends, "asking again does not count again")
			assert.Equal(t, []string{"decision.recorded"}, h.kinds(t, trail))

			h.decide(t, h.desk, id, c.j)
			out, trail, _, err := once(resumed, f, in)
			assert.Equal(t, c.outcome == fairlead.Rejected, err != nil)
			assert.Equal(t, c.out, out.Text)
			assert.Equal(t, id, trail.ID())
			assert.Equal(t, c.outcome, trail.Outcome())
			assert.Equal(t, 1, h.runs, "the model does not run again")

			cell := h.cell(t, "f")
			assert.Zero(t, cell.Ends.Waiting())
			assert.Zero(t, cell.Ends.Total())
			assert.Equal(t, 1.0, cell.N, "in the rate now, the rejected as well")
			assert.Equal(t, c.favourable, cell.Favourable)
			r := h.record(t, id)
			assert.Equal(t, []string{"decision.recorded", "decision.amended"}, h.kinds(t, trail))
			assert.Equal(t, c.outcome, r.Outcome)
			assert.True(t, r.Review.Held)
			assert.Equal(t, "reviewer-1", r.Review.Reviewer)
			assert.Equal(t, string(c.j.Verdict), r.Review.Verdict)
			assert.Equal(t, "greeter", r.Explanation.Model, "the model's own answer is what is explained")
			assert.NotEqual(t, transparency.Digest{}, r.Model.Digest, "what the model said is kept apart")
		})
	}
}

// A stack that could not have held a case does not resume one.
func TestResumeNeedsTheStackThatHeld(t *testing.T) {
	h := newHouse(t)
	in := canary().scored(scoreHeld)
	_, err := h.stack().Func()(t.Context(), in)
	id := pending(t, err)
	h.decide(t, h.desk, id, oversight.Judgement{Verdict: oversight.Approved})
	f := fairlead.Around(h.greet).System(h.sys).Consent(h.gate, h.ask).Func()
	_, trail, _, err := once(oversight.Resume(t.Context(), id), f, in)
	require.ErrorIs(t, err, fairlead.ErrRefused)
	typed(t, err, trail.ID())
	assert.Contains(t, err.Error(), "the stack that held it")
	assert.Equal(t, 1, h.runs)
}

// Who did not agree is asked about once, and everybody's answer is their own.
func TestEachGroupIsCountedByItself(t *testing.T) {
	h := newHouse(t)
	f := h.stack().Otherwise(h.otherwise).Func()
	m := canary()
	m.Sex, m.ID = "m", "nobody-asked-him"
	for _, in := range []customer{canary(), canary(), m} {
		_, err := f(t.Context(), in)
		require.NoError(t, err)
	}
	assert.Equal(t, 2.0, h.cell(t, "f").N)
	assert.Zero(t, h.cell(t, "m").N)
	assert.Equal(t, fairness.Ends{Fallback: 1}, h.cell(t, "m").Ends)
	answer, err := h.gate.Check(t.Context(), h.ask(m))
	require.ErrorIs(t, err, consent.ErrDenied)
	assert.Equal(t, consent.ReasonNoRecord, answer.Reason)
}
