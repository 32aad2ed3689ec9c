package fairlead_test

import (
	"context"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// A wiring mistake panics at start-up, with a text that names the place and holds the fix.
func TestWiringMistakesPanicWithTheFix(t *testing.T) {
	h := newHouse(t)
	s := func() fairlead.Stack[customer, answer] { return fairlead.Around(h.greet) }
	var none func(context.Context, customer) (answer, error)
	var noStream func(context.Context, customer) iter.Seq2[answer, error]
	stream := func(context.Context, customer) iter.Seq2[answer, error] {
		return func(func(answer, error) bool) {}
	}
	explains := func(customer, []answer) transparency.Explanation { return transparency.Explanation{} }

	for name, c := range map[string]struct {
		wire  func()
		texts []string
	}{
		"Around nil":        {func() { fairlead.Around(none) }, []string{"fairlead.Around", "next is nil", "pass the function"}},
		"AroundStream nil":  {func() { fairlead.AroundStream(noStream) }, []string{"fairlead.AroundStream", "next is nil"}},
		"Wrap nil":          {func() { fairlead.Wrap(none, nil) }, []string{"fairlead.Wrap", "next is nil"}},
		"nil ask":           {func() { s().Consent(h.gate, nil) }, []string{"Consent", "ask is nil"}},
		"nil otherwise":     {func() { s().Otherwise(nil) }, []string{"Otherwise", "otherwise is nil"}},
		"nil groups":        {func() { s().Fairness(h.monitor, nil, h.favourable) }, []string{"Fairness", "groups is nil"}},
		"nil favourable":    {func() { s().Fairness(h.monitor, h.groups, nil) }, []string{"Fairness", "favourable is nil"}},
		"nil hide":          {func() { s().Privacy(h.redactor, nil, h.show) }, []string{"Privacy", "hide is nil"}},
		"nil show":          {func() { s().Privacy(h.redactor, h.hide, nil) }, []string{"Privacy", "show is nil"}},
		"nil explain":       {func() { s().Transparency(h.journal, nil) }, []string{"Transparency", "explain is nil"}},
		"nil open":          {func() { s().Oversight(h.desk, nil) }, []string{"Oversight", "open is nil"}},
		"no guard":          {func() { s().System(h.sys).Func() }, []string{"without a guard", "add Consent"}},
		"otherwise alone":   {func() { s().Otherwise(h.otherwise).Oversight(h.desk, h.open).Func() }, []string{"Otherwise without Consent"}},
		"zero stack":        {func() { fairlead.Stack[customer, answer]{}.Func() }, []string{"fairlead.Around(fn)"}},
		"zero stack, guard": {func() { fairlead.Stack[customer, answer]{}.Consent(h.gate, h.ask) }, []string{"fairlead.Around(fn)"}},
		"zero stream stack": {func() { fairlead.StreamStack[customer, answer]{}.Func() }, []string{"fairlead.AroundStream(fn)"}},
		"stream, no guard":  {func() { fairlead.AroundStream(stream).Func() }, []string{"without a guard"}},
		"stream, nil ask":   {func() { fairlead.AroundStream(stream).Consent(h.gate, nil) }, []string{"ask is nil"}},
		"stream, twice": {func() {
			fairlead.AroundStream(stream).Transparency(h.journal, explains).Transparency(h.journal, explains)
		}, []string{"Transparency was called twice"}},
		"consent.Wrap":      {func() { consent.Wrap(none, h.gate, h.ask) }, []string{"consent.Wrap", "next is nil"}},
		"fairness.Wrap":     {func() { fairness.Wrap(none, h.monitor, h.groups, h.favourable) }, []string{"fairness.Wrap", "next is nil"}},
		"privacy.Wrap":      {func() { privacy.Wrap(none, h.redactor, h.hide, h.show) }, []string{"privacy.Wrap", "next is nil"}},
		"transparency.Wrap": {func() { transparency.Wrap(none, h.journal, h.explain) }, []string{"transparency.Wrap", "next is nil"}},
		"oversight.Wrap":    {func() { oversight.Wrap(none, h.desk, h.open) }, []string{"oversight.Wrap", "next is nil"}},
		"oversight.Approve": {func() { oversight.Approve(none, h.desk, nil) }, []string{"oversight.Approve", "next is nil"}},
	} {
		t.Run(name, func(t *testing.T) {
			text, ok := recovered(c.wire).(string)
			require.True(t, ok, "it did not panic with a text")
			for _, want := range c.texts {
				assert.Contains(t, text, want)
			}
		})
	}
}

func TestEachGuardOnce(t *testing.T) {
	h := newHouse(t)
	full := h.stack().Otherwise(h.otherwise)
	for name, again := range map[string]func(){
		"System":       func() { full.System(h.sys) },
		"Consent":      func() { full.Consent(h.gate, h.ask) },
		"Otherwise":    func() { full.Otherwise(h.otherwise) },
		"Fairness":     func() { full.Fairness(h.monitor, h.groups, h.favourable) },
		"Privacy":      func() { full.Privacy(h.redactor, h.hide, h.show) },
		"Transparency": func() { full.Transparency(h.journal, h.explain) },
		"Oversight":    func() { full.Oversight(h.desk, h.open) },
	} {
		assert.PanicsWithValue(t, "fairlead: Around(...)."+name+" was called twice: one call, one guard of each kind", again)
	}
}

// The order in which the guards are written does not matter, and Guards says which are on.
func TestGuardsStandInTheOneOrder(t *testing.T) {
	h := newHouse(t)
	all := []string{"consent", "fairness", "privacy", "transparency", "oversight"}
	assert.Equal(t, all, h.stack().Guards())
	backwards := fairlead.Around(h.greet).
		Oversight(h.desk, h.open).
		Transparency(h.journal, h.explain).
		Privacy(h.redactor, h.hide, h.show).
		Fairness(h.monitor, h.groups, h.favourable).
		Otherwise(h.otherwise).
		Consent(h.gate, h.ask)
	assert.Equal(t, all, backwards.Guards())
	assert.Empty(t, fairlead.Around(h.greet).Guards())
	assert.Equal(t, []string{"privacy"}, fairlead.Around(h.greet).Privacy(h.redactor, h.hide, h.show).Guards())

	_, trail, _, err := once(t.Context(), backwards.Func(), canary())
	require.NoError(t, err)
	require.Len(t, trail.All(), 1, "guards in the one order are one decision")
	r := h.record(t, trail.ID())
	assert.Equal(t, canarySubject, r.Subject)
	assert.True(t, r.Consent.Allowed)
	assert.NotEmpty(t, r.Hidden)
	assert.Len(t, h.saw, 1)
	assert.NotContains(t, h.saw[0].Message, canaryCard, "the model stands inside Privacy")
}

// A stack kept in a variable can be the start of two.
func TestAStackNeverChanges(t *testing.T) {
	h := newHouse(t)
	withdraw(t, h)
	base := fairlead.Around(h.greet).Consent(h.gate, h.ask)
	strict := base.Transparency(h.journal, h.explain)
	kind := base.Otherwise(h.otherwise).Fairness(h.monitor, h.groups, h.favourable)
	assert.Equal(t, []string{"consent"}, base.Guards())
	assert.Equal(t, []string{"consent", "transparency"}, strict.Guards())
	assert.Equal(t, []string{"consent", "fairness"}, kind.Guards())

	_, _, _, err := once(t.Context(), strict.Func(), canary())
	require.ErrorIs(t, err, consent.ErrDenied, "the other stack's Otherwise is not this one's")
	out, trail, _, err := once(t.Context(), kind.Func(), canary())
	require.NoError(t, err)
	assert.Equal(t, "what most people take", out.Text)
	assert.Equal(t, fairlead.Fallback, trail.Outcome())
	_, err = h.journal.Lookup(t.Context(), trail.ID())
	require.ErrorIs(t, err, transparency.ErrNotFound, "nor is the other one's journal")
	assert.Zero(t, h.runs)
}

// A guarded function can be wrapped in itself: what comes out has the type that went in.
func TestAGuardedFunctionIsAFunctionLikeAnyOther(t *testing.T) {
	h := newHouse(t)
	f := h.greet
	f = fairlead.Around(f).Consent(h.gate, h.ask).Func()
	f = fairlead.Wrap(f, h.sys)
	_, trail, _, err := once(t.Context(), f, canary())
	require.NoError(t, err)
	assert.Len(t, trail.All(), 1, "the inner one is a child")
}
