package oversight_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

type customer struct {
	ID    string
	Score float64
}

type offer struct {
	Product string
	Price   int
}

var secret = []byte("a key of at least 16 bytes")

// holdUnsure holds what scores below a half and draws nothing else.
func holdUnsure() oversight.Policy {
	return oversight.Policy{
		Rate: oversight.RulesOnly,
		Rules: []oversight.Rule{{
			Name: "unsure", When: func(c oversight.Case) bool { return c.Score < 0.5 }, Hold: true,
		}},
	}
}

func newDesk(t testing.TB, l *ledger.Ledger, p oversight.Policy) *oversight.Desk {
	t.Helper()
	desk, err := oversight.New(t.Context(), l, p, &oversight.Options{Key: secret})
	require.NoError(t, err)
	t.Cleanup(desk.Close)
	return desk
}

// about names the person a call is about, as an outer guard would.
func about(ctx context.Context, who string) context.Context { return call.WithSubject(ctx, who) }

// model answers and counts how often it ran.
type model struct{ runs int }

func (m *model) recommend(_ context.Context, c customer) ([]offer, error) {
	m.runs++
	return []offer{{Product: "loan", Price: 100 * m.runs}}, nil
}

func describe(c customer, _ []offer) oversight.Case {
	return oversight.Case{Unit: c.ID, Title: "offer for " + c.ID, Score: c.Score}
}

func held(t testing.TB, err error) *oversight.PendingError {
	t.Helper()
	require.ErrorIs(t, err, oversight.ErrPending)
	pending, ok := errors.AsType[*oversight.PendingError](err)
	require.True(t, ok)
	return pending
}

func decide(t testing.TB, desk *oversight.Desk, id uuid.UUID, j oversight.Judgement) {
	t.Helper()
	lease, err := desk.Claim(t.Context(), "reviewer-1", id)
	require.NoError(t, err)
	require.NoError(t, desk.Submit(t.Context(), lease, j))
}

func TestWrapHeldThenDelivered(t *testing.T) {
	corrected := []offer{{Product: "savings", Price: 7}}
	for name, tc := range map[string]struct {
		judgement oversight.Judgement
		want      []offer
		outcome   call.Outcome
		err       error
	}{
		"approved":         {judgement: oversight.Judgement{Verdict: oversight.Approved}, want: []offer{{"loan", 100}}, outcome: call.Allowed},
		"replaced":         {judgement: oversight.Judgement{Verdict: oversight.Replaced, Output: corrected}, want: corrected, outcome: call.Replaced},
		"replaced by JSON": {judgement: oversight.Judgement{Verdict: oversight.Replaced, Output: json.RawMessage(` [ {"Product":"savings","Price":7} ]`)}, want: corrected, outcome: call.Replaced},
		"rejected":         {judgement: oversight.Judgement{Verdict: oversight.Rejected}, outcome: call.Rejected, err: oversight.ErrRejected},
	} {
		t.Run(name, func(t *testing.T) {
			l := ledger.Memory(nil)
			desk := newDesk(t, l, holdUnsure())
			var m model
			guarded := oversight.Wrap(m.recommend, desk, describe)
			ctx := about(t.Context(), "anna")
			in := customer{ID: "row-1", Score: 0.2}

			out, err := guarded(ctx, in)
			require.Nil(t, out)
			pending := held(t, err)
			require.Equal(t, pending.Case, pending.Decision)

			_, err = guarded(oversight.Resume(ctx, pending.Case), in)
			require.Equal(t, pending.Case, held(t, err).Case, "still open")

			decide(t, desk, pending.Case, tc.judgement)
			for range 2 { // a second delivery gives the same
				tracked, trail := call.Track(ctx)
				out, err = guarded(oversight.Resume(tracked, pending.Case), in)
				if tc.err != nil {
					require.ErrorIs(t, err, tc.err)
				} else {
					require.NoError(t, err)
				}
				require.Equal(t, tc.want, out)
				require.Equal(t, tc.outcome, trail.Outcome())
				require.Equal(t, pending.Case, trail.ID())
			}
			require.Equal(t, 1, m.runs, "the model never runs twice")

			file, err := desk.Get(t.Context(), pending.Case)
			require.NoError(t, err)
			require.Equal(t, tc.judgement.Verdict, file.Verdict)
			require.True(t, file.Delivered)
			require.Equal(t, "reviewer-1", file.By)
			require.Equal(t, 1.0, file.Probability)
			require.Equal(t, "unsure", file.Rule)
			require.JSONEq(t, `[{"Product":"loan","Price":100}]`, string(file.Output))
			require.JSONEq(t, `{"ID":"row-1","Score":0.2}`, string(file.Input))
		})
	}
}

