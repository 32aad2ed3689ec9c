package transparency_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// leaver leaves its goroutine when somebody writes it as JSON.

type leaver struct{}

func (leaver) MarshalJSON() ([]byte, error) { runtime.Goexit(); return nil, nil }

// apart runs f in a goroutine that f may leave.

func apart(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func nothing[In, Out any](In, Out) transparency.Explanation { return transparency.Explanation{} }

// A function of the user's that leaves the goroutine takes the call with it, but not the record.

func TestWhatLeavesTheGoroutineLeavesARecord(t *testing.T) {
	leave := func(context.Context, string) (string, error) { runtime.Goexit(); return "", nil }
	for name, run := range map[string]func(context.Context, *transparency.Journal){
		"the input's MarshalJSON": func(ctx context.Context, j *transparency.Journal) {
			_, _ = transparency.Wrap(func(context.Context, leaver) (int, error) { return 1, nil }, j, nothing)(ctx, leaver{})
		},
		"the output's MarshalJSON": func(ctx context.Context, j *transparency.Journal) {
			_, _ = transparency.Wrap(func(context.Context, int) (leaver, error) { return leaver{}, nil }, j, nothing)(ctx, 1)
		},
		"the explain function": func(ctx context.Context, j *transparency.Journal) {
			_, _ = transparency.Wrap(reply, j, func(question, answer) transparency.Explanation {
				runtime.Goexit()
				return transparency.Explanation{}
			})(ctx, question{"c-1", "hello"})
		},
		"a stream's input": func(ctx context.Context, j *transparency.Journal) {
			stream := transparency.WrapStream(func(context.Context, leaver) iter.Seq2[int, error] {
				return func(func(int, error) bool) {}
			}, j, func(leaver, []int) transparency.Explanation { return transparency.Explanation{} })
			for range stream(ctx, leaver{}) {
			}
		},
		"a stream's chunk": func(ctx context.Context, j *transparency.Journal) {
			stream := transparency.WrapStream(func(context.Context, int) iter.Seq2[any, error] {
				return func(yield func(any, error) bool) { _ = yield("one", nil) && yield(leaver{}, nil) }
			}, j, func(int, []any) transparency.Explanation { return transparency.Explanation{} })
			for range stream(ctx, 1) {
			}
		},
		"a request's GetBody": func(ctx context.Context, j *transparency.Journal) {
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/", strings.NewReader("x"))
			r.GetBody = func() (io.ReadCloser, error) { runtime.Goexit(); return nil, nil }
			_, _ = transparency.Transport(nil, j, func(transparency.Exchange) transparency.Explanation { return transparency.Explanation{} }).RoundTrip(r) //nolint:bodyclose // it never returns
		},
	} {
		t.Run(name, func(t *testing.T) {
			j, l := open(t, &transparency.Options{Payloads: true})
			apart(func() { run(call.WithSubject(t.Context(), "c-1"), j) })
			r := only(t, j, "c-1")
			assert.Equal(t, call.Failed, r.Outcome)
			assert.Equal(t, "runtime.Goexit", r.Error)
			assert.Len(t, entries(t, l), 1)
			if name == "a stream's chunk" {
				same, err := r.Output.Digest.Matches("one")
				require.NoError(t, err)
				assert.True(t, same, "what had gone out is on record")
				assert.JSONEq(t, `["one"]`, string(r.Output.Payload))
			}
		})
	}
	t.Run("the mask", func(t *testing.T) {
		j, l := open(t, &transparency.Options{Payloads: true, Mask: func(context.Context, string) (string, error) {
			runtime.Goexit()
			return "", nil
		}})
		apart(func() { _, _ = transparency.Wrap(reply, j, explainReply)(t.Context(), question{"c-1", canary}) })
		r := only(t, j, "c-1")
		assert.Equal(t, call.Failed, r.Outcome)
		assert.NotContains(t, string(entries(t, l)[0].Body), canary, "what was not masked is not written")
	})
	t.Run("the function", func(t *testing.T) {
		j, _ := open(t, nil)
		apart(func() {
			_, _ = transparency.Wrap(leave, j, nothing)(call.WithSubject(t.Context(), "c-1"), "x")
		})
		assert.Equal(t, "runtime.Goexit", only(t, j, "c-1").Error)
	})
}

// huge is an explanation that no log entry can hold.

func huge(who string) transparency.Explanation {
	return transparency.Explanation{Subject: who, Summary: strings.Repeat("because ", 1<<18)}
}

func TestAnExplanationThatIsTooLargeNeverLosesTheRecord(t *testing.T) {
	for _, outcome := range []call.Outcome{call.Allowed, call.Held, call.Rejected} {
		for _, mode := range modes {
			t.Run(string(outcome)+" "+string(mode), func(t *testing.T) {
				j, _ := open(t, &transparency.Options{OnExplain: mode})
				k := &desk{outcome: outcome}
				ctx, trail := call.Track(call.WithSubject(t.Context(), "c-1"))
				out, err := transparency.Wrap(k.wrap(reply), j, func(q question, _ answer) transparency.Explanation { return huge(q.Who) })(ctx, question{"c-1", "hello"})
				r, found := j.Lookup(t.Context(), trail.ID())
				require.NoError(t, found, "there is a record")
				assert.Contains(t, r.Unexplained, "explanation is larger than")
				assert.Empty(t, r.Explanation.Summary)
				assert.NotZero(t, r.Input.Digest)
				assert.Zero(t, j.Dropped())
				if mode == transparency.Drop {
					assert.Equal(t, outcome, call.OutcomeOf(err))
					assert.Equal(t, outcome, r.Outcome)
					return
				}
				require.ErrorIs(t, err, transparency.ErrRefused)
				assert.Contains(t, err.Error(), "explanation is larger than")
				assert.Zero(t, out)
				assert.Equal(t, call.Failed, r.Outcome)
				assert.Zero(t, r.Output.Digest)
			})
		}
	}
}

func TestPayloadsThatAreTooLargeTogetherAreCutAndNothingElse(t *testing.T) {
	j, _ := open(t, &transparency.Options{Payloads: true, MaxPayload: 8 << 20})
	_, err := transparency.Wrap(reply, j, explainReply)(t.Context(), question{"c-1", strings.Repeat("x", 1<<20)})
	require.ErrorIs(t, err, transparency.ErrRefused, "explainReply puts the answer into the explanation")
	j, _ = open(t, &transparency.Options{Payloads: true, MaxPayload: 8 << 20})
	_, err = transparency.Wrap(reply, j, who)(t.Context(), question{"c-1", strings.Repeat("x", 1<<20)})
	require.NoError(t, err)
	r := only(t, j, "c-1")
	assert.True(t, r.Input.Cut)
	assert.True(t, r.Output.Cut)
	assert.Empty(t, r.Input.Payload)
	assert.Equal(t, "because", r.Explanation.Summary)
	same, err := r.Input.Digest.Matches(question{"c-1", strings.Repeat("x", 1<<20)})
	require.NoError(t, err)
	assert.True(t, same)
}

func TestNotesCannotCrowdTheRecordOut(t *testing.T) {
	j, _ := open(t, nil)
	_, err := transparency.Wrap(func(ctx context.Context, q question) (answer, error) {
		for range 300 {
			transparency.Annotate(ctx, transparency.Factor{Name: strings.Repeat("\x00", 1<<20), Value: strings.Repeat("\x01", 1<<20)})
		}
		return reply(ctx, q)
	}, j, explainReply)(t.Context(), question{"c-1", "hello"})
	require.NoError(t, err)
	r := only(t, j, "c-1")
	assert.Equal(t, 300, len(r.Notes)+r.NotesLost)
	assert.NotEmpty(t, r.Notes)
}

func TestASubjectThatIsADocumentIsRefusedAndRecordedAboutNobody(t *testing.T) {
	j, l := open(t, nil)
	who := strings.Repeat(canary, 1<<17)
	ctx, trail := call.Track(t.Context())
	out, err := transparency.Wrap(reply, j, explainReply)(ctx, question{who, "hello"})
	require.ErrorIs(t, err, transparency.ErrRefused)
	assert.Contains(t, err.Error(), "identifier")
	assert.NotContains(t, err.Error(), canary)
	assert.Zero(t, out)
	r, err := j.Lookup(t.Context(), trail.ID())
	require.NoError(t, err)
	assert.Equal(t, call.Failed, r.Outcome)
	assert.Empty(t, r.Subject)
	assert.NotContains(t, string(entries(t, l)[0].Body), canary)
}

// nested is JSON that no decoder of the standard library reads once it lies inside a record.

func nested() string { return strings.Repeat("[", 9999) + strings.Repeat("]", 9999) }

func TestDeepPayloadsDoNotMakeARecordUnreadable(t *testing.T) {
	j, _ := open(t, &transparency.Options{Payloads: true})
	var in any
	require.NoError(t, json.Unmarshal([]byte(nested()), &in))
	_, err := transparency.Wrap(func(context.Context, any) (int, error) { return 1, nil }, j, nothing)(call.WithSubject(t.Context(), "c-1"), in)
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, nested()) }))
	defer server.Close()
	client := &http.Client{Transport: transparency.Transport(nil, j, func(transparency.Exchange) transparency.Explanation { return transparency.Explanation{} })}
	req, err := http.NewRequestWithContext(call.WithSubject(t.Context(), "c-1"), http.MethodPost, server.URL, strings.NewReader(nested()))
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	records := held(t, j, "c-1")
	require.Len(t, records, 2)
	for _, r := range records {
		assert.True(t, r.Input.Cut)
		assert.NotZero(t, r.Input.Digest)
	}
	_, err = j.Report(t.Context(), "c-1", "en")
	require.NoError(t, err)
}

