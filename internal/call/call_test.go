package call

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// guard is the smallest guard there can be: it tells seen which decision it is in.
func guard(stage Stage, seen func(Stage, *Decision), next func(context.Context, int) (int, error)) func(context.Context, int) (int, error) {
	site := NewSite(nil, next)
	return func(ctx context.Context, in int) (out int, err error) {
		ctx, scope := Enter(ctx, stage, site)
		defer scope.Exit(&err)
		err = ErrUnfinished
		seen(stage, scope.Decision())
		return Next(ctx, &scope, next, in)
	}
}

func ignore(Stage, *Decision) {}

func answer(context.Context, int) (int, error) { return 42, nil }

// collect gathers which decision each stage was in.
type collect struct {
	mu  sync.Mutex
	ids map[Stage][]uuid.UUID
}

func (c *collect) seen(s Stage, d *Decision) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ids == nil {
		c.ids = map[Stage][]uuid.UUID{}
	}
	c.ids[s] = append(c.ids[s], d.ID())
}

func TestGuardsInOrderShareOneDecision(t *testing.T) {
	var c collect
	f := answer
	for s := StageOversight; s > StageBoundary; s-- {
		f = guard(s, c.seen, f)
	}
	ctx, trail := Track(t.Context())
	_, err := f(ctx, 1)
	require.NoError(t, err)
	id := c.ids[StageConsent][0]
	assert.Equal(t, uuid.Version(7), id.Version())
	for s := StageConsent; s <= StageOversight; s++ {
		assert.Equal(t, []uuid.UUID{id}, c.ids[s], s.String())
	}
	assert.Equal(t, []uuid.UUID{id}, trail.All())
	assert.Equal(t, id, trail.ID())
	assert.Equal(t, Allowed, trail.Outcome())
}

func TestAGuardOutOfOrderBeginsAChild(t *testing.T) {
	var c collect
	var parent uuid.UUID
	inner := guard(StageConsent, func(s Stage, d *Decision) { c.seen(s, d); parent = d.Parent() }, answer)
	f := guard(StageOversight, c.seen, inner)
	ctx, trail := Track(t.Context())
	_, err := f(ctx, 1)
	require.NoError(t, err)
	assert.NotEqual(t, c.ids[StageOversight], c.ids[StageConsent])
	assert.Equal(t, c.ids[StageOversight][0], parent)
	assert.Len(t, trail.All(), 1, "a trail lists root decisions")
}

func TestTheSameGuardTwiceBeginsAChild(t *testing.T) {
	var c collect
	f := guard(StagePrivacy, c.seen, guard(StagePrivacy, c.seen, answer))
	_, err := f(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, c.ids[StagePrivacy], 2)
	assert.NotEqual(t, c.ids[StagePrivacy][0], c.ids[StagePrivacy][1])
}

// Calls side by side under one boundary, with stacks that interleave: whatever the scheduling, no call has two IDs and no two
// calls share one.
func TestSideBySideAlwaysOneIDACall(t *testing.T) {
	stacks := [][]Stage{
		{StageConsent, StageTransparency},
		{StagePrivacy, StageOversight},
		{StageConsent, StagePrivacy, StageTransparency, StageOversight},
		{StageFairness},
	}
	for range 300 {
		ctx, scope := Enter(t.Context(), StageBoundary, NewSite(nil, nil))
		var wg sync.WaitGroup
		ids := make([]map[uuid.UUID]bool, len(stacks))
		for i, stack := range stacks {
			ids[i] = map[uuid.UUID]bool{}
			f := answer
			for j := len(stack) - 1; j >= 0; j-- {
				f = guard(stack[j], func(_ Stage, d *Decision) { ids[i][d.ID()] = true; runtime.Gosched() }, f)
			}
			wg.Go(func() { _, _ = f(ctx, i) })
		}
		wg.Wait()
		var err error
		scope.Exit(&err)
		all := map[uuid.UUID]int{}
		for i := range ids {
			require.Len(t, ids[i], 1, "a call has two decisions")
			for id := range ids[i] {
				all[id]++
				require.Equal(t, 1, all[id], "two calls share a decision")
			}
		}
	}
}