func TestUnsampledCallsWriteNothing(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdUnsure())
	var m model
	guarded := oversight.Wrap(m.recommend, desk, func(c customer, _ []offer) oversight.Case {
		return oversight.Case{Unit: c.ID, Score: c.Score}
	})
	ctx := about(t.Context(), "anna")
	in := customer{ID: "row-1", Score: 0.9}
	out, err := guarded(ctx, in)
	require.NoError(t, err)
	require.Equal(t, 100, out[0].Price)
	for range l.Since(t.Context(), 0) {
		t.Fatal("an entry was written")
	}
	bare := call.NewSite(nil, nil)
	alone := testing.AllocsPerRun(200, func() {
		_, scope := call.Enter(ctx, call.StageBoundary, bare)
		var err error
		scope.Exit(&err)
	})
	joined := testing.AllocsPerRun(200, func() {
		inside, scope := call.Enter(ctx, call.StageBoundary, bare)
		var err error
		if _, err = guarded(inside, in); err != nil {
			panic(err)
		}
		scope.Exit(&err)
	})
	// One of them is the model's own slice.
	require.LessOrEqual(t, joined-alone-1, 0.0, "what the guard itself allocates")
}

func TestAfterTheFact(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, oversight.Policy{})
	var m model
	guarded := oversight.Wrap(m.recommend, desk, describe)
	ctx, trail := call.Track(about(t.Context(), "anna"))
	out, err := guarded(ctx, customer{ID: "row-1", Score: 0.9})
	require.NoError(t, err)
	require.Equal(t, []offer{{"loan", 100}}, out)

	items, err := desk.Pending(t.Context(), oversight.Filter{})
	require.NoError(t, err)
	require.Len(t, items, 1)
	require.Equal(t, trail.ID(), items[0].Case, "a case has its decision's ID")
	require.Equal(t, "offer for row-1", items[0].Title)
	require.False(t, items[0].Held)
	decide(t, desk, trail.ID(), oversight.Judgement{Verdict: oversight.Rejected, Comment: "too dear"})
	items, err = desk.Pending(t.Context(), oversight.Filter{})
	require.NoError(t, err)
	require.Empty(t, items)

	_, err = guarded(oversight.Resume(ctx, trail.ID()), customer{ID: "row-1", Score: 0.9})
	require.ErrorIs(t, err, oversight.ErrConflict, "it held nothing")
}

func TestResumeChecksWhoWhatAndWhere(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdUnsure())
	var m model
	guarded := oversight.Wrap(m.recommend, desk, describe)
	ctx := about(t.Context(), "anna")
	in := customer{ID: "row-1", Score: 0.2}
	_, err := guarded(ctx, in)
	id := held(t, err).Case
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})

	_, err = guarded(oversight.Resume(ctx, id), customer{ID: "row-1", Score: 0.3})
	require.ErrorIs(t, err, oversight.ErrConflict, "another input")
	_, err = guarded(oversight.Resume(about(t.Context(), "berta"), id), in)
	require.ErrorIs(t, err, oversight.ErrNotFound, "another person")
	_, err = guarded(oversight.Resume(ctx, uuid.Must(uuid.NewV7())), in)
	require.ErrorIs(t, err, oversight.ErrNotFound)
	other := oversight.Wrap(func(context.Context, customer) ([]offer, error) { return nil, nil }, desk, describe)
	_, err = other(oversight.Resume(ctx, id), in)
	require.ErrorIs(t, err, oversight.ErrConflict, "another function")
	asked := oversight.Approve(m.recommend, desk, func(customer) oversight.Case { return oversight.Case{} })
	_, err = asked(oversight.Resume(ctx, id), in)
	require.ErrorIs(t, err, oversight.ErrConflict, "Approve instead of Wrap")

	out, err := guarded(oversight.Resume(ctx, id), in)
	require.NoError(t, err)
	require.Equal(t, []offer{{"loan", 100}}, out)
	require.Equal(t, 1, m.runs)
}

