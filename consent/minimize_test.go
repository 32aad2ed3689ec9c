package consent_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
)

type Contact struct {
	Email string `consent:"ads"`
	City  string
}

type profile struct {
	Contact
	Name    string
	Bought  []string           `consent:"offers"`
	Friends []*profile         // each minimised
	Homes   map[string]Contact // each minimised
	Best    *Contact
	Secret  string `consent:"never-defined"`
	Self    *profile
}

func TestMinimize(t *testing.T) {
	gate, _ := newGate(t)
	_, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	friend := &profile{Name: "F", Contact: Contact{Email: "f@example.com"}, Secret: "s"}
	best := &Contact{Email: "b@example.com", City: "Porto"}
	p := profile{
		Contact: Contact{Email: "a@example.com", City: "Faro"}, Name: "A", Bought: []string{"tea"}, Secret: "s",
		Friends: []*profile{friend, nil}, Homes: map[string]Contact{"x": {Email: "h@example.com", City: "Lagos"}}, Best: best,
	}
	p.Self = &p
	given := p
	require.NoError(t, gate.Minimize(t.Context(), "customer-1", &p))

	assert.Equal(t, []string{"tea"}, p.Bought, "granted")
	assert.Empty(t, p.Email, "embedded, not granted")
	assert.Equal(t, "Faro", p.City, "not tagged")
	assert.Empty(t, p.Secret, "a purpose the gate does not know is not granted")
	assert.Empty(t, p.Best.Email)
	assert.Equal(t, "Porto", p.Best.City)
	require.Len(t, p.Friends, 2)
	assert.Equal(t, "F", p.Friends[0].Name)
	assert.Empty(t, p.Friends[0].Email)
	assert.Equal(t, map[string]Contact{"x": {City: "Lagos"}}, p.Homes)
	assert.Empty(t, p.Self.Email, "a cycle ends")

	assert.Equal(t, "f@example.com", friend.Email, "what others share stays as it was")
	assert.Equal(t, "b@example.com", best.Email)
	assert.Equal(t, "h@example.com", given.Homes["x"].Email)
}

func TestMinimizeTakesAPointerAndTagsItCanReach(t *testing.T) {
	gate, _ := newGate(t)
	var nothing *profile
	for name, v := range map[string]any{"a value": profile{}, "nil": nil, "a nil pointer": nothing} {
		require.ErrorIs(t, gate.Minimize(t.Context(), "customer-1", v), consent.ErrInvalid, name)
	}
	err := gate.Minimize(t.Context(), "customer-1", &struct {
		hidden string `consent:"offers"`
	}{})
	require.ErrorIs(t, err, consent.ErrInvalid)
	assert.Contains(t, err.Error(), "hidden")
	number := 7
	require.NoError(t, gate.Minimize(t.Context(), "customer-1", &number), "nothing tagged, nothing to do")
	assert.Equal(t, 7, number)
}

func TestMinimizeWithoutASubjectZeroesAll(t *testing.T) {
	gate, _ := newGate(t)
	p := profile{Contact: Contact{Email: "a@example.com"}, Bought: []string{"tea"}, Name: "A"}
	require.ErrorIs(t, gate.Minimize(t.Context(), "", &p), consent.ErrDenied)
	assert.Empty(t, p.Email)
	assert.Nil(t, p.Bought)
	assert.Equal(t, "A", p.Name)
}

func TestMinimizeWideCyclesStaySmall(t *testing.T) {
	gate, _ := newGate(t)
	type node struct {
		A, B *node
		X    string `consent:"offers"`
	}
	n := &node{X: "x"}
	n.A, n.B = n, n
	require.NoError(t, gate.Minimize(t.Context(), "customer-1", n))
	assert.Empty(t, n.X)
	assert.Empty(t, n.A.X)
}

type inner struct {
	Deep string `consent:"offers"`
}

func TestMinimizeReachesWhatIsHiddenByTypes(t *testing.T) {
	gate, _ := newGate(t)
	type outer struct {
		inner // not exported itself, its field is
		Any   any
		List  []any
		ByKey map[string]any
		Two   [2]inner
	}
	v := outer{inner{"x"}, inner{"x"}, []any{inner{"x"}, 7}, map[string]any{"a": &inner{"x"}}, [2]inner{{"x"}, {"x"}}}
	require.NoError(t, gate.Minimize(t.Context(), "customer-1", &v))
	assert.Equal(t, outer{inner{}, inner{}, []any{inner{}, 7}, map[string]any{"a": &inner{}}, [2]inner{}}, v)

	var box any = inner{"x"}
	require.NoError(t, gate.Minimize(t.Context(), "customer-1", &box))
	assert.Equal(t, inner{}, box)
}

func TestMinimizeRefusesTagsItCannotObey(t *testing.T) {
	gate, _ := newGate(t)
	for name, v := range map[string]any{
		"in the keys of a map": &map[inner]int{{"x"}: 1},
		"behind a channel":     &struct{ C chan inner }{},
		"behind an interface":  &struct{ V any }{map[inner]int{{"x"}: 1}},
	} {
		require.ErrorIs(t, gate.Minimize(t.Context(), "customer-1", v), consent.ErrInvalid, name)
	}
	type list struct {
		inner
		Next *list
	}
	long := &list{inner: inner{"x"}}
	for range 200 {
		long = &list{inner: inner{"x"}, Next: long}
	}
	require.ErrorIs(t, gate.Minimize(t.Context(), "customer-1", long), consent.ErrInvalid, "too deep")
	assert.Empty(t, long.Deep)
	var nobody *consent.Gate
	number := 7
	require.ErrorIs(t, nobody.Minimize(t.Context(), "customer-1", &number), consent.ErrDenied, "also where nothing is tagged")
}

func TestMinimizeHearsWhatTheContextKnows(t *testing.T) {
	gate, _ := newGate(t)
	for _, e := range []consent.Event{{Purpose: "ads"}, {Purpose: "offers", Recipient: "acme"}} {
		e.Subject = "customer-1"
		_, err := gate.Grant(t.Context(), e)
		require.NoError(t, err)
	}
	type input struct {
		Ads    string `consent:"ads"`
		Offers string `consent:"offers"`
	}
	for _, c := range []struct {
		name string
		ask  consent.Ask
		want input
	}{
		{"nothing", consent.Ask{}, input{Ads: "x"}},
		{"the signal of the browser", consent.Ask{GPC: true}, input{}},
		{"who gets it", consent.Ask{Recipient: "acme"}, input{"x", "x"}},
		{"whose purposes of the call are another matter", consent.Ask{Purpose: "trial", Also: []string{"trial"}}, input{Ads: "x"}},
		{"who it is about", consent.Ask{Subject: "customer-2", Jurisdiction: "US-CA"}, input{Ads: "x"}},
	} {
		subject := "customer-1"
		if c.ask.Subject != "" {
			subject = ""
		}
		v := input{"x", "x"}
		require.NoError(t, gate.Minimize(consent.WithAsk(t.Context(), c.ask), subject, &v), c.name)
		assert.Equal(t, c.want, v, c.name)
	}
	ctx, cancel := context.WithTimeout(consent.WithAsk(t.Context(), consent.Ask{AtLeast: 1 << 40}), time.Millisecond)
	defer cancel()
	v := input{"x", "x"}
	require.ErrorIs(t, gate.Minimize(ctx, "customer-1", &v), consent.ErrDenied, "what it has to know first")
	assert.Zero(t, v)
}
