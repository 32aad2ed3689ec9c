package fairlead_test

import (
	"context"
	"errors"
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
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// What must never leave: each stands in an input, an error or a panic of the tests, and nowhere in Fairlead's own words.
const (
	canaryName    = "Canaria Testperson"
	canaryEmail   = "canaria.testperson@example.com"
	canaryCard    = "4111 1111 1111 1111" // the usual test number: valid, and nobody's
	canarySubject = "subject-of-the-canary"
	canaryError   = "canary in the error"
	canaryPanic   = "canary in the panic"
)

var canaries = []string{
	canaryName, canaryEmail, canaryCard, strings.ReplaceAll(canaryCard, " ", ""), canarySubject, canaryError, canaryPanic,
	"Canaria", "canaria", "Testperson", "testperson", "canary",
}

// clean fails if a canary stands in text.
func clean(t *testing.T, text, what string) {
	t.Helper()
	for _, c := range canaries {
		if strings.Contains(text, c) {
			t.Errorf("%s holds %q:\n%s", what, c, text)
		}
	}
}

// customer is an input, answer an output.
type customer struct {
	ID      string `privacy:"remove"`
	Name    string `privacy:"name"`
	Email   string `privacy:"email"`
	Message string
	Sex     string  `privacy:"-"`
	Score   float64 // what rules look at
}

type answer struct {
	Text string
	Good bool
}

// canary is the customer in whom everything personal is planted.
func canary() customer {
	return customer{
		ID: canarySubject, Name: canaryName, Email: canaryEmail, Sex: "f", Score: scorePlain,
		Message: "My card is " + canaryCard + ", write to " + canaryEmail,
	}
}

// The scores that the test policy knows.
const (
	scorePlain   = 1.0 // nobody looks
	scoreSampled = 2.0 // reviewed after the fact
	scoreHeld    = 3.0 // waits for a reviewer
)

func (c customer) scored(score float64) customer { c.Score = score; return c }

const purpose = "offers"

// errModel is what the guarded function returns when it fails: its text holds what nobody else may see.
var errModel = errors.New(canaryError)

// house is the five engines on one ledger and the functions a user passes to them. panics names the one that panics, cancels the
// one that cancels the call it is asked in.
type house struct {
	log      *ledger.Ledger
	gate     *consent.Gate
	monitor  *fairness.Monitor
	journal  *transparency.Journal
	desk     *oversight.Desk
	redactor *privacy.Redactor

	sys     *fairlead.System
	model   func(context.Context, customer) (answer, error)
	panics  string
	cancels string
	cancel  context.CancelFunc
	runs    int        // of the model
	saw     []customer // what it was given
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{log: ledger.Memory(nil), redactor: &privacy.Redactor{}, sys: &fairlead.System{Name: "offers", Version: "3"}}
	h.model = h.greet
	ctx := t.Context()
	var err error
	h.gate, err = consent.New(ctx, h.log, []consent.Purpose{{ID: purpose, Name: "Offers made for you"}}, nil)
	require.NoError(t, err)
	h.monitor, err = fairness.New(ctx, []string{"sex"}, nil)
	require.NoError(t, err)
	h.journal, err = transparency.New(ctx, h.log, nil)
	require.NoError(t, err)
	h.desk = h.newDesk(t, nil)
	_, err = h.gate.Grant(ctx, consent.Event{Subject: canarySubject, Purpose: purpose})
	require.NoError(t, err)
	return h
}

// newDesk opens one more desk on the ledger: what another process would see.
func (h *house) newDesk(t testing.TB, o *oversight.Options) *oversight.Desk {
	t.Helper()
	desk, err := oversight.New(t.Context(), h.log, oversight.Policy{Rate: oversight.RulesOnly, Rules: []oversight.Rule{
		{Name: "sampled", When: func(c oversight.Case) bool { return c.Score == scoreSampled }},
		{Name: "unsure", Hold: true, When: func(c oversight.Case) bool { h.explode("when"); return c.Score == scoreHeld }},
	}}, o)
	require.NoError(t, err)
	return desk
}

func (h *house) explode(at string) {
	if h.cancels == at {
		h.cancel()
	}
	if h.panics == at {
		panic(canaryPanic)
	}
}

func (h *house) ask(c customer) consent.Ask {
	h.explode("ask")
	return consent.Ask{Subject: c.ID, Purpose: purpose}
}

func (h *house) otherwise(context.Context, customer) (answer, error) {
	h.explode("otherwise")
	return answer{Text: "what most people take"}, nil
}

func (h *house) groups(c customer) fairness.Groups {
	h.explode("groups")
	return fairness.Of(c.Sex)
}

func (h *house) favourable(_ customer, a answer) bool {
	h.explode("favourable")
	return a.Good
}

func (h *house) hide(s *privacy.Session, c customer) customer {
	h.explode("hide")
	return privacy.HideTagged(s, c)
}

func (h *house) show(s *privacy.Session, a answer) answer {
	h.explode("show")
	return privacy.ShowTagged(s, a)
}

func (h *house) explain(c customer, _ answer) transparency.Explanation {
	h.explode("explain")
	return transparency.Explanation{Model: "greeter", Summary: "you wrote " + c.Message}
}

func (h *house) open(c customer, _ answer) oversight.Case {
	h.explode("open")
	return oversight.Case{Title: c.Name, Score: c.Score}
}

// greet is the guarded function: its answer speaks of the person.
func (h *house) greet(_ context.Context, c customer) (answer, error) {
	h.explode("next")
	h.runs++
	h.saw = append(h.saw, c)
	return answer{Text: "Hello " + c.Name + ", we write to " + c.Email, Good: true}, nil
}

// stack is all five guards.
func (h *house) stack() fairlead.Stack[customer, answer] {
	return fairlead.Around(func(ctx context.Context, c customer) (answer, error) { return h.model(ctx, c) }).
		System(h.sys).
		Consent(h.gate, h.ask).
		Fairness(h.monitor, h.groups, h.favourable).
		Privacy(h.redactor, h.hide, h.show).
		Transparency(h.journal, h.explain).
		Oversight(h.desk, h.open)
}

// decide claims a case and gives a verdict on it.
func (h *house) decide(t testing.TB, desk *oversight.Desk, id uuid.UUID, j oversight.Judgement) {
	t.Helper()
	lease, err := desk.Claim(t.Context(), "reviewer-1", id)
	require.NoError(t, err)
	require.NoError(t, desk.Submit(t.Context(), lease, j))
}

// pending is the case that a held call waits for.
func pending(t testing.TB, err error) uuid.UUID {
	t.Helper()
	held, ok := errors.AsType[*oversight.PendingError](err)
	require.True(t, ok, "%T is not a *oversight.PendingError", err)
	return held.Case
}

// cell is what the monitor counted for one group.
func (h *house) cell(t testing.TB, sex string) fairness.Cell {
	t.Helper()
	for _, c := range h.monitor.Table().Cells {
		if c.Groups[0] == sex {
			return c
		}
	}
	return fairness.Cell{}
}

// record is the journal's record of a decision.
func (h *house) record(t testing.TB, id uuid.UUID) transparency.Record {
	t.Helper()
	r, err := h.journal.Lookup(t.Context(), id)
	require.NoError(t, err)
	return r
}

// recovered runs f and returns the value it panicked with.
func recovered(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// once runs a guarded function and returns what came of it, a panic included.
func once[In, Out any](ctx context.Context, f func(context.Context, In) (Out, error), in In) (out Out, trail *fairlead.Trail, panicked any, err error) {
	ctx, trail = fairlead.Track(ctx)
	panicked = recovered(func() { out, err = f(ctx, in) })
	return out, trail, panicked, err
}

// typed asserts that err has all that a typed error of Fairlead must have, and names the decision.
func typed(t *testing.T, err error, id uuid.UUID) {
	t.Helper()
	require.Error(t, err)
	e, ok := errors.AsType[interface {
		error
		Public() string
		HTTPStatus() int
		DecisionID() uuid.UUID
	}](err)
	require.True(t, ok, "%T is not a typed error", err)
	assert.NotEmpty(t, e.Public())
	assert.GreaterOrEqual(t, e.HTTPStatus(), 202)
	assert.Equal(t, id, e.DecisionID())
}