func TestKeyIsIdempotent(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdUnsure())
	var m model
	guarded := oversight.Wrap(m.recommend, desk, func(c customer, _ []offer) oversight.Case {
		return oversight.Case{Key: "order-7", Score: 0.1}
	})
	ctx := about(t.Context(), "anna")
	_, err := guarded(ctx, customer{ID: "row-1"})
	first := held(t, err)
	_, err = guarded(ctx, customer{ID: "row-1"})
	again := held(t, err)
	require.Equal(t, first.Case, again.Case, "the case that is there")
	require.NotEqual(t, first.Decision, again.Decision)
	_, err = guarded(ctx, customer{ID: "row-2"})
	require.ErrorIs(t, err, oversight.ErrConflict)
	_, err = guarded(about(ctx, "ben"), customer{ID: "row-1"})
	require.ErrorIs(t, err, oversight.ErrConflict, "another person's key")
	conflict, ok := errors.AsType[*oversight.CaseError](err)
	require.True(t, ok)
	require.Zero(t, conflict.Case, "which case it is, is nobody else's business")
	require.NotContains(t, err.Error(), first.Case.String())

	decide(t, desk, first.Case, oversight.Judgement{Verdict: oversight.Approved})
	out, err := guarded(ctx, customer{ID: "row-1"})
	require.NoError(t, err)
	require.Equal(t, []offer{{"loan", 100}}, out, "what was approved, not what the model says now")
	items, err := desk.Pending(t.Context(), oversight.Filter{})
	require.NoError(t, err)
	require.Empty(t, items)
}

// Asking again and again under one key, until the model says something that no rule holds, does not get past the reviewer.
func TestHeldKeyCannotBeAskedAround(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdUnsure())
	runs := 0
	moody := oversight.Wrap(func(context.Context, int) (int, error) { runs++; return runs, nil }, desk,
		func(_, out int) oversight.Case { return oversight.Case{Key: "order-7", Score: float64(out) - 1} })
	ctx := about(t.Context(), "anna")
	_, err := moody(ctx, 1)
	id := held(t, err).Case
	_, err = moody(ctx, 1)
	require.Equal(t, id, held(t, err).Case, "its second answer would pass")
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	out, err := moody(oversight.Resume(ctx, id), 1)
	require.NoError(t, err)
	require.Equal(t, 1, out)
}

func TestNilAndZeroDesksRefuse(t *testing.T) {
	for name, desk := range map[string]*oversight.Desk{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			var m model
			ctx := about(t.Context(), "anna")
			guarded := oversight.Wrap(m.recommend, desk, describe)
			_, err := guarded(ctx, customer{})
			require.ErrorIs(t, err, oversight.ErrRefused)
			_, err = guarded(oversight.Resume(ctx, uuid.New()), customer{})
			require.ErrorIs(t, err, oversight.ErrRefused)
			_, err = oversight.Approve(m.recommend, desk, func(customer) oversight.Case { return oversight.Case{} })(ctx, customer{})
			require.ErrorIs(t, err, oversight.ErrRefused)
			require.Zero(t, m.runs)

			_, err = desk.Pending(ctx, oversight.Filter{})
			require.ErrorIs(t, err, oversight.ErrRefused)
			_, err = desk.Claim(ctx, "r", uuid.Nil)
			require.ErrorIs(t, err, oversight.ErrRefused)
			_, err = desk.Renew(ctx, oversight.Lease{})
			require.ErrorIs(t, err, oversight.ErrRefused)
			require.ErrorIs(t, desk.Release(ctx, oversight.Lease{}), oversight.ErrRefused)
			require.ErrorIs(t, desk.Submit(ctx, oversight.Lease{}, oversight.Judgement{}), oversight.ErrRefused)
			_, err = desk.Get(ctx, uuid.Nil)
			require.ErrorIs(t, err, oversight.ErrRefused)
			_, err = desk.Expire(ctx)
			require.ErrorIs(t, err, oversight.ErrRefused)
			require.ErrorIs(t, desk.Stop(ctx, "r", ""), oversight.ErrRefused)
			require.ErrorIs(t, desk.Start(ctx, "r", ""), oversight.ErrRefused)
			require.Error(t, desk.State().Err)
			desk.Close()
		})
	}
}

func TestWithoutASubjectNothingRuns(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdUnsure())
	var m model
	_, err := oversight.Wrap(m.recommend, desk, describe)(t.Context(), customer{Score: 1})
	require.ErrorIs(t, err, oversight.ErrRefused)
	require.Zero(t, m.runs)
}

