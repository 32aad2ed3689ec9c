package transparency_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/transparency"
)

func kinds(t *testing.T, r transparency.Record) (all []string) {
	t.Helper()
	for _, e := range r.Entries {
		all = append(all, e.Kind+" "+string(e.Outcome))
	}
	return all
}

func TestAHeldCallAndItsDeliveryAreOneRecord(t *testing.T) {
	j, _ := open(t, nil)
	explained := 0
	k := &desk{outcome: call.Held, review: call.Review{Sampled: true, Probability: 0.5, Rule: "low", Case: uuid.New()}, instead: answer{"better"}}
	f := transparency.Wrap(k.wrap(reply), j, func(q question, a answer) transparency.Explanation {
		explained++
		return explainReply(q, a)
	})
	ctx, trail := call.Track(t.Context())
	_, err := f(ctx, question{"c-1", "hello"})
	require.Equal(t, call.Held, call.OutcomeOf(err))
	var asked transparency.Explanation
	require.NoError(t, json.Unmarshal(k.asked.(json.RawMessage), &asked))
	assert.Equal(t, "re: hello", asked.Result, "oversight asks before it holds")
	assert.Equal(t, 1, explained, "and the record uses the same explanation")

	r := only(t, j, "c-1")
	assert.Equal(t, call.Held, r.Outcome)
	assert.True(t, r.Review.Held)
	assert.Equal(t, "re: hello", r.Explanation.Result)
	said, err := r.Model.Digest.Matches(answer{"re: hello"})
	require.NoError(t, err)
	assert.True(t, said)
	assert.Zero(t, r.Output.Digest, "nothing has been delivered")
	assert.Equal(t, "You asked; a person will look at it before it counts.", r.Why())

	// Resumed while it still waits: nothing new to record.
	resumed := call.WithResume(t.Context(), trail.ID())
	_, err = f(resumed, question{"c-1", "hello"})
	require.Equal(t, call.Held, call.OutcomeOf(err))
	assert.Len(t, only(t, j, "c-1").Entries, 1)

	k.outcome = call.Replaced
	k.review = call.Review{Case: k.review.Case, Verdict: "replace", Reviewer: "r-2"}
	for range 2 { // delivered twice, recorded once
		out, err := f(resumed, question{"c-1", "hello"})
		require.NoError(t, err)
		assert.Equal(t, answer{"better"}, out)
	}
	r = only(t, j, "c-1")
	assert.Equal(t, []string{"decision.recorded held", "decision.amended replaced"}, kinds(t, r))
	assert.Equal(t, call.Replaced, r.Outcome)
	assert.Equal(t, "replace", r.Review.Verdict)
	assert.Equal(t, "r-2", r.Review.Reviewer)
	mine, err := j.Get(t.Context(), "c-1", r.ID)
	require.NoError(t, err)
	assert.Empty(t, mine.Review.Reviewer, "staff is not the customer's to know")
	assert.InDelta(t, 0.5, r.Review.Probability, 0, "the draw was made once")
	assert.Equal(t, "re: hello", r.Explanation.Result, "the model's output is what is explained")
	said, _ = r.Model.Digest.Matches(answer{"re: hello"})
	assert.True(t, said)
	delivered, _ := r.Output.Digest.Matches(answer{"better"})
	assert.True(t, delivered)
	assert.Equal(t, 1, explained)
	assert.Equal(t, "You asked; a person checked it and gave another answer.", r.Why())
}

func TestStoppedAndAllowedAfterAHold(t *testing.T) {
	j, _ := open(t, nil)
	k := &desk{outcome: call.Held}
	f := transparency.Wrap(k.wrap(reply), j, explainReply)
	ctx, trail := call.Track(t.Context())
	_, _ = f(ctx, question{"c-1", "hello"})
	resumed := call.WithResume(call.WithSubject(t.Context(), "c-1"), trail.ID())
	k.outcome = call.Stopped
	_, err := f(resumed, question{"c-1", "hello"})
	require.Error(t, err)
	r := only(t, j, "c-1")
	assert.Equal(t, call.Stopped, r.Outcome)
	assert.Equal(t, "oversight", r.Guard)
	k.outcome, k.review = call.Allowed, call.Review{Verdict: "approve"}
	_, err = f(resumed, question{"c-1", "hello"})
	require.NoError(t, err)
	r = only(t, j, "c-1")
	assert.Equal(t, []string{"decision.recorded held", "decision.refused stopped", "decision.amended allowed"}, kinds(t, r))
	assert.Equal(t, call.Allowed, r.Outcome)
	assert.Empty(t, r.Guard)
	assert.Equal(t, "You asked; a person checked and approved it.", r.Why())
}

func TestNobodyResumesSomebodyElsesCase(t *testing.T) {
	j, _ := open(t, nil)
	k := &desk{outcome: call.Held}
	f := transparency.Wrap(k.wrap(reply), j, explainReply)
	ctx, trail := call.Track(t.Context())
	_, _ = f(ctx, question{"c-1", "hello"})
	k.outcome = call.Allowed
	out, err := f(call.WithResume(call.WithSubject(t.Context(), "c-2"), trail.ID()), question{"c-2", "hello"})
	require.ErrorIs(t, err, transparency.ErrRefused)
	assert.Zero(t, out)
	assert.Equal(t, call.Held, only(t, j, "c-1").Outcome, "the other's attempt does not change the record")
	r, err := j.Lookup(t.Context(), trail.ID())
	require.NoError(t, err)
	assert.Equal(t, call.Held, r.Outcome)
	_, err = j.Get(t.Context(), "c-2", trail.ID())
	require.ErrorIs(t, err, transparency.ErrNotFound)
	attempt := only(t, j, "c-2")
	assert.Equal(t, trail.ID(), attempt.Parent)
	assert.Contains(t, attempt.Reason, "another subject")
}