func TestOutcomesOfWhatTheFunctionDoes(t *testing.T) {
	boom := errors.New("canary")
	cases := map[string]struct {
		next func(context.Context, int) (int, error)
		want Outcome
	}{
		"answer": {answer, Allowed},
		"error":  {func(context.Context, int) (int, error) { return 0, boom }, Failed},
		"panic":  {func(context.Context, int) (int, error) { panic("canary") }, Failed},
		"goexit": {func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil }, Failed},
		"cancel": {func(ctx context.Context, _ int) (int, error) { return 0, context.Canceled }, Failed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ctx, trail := Track(t.Context())
			f := guard(StageConsent, ignore, guard(StageFairness, ignore, c.next))
			var panicked any
			done := make(chan struct{})
			go func() {
				defer close(done)
				defer func() { panicked = recover() }()
				_, _ = f(ctx, 1)
			}()
			<-done
			assert.Equal(t, c.want, trail.Outcome())
			if name == "panic" {
				assert.Equal(t, "canary", panicked, "a panic goes on as it was")
				require.EqualError(t, trail.Err(), "panic of type string")
			}
			if name == "error" {
				require.ErrorIs(t, trail.Err(), boom)
			}
		})
	}
}

// An SDK makes "403" of a refusal; the trail keeps what it was, unless the function went on and failed for a reason of its own.
func TestTheTrailKeepsARefusalThatAnSDKTurnedIntoAnotherError(t *testing.T) {
	site := NewSite(nil, nil)
	request := func(ctx context.Context, refusal error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/", nil)
		require.NoError(t, err)
		_, scope := EnterRequest(r, StageConsent, site)
		scope.Exit(&refusal)
	}
	for name, stage := range map[string]Stage{"inside": StageBoundary, "in a child": StageOversight} {
		f := guard(stage, ignore, func(ctx context.Context, in int) (int, error) {
			request(ctx, Refuse(nil, StagePrivacy, "reason", nil))
			switch in {
			case 1:
				return 0, errors.New("403")
			case 2:
				request(ctx, nil)
				return 0, errors.New("the database is down")
			}
			return 7, nil // it knew another way
		})
		ctx, trail := Track(t.Context())
		_, err := f(ctx, 1)
		require.EqualError(t, err, "403", name)
		require.ErrorIs(t, trail.Err(), ErrRefused, name)
		_, _ = f(ctx, 2)
		require.EqualError(t, trail.Err(), "the database is down", name)
		_, _ = f(ctx, 3)
		require.NoError(t, trail.Err(), name)
		assert.Equal(t, Allowed, trail.Outcome(), name)
	}
}

// hostile is an error of a user's that does all it should not.
type hostile struct{ kind string }

func (h *hostile) Error() string    { return "canary" }
func (h *hostile) Outcome() Outcome { return Allowed }
func (h *hostile) Is(error) bool    { panic("Is") }
func (h *hostile) As(any) bool      { panic("As") }
func (h *hostile) Unwrap() error {
	if h.kind == "panics" {
		panic("Unwrap")
	}
	return h // for ever
}

func TestHostileErrorsNeitherDecideNorBreakAnything(t *testing.T) {
	var typedNil *hostile
	for name, e := range map[string]error{"typed nil": typedNil, "panics": &hostile{"panics"}, "itself": &hostile{"itself"}, "joined": errors.Join(&hostile{"itself"}, &hostile{"panics"})} {
		ctx, trail := Track(t.Context())
		_, err := guard(StageConsent, ignore, func(context.Context, int) (int, error) { return 0, e })(ctx, 1)
		assert.Equal(t, e, err, name)
		assert.Equal(t, Failed, trail.Outcome(), name)
		w := httptest.NewRecorder()
		WriteError(w, e)
		assert.Equal(t, 500, w.Code, name)
		assert.NotContains(t, w.Body.String(), "canary")
	}
}

func TestAGuardAfterTheEndBeginsADecisionOfItsOwn(t *testing.T) {
	var kept context.Context
	f := guard(StageConsent, ignore, func(ctx context.Context, _ int) (int, error) { kept = ctx; return 0, nil })
	ctx, trail := Track(t.Context())
	_, err := f(ctx, 1)
	require.NoError(t, err)
	var late uuid.UUID
	_, err = guard(StageOversight, func(_ Stage, d *Decision) { late = d.ID() }, answer)(kept, 1)
	require.NoError(t, err)
	assert.NotEqual(t, trail.ID(), late)
}

