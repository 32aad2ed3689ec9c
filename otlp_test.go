package fairlead_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/oversight"
)

// scene is one way for a guarded call to end, and what its span must say of it.
type scene struct {
	name     string
	prepare  func(t *testing.T, h *house)               // before the stack is wired
	fallback bool                                       // Otherwise is on
	in       customer                                   // zero: the canary
	ctx      func(context.Context) context.Context      // nil: the test's own
	before   func(t *testing.T, h *house, id uuid.UUID) // a held call is made first, this decides its case, and the call is the resumed one
	outcome  fairlead.Outcome
	events   []string
	failure  string // error.type; "": none
	panicked bool   // the panic reaches the caller
}

// The events of DESIGN 3, by short names.
const (
	checked  = "consent.checked"
	redacted = "privacy.redacted"
	recorded = "transparency.recorded"
	sampled  = "oversight.sampled"
	held     = "oversight.held"
	decided  = "oversight.decided"
	observed = "fairness.observed"
)

func verdict(j oversight.Judgement) func(*testing.T, *house, uuid.UUID) {
	return func(t *testing.T, h *house, id uuid.UUID) { h.decide(t, h.desk, id, j) }
}

func withdraw(t *testing.T, h *house) {
	_, err := h.gate.Withdraw(t.Context(), consent.Event{Subject: canarySubject, Purpose: purpose})
	require.NoError(t, err)
}

func stop(t *testing.T, h *house) {
	require.NoError(t, h.desk.Stop(t.Context(), "reviewer-1", "something is wrong with "+canaryName))
}

func cancelled(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx
}

func fails(_ *testing.T, h *house) {
	h.model = func(context.Context, customer) (answer, error) { return answer{}, errModel }
}

// scenes are the ways a call of all five guards can end, but for the panics of the user's functions.
func scenes() []scene {
	refused := "*call.RefusedError"
	all := []scene{
		{name: "success", outcome: fairlead.Allowed, events: []string{checked, redacted, recorded, observed}},
		{
			name: "sampled", in: canary().scored(scoreSampled), outcome: fairlead.Allowed,
			events: []string{checked, redacted, sampled, recorded, observed},
		},
		{
			name: "denial", prepare: withdraw, outcome: fairlead.Denied,
			events: []string{checked, recorded, observed}, failure: "*consent.DeniedError",
		},
		{
			name: "fallback", prepare: withdraw, fallback: true, outcome: fairlead.Fallback,
			events: []string{checked, recorded, observed},
		},
		{
			name: "panic of the fallback", prepare: func(t *testing.T, h *house) { withdraw(t, h); h.panics = "otherwise" }, fallback: true,
			outcome: fairlead.Failed, events: []string{checked, recorded, observed}, failure: "*call.PanicError", panicked: true,
		},
		{
			name: "hold", in: canary().scored(scoreHeld), outcome: fairlead.Held,
			events: []string{checked, redacted, sampled, held, recorded, observed}, failure: "*oversight.PendingError",
		},
		{
			name: "resumed, approved", before: verdict(oversight.Judgement{Verdict: oversight.Approved}), outcome: fairlead.Allowed,
			events: []string{checked, redacted, decided, recorded, observed},
		},
		{
			name:    "resumed, replaced",
			before:  verdict(oversight.Judgement{Verdict: oversight.Replaced, Output: answer{Text: "for " + canaryName}, Comment: canaryName}),
			outcome: fairlead.Replaced, events: []string{checked, redacted, decided, recorded, observed},
		},
		{
			name: "rejection", before: verdict(oversight.Judgement{Verdict: oversight.Rejected, Comment: canaryName}),
			outcome: fairlead.Rejected, events: []string{checked, redacted, decided, recorded, observed}, failure: "*oversight.RejectedError",
		},
		{
			name: "stop", prepare: stop, outcome: fairlead.Stopped,
			events: []string{checked, redacted, recorded, observed}, failure: "*oversight.StoppedError",
		},
		{
			name: "error of the function", prepare: fails, outcome: fairlead.Failed,
			events: []string{checked, redacted, recorded, observed}, failure: "*errors.errorString",
		},
		{
			name: "panic of the function", prepare: func(_ *testing.T, h *house) { h.panics = "next" }, outcome: fairlead.Failed,
			events: []string{checked, redacted, recorded, observed}, failure: "*call.PanicError", panicked: true,
		},
		{
			name: "cancellation before", ctx: cancelled, outcome: fairlead.Denied,
			events: []string{checked, recorded, observed}, failure: "context.Canceled",
		},
		{
			name: "cancellation inside", prepare: func(_ *testing.T, h *house) {
				h.model = func(ctx context.Context, _ customer) (answer, error) { return answer{}, cancelled(ctx).Err() }
			}, outcome: fairlead.Failed, events: []string{checked, redacted, recorded, observed}, failure: "context.Canceled",
		},
	}
	describe := map[string][]string{
		"groups": {checked, recorded}, "hide": {checked, recorded, observed}, "show": {checked, redacted, recorded, observed},
		"favourable": {checked, redacted, recorded, observed}, "explain": {checked, redacted, recorded, observed},
		"open": {checked, redacted, recorded, observed}, "when": {checked, redacted, recorded, observed},
	}
	for _, at := range slices.Sorted(maps.Keys(describe)) {
		all = append(all, scene{
			name: "panic of " + at, prepare: func(_ *testing.T, h *house) { h.panics = at },
			outcome: fairlead.Failed, events: describe[at], failure: refused,
		})
	}
	return append(all, scene{
		name: "panic of ask", prepare: func(_ *testing.T, h *house) { h.panics = "ask" },
		outcome: fairlead.Denied, events: []string{checked, recorded, observed}, failure: "*consent.DeniedError",
	})
}