// An approval is asked for before the function runs: what it says is explained when the resumed call runs it.
func TestWhatIsAskedBeforeItRunsIsExplainedAfterwards(t *testing.T) {
	j, _ := open(t, nil)
	site := call.NewSite(nil, nil)
	approve := func(ctx context.Context, q question) (out answer, err error) {
		ctx, scope := call.Enter(ctx, call.StageOversight, site)
		defer scope.Exit(&err)
		err = call.ErrUnfinished
		if d := scope.Decision(); !d.Resumed() {
			return out, &endedError{call.Held, d.ID()}
		}
		return call.Next(ctx, &scope, reply, q)
	}
	f := transparency.Wrap(approve, j, explainReply)
	ctx, trail := call.Track(call.WithSubject(t.Context(), "c-1"))
	_, err := f(ctx, question{"c-1", "hello"})
	require.Error(t, err)
	assert.Empty(t, only(t, j, "c-1").Explanation.Result)
	_, err = f(call.WithResume(call.WithSubject(t.Context(), "c-1"), trail.ID()), question{"c-1", "hello"})
	require.NoError(t, err)
	r := only(t, j, "c-1")
	assert.Equal(t, call.Allowed, r.Outcome)
	assert.Equal(t, "re: hello", r.Explanation.Result)
}

func TestCallsThatDidNotReachTheModelHoldNoInput(t *testing.T) {
	j, l := open(t, &transparency.Options{Payloads: true})
	for _, o := range []call.Outcome{call.Stopped, call.Denied} {
		k := &desk{outcome: call.Stopped}
		next := k.wrap(reply)
		if o == call.Denied { // a gate that was put inside by hand
			next = func(ctx context.Context, _ question) (answer, error) {
				call.From(ctx).NoteConsent(call.Consent{Purpose: "advice", Reason: "expired"})
				return answer{}, &endedError{call.Denied, call.From(ctx).ID()}
			}
		}
		ctx, trail := call.Track(call.WithSubject(t.Context(), "c-1"))
		_, err := transparency.Wrap(next, j, explainReply)(ctx, question{"c-1", canary})
		require.Equal(t, o, call.OutcomeOf(err))
		r, err := j.Get(t.Context(), "c-1", trail.ID())
		require.NoError(t, err)
		assert.Equal(t, o, r.Outcome)
		assert.Equal(t, "decision.refused", r.Entries[0].Kind)
		assert.NotEmpty(t, r.Reason)
		assert.Zero(t, r.Input.Digest)
	}
	for _, e := range entries(t, l) {
		assert.NotContains(t, string(e.Body), canary)
	}
}

func TestTheRefusalOfAToolIsAFailureOfTheCallThatPassedItOn(t *testing.T) {
	j, _ := open(t, nil)
	_, err := transparency.Wrap(func(context.Context, question) (answer, error) {
		return answer{}, &endedError{call.Denied, uuid.New()} // another decision's
	}, j, explainReply)(call.WithSubject(t.Context(), "c-1"), question{"c-1", "hello"})
	require.Error(t, err)
	r := only(t, j, "c-1")
	assert.Equal(t, "decision.recorded", r.Entries[0].Kind)
	assert.Equal(t, "*transparency_test.endedError", r.Error)
	assert.NotZero(t, r.Input.Digest)
}

func TestRefusedWritesOneEntryADecision(t *testing.T) {
	j, l := open(t, nil)
	ctx := under(t, func(d *call.Decision) {
		_, _ = d.SubjectFor(t.Context(), call.StageConsent, "c-1")
		d.NoteConsent(call.Consent{Purpose: "advice", Reason: "withdrawn"})
	})
	for range 2 {
		require.NoError(t, j.Refused(ctx, "fallback", "consent", "withdrawn"))
	}
	require.Len(t, entries(t, l), 1)
	r := only(t, j, "c-1")
	assert.Equal(t, call.Fallback, r.Outcome)
	assert.Equal(t, "consent", r.Guard)
	assert.Equal(t, "withdrawn", r.Reason)
	assert.Equal(t, "withdrawn", r.Consent.Reason)
	assert.Equal(t, "chat", r.System)
	assert.Equal(t, "This is the general answer, because there was no valid consent for a personal one.", r.Why())
	require.ErrorIs(t, j.Refused(t.Context(), "denied", "consent", "x"), transparency.ErrRefused, "no decision to refuse")
}

func TestADeliveryThatFailedMayBeTriedAgain(t *testing.T) {
	j, _ := open(t, nil)
	k := &desk{outcome: call.Held}
	f := transparency.Wrap(k.wrap(reply), j, explainReply)
	ctx, trail := call.Track(t.Context())
	_, _ = f(ctx, question{"c-1", "hello"})
	resumed := call.WithResume(call.WithSubject(t.Context(), "c-1"), trail.ID())
	for _, o := range []call.Outcome{call.Failed, call.Held, call.Allowed} {
		k.outcome = o
		_, err := f(resumed, question{"c-1", "hello"})
		require.Equal(t, o, call.OutcomeOf(err))
		assert.Equal(t, o, only(t, j, "c-1").Outcome)
	}
	assert.Len(t, only(t, j, "c-1").Entries, 4)
}