func TestATrailInsideADecisionListsWhatBeginsUnderIt(t *testing.T) {
	f := guard(StageBoundary, ignore, func(ctx context.Context, _ int) (int, error) {
		ctx, trail := Track(ctx)
		_, err := guard(StageBoundary, ignore, answer)(ctx, 1)
		assert.Len(t, trail.All(), 1)
		assert.Equal(t, Allowed, trail.Outcome())
		return 0, err
	})
	ctx, trail := Track(t.Context())
	_, err := f(ctx, 1)
	require.NoError(t, err)
	assert.Len(t, trail.All(), 1)
}

func TestAMisplacedResumeDeliversNothing(t *testing.T) {
	for _, id := range []uuid.UUID{uuid.Nil, uuid.Must(uuid.NewV7())} {
		ctx, trail := Track(WithResume(t.Context(), id))
		out, err := guard(StageConsent, ignore, answer)(ctx, 1)
		require.ErrorIs(t, err, ErrRefused)
		assert.Zero(t, out)
		assert.Equal(t, Failed, trail.Outcome())
		assert.NotZero(t, trail.ID())
	}
}

func TestAnAttemptForAnotherPersonIsRefused(t *testing.T) {
	site := NewSite(nil, nil)
	ctx, _ := Track(t.Context())
	attempt := func(subject string) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/score", nil)
		require.NoError(t, err)
		inside, scope := EnterRequest(r, StageConsent, site)
		_, refusal := scope.Decision().SubjectFor(inside, StageConsent, subject)
		err = &StatusError{Status: 503}
		scope.Exit(&err)
		return refusal
	}
	require.NoError(t, attempt("a"))
	require.NoError(t, attempt("a"))
	require.ErrorIs(t, attempt("b"), ErrRefused)
}

func TestSubjectIsBoundOnce(t *testing.T) {
	ctx, scope := Enter(t.Context(), StageBoundary, NewSite(nil, nil))
	d := scope.Decision()
	s, err := d.SubjectFor(ctx, StageConsent, "")
	require.NoError(t, err)
	assert.Empty(t, s, "none yet")
	s, err = d.SubjectFor(WithSubject(ctx, "a"), StageConsent, "")
	require.NoError(t, err)
	assert.Equal(t, "a", s)
	_, err = d.SubjectFor(ctx, StageTransparency, "b")
	require.ErrorIs(t, err, ErrRefused)
	assert.NotContains(t, err.Error(), `"a"`)

	child, _ := Enter(ctx, StageBoundary, NewSite(nil, nil))
	s, err = From(child).SubjectFor(child, StageConsent, "")
	require.NoError(t, err)
	assert.Equal(t, "a", s, "a child's is the parent's unless it names one")
	other, _ := Enter(ctx, StageBoundary, NewSite(nil, nil))
	s, err = From(other).SubjectFor(other, StageConsent, "b")
	require.NoError(t, err)
	assert.Equal(t, "b", s)

	d.Veil()
	s, err = d.SubjectFor(ctx, StageTransparency, "<PERSON_1>")
	require.NoError(t, err)
	assert.Equal(t, "a", s, "inside Privacy a describe function sees pseudonyms")
	within, _ := Enter(ctx, StageBoundary, NewSite(nil, nil))
	s, err = From(within).SubjectFor(within, StageConsent, "<PERSON_1>")
	require.NoError(t, err)
	assert.Equal(t, "a", s, "and so does all that is called from there")
}

func TestCountsOfChildrenAddToTheParent(t *testing.T) {
	ctx, scope := Enter(t.Context(), StageBoundary, NewSite(nil, nil))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			child, s := Enter(ctx, StageBoundary, NewSite(nil, nil))
			From(child).NoteHidden("", []Count{{"EMAIL_ADDRESS", 2}, {"US_SSN", 1}})
			From(child).NoteSampled(Review{Sampled: true, Probability: .5})
			var err error
			s.Exit(&err)
		})
	}
	wg.Wait()
	f := scope.Decision().Facts()
	assert.ElementsMatch(t, []Count{{"EMAIL_ADDRESS", 16}, {"US_SSN", 8}}, f.Hidden)
	assert.Equal(t, 8, f.Sampled)
	assert.False(t, f.Review.Sampled, "the parent itself was not drawn")
}

