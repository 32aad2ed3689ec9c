package transparency_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strconv"
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

func TestReadingHasAnOwner(t *testing.T) {
	j, l := open(t, nil)
	ctx, trail := call.Track(t.Context())
	_, err := transparency.Wrap(reply, j, explainReply)(ctx, question{"c-1", "hello"})
	require.NoError(t, err)
	_, err = l.Append(t.Context(), ledger.Entry{Stream: "oversight", Kind: "case.opened", Subject: "c-2", Key: trail.ID()})
	require.NoError(t, err)

	_, err = j.Get(t.Context(), "c-1", trail.ID())
	require.NoError(t, err)
	_, err = j.Lookup(t.Context(), trail.ID())
	require.NoError(t, err)
	_, others := j.Get(t.Context(), "c-2", trail.ID())
	_, nobodys := j.Get(t.Context(), "c-2", uuid.New())
	require.ErrorIs(t, others, transparency.ErrNotFound)
	require.ErrorIs(t, nobodys, transparency.ErrNotFound)
	assert.Equal(t, nobodys.Error(), others.Error(), "which of the two it is does not show")
	_, err = j.Lookup(t.Context(), uuid.New())
	require.ErrorIs(t, err, transparency.ErrNotFound)
	var typed *transparency.NotFoundError
	require.ErrorAs(t, err, &typed)
	assert.Equal(t, 404, typed.HTTPStatus())
}

