package fairlead_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatHoldsASubjectPrintsRedacted(t *testing.T) {
	h := newHouse(t)
	_, _, _, err := once(t.Context(), h.stack().Func(), canary())
	require.NoError(t, err)
	for _, v := range []any{h.gate, h.log, h.ask(canary()), h.stack()} {
		printsClean(t, v, reflect.TypeOf(v).String())
	}
}

// An error of the user's with its text in a field is the worst a trail can be given.
type spoken struct{ Text string }

func (e spoken) Error() string { return e.Text }

func TestATrailPrintsNoErrorOfTheUsers(t *testing.T) {
	h := newHouse(t)
	h.model = func(context.Context, customer) (answer, error) { return answer{}, spoken{canaryError} }
	_, trail, _, err := once(t.Context(), h.stack().Func(), canary())
	require.ErrorAs(t, err, &spoken{})
	require.ErrorAs(t, trail.Err(), &spoken{}, "who asks for the error gets it")
	printsClean(t, trail, "a trail")
}
