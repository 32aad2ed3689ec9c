package transparency_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

func TestARecordJoinsWhatTheOtherGuardsFoundOut(t *testing.T) {
	j, l := open(t, nil)
	receipt, session := uint64(4), uuid.NewString()
	ctx := under(t, func(d *call.Decision) {
		d.NoteConsent(call.Consent{Allowed: true, Purpose: "advice", Basis: "consent", Receipt: receipt, AsOf: 9})
		d.NoteHidden(session, []call.Count{{Kind: "EMAIL_ADDRESS", N: 2}, {Kind: "CREDIT_CARD", N: 1}})
	})
	k := &desk{outcome: call.Allowed, review: call.Review{Sampled: true, Probability: 0.02, Rule: "low score"}}
	f := transparency.Wrap(k.wrap(reply), j, explainReply)
	out, err := f(ctx, question{"c-1", "hello"})
	require.NoError(t, err)
	assert.Equal(t, answer{"re: hello"}, out)

	r := only(t, j, "c-1")
	assert.Equal(t, call.From(ctx).ID(), r.ID)
	assert.Equal(t, "chat", r.System)
	assert.Equal(t, "3", r.Version)
	assert.Equal(t, call.Allowed, r.Outcome)
	assert.False(t, r.Began.IsZero())
	assert.Positive(t, r.Took)
	assert.Equal(t, transparency.Consent{Allowed: true, Purpose: "advice", Basis: "consent", Receipt: receipt, AsOf: 9}, r.Consent)
	assert.Equal(t, []transparency.Hidden{{Kind: "EMAIL_ADDRESS", N: 2}, {Kind: "CREDIT_CARD", N: 1}}, r.Hidden)
	assert.Equal(t, session, r.Session)
	assert.InDelta(t, 0.02, r.Review.Probability, 0)
	assert.True(t, r.Review.Sampled)
	assert.Equal(t, 1, r.Sampled)
	assert.Equal(t, "You asked; you had agreed to this use (advice); 2 e-mail addresses and 1 card number were hidden before the system saw "+
		"anything; it was drawn for a check by a person.", r.Why())
	assert.True(t, call.From(ctx).Facts().Recorded)

	all := entries(t, l)
	require.Len(t, all, 1)
	assert.Equal(t, "transparency", all[0].Stream)
	assert.Equal(t, "decision.recorded", all[0].Kind)
	assert.Equal(t, r.ID, all[0].Key)
	assert.Equal(t, uuid.NewSHA1(r.ID, []byte("decision.recorded/0/")), all[0].ID)
	assert.JSONEq(t, `{"system":"chat","version":"3","outcome":"allowed"}`, string(all[0].Public))
}

func TestDigestsByDefaultPayloadsOnlyIfAsked(t *testing.T) {
	for _, payloads := range []bool{false, true} {
		j, l := open(t, &transparency.Options{Payloads: payloads})
		_, err := transparency.Wrap(reply, j, func(q question, _ answer) transparency.Explanation {
			return transparency.Explanation{Subject: q.Who}
		})(t.Context(), question{"c-1", canary})
		require.NoError(t, err)
		r := only(t, j, "c-1")
		same, err := r.Input.Digest.Matches(question{"c-1", canary})
		require.NoError(t, err)
		assert.True(t, same)
		same, err = r.Output.Digest.Matches(answer{"re: " + canary})
		require.NoError(t, err)
		assert.True(t, same)
		same, err = r.Output.Digest.Matches(answer{canary})
		require.NoError(t, err)
		assert.False(t, same)
		assert.Equal(t, payloads, strings.Contains(string(entries(t, l)[0].Body), canary))
		if payloads {
			assert.JSONEq(t, `{"Who":"c-1","Text":"`+canary+`"}`, string(r.Input.Payload))
			assert.JSONEq(t, `{"Text":"re: `+canary+`"}`, string(r.Output.Payload))
		}
	}
}

func TestAPayloadThatIsTooLargeIsNotKept(t *testing.T) {
	j, _ := open(t, &transparency.Options{Payloads: true, MaxPayload: 30})
	_, err := transparency.Wrap(reply, j, explainReply)(t.Context(), question{"c-1", strings.Repeat("x", 40)})
	require.NoError(t, err)
	r := only(t, j, "c-1")
	assert.True(t, r.Input.Cut)
	assert.Empty(t, r.Input.Payload)
	assert.NotZero(t, r.Input.Digest)
}

