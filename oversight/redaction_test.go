package oversight_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

const canary = "canary-4111-anna@example.org"

func prints(v any) string {
	var log bytes.Buffer
	many := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(v)), 0, 1)
	many = reflect.Append(many, reflect.ValueOf(v))
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("x", "v", v, "many", many.Interface(), "inside", struct{ V any }{v}, "by name", map[string]any{"v": v})
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&log, verb, many.Interface())
	}
	return fmt.Sprintf("%v %+v %#v %s %q %d %x", v, v, v, v, v, v, v) + log.String()
}

func TestNothingPrintsWhatItHolds(t *testing.T) {
	for _, v := range []any{
		oversight.Case{Unit: canary, Key: canary, Title: canary, Input: canary},
		oversight.Item{Title: canary},
		oversight.File{Subject: canary, Input: json.RawMessage(canary), Comment: canary},
		oversight.Judgement{Verdict: canary, Output: canary, Comment: canary},
		oversight.Label{Input: json.RawMessage(canary), Comment: canary},
		oversight.Vote{Comment: canary, Reviewer: canary},
		oversight.Event{Who: canary, To: canary, Why: canary},
		oversight.Options{Key: []byte(canary)},
		&oversight.Desk{}, (*oversight.Desk)(nil),
		oversight.Stopped{Who: canary, Why: canary},
		oversight.Gold{Output: canary},
		oversight.Member{Name: canary, Competence: canary},
		oversight.Filter{After: oversight.Item{Title: canary}},
	} {
		require.NotContains(t, prints(v), canary, "%T", v)
		require.NotContains(t, prints(v), fmt.Sprintf("%x", canary), "%T", v)
	}
}

func TestErrorsAreTypedAndSilent(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdUnsure())
	var m model
	guarded := oversight.Wrap(m.recommend, desk, func(c customer, _ []offer) oversight.Case {
		return oversight.Case{Key: c.ID, Title: canary, Score: c.Score}
	})
	ctx := about(t.Context(), canary)
	in := customer{ID: canary, Score: 0.1}
	var errs []error
	note := func(_ any, err error) {
		require.Error(t, err)
		errs = append(errs, err)
	}
	_, err := guarded(ctx, in)
	id := held(t, err).Case
	note(nil, err)
	note(guarded(ctx, customer{ID: canary, Score: 0.2}))
	note(guarded(oversight.Resume(about(ctx, "other"), id), in))
	note(guarded(about(ctx, ""), in))
	_, err = desk.Claim(ctx, canary, uuid.New())
	note(nil, err)
	note(nil, desk.Submit(ctx, oversight.Lease{Case: id, Reviewer: canary, Token: 99}, oversight.Judgement{Verdict: oversight.Approved, Comment: canary}))
	note(nil, desk.Submit(ctx, oversight.Lease{Case: id, Reviewer: canary}, oversight.Judgement{Verdict: canary}))
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Rejected})
	note(guarded(oversight.Resume(ctx, id), in))
	_, err = oversight.New(ctx, nil, oversight.Policy{}, nil)
	note(nil, err)
	require.NoError(t, desk.Stop(ctx, canary, canary))
	note(guarded(ctx, in))
	for _, err := range errs {
		require.NotContains(t, prints(err), canary, "%T", err)
		typed, ok := errors.AsType[interface {
			error
			Public() string
			HTTPStatus() int
		}](err)
		require.True(t, ok, "%T", err)
		require.NotEmpty(t, typed.Public())
		require.GreaterOrEqual(t, typed.HTTPStatus(), 200)
	}
}

func TestStatusesAndOutcomes(t *testing.T) {
	id, d := uuid.New(), uuid.New()
	for _, tc := range []struct {
		err     call.Typed
		is      error
		status  int
		outcome call.Outcome
	}{
		{&oversight.PendingError{Case: id, Decision: d}, oversight.ErrPending, http.StatusAccepted, call.Held},
		{&oversight.RejectedError{Case: id, Decision: d}, oversight.ErrRejected, http.StatusUnprocessableEntity, call.Rejected},
		{&oversight.RejectedError{Case: id, Decision: d, Expired: true}, oversight.ErrRejected, http.StatusUnprocessableEntity, call.Rejected},
		{&oversight.StoppedError{Decision: d}, oversight.ErrStopped, http.StatusServiceUnavailable, call.Stopped},
		{&oversight.StoppedError{Decision: d, Stale: true}, oversight.ErrStopped, http.StatusServiceUnavailable, call.Stopped},
		{&oversight.CaseError{Reason: oversight.ErrFenced, Decision: d}, oversight.ErrFenced, http.StatusConflict, call.Failed},
		{&oversight.CaseError{Reason: oversight.ErrConflict, Decision: d}, oversight.ErrConflict, http.StatusConflict, call.Failed},
		{&oversight.CaseError{Reason: oversight.ErrInterrupted, Decision: d}, oversight.ErrInterrupted, http.StatusConflict, call.Failed},
		{&oversight.CaseError{Reason: oversight.ErrNotFound, Decision: d}, oversight.ErrNotFound, http.StatusNotFound, call.Failed},
		{&oversight.CaseError{Reason: oversight.ErrInvalid, Decision: d}, oversight.ErrInvalid, http.StatusBadRequest, call.Failed},
	} {
		require.ErrorIs(t, tc.err, tc.is)
		require.Equal(t, tc.status, tc.err.HTTPStatus())
		require.Equal(t, tc.outcome, call.OutcomeOf(tc.err))
		require.Equal(t, d, tc.err.DecisionID())
		require.NotEmpty(t, tc.err.Public())
	}
	problem := call.ProblemOf(&oversight.PendingError{Case: id, Decision: d})
	require.Equal(t, id.String(), problem.Case)
}