func TestFindGivesTheNewestDecisionFirst(t *testing.T) {
	j, _ := open(t, nil)
	f := transparency.Wrap(reply, j, explainReply)
	for i := range 600 { // more than a page of the ledger's
		_, err := f(t.Context(), question{"c-" + strconv.Itoa(i%2), strconv.Itoa(i)})
		require.NoError(t, err)
	}
	next := 598
	for r, err := range j.Find(t.Context(), "c-0") {
		require.NoError(t, err)
		require.Equal(t, "re: "+strconv.Itoa(next), r.Explanation.Result)
		next -= 2
	}
	assert.Equal(t, -2, next)
	for range j.Find(t.Context(), "") {
		t.Fatal("nobody has no records")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range j.Find(ctx, "c-0") {
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestRecordByHand(t *testing.T) {
	j, _ := open(t, nil)
	r := transparency.Record{Subject: "c-1", System: "credit", Outcome: call.Allowed}
	id, err := j.Record(t.Context(), r)
	require.NoError(t, err)
	got, err := j.Get(t.Context(), "c-1", id)
	require.NoError(t, err)
	assert.Equal(t, "credit", got.System)

	_, err = j.Record(t.Context(), transparency.Record{Subject: "c-1"})
	require.ErrorIs(t, err, transparency.ErrRefused, "an unset outcome is not an approval")
	_, err = j.Record(t.Context(), transparency.Record{Outcome: call.Allowed})
	require.ErrorIs(t, err, transparency.ErrRefused, "about nobody")

	// The record of an adapter's own: it joins the decision it is made in.
	ctx := under(t, func(d *call.Decision) { d.NoteConsent(call.Consent{Allowed: true, Purpose: "advice"}) })
	id, err = j.Record(ctx, transparency.Record{Subject: "c-2", Outcome: call.Allowed})
	require.NoError(t, err)
	assert.Equal(t, call.From(ctx).ID(), id)
	got = only(t, j, "c-2")
	assert.Equal(t, "chat", got.System)
	assert.Equal(t, "advice", got.Consent.Purpose)
	_, err = j.Record(ctx, transparency.Record{Subject: "c-3", Outcome: call.Allowed})
	require.ErrorIs(t, err, transparency.ErrRefused, "a second subject")

	// Inside a recorded call it is a record of its own, so that it cannot take the place of the call's.
	_, err = transparency.Wrap(func(ctx context.Context, q question) (answer, error) {
		id, err = j.Record(ctx, transparency.Record{Subject: "c-5", Outcome: call.Denied, Reason: "too young"})
		require.NoError(t, err)
		_, own := j.Record(ctx, transparency.Record{ID: call.From(ctx).ID(), Subject: "c-4", Outcome: call.Allowed})
		require.ErrorIs(t, own, transparency.ErrRefused)
		return reply(ctx, q)
	}, j, explainReply)(t.Context(), question{"c-4", "hello"})
	require.NoError(t, err)
	parent := only(t, j, "c-4")
	child := only(t, j, "c-5")
	assert.Equal(t, parent.ID, child.Parent)
	assert.Equal(t, id, child.ID)
	assert.Equal(t, "decision.refused", child.Entries[0].Kind)
}

func TestAnnotateFromManyGoroutines(t *testing.T) {
	j, _ := open(t, nil)
	var late context.Context
	_, err := transparency.Wrap(func(ctx context.Context, q question) (answer, error) {
		late = ctx
		var wg sync.WaitGroup
		for i := range 300 {
			wg.Go(func() { transparency.Annotate(ctx, transparency.Factor{Name: "n" + strconv.Itoa(i), Weight: 1}) })
		}
		wg.Wait()
		return reply(ctx, q)
	}, j, explainReply)(t.Context(), question{"c-1", "hello"})
	require.NoError(t, err)
	transparency.Annotate(late, transparency.Factor{Name: "too late"})
	transparency.Annotate(t.Context(), transparency.Factor{Name: "nowhere"})
	r := only(t, j, "c-1")
	assert.Len(t, r.Notes, 256)
	assert.Equal(t, 44, r.NotesLost)
	assert.Equal(t, "transparency.recording", fmt.Sprintf("%+v", late))
}

func TestAnnotateBoundsWhatItKeeps(t *testing.T) {
	j, _ := open(t, nil)
	_, err := transparency.Wrap(func(ctx context.Context, q question) (answer, error) {
		transparency.Annotate(ctx, transparency.Factor{Name: strings.Repeat("é", 1<<20), Value: "a\xff\x00\""})
		return reply(ctx, q)
	}, j, explainReply)(t.Context(), question{"c-1", "hello"})
	require.NoError(t, err)
	note := only(t, j, "c-1").Notes[0]
	assert.Equal(t, strings.Repeat("é", 512), note.Name)
	assert.Equal(t, "a\ufffd\x00\"", note.Value)
}

func TestAnnotationsGoToTheInnermostRecordedCall(t *testing.T) {
	j, _ := open(t, nil)
	tool := transparency.Wrap(func(ctx context.Context, q question) (answer, error) {
		transparency.Annotate(ctx, transparency.Factor{Name: "inner"})
		return reply(ctx, q)
	}, j, explainReply)
	_, err := transparency.Wrap(func(ctx context.Context, _ question) (answer, error) {
		transparency.Annotate(ctx, transparency.Factor{Name: "outer"})
		return tool(ctx, question{"c-2", "hello"})
	}, j, explainReply)(t.Context(), question{"c-1", "hello"})
	require.NoError(t, err)
	assert.Equal(t, "outer", only(t, j, "c-1").Notes[0].Name)
	inner := only(t, j, "c-2")
	assert.Equal(t, "inner", inner.Notes[0].Name)
	assert.Equal(t, only(t, j, "c-1").ID, inner.Parent)
}

func TestNothingPersonalIsPrinted(t *testing.T) {
	j, _ := open(t, &transparency.Options{Payloads: true})
	_, err := transparency.Wrap(reply, j, func(q question, a answer) transparency.Explanation {
		x := explainReply(q, a)
		x.Factors = []transparency.Factor{{Name: "income", Value: canary}}
		x.Citations = []transparency.Citation{{Title: canary}}
		return x
	})(t.Context(), question{canary, canary})
	require.NoError(t, err)
	r := only(t, j, canary)
	require.Contains(t, string(r.Input.Payload), canary)
	for _, v := range []any{r, &r, r.Explanation, r.Explanation.Factors, r.Explanation.Citations, r.Input, &r.Input, []transparency.Record{r}} {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		if _, isSlice := v.([]transparency.Record); !isSlice && !strings.HasPrefix(fmt.Sprintf("%T", v), "[]") {
			assert.NotContains(t, log.String(), canary)
		}
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v %s %q %d %x", v, v, v, v, v, v, v), canary)
	}
}

func TestWhy(t *testing.T) {
	f := func(name, value string, w float64) transparency.Factor {
		return transparency.Factor{Name: name, Value: value, Weight: w}
	}
	cases := map[string]struct {
		r    transparency.Record
		want string
	}{
		"nothing": {transparency.Record{}, "No reasons were recorded."},
		"factors": {transparency.Record{Explanation: transparency.Explanation{Factors: []transparency.Factor{
			f("age of the account", "", 0.1), f("income", "2,400 a month", 0.7), f("open loans", "3", -0.4),
		}}}, "Mostly because of income (2,400 a month) and age of the account, although open loans (3) spoke against it."},
		"against only": {transparency.Record{Notes: []transparency.Factor{f("open loans", "3", -0.4)}}, "Although open loans (3) spoke against it."},
		"at most four": {transparency.Record{Explanation: transparency.Explanation{Factors: []transparency.Factor{
			f("a", "", 5), f("b", "", 4), f("c", "", 3), f("d", "", 2), f("e", "", 1),
		}}}, "Mostly because of a, b, c and d."},
		"basis": {
			transparency.Record{Explanation: transparency.Explanation{Summary: "So it is. "}, Consent: transparency.Consent{Allowed: true, Purpose: "billing", Basis: "legitimate_interests"}},
			"So it is; the use (billing) rests on legitimate interests.",
		},
		"hidden": {
			transparency.Record{Hidden: []transparency.Hidden{{Kind: "IP_ADDRESS", N: 3}, {Kind: "PET_NAME", N: 1}, {Kind: "URL", N: 0}}},
			"No reasons were recorded; 3 IP addresses and 1 pet name were hidden before the system saw anything.",
		},
		"stopped": {transparency.Record{Outcome: call.Stopped}, "The system had been stopped, so nothing was decided."},
		"failed":  {transparency.Record{Outcome: call.Failed}, "Something went wrong, so nothing was decided."},
		"expired": {transparency.Record{Review: transparency.Review{Verdict: "expire"}}, "No reasons were recorded; nobody checked it in time, so it was refused."},
	}
	for name, c := range cases {
		assert.Equal(t, c.want, c.r.Why(), name)
	}
}