func TestARecordByHandCannotPoisonTheLog(t *testing.T) {
	j, l := open(t, nil)
	for _, payload := range []string{"not json", "{", "1 2", nested(), strings.Repeat(" ", 10)} {
		_, err := j.Record(t.Context(), transparency.Record{Subject: "c-1", Outcome: call.Allowed, Input: transparency.Content{Payload: json.RawMessage(payload)}})
		require.ErrorIs(t, err, transparency.ErrRefused)
	}
	assert.Empty(t, entries(t, l))
	_, err := j.Record(t.Context(), transparency.Record{Subject: "c-1", Outcome: call.Allowed, Input: transparency.Content{Payload: json.RawMessage(`{"a":1}`)}})
	require.NoError(t, err)
	r := only(t, j, "c-1")
	assert.JSONEq(t, `{"a":1}`, string(r.Input.Payload), "a payload without a digest is not lost")
	assert.True(t, r.Input.Digest.MatchesBytes([]byte(`{"a":1}`)))
	ctx := under(t, nil)
	require.ErrorIs(t, j.Refused(ctx, canary, "consent", "expired"), transparency.ErrRefused, "what is no outcome is not kept in clear for ever")
	_, err = j.Record(t.Context(), transparency.Record{Subject: "c-1", Outcome: call.Allowed, Explanation: huge("c-1")})
	require.ErrorIs(t, err, transparency.ErrNotRecorded)
	assert.Contains(t, err.Error(), "larger than")
}

