package oversight

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

type embedded struct {
	inner2
	At   time.Time
	Any  map[string]any
	Skip func() `json:"-"`
}

type inner2 struct{ A int }

type list struct {
	Head string
	Tail *list
}

func wire[Out any](desk *Desk) func() {
	return func() {
		Wrap(func(context.Context, int) (o Out, err error) { return o, nil }, desk, func(int, Out) Case { return Case{} })
	}
}

func TestWiringRefusesWhatCannotBeHeld(t *testing.T) {
	hold := Policy{Rules: []Rule{{Name: "all", When: always, Hold: true}}}
	desk, err := New(t.Context(), ledger.Memory(nil), hold, nil)
	require.NoError(t, err)
	assert.PanicsWithValue(t, "fairlead: oversight.Wrap: the policy can hold calls, and a held fmt.Stringer is an interface, "+
		"so that nobody knows which type to make of it: set oversight.Options.Codec, or return a type that JSON gives back whole",
		wire[fmt.Stringer](desk))
	assert.Panics(t, wire[any](desk))
	assert.Panics(t, wire[[]error](desk))
	assert.Panics(t, wire[inner](desk), "an unexported field would come back as zero")
	assert.Panics(t, wire[chan int](desk))
	assert.Panics(t, func() {
		Approve(func(context.Context, int) (any, error) { return nil, nil }, desk, func(int) Case { return Case{} })
	})
	assert.NotPanics(t, wire[int](desk))
	assert.NotPanics(t, wire[embedded](desk))
	assert.NotPanics(t, wire[map[string]any](desk))
	assert.NotPanics(t, wire[*list](desk))
	assert.NotPanics(t, wire[[]byte](desk))

	none, err := New(t.Context(), ledger.Memory(nil), Policy{}, nil)
	require.NoError(t, err)
	assert.NotPanics(t, wire[any](none), "this policy never holds")
	assert.NotPanics(t, wire[any](nil), "a nil desk refuses at run time")

	coded, err := New(t.Context(), ledger.Memory(nil), hold, &Options{Codec: &Codec{Encode: json.Marshal, Decode: json.Unmarshal}})
	require.NoError(t, err)
	assert.NotPanics(t, wire[any](coded))
	assert.Panics(t, func() {
		Wrap[int, int](nil, desk, func(int, int) Case { return Case{} })
	})
	assert.Panics(t, func() {
		Wrap(func(context.Context, int) (int, error) { return 0, nil }, desk, nil)
	})
}

func TestCodecRefusesUnknownFieldsAndSurvivesPanics(t *testing.T) {
	var none *Codec
	var o struct{ A int }
	require.NoError(t, none.decode([]byte(`{"A":1}`), &o))
	require.Error(t, none.decode([]byte(`{"A":1,"B":2}`), &o), "unknown field")
	require.Error(t, none.decode([]byte(`{"A":1} {"A":2}`), &o), "two values")
	require.Error(t, none.decode(nil, &o))

	boom := &Codec{
		Encode: func(any) ([]byte, error) { panic("secret") },
		Decode: func([]byte, any) error { panic(errors.New("secret")) },
	}
	_, err := boom.encode(1)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "secret")
	require.Error(t, boom.decode(nil, &o))

	text := &Codec{Encode: func(any) ([]byte, error) { return []byte("plain"), nil }, Decode: json.Unmarshal}
	_, err = text.encode(1)
	assert.ErrorIs(t, err, errNotJSON, "a reviewer's page has to show it")
}
