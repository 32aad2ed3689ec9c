package fairlead_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/transparency"
)

// verbs are what people print errors and values with.
var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"}

// own are the errors in a chain that Fairlead made: its types, and what it wrapped without one of its own.
func own(err error) []error {
	if err == nil || err == errModel { //nolint:errorlint // that very error is the user's
		return nil
	}
	found := []error{err}
	switch e := err.(type) { //nolint:errorlint // walks the chain by hand
	case interface{ Unwrap() error }:
		found = append(found, own(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			found = append(found, own(inner)...)
		}
	}
	return found
}

// printsClean prints v in every way there is.
func printsClean(t *testing.T, v any, what string) {
	t.Helper()
	for _, verb := range verbs {
		clean(t, fmt.Sprintf(verb, v), what+" with "+verb)
	}
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var log bytes.Buffer
		slog.New(handler(&log)).Info("call", "it", v, slog.Group("more", "in", v))
		require.NotEmpty(t, log.String())
		clean(t, log.String(), what+" in a "+name+" log")
	}
}

func TestNoErrorOfFairleadHoldsACanary(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			h := newHouse(t)
			trail, panicked, err := s.play(t, h)
			if s.answers() {
				require.NoError(t, err)
			}
			if s.panicked {
				assert.Equal(t, canaryPanic, panicked, "the user's panic goes on as it was")
			}
			for _, e := range append(own(err), own(trail.Err())...) {
				printsClean(t, e, reflect.TypeOf(e).String())
				clean(t, e.Error(), reflect.TypeOf(e).String())
				if public, ok := e.(interface{ Public() string }); ok {
					assert.NotEmpty(t, public.Public())
					clean(t, public.Public(), "its public sentence")
				}
			}
			if err != nil && s.failure != "*errors.errorString" {
				assert.NotEmpty(t, own(err))
			}
		})
	}
}

// An application logs what it has at hand.
func TestWhatALogShowsOfFairleadsTypes(t *testing.T) {
	h := newHouse(t)
	_, trail, _, err := once(t.Context(), h.stack().Func(), canary().scored(scoreHeld))
	id := pending(t, err)
	file, err := h.desk.Get(t.Context(), id)
	require.NoError(t, err)
	items, err := h.desk.Pending(t.Context(), oversight.Filter{})
	require.NoError(t, err)
	require.Len(t, items, 1)
	history, err := h.gate.History(t.Context(), canarySubject)
	require.NoError(t, err)
	require.Len(t, history, 1)
	for e, err := range h.log.Since(t.Context(), 0) {
		require.NoError(t, err)
		printsClean(t, e, "ledger.Entry")
	}
	record := h.record(t, id)
	lease, err := h.desk.Claim(t.Context(), "reviewer-1", id)
	require.NoError(t, err)

	for _, v := range []any{
		trail, h.monitor, h.journal, h.desk, h.redactor,
		file, items, history, record, &record, record.Input, record.Explanation, lease,
		h.groups(canary()), h.explain(canary(), answer{}), h.open(canary(), answer{}),
		consent.Event{Subject: canarySubject, Actor: canaryName},
		ledger.Entry{Subject: canarySubject, Body: []byte(canaryName)},
		fairness.Observation{Groups: fairness.Of(canaryName)},
		transparency.Factor{Name: "word", Value: canaryName},
		oversight.Judgement{Verdict: oversight.Replaced, Output: answer{Text: canaryName}, Comment: canaryName},
		oversight.Stopped{Who: canaryName, Why: canaryName},
	} {
		printsClean(t, v, reflect.TypeOf(v).String())
	}
}

// A context travels far and is printed in odd places.
func TestContextsPrintNoCanary(t *testing.T) {
	h := newHouse(t)
	seen := 0
	h.model = func(ctx context.Context, _ customer) (answer, error) {
		seen++
		for _, verb := range []string{"%v", "%+v", "%s", "%q"} {
			clean(t, fmt.Sprintf(verb, ctx), "the context of the guarded function with "+verb)
		}
		return answer{}, nil
	}
	ctx := fairlead.WithSubject(t.Context(), canarySubject)
	ctx = consent.WithAsk(ctx, consent.Ask{Subject: canarySubject, Recipient: canaryName})
	ctx = fairness.WithGroups(ctx, fairness.Of(canaryName))
	_, _, _, err := once(ctx, h.stack().Func(), canary())
	require.NoError(t, err)
	assert.Equal(t, 1, seen)
}

func TestEnginesThatRefuseSayNoMoreThanTheyMust(t *testing.T) {
	h := newHouse(t)
	_, err := h.gate.Grant(t.Context(), consent.Event{Subject: canarySubject, Purpose: canaryName})
	require.ErrorIs(t, err, consent.ErrInvalid)
	printsClean(t, err, "an unknown purpose")
	_, err = h.gate.Grant(t.Context(), consent.Event{Subject: canarySubject, Purpose: purpose, Method: canaryName + "\xff"})
	require.ErrorIs(t, err, consent.ErrInvalid)
	printsClean(t, err, "invalid text")
	_, err = h.gate.Check(t.Context(), consent.Ask{Subject: canarySubject, Purpose: canaryName})
	require.ErrorIs(t, err, consent.ErrDenied)
	printsClean(t, err, "a check of an unknown purpose")
	err = h.monitor.Observe(t.Context(), fairness.Observation{Groups: fairness.Of(canaryName, canaryEmail)})
	require.ErrorIs(t, err, fairness.ErrNotCounted)
	printsClean(t, err, "too many groups")
	_, err = h.journal.Get(t.Context(), canarySubject, uuid.Must(uuid.NewV7()))
	require.ErrorIs(t, err, transparency.ErrNotFound)
	printsClean(t, err, "no such record")
	_, err = h.log.Append(t.Context(), ledger.Entry{Subject: canarySubject, Body: []byte(canaryName)})
	require.ErrorIs(t, err, ledger.ErrInvalid)
	printsClean(t, err, "an invalid entry")
	_, err = h.log.Append(t.Context(), ledger.Entry{Stream: "x", Kind: strings.Repeat(canaryName, 100), Subject: canarySubject})
	require.ErrorIs(t, err, ledger.ErrInvalid)
	printsClean(t, err, "a kind that is too long")
	err = h.desk.Submit(t.Context(), oversight.Lease{Case: uuid.Must(uuid.NewV7()), Reviewer: canaryName}, oversight.Judgement{Verdict: canaryName})
	require.ErrorIs(t, err, oversight.ErrInvalid)
	printsClean(t, err, "a verdict that is none")
	err = h.desk.Submit(t.Context(), oversight.Lease{Case: uuid.Must(uuid.NewV7()), Reviewer: canaryName}, oversight.Judgement{Verdict: oversight.Approved})
	require.ErrorIs(t, err, oversight.ErrNotFound)
	printsClean(t, err, "no such case")
}
