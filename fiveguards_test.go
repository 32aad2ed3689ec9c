package fairlead_test

import (
	"context"
	"testing"

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

// maxAllocs is what DESIGN 6 allows five guards around a no-op to allocate.
const maxAllocs = 20

// small is an input of the usual kind: an ID, something typed, a group.
type small struct {
	ID   string `privacy:"-"`
	Text string
	Sex  string `privacy:"-"`
}

// five is the five guards around a function that does nothing, on a Memory ledger, with nobody listening to telemetry.
func five(t testing.TB, hide func(*privacy.Session, small) small) func(context.Context, small) (string, error) {
	log := ledger.Memory(nil)
	ctx := t.Context()
	gate, err := consent.New(ctx, log, []consent.Purpose{{ID: purpose}}, nil)
	require.NoError(t, err)
	_, err = gate.Grant(ctx, consent.Event{Subject: "c-1", Purpose: purpose})
	require.NoError(t, err)
	monitor, err := fairness.New(ctx, []string{"sex"}, nil)
	require.NoError(t, err)
	journal, err := transparency.New(ctx, log, nil)
	require.NoError(t, err)
	desk, err := oversight.New(ctx, log, oversight.Policy{Rate: 1e-9}, nil)
	require.NoError(t, err)
	return fairlead.Around(func(context.Context, small) (string, error) { return "fine", nil }).
		Consent(gate, func(c small) consent.Ask { return consent.Ask{Subject: c.ID, Purpose: purpose} }).
		Fairness(monitor, func(c small) fairness.Groups { return fairness.Of(c.Sex) }, func(small, string) bool { return true }).
		Privacy(&privacy.Redactor{}, hide, privacy.ShowTagged[string]).
		Transparency(journal, func(small, string) transparency.Explanation { return transparency.Explanation{Summary: "it is fine"} }).
		Oversight(desk, func(c small, _ string) oversight.Case { return oversight.Case{Unit: c.ID} }).
		Func()
}

// The two inputs: one with nothing to hide, one with an e-mail address in it.
var (
	plain   = small{ID: "c-1", Text: "do you have running shoes in size 44?", Sex: "f"}
	telling = small{ID: "c-1", Text: "do you have running shoes? canaria@example.com", Sex: "f"}
)

func TestFiveGuardsAllocateLittle(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates, too")
	}
	f := five(t, privacy.HideTagged[small])
	ctx := t.Context()
	var err error
	n := testing.AllocsPerRun(1000, func() { _, err = f(ctx, plain) })
	require.NoError(t, err)
	t.Logf("five guards: %v allocations a call", n)
	assert.LessOrEqual(t, n, float64(maxAllocs))
}

func BenchmarkFiveGuards(b *testing.B) {
	f := five(b, privacy.HideTagged[small])
	ctx := b.Context()
	for name, in := range map[string]small{"nothing to hide": plain, "an address to hide": telling} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f(ctx, in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