func TestResumeContinuesTheDecisionAndNothingInsideIt(t *testing.T) {
	id := uuid.Must(uuid.NewV7())
	var inner, outer uuid.UUID
	tool := guard(StageConsent, func(_ Stage, d *Decision) { inner = d.ID() }, answer)
	f := guard(StageConsent, func(_ Stage, d *Decision) { outer = d.ID(); assert.True(t, d.Resumed()) }, guard(StageOversight, ignore, tool))
	_, err := f(WithResume(t.Context(), id), 1)
	require.NoError(t, err)
	assert.Equal(t, id, outer)
	assert.NotEqual(t, id, inner)

	// Under a boundary a guard would join; a resumed one continues its own decision.
	ctx, scope := Enter(t.Context(), StageBoundary, NewSite(nil, nil))
	_, err = f(WithResume(ctx, id), 1)
	require.NoError(t, err)
	assert.Equal(t, id, outer)
	assert.NotEqual(t, id, scope.Decision().ID())
}

func TestExplanationIsMadeOnce(t *testing.T) {
	ctx, _ := Enter(t.Context(), StageBoundary, NewSite(nil, nil))
	d := From(ctx)
	n := 0
	assert.False(t, d.Explains())
	d.OfferExplanation(func(out any) (any, error) { n++; return fmt.Sprint("because of ", out), nil })
	assert.True(t, d.Explains())
	for range 2 {
		why, err := d.Explanation(7)
		require.NoError(t, err)
		assert.Equal(t, "because of 7", why)
	}
	assert.Equal(t, 1, n)
}

func TestAttemptsOfOneRequestAreOneDecision(t *testing.T) {
	status := 500
	site := NewSite(nil, nil)
	send := func(ctx context.Context, method, url, body string) uuid.UUID {
		r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
		require.NoError(t, err)
		_, scope := EnterRequest(r, StagePrivacy, site)
		err = nil
		if Retried(status) {
			err = &StatusError{Status: status}
		}
		scope.Exit(&err)
		return scope.Decision().ID()
	}
	ctx, trail := Track(t.Context())
	const url = "http://127.0.0.1/v1/chat"
	first := send(ctx, "POST", url, "hello")
	assert.Equal(t, Failed, trail.Outcome())
	status = 200
	assert.Equal(t, first, send(ctx, "POST", url, "hello"), "a retry")
	assert.Equal(t, []uuid.UUID{first}, trail.All())
	assert.Equal(t, Allowed, trail.Outcome())
	assert.NotEqual(t, first, send(ctx, "POST", url, "hello"), "the one before had not failed")
	status = 503
	failed := send(ctx, "POST", url, "hello")
	assert.NotEqual(t, failed, send(ctx, "POST", url, "hello?"), "another body")
	failed = send(ctx, "POST", url, "hello")
	assert.NotEqual(t, failed, send(ctx, "PUT", url, "hello"), "another method")

	boundary, _ := Enter(t.Context(), StageBoundary, site)
	assert.Equal(t, send(boundary, "POST", url, "x"), send(boundary, "POST", url, "x"), "inside a decision, too")
	assert.Equal(t, From(boundary).ID(), send(boundary, "POST", url, "x"), "where the first attempt joined, the next one does")
	assert.Equal(t, 2, From(boundary).Attempt())
	assert.NotEqual(t, send(t.Context(), "POST", url, "x"), send(t.Context(), "POST", url, "x"), "nobody remembers")
	within, _ := Enter(t.Context(), StageOversight, site)
	child := send(within, "POST", url, "x")
	assert.NotEqual(t, From(within).ID(), child)
	assert.Equal(t, child, send(within, "POST", url, "x"), "a child's attempts are one decision as well")
}

func TestContextsPrintNothing(t *testing.T) {
	ctx, _ := Enter(WithSubject(t.Context(), "canary"), StageBoundary, NewSite(nil, nil))
	_, _ = From(ctx).SubjectFor(ctx, StageConsent, "")
	for _, verb := range []string{"%v", "%+v", "%s"} {
		assert.NotContains(t, fmt.Sprintf(verb, ctx), "canary", verb)
		assert.NotContains(t, fmt.Sprintf(verb, context.WithValue(ctx, nodeKey{}, 1)), "canary", verb)
	}
}