// answers says whether the caller gets an answer.
func (s *scene) answers() bool {
	return s.outcome == fairlead.Allowed || s.outcome == fairlead.Fallback || s.outcome == fairlead.Replaced
}

// play makes the scene's call and returns what came of it.
func (s *scene) play(t *testing.T, h *house) (trail *fairlead.Trail, panicked any, err error) {
	t.Helper()
	if s.prepare != nil {
		s.prepare(t, h)
	}
	stack := h.stack()
	if s.fallback {
		stack = stack.Otherwise(h.otherwise)
	}
	f := stack.Func()
	in, ctx := s.in, t.Context()
	if in == (customer{}) {
		in = canary()
	}
	if s.before != nil {
		in = in.scored(scoreHeld)
		_, err := f(ctx, in)
		id := pending(t, err)
		s.before(t, h, id)
		ctx = oversight.Resume(ctx, id)
	}
	if s.ctx != nil {
		ctx = s.ctx(ctx)
	}
	_, trail, panicked, err = once(ctx, f, in)
	return trail, panicked, err
}

func TestOneSpanPerCallOverTheWire(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			wire := newSink(t)
			h := newHouse(t)
			h.sys = wire.system("offers")
			trail, panicked, err := s.play(t, h)
			assert.Equal(t, s.panicked, panicked != nil)
			assert.Equal(t, s.outcome, trail.Outcome())
			assert.Equal(t, s.answers(), err == nil && panicked == nil)

			spans := wire.arrived(t)
			if s.before != nil {
				require.Len(t, spans, 2, "one for the call that was held, one for the resumed one")
				assert.Equal(t, "held", attributes(spans[0].Attributes)["fairlead.outcome"])
				spans = spans[1:]
			}
			require.Len(t, spans, 1)
			span := spans[0]
			assert.Equal(t, "guard offers", span.Name)
			assert.Equal(t, traces.Span_SPAN_KIND_INTERNAL, span.Kind)
			want := map[string]string{
				"fairlead.decision.id": trail.ID().String(), "fairlead.system": "offers", "fairlead.outcome": string(s.outcome),
			}
			if s.failure != "" {
				want["error.type"] = s.failure
			}
			assert.Equal(t, want, attributes(span.Attributes))
			assert.ElementsMatch(t, s.events, events(span))
			wantStatus := traces.Status_STATUS_CODE_UNSET
			if s.outcome == fairlead.Failed {
				wantStatus = traces.Status_STATUS_CODE_ERROR
			}
			assert.Equal(t, wantStatus, span.GetStatus().GetCode())
			assert.Empty(t, span.GetStatus().GetMessage())
			wire.checkScope(t)
			clean(t, wire.sent(t), "what went over the wire")
		})
	}
}

// checkScope looks at who says to have made the telemetry.
func (s *sink) checkScope(t *testing.T) {
	t.Helper()
	require.NoError(t, s.meter.ForceFlush(t.Context()))
	s.mu.Lock()
	defer s.mu.Unlock()
	require.NotEmpty(t, s.scopes)
	for _, scope := range s.scopes {
		assert.Regexp(t, `^github\.com/fairlead-go/fairlead(/|$)`, scope.Name)
		assert.Regexp(t, `^\d+\.\d+\.\d+`, scope.Version)
	}
}

// The tests above are worth nothing if a leak would not show.
func TestTheSinkShowsALeak(t *testing.T) {
	wire := newSink(t)
	_, span := wire.tracer.Tracer("the application").Start(t.Context(), "guard offers")
	span.RecordError(errModel)
	span.End()
	assert.Contains(t, wire.sent(t), canaryError)
}

func TestMetricsOverTheWireAreBounded(t *testing.T) {
	wire := newSink(t)
	calls := map[string]float64{}
	for _, s := range scenes() {
		h := newHouse(t)
		h.sys = wire.system("offers")
		trail, _, _ := s.play(t, h)
		calls[string(trail.Outcome())]++
		if s.before != nil {
			calls["held"]++
		}
	}

	counter := wire.measured(t, "fairlead.decisions")
	sum := counter.GetSum()
	require.NotNil(t, sum)
	assert.True(t, sum.IsMonotonic)
	got := map[string]float64{}
	for _, p := range sum.DataPoints {
		a := attributes(p.Attributes)
		got[a["fairlead.outcome"]] += float64(p.GetAsInt())
		assert.Len(t, a, 2)
		assert.Equal(t, "offers", a["fairlead.system"])
	}
	assert.Equal(t, calls, got, "each call is counted once, by how it ended")

	duration := wire.measured(t, "fairlead.guard.duration")
	assert.Equal(t, "s", duration.Unit)
	histogram := duration.GetHistogram()
	require.NotNil(t, histogram)
	guards := map[string]uint64{}
	for _, p := range histogram.DataPoints {
		a := attributes(p.Attributes)
		assert.Len(t, a, 2)
		assert.Equal(t, "offers", a["fairlead.system"])
		guards[a["fairlead.guard"]] += p.Count
	}
	total := uint64(0)
	for _, n := range calls {
		total += uint64(n)
	}
	assert.Equal(t, total, guards["consent"], "the outermost guard sees every call")
	assert.Len(t, guards, 5, "one series for each guard, whoever is asked about")
	clean(t, wire.sent(t), "what went over the wire")
}