// refusing plays a guard further in that refuses as each of them does.

func refusing(make func(d *call.Decision) error) func(context.Context, question) (answer, error) {
	return func(ctx context.Context, _ question) (answer, error) {
		ctx, scope := call.Enter(ctx, call.StageOversight, call.NewSite(nil, nil))
		err := make(call.From(ctx))
		defer scope.Exit(&err)
		return answer{}, err
	}
}

func TestARecordNamesTheGuardThatRefused(t *testing.T) {
	cases := map[string]struct {
		next          func(context.Context, question) (answer, error)
		guard, reason string
	}{
		"rejected": {(&desk{outcome: call.Rejected}).wrap(reply), "oversight", "rejected"},
		"expired":  {(&desk{outcome: call.Rejected, review: call.Review{Verdict: "expire"}}).wrap(reply), "oversight", "expired"},
		"stopped":  {(&desk{outcome: call.Stopped}).wrap(reply), "oversight", "stopped"},
		"held":     {(&desk{outcome: call.Held}).wrap(reply), "", ""},
		"allowed":  {(&desk{outcome: call.Allowed}).wrap(reply), "", ""},
		"a fault": {refusing(func(d *call.Decision) error {
			return call.Refuse(d, call.StageOversight, "the desk is nil", nil)
		}), "oversight", "the desk is nil"},
		"a fault, wrapped": {refusing(func(d *call.Decision) error {
			return fmt.Errorf("tool: %w", call.Refuse(d, call.StageOversight, "the desk is nil", nil))
		}), "oversight", "the desk is nil"},
		"another call's fault": {refusing(func(*call.Decision) error {
			return call.Refuse(nil, call.StageOversight, "the desk is nil", nil)
		}), "", ""},
		"its own error": {func(context.Context, question) (answer, error) { return answer{}, errOwn }, "", ""},
	}
	for name, c := range cases {
		j, _ := open(t, nil)
		_, _ = transparency.Wrap(c.next, j, explainReply)(call.WithSubject(t.Context(), "c-1"), question{"c-1", "hello"})
		r := only(t, j, "c-1")
		assert.Equal(t, c.guard, r.Guard, name)
		assert.Equal(t, c.reason, r.Reason, name)
	}
}

