package oversight

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

func TestBadPoliciesAreTypedErrors(t *testing.T) {
	rule := func(r Rule) Policy { return Policy{Rules: []Rule{r}} }
	for field, p := range map[string]Policy{
		"Rate":           {Rate: 1.01},
		"Rate ":          {Rate: math.NaN()},
		"Rate  ":         {Rate: -0.5},
		"Rate   ":        {Rate: math.Inf(1)},
		"Budget":         {Budget: math.NaN()},
		"Budget ":        {Budget: -1},
		"Floors":         {Floors: map[string]float64{"a": 0}},
		"Wait":           {Wait: -1},
		"Deadline":       {Deadline: -time.Hour},
		"Within":         {Within: -time.Hour},
		"Fallback":       {Fallback: Replaced},
		"Fallback ":      {Fallback: "maybe"},
		"Undo":           {Undo: time.Hour, Valid: time.Hour},
		"Version":        {Version: "v\xff"},
		"Rules[0].Name":  rule(Rule{When: always}),
		"Rules[0].Name ": rule(Rule{Name: "\xff", When: always}),
		"Rules[0].When":  rule(Rule{Name: "x"}),
		"Rules[0].Rate":  rule(Rule{Name: "x", When: always, Rate: math.NaN()}),
		"Rules[1].Name":  {Rules: []Rule{{Name: "x", When: always}, {Name: "x", When: always}}},
	} {
		_, err := New(t.Context(), ledger.Memory(nil), p, nil)
		require.ErrorIs(t, err, ErrPolicy, field)
		var bad *PolicyError
		require.ErrorAs(t, err, &bad)
		assert.Contains(t, field, bad.Field)
	}
}

func TestZeroPolicyReviewsEverythingAndRejectsAtTheDeadline(t *testing.T) {
	p, err := Policy{}.check()
	require.NoError(t, err)
	assert.Equal(t, 1.0, p.Rate)
	assert.Equal(t, DefaultDeadline, p.Deadline)
	assert.Equal(t, 24*time.Hour, p.Deadline)
	assert.Equal(t, Rejected, p.Fallback)
	assert.Zero(t, p.Wait)
	assert.NotEmpty(t, p.Version)

	q, err := Policy{Rate: 0.5}.check()
	require.NoError(t, err)
	assert.NotEqual(t, p.Version, q.Version, "another policy has another version")
}

func TestPolicyIsCopied(t *testing.T) {
	rules := []Rule{{Name: "all", When: always, Hold: true}}
	p, err := Policy{Rate: RulesOnly, Rules: rules}.check()
	require.NoError(t, err)
	rules[0].When = nil
	require.NotNil(t, p.Rules[0].When)
}

func TestBadOptionsAndLedgers(t *testing.T) {
	for name, o := range map[string]*Options{
		"short key":  {Key: []byte("short")},
		"half codec": {Codec: &Codec{}},
		"lease":      {Lease: -1},
		"open":       {MaxOpen: -1},
	} {
		_, err := New(t.Context(), ledger.Memory(nil), Policy{}, o)
		require.ErrorIs(t, err, ErrInvalid, name)
	}
	_, err := New(t.Context(), nil, Policy{}, nil)
	require.ErrorIs(t, err, ledger.ErrUnavailable)
}

// The sampling key that a ledger's first desk draws is the one that every later desk uses.
func TestDefaultKeyIsTheLedgers(t *testing.T) {
	l := ledger.Memory(nil)
	first, err := New(t.Context(), l, Policy{Rate: 0.5}, nil)
	require.NoError(t, err)
	second, err := New(t.Context(), l, Policy{Rate: 0.5}, nil)
	require.NoError(t, err)
	assert.Equal(t, first.sampler.k0, second.sampler.k0)
	assert.Equal(t, first.keyID, second.keyID)
	elsewhere, err := New(t.Context(), ledger.Memory(nil), Policy{Rate: 0.5}, nil)
	require.NoError(t, err)
	assert.NotEqual(t, first.sampler.k0, elsewhere.sampler.k0)
}