func TestNilDecisionDoesNothing(t *testing.T) {
	var d *Decision
	d.NoteConsent(Consent{})
	d.NoteHidden("", []Count{{"X", 1}})
	d.NoteSampled(Review{Sampled: true})
	d.NoteHeld(Review{})
	d.NoteDecided(Review{})
	d.NoteRecorded()
	d.NoteObserved(Allowed)
	d.SetFinal(Fallback)
	d.SetOutput(1)
	d.Veil()
	d.OfferExplanation(nil)
	assert.Zero(t, d.ID())
	assert.Zero(t, d.Parent())
	assert.Zero(t, d.Facts())
	assert.Zero(t, d.Attempt())
	assert.Empty(t, d.Subject())
	assert.False(t, d.Resumed() || d.Explains() || d.Entered(StageConsent))
	var trail *Trail
	assert.Zero(t, trail.ID())
	assert.Empty(t, trail.All())
	assert.NoError(t, trail.Err())
}

func TestProblemsSayOnlyWhatIsPublic(t *testing.T) {
	for _, err := range []error{errors.New("canary"), fmt.Errorf("canary: %w", Refuse(nil, StagePrivacy, "reason", errors.New("canary")))} {
		w := httptest.NewRecorder()
		WriteError(w, err)
		assert.Equal(t, 500, w.Code)
		assert.NotContains(t, w.Body.String(), "canary")
		assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	}
	w := httptest.NewRecorder()
	WriteError(w, fmt.Errorf("canary: %w", context.DeadlineExceeded))
	assert.Equal(t, http.StatusGatewayTimeout, w.Code)
	w = httptest.NewRecorder()
	WriteError(w, nil)
	assert.Empty(t, w.Body.String())
}

func TestNamesOfSystems(t *testing.T) {
	var none func()
	for want, fn := range map[string]any{"strings.ToUpper": strings.ToUpper, "http.Header.Get": http.Header.Get, unnamed: guard} {
		assert.Equal(t, want, NewSite(nil, fn).Name)
	}
	assert.Equal(t, unnamed, NewSite(nil, nil).Name)
	assert.Equal(t, unnamed, NewSite(nil, none).Name)
	assert.Equal(t, "offers", NewSite(&System{Name: "offers"}, strings.ToUpper).Name)
}

func TestJoiningAllocatesNothing(t *testing.T) {
	site := NewSite(nil, nil)
	alone := testing.AllocsPerRun(100, func() {
		var err error
		_, s := Enter(context.Background(), StageBoundary, site)
		s.Exit(&err)
	})
	ctx := context.Background()
	five := testing.AllocsPerRun(100, func() {
		var err error
		c, s := Enter(ctx, StageBoundary, site)
		c, s1 := Enter(c, StageConsent, site)
		c, s2 := Enter(c, StagePrivacy, site)
		_, s3 := Enter(c, StageOversight, site)
		s3.Exit(&err)
		s2.Exit(&err)
		s1.Exit(&err)
		s.Exit(&err)
	})
	assert.Equal(t, alone, five)
	assert.LessOrEqual(t, alone, 6.0)
	t.Logf("a decision costs %v allocations", alone)
}

func BenchmarkDecision(b *testing.B) {
	site := NewSite(nil, nil)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		var err error
		_, s := Enter(ctx, StageBoundary, site)
		s.Exit(&err)
	}
}

// What a guard inside says at the end it says once, knowing what the guards outside made of it, and before the caller has the answer.
func TestAtEndKnowsHowTheCallEnded(t *testing.T) {
	var told []Outcome
	inside := guard(StageOversight, func(_ Stage, d *Decision) { d.AtEnd(func(o Outcome) { told = append(told, o) }) }, answer)
	refuses := false
	outside := guard(StageConsent, ignore, func(ctx context.Context, in int) (int, error) {
		out, err := inside(ctx, in)
		assert.Empty(t, told, "not while a guard may still refuse")
		if refuses {
			return 0, Refuse(From(ctx), StageConsent, "no", nil)
		}
		return out, err
	})
	for _, want := range []Outcome{Allowed, Failed} {
		told, refuses = nil, want == Failed
		_, err := outside(t.Context(), 1)
		require.Equal(t, refuses, err != nil)
		require.Equal(t, []Outcome{want}, told)
	}
	told = nil
	require.Panics(t, func() {
		_, _ = guard(StageConsent, ignore, func(ctx context.Context, in int) (int, error) {
			_, _ = inside(ctx, in)
			panic("canary")
		})(t.Context(), 1)
	})
	require.Equal(t, []Outcome{Failed}, told)
	(*Decision)(nil).AtEnd(nil)
}