func TestTwoDigestsOfOneValueDiffer(t *testing.T) {
	a, err := transparency.DigestOf("x")
	require.NoError(t, err)
	b, err := transparency.DigestOf("x")
	require.NoError(t, err)
	assert.NotEqual(t, a, b)
	_, err = transparency.DigestOf(func() {})
	require.Error(t, err)
}

func TestWhatNextDoesIsRecorded(t *testing.T) {
	cases := map[string]struct {
		next func(context.Context, question) (answer, error)
		typ  string
	}{
		"error": {func(context.Context, question) (answer, error) { return answer{"half"}, errOwn }, "*errors.errorString"},
		"panic": {func(context.Context, question) (answer, error) { panic(canary) }, "panic of type string"},
		"goexit": {func(context.Context, question) (answer, error) {
			runtime.Goexit()
			return answer{}, nil
		}, "runtime.Goexit"},
		"uncomparable": {func(context.Context, question) (answer, error) { return answer{}, listError{errOwn} }, "transparency_test.listError"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			j, l := open(t, nil)
			ctx := call.WithSubject(t.Context(), "c-1")
			var panicked any
			var out answer
			var err error
			done := make(chan struct{})
			go func() {
				defer close(done)
				defer func() { panicked = recover() }()
				out, err = transparency.Wrap(c.next, j, explainReply)(ctx, question{"c-1", "hello"})
			}()
			<-done
			switch name {
			case "error":
				assert.Same(t, errOwn, err)
				assert.Equal(t, answer{"half"}, out)
			case "panic":
				assert.Equal(t, canary, panicked)
			}
			r := only(t, j, "c-1")
			assert.Equal(t, call.Failed, r.Outcome)
			assert.Equal(t, c.typ, r.Error)
			assert.Empty(t, r.Explanation.Summary, "there is no answer to explain")
			assert.Zero(t, r.Output.Digest)
			assert.NotZero(t, r.Input.Digest)
			assert.NotContains(t, string(entries(t, l)[0].Body), canary)
		})
	}
}

type listError []error

func (l listError) Error() string { return fmt.Sprint(len(l)) }

func TestAFailureBeforeAnyoneNamedTheSubjectHoldsNothingPersonal(t *testing.T) {
	j, l := open(t, &transparency.Options{Payloads: true})
	ctx, trail := call.Track(t.Context())
	_, err := transparency.Wrap(func(context.Context, question) (answer, error) { return answer{}, errOwn }, j, explainReply)(ctx, question{"c-1", canary})
	assert.Same(t, errOwn, err)
	r, err := j.Lookup(t.Context(), trail.ID())
	require.NoError(t, err)
	assert.Equal(t, call.Failed, r.Outcome)
	assert.Zero(t, r.Input.Digest)
	assert.NotContains(t, string(entries(t, l)[0].Body), canary)
	_, err = j.Get(t.Context(), "", trail.ID())
	require.ErrorIs(t, err, transparency.ErrNotFound)
}

func TestAnAnswerAboutNobodyIsRefused(t *testing.T) {
	j, _ := open(t, nil)
	ctx, trail := call.Track(t.Context())
	out, err := transparency.Wrap(reply, j, explainReply)(ctx, question{Text: "hello"})
	require.ErrorIs(t, err, transparency.ErrRefused)
	assert.Zero(t, out)
	assert.Contains(t, err.Error(), "set Explanation.Subject")
	r, err := j.Lookup(t.Context(), trail.ID())
	require.NoError(t, err)
	assert.Equal(t, call.Failed, r.Outcome)
}

func TestTheSubjectComesFromTheContext(t *testing.T) {
	j, _ := open(t, nil)
	_, err := transparency.Wrap(reply, j, explainReply)(call.WithSubject(t.Context(), "c-9"), question{Text: "hello"})
	require.NoError(t, err)
	assert.Equal(t, "c-9", only(t, j, "c-9").Subject)
}

func TestASecondSubjectIsRefused(t *testing.T) {
	j, _ := open(t, nil)
	ctx := under(t, func(d *call.Decision) { _, _ = d.SubjectFor(t.Context(), call.StageConsent, "c-1") })
	out, err := transparency.Wrap(reply, j, explainReply)(ctx, question{"c-2", "hello"})
	require.ErrorIs(t, err, transparency.ErrRefused)
	assert.Zero(t, out)
	for range j.Find(t.Context(), "c-2") {
		t.Fatal("a record about somebody else")
	}
}