func TestPanicsOfTheUsersFunctions(t *testing.T) {
	l := ledger.Memory(nil)
	ctx := about(t.Context(), "anna")
	var m model
	for name, guarded := range map[string]func(context.Context, customer) ([]offer, error){
		"open": oversight.Wrap(m.recommend, newDesk(t, l, oversight.Policy{}), func(customer, []offer) oversight.Case { panic("canary") }),
		"when": oversight.Wrap(m.recommend, newDesk(t, l, oversight.Policy{Rules: []oversight.Rule{
			{Name: "bad", When: func(oversight.Case) bool { panic("canary") }},
		}}), describe),
		"approve": oversight.Approve(m.recommend, newDesk(t, l, oversight.Policy{}), func(customer) oversight.Case { panic("canary") }),
	} {
		_, err := guarded(ctx, customer{})
		require.ErrorIs(t, err, oversight.ErrRefused, name)
		require.NotContains(t, err.Error(), "canary")
		require.Contains(t, err.Error(), "panic of type string")
	}
	tracked, trail := call.Track(ctx)
	desk := newDesk(t, l, oversight.Policy{})
	guarded := oversight.Wrap(func(context.Context, customer) (int, error) { panic("canary") }, desk, func(customer, int) oversight.Case { return oversight.Case{} })
	require.PanicsWithValue(t, "canary", func() { _, _ = guarded(tracked, customer{}) })
	require.Equal(t, call.Failed, trail.Outcome())

	failing := oversight.Wrap(func(context.Context, customer) (int, error) { return 7, errors.ErrUnsupported }, desk, func(customer, int) oversight.Case { return oversight.Case{} })
	out, err := failing(ctx, customer{})
	require.ErrorIs(t, err, errors.ErrUnsupported, "the function's own error passes")
	require.Equal(t, 7, out)
	items, err := desk.Pending(ctx, oversight.Filter{})
	require.NoError(t, err)
	require.Empty(t, items, "there is no answer to review")
}

func TestHugeAndOddOutputs(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, oversight.Policy{Rules: []oversight.Rule{{Name: "all", When: func(oversight.Case) bool { return true }, Hold: true}}})
	ctx := about(t.Context(), "anna")
	big := oversight.Wrap(func(_ context.Context, n int) (string, error) { return string(make([]byte, n)), nil }, desk,
		func(int, string) oversight.Case { return oversight.Case{} })
	_, err := big(ctx, 2<<20)
	require.ErrorIs(t, err, oversight.ErrRefused, "an entry holds at most a mebibyte")
	require.ErrorIs(t, err, ledger.ErrInvalid)

	const broken = "\xff\x00 broken"
	odd := oversight.Wrap(func(_ context.Context, s string) (int, error) { return len(s), nil }, desk,
		func(s string, _ int) oversight.Case { return oversight.Case{Title: s, Unit: s, Stratum: s} })
	_, err = odd(ctx, broken)
	id := held(t, err).Case
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	out, err := odd(oversight.Resume(ctx, id), broken)
	require.NoError(t, err)
	require.Equal(t, len(broken), out)
	odder := oversight.Wrap(func(_ context.Context, s string) (string, error) { return s, nil }, desk,
		func(string, string) oversight.Case { return oversight.Case{} })
	_, err = odder(ctx, broken)
	require.ErrorIs(t, err, oversight.ErrRefused, "JSON has replacement characters for it, and a person would approve something else")
	functions := oversight.Wrap(func(context.Context, func()) (int, error) { return 1, nil }, desk,
		func(func(), int) oversight.Case { return oversight.Case{Input: "shown"} })
	_, err = functions(ctx, func() {})
	require.ErrorIs(t, err, oversight.ErrRefused, "an input that cannot be told from another")
}

func TestExplanationIsKeptBeforeTheHold(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdUnsure())
	var m model
	inner := oversight.Wrap(m.recommend, desk, describe)
	var kept any
	outer := func(ctx context.Context, in customer) (out []offer, err error) {
		ctx, scope := call.Enter(ctx, call.StageTransparency, call.NewSite(&call.System{Name: "offers", Version: "3"}, nil))
		defer scope.Exit(&err)
		scope.Decision().OfferExplanation(func(any) (any, error) { return map[string]string{"why": "income"}, nil })
		out, err = inner(ctx, in)
		kept, _ = scope.Decision().Output()
		return out, err
	}
	_, err := outer(about(t.Context(), "anna"), customer{ID: "row-1", Score: 0.2})
	file, err := desk.Get(t.Context(), held(t, err).Case)
	require.NoError(t, err)
	require.JSONEq(t, `{"why":"income"}`, string(file.Explanation))
	require.Equal(t, "offers", file.System)
	require.Equal(t, "3", file.Version)
	require.Equal(t, []offer{{"loan", 100}}, kept, "the record keeps what the model said")
}
