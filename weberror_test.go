package fairlead_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/oversight"
)

// problem is the body of RFC 9457, as a client reads it.
type problem struct {
	Type, Title, Detail, Decision, Case string
	Status                              int
}

func answered(t *testing.T, err error) (int, problem) {
	t.Helper()
	w := httptest.NewRecorder()
	fairlead.WriteError(w, err)
	clean(t, w.Body.String(), "the answer")
	assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	var p problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	assert.Equal(t, w.Code, p.Status)
	assert.Equal(t, http.StatusText(w.Code), p.Title)
	assert.NotEmpty(t, p.Detail)
	return w.Code, p
}

// Each end of a call has its status, the sentence a customer may read, and the ID to ask about.
func TestWriteErrorOfEachOutcome(t *testing.T) {
	want := map[fairlead.Outcome]int{
		fairlead.Denied: http.StatusForbidden, fairlead.Held: http.StatusAccepted, fairlead.Rejected: http.StatusUnprocessableEntity,
		fairlead.Stopped: http.StatusServiceUnavailable, fairlead.Failed: http.StatusInternalServerError,
	}
	seen := map[fairlead.Outcome]bool{}
	for _, s := range scenes() {
		if s.ctx != nil {
			continue // their caller has gone: there is nobody to answer
		}
		t.Run(s.name, func(t *testing.T) {
			trail, panicked, err := s.play(t, newHouse(t))
			if err == nil || panicked != nil {
				return
			}
			code, p := answered(t, fmt.Errorf("%s: %w", canaryError, err)) // wrapped by the application, with words of its own
			outcome := trail.Outcome()
			seen[outcome] = true
			switch {
			case s.name == "panic of ask":
				assert.Equal(t, http.StatusServiceUnavailable, code, "a gate that cannot answer may later")
			default:
				assert.Equal(t, want[outcome], code)
			}
			if errors.Is(err, errModel) || errors.Is(err, context.Canceled) {
				assert.Empty(t, p.Decision, "of an error that is not Fairlead's nothing is said")
				return
			}
			assert.Equal(t, trail.ID().String(), p.Decision)
			if outcome == fairlead.Held || outcome == fairlead.Rejected {
				assert.Equal(t, trail.ID().String(), p.Case, "where to ask again")
			}
		})
	}
	for outcome := range want {
		assert.True(t, seen[outcome], "%s was not written", outcome)
	}
}

func TestWriteErrorOfOtherErrors(t *testing.T) {
	for code, err := range map[int]error{
		http.StatusInternalServerError: errModel,
		http.StatusGatewayTimeout:      fmt.Errorf("%s: %w", canaryError, context.DeadlineExceeded),
	} {
		got, p := answered(t, err)
		assert.Equal(t, code, got)
		assert.Empty(t, p.Decision+p.Case)
	}
	w := httptest.NewRecorder()
	fairlead.WriteError(w, nil)
	assert.Empty(t, w.Header())
	assert.Empty(t, w.Body.String())
}

// OutcomeOf reads an outcome off an error, however often the application has wrapped it.
func TestOutcomeOf(t *testing.T) {
	h := newHouse(t)
	_, err := h.stack().Func()(t.Context(), canary().scored(scoreHeld))
	for _, e := range []error{err, fmt.Errorf("offers: %w", err), errors.Join(errModel, err)} {
		assert.Equal(t, fairlead.Held, fairlead.OutcomeOf(e))
		require.ErrorIs(t, e, oversight.ErrPending)
	}
	assert.Equal(t, fairlead.Allowed, fairlead.OutcomeOf(nil))
	assert.Equal(t, fairlead.Failed, fairlead.OutcomeOf(errModel))
	assert.Equal(t, fairlead.Failed, fairlead.OutcomeOf(fairlead.ErrRefused))
}