// What a reviewer is shown before a hold has gone through the mask as well.

func TestWhatAHeldCaseSaysIsMasked(t *testing.T) {
	j, _ := open(t, &transparency.Options{Mask: func(_ context.Context, s string) (string, error) {
		return strings.ReplaceAll(s, canary, "<HIDDEN>"), nil
	}})
	k := &desk{outcome: call.Held}
	all := transparency.Explanation{
		Subject: "c-1", Summary: canary, Result: canary, Consequence: canary, Contest: canary,
		Factors: []transparency.Factor{{Name: canary, Value: canary}}, Counterfactual: []transparency.Factor{{Name: canary}},
		Uses:        []transparency.DataUse{{Category: canary, Source: canary, Purpose: canary, Recipients: []string{canary}, Retention: canary}},
		Citations:   []transparency.Citation{{Title: canary, Source: canary}},
		Attribution: &explain.Attribution{Method: explain.LeaveOneOut, Parts: []explain.Part{{Name: canary, Value: canary, Phi: 1}}},
		Adverse:     &transparency.Adverse{Map: "1", Reasons: []transparency.Reason{{Code: "R", Text: canary, Feature: canary}}},
	}
	_, err := transparency.Wrap(k.wrap(reply), j, func(question, answer) transparency.Explanation { return all })(t.Context(), question{"c-1", "hello"})
	require.Equal(t, call.Held, call.OutcomeOf(err))
	shown, err := json.Marshal(k.asked)
	require.NoError(t, err)
	assert.NotContains(t, string(shown), canary)
	assert.Equal(t, 18, strings.Count(string(shown), "HIDDEN"))
	js, err := only(t, j, "c-1").JSON()
	require.NoError(t, err)
	assert.NotContains(t, string(js), canary)
	assert.Equal(t, canary, all.Attribution.Parts[0].Name, "the caller's value stays as it was")
	assert.Equal(t, canary, all.Uses[0].Recipients[0])
	assert.Equal(t, canary, all.Adverse.Reasons[0].Text)
}

// Every type that holds what a person said or is, by itself, in a slice, in a map and in a struct, printed and logged in every way.

// What a stream delivered before a chunk could not be recorded is on record.

// A body that panics, or that nobody closes, leaves a record too.