func TestInsidePrivacyOwnSubjectsAreIgnored(t *testing.T) {
	j, _ := open(t, nil)
	ctx := under(t, func(d *call.Decision) {
		_, _ = d.SubjectFor(t.Context(), call.StageConsent, "c-1")
		d.Veil()
	})
	_, err := transparency.Wrap(reply, j, explainReply)(ctx, question{"<PERSON_1>", "hello"})
	require.NoError(t, err)
	assert.Equal(t, "You asked.", only(t, j, "c-1").Why())
}

func TestAnExplainFunctionThatPanicsRefusesTheCallAndIsRecorded(t *testing.T) {
	j, l := open(t, nil)
	k := &desk{outcome: call.Allowed}
	ctx := call.WithSubject(t.Context(), "c-1")
	f := transparency.Wrap(k.wrap(reply), j, func(question, answer) transparency.Explanation { panic(canary) })
	out, err := f(ctx, question{"c-1", "hello"})
	require.ErrorIs(t, err, transparency.ErrRefused)
	assert.Zero(t, out)
	r := only(t, j, "c-1")
	assert.Equal(t, call.Failed, r.Outcome)
	assert.Equal(t, "the explain function panicked (panic of type string)", r.Unexplained)
	assert.Equal(t, "the explain function panicked", r.Reason)
	assert.Zero(t, r.Output.Digest, "nothing was delivered")
	assert.NotZero(t, r.Model.Digest, "but the model said something")
	assert.NotContains(t, string(entries(t, l)[0].Body), canary)

	k.outcome = call.Held // asked before a hold, it panics there, and the call is refused all the same
	ctx, trail := call.Track(ctx)
	_, err = f(ctx, question{"c-1", "hello"})
	require.ErrorIs(t, err, transparency.ErrRefused)
	held, err := j.Lookup(t.Context(), trail.ID())
	require.NoError(t, err)
	assert.Equal(t, call.Failed, held.Outcome)
	assert.Equal(t, "the explain function panicked (panic of type string)", held.Unexplained)
}

type unwritable struct{ F func() }

type panicking struct{}

func (panicking) MarshalJSON() ([]byte, error) { panic(canary) }

func TestWhatJSONCannotHoldIsRefused(t *testing.T) {
	j, l := open(t, nil)
	ctx := call.WithSubject(t.Context(), "c-1")
	ran := false
	_, err := transparency.Wrap(func(context.Context, unwritable) (int, error) { ran = true; return 1, nil }, j,
		func(unwritable, int) transparency.Explanation { return transparency.Explanation{} })(ctx, unwritable{})
	require.ErrorIs(t, err, transparency.ErrNotRecorded)
	assert.False(t, ran, "refused before any work")

	out, err := transparency.Wrap(func(context.Context, int) (any, error) { return panicking{}, nil }, j,
		func(int, any) transparency.Explanation { return transparency.Explanation{} })(ctx, 1)
	require.ErrorIs(t, err, transparency.ErrNotRecorded)
	assert.Nil(t, out)
	for _, e := range entries(t, l) {
		assert.NotContains(t, string(e.Body), canary)
	}
	assert.Len(t, entries(t, l), 2)
	assert.NotContains(t, fmt.Sprintf("%+v %#v %s", err, err, err), canary)
}

func TestAJournalThatCannotWriteFailsTheCall(t *testing.T) {
	j, l := open(t, nil)
	require.NoError(t, l.Close())
	for name, next := range map[string]func(context.Context, question) (answer, error){
		"answer":  reply,
		"error":   func(context.Context, question) (answer, error) { return answer{}, errOwn },
		"held":    (&desk{outcome: call.Held}).wrap(reply),
		"stopped": (&desk{outcome: call.Stopped}).wrap(reply),
	} {
		ctx, trail := call.Track(t.Context())
		out, err := transparency.Wrap(next, j, explainReply)(ctx, question{"c-1", canary})
		assert.Zero(t, out, name)
		require.ErrorIs(t, err, transparency.ErrNotRecorded, name)
		require.ErrorIs(t, err, ledger.ErrClosed, name)
		var typed *transparency.RecordError
		require.ErrorAs(t, err, &typed)
		assert.Equal(t, trail.ID(), typed.DecisionID())
		assert.Equal(t, 503, typed.HTTPStatus())
		assert.NotEmpty(t, typed.Public())
		assert.Equal(t, call.Failed, call.OutcomeOf(err), name)
		assert.Equal(t, name == "error", errors.Is(err, errOwn), name)
		assert.NotContains(t, fmt.Sprintf("%+v %#v %v %q", err, err, err, err), canary)
		js, _ := json.Marshal(typed)
		assert.NotContains(t, string(js), canary)
	}
	_, err := transparency.Wrap(reply, &transparency.Journal{}, explainReply)(t.Context(), question{"c-1", ""})
	require.ErrorIs(t, err, transparency.ErrRefused)
}

func TestARecordIsWrittenAlsoWhenTheCallerHasGone(t *testing.T) {
	j, _ := open(t, nil)
	ctx, cancel := context.WithCancel(call.WithSubject(t.Context(), "c-1"))
	_, err := transparency.Wrap(func(ctx context.Context, _ question) (answer, error) {
		cancel()
		return answer{}, ctx.Err()
	}, j, explainReply)(ctx, question{"c-1", "hello"})
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, call.Failed, only(t, j, "c-1").Outcome)
}

func TestNilJournalRefusesEveryCall(t *testing.T) {
	for _, j := range []*transparency.Journal{nil, {}} {
		_, err := transparency.Wrap(reply, j, explainReply)(t.Context(), question{"c-1", ""})
		require.ErrorIs(t, err, transparency.ErrRefused)
		_, err = j.Get(t.Context(), "c-1", uuid.New())
		require.ErrorIs(t, err, transparency.ErrRefused)
		_, err = j.Lookup(t.Context(), uuid.New())
		require.ErrorIs(t, err, transparency.ErrRefused)
		_, err = j.Record(t.Context(), transparency.Record{Subject: "c-1", Outcome: call.Allowed})
		require.ErrorIs(t, err, transparency.ErrRefused)
		require.ErrorIs(t, j.Refused(t.Context(), "denied", "consent", "expired"), transparency.ErrRefused)
		for _, err := range j.Find(t.Context(), "c-1") {
			require.ErrorIs(t, err, transparency.ErrRefused)
		}
		for _, err := range transparency.WrapStream(tokens, j, explainTokens)(t.Context(), question{"c-1", ""}) {
			require.ErrorIs(t, err, transparency.ErrRefused)
		}
	}
	_, err := transparency.New(t.Context(), nil, nil)
	require.ErrorIs(t, err, transparency.ErrRefused)
}

func TestNilFunctionsPanicAtWiring(t *testing.T) {
	j, _ := open(t, nil)
	assert.PanicsWithValue(t, "fairlead: transparency.Wrap: next is nil: pass the function itself when wiring, before the first call", func() {
		transparency.Wrap[question, answer](nil, j, explainReply)
	})
	assert.Panics(t, func() { transparency.Wrap(reply, j, nil) })
	assert.Panics(t, func() { transparency.WrapStream[question, string](nil, j, explainTokens) })
	assert.Panics(t, func() { transparency.WrapStream(tokens, j, nil) })
}

func TestManyCallsAtOnceEachLeaveTheirOwnRecord(t *testing.T) {
	j, _ := open(t, &transparency.Options{Payloads: true})
	f := transparency.Wrap(func(ctx context.Context, q question) (answer, error) {
		transparency.Annotate(ctx, transparency.Factor{Name: "note of " + q.Who})
		return reply(ctx, q)
	}, j, explainReply)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for n := range 20 {
				who := fmt.Sprintf("c-%d-%d", i, n)
				out, err := f(t.Context(), question{who, strings.Repeat(who, n)})
				assert.Equal(t, "re: "+strings.Repeat(who, n), out.Text, "%v", err)
			}
		})
	}
	wg.Wait()
	for i := range 64 {
		for n := range 20 {
			who := fmt.Sprintf("c-%d-%d", i, n)
			r := only(t, j, who)
			require.Equal(t, "re: "+strings.Repeat(who, n), r.Explanation.Result)
			require.Equal(t, "note of "+who, r.Notes[0].Name)
			same, err := r.Input.Digest.Matches(question{who, strings.Repeat(who, n)})
			require.NoError(t, err)
			require.True(t, same)
			require.Contains(t, string(r.Input.Payload), who)
		}
	}
}

// A caller whose context is a child of the recorded call's is cancelled as ever, and a canceled wait for the log is tried once more.
func TestTheRecordedContextIsAContext(t *testing.T) {
	j, _ := open(t, nil)
	type key struct{}
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, 7))
	_, err := transparency.Wrap(func(ctx context.Context, q question) (answer, error) {
		child, stop := context.WithCancel(ctx)
		defer stop()
		assert.Equal(t, 7, child.Value(key{}))
		cancel()
		<-child.Done()
		return reply(ctx, q)
	}, j, explainReply)(ctx, question{"c-1", "hello"})
	require.NoError(t, err, "the function answered all the same, and the record was written")
	assert.Equal(t, call.Allowed, only(t, j, "c-1").Outcome)
}
