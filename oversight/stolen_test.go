package oversight_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// heldBy makes a desk that holds everything until need reviewers agree, and one held call on it.
func heldBy(t *testing.T, need int, o *oversight.Options) (*oversight.Desk, func(context.Context, string) (string, error), *oversight.PendingError) {
	t.Helper()
	log := ledger.Memory(nil)
	t.Cleanup(func() { log.Close() })
	all := oversight.Rule{Name: "all", Hold: true, Need: need, When: func(oversight.Case) bool { return true }}
	desk, err := oversight.New(t.Context(), log, oversight.Policy{Rules: []oversight.Rule{all}}, o)
	require.NoError(t, err)
	f := oversight.Wrap(func(context.Context, string) (string, error) { return "<b>yes & no</b>", nil }, desk,
		func(string, string) oversight.Case { return oversight.Case{} })
	ctx := call.WithSubject(t.Context(), "customer-1")
	_, err = f(ctx, "in")
	var pending *oversight.PendingError
	require.ErrorAs(t, err, &pending)
	return desk, func(ctx context.Context, in string) (string, error) {
		return f(call.WithSubject(ctx, "customer-1"), in)
	}, pending
}

// A token is a position in the log and no secret: with somebody else's nobody votes twice, renews or gives up.
func TestALeaseIsOfNoUseToAnotherReviewer(t *testing.T) {
	desk, f, pending := heldBy(t, 2, nil)
	approve := oversight.Judgement{Verdict: oversight.Approved}
	mine, err := desk.Claim(t.Context(), "reviewer-1", pending.Case)
	require.NoError(t, err)
	require.NoError(t, desk.Submit(t.Context(), mine, approve))
	theirs, err := desk.Claim(t.Context(), "reviewer-2", pending.Case)
	require.NoError(t, err)
	stolen := theirs
	stolen.Reviewer = "reviewer-1"
	require.ErrorIs(t, desk.Submit(t.Context(), stolen, approve), oversight.ErrFenced)
	_, err = desk.Renew(t.Context(), stolen)
	require.ErrorIs(t, err, oversight.ErrFenced)
	require.ErrorIs(t, desk.Release(t.Context(), stolen), oversight.ErrFenced)
	_, err = f(oversight.Resume(t.Context(), pending.Case), "in")
	require.ErrorIs(t, err, oversight.ErrPending, "one person's two votes are one")
	require.NoError(t, desk.Submit(t.Context(), theirs, approve))
	got, err := f(oversight.Resume(t.Context(), pending.Case), "in")
	require.NoError(t, err)
	assert.Equal(t, "<b>yes & no</b>", got)
}

// However a codec writes its JSON, what is approved can be delivered.
func TestACodecMayWriteJSONAsItLikes(t *testing.T) {
	for name, encode := range map[string]func(any) ([]byte, error){
		"indented": func(v any) ([]byte, error) { return json.MarshalIndent(v, "", "  ") },
		"a newline at the end, nothing escaped": func(v any) ([]byte, error) {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			err := e.Encode(v)
			return b.Bytes(), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			codec := &oversight.Codec{Encode: encode, Decode: json.Unmarshal}
			desk, f, pending := heldBy(t, 1, &oversight.Options{Codec: codec})
			lease, err := desk.Claim(t.Context(), "reviewer-1", pending.Case)
			require.NoError(t, err)
			require.NoError(t, desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved}))
			got, err := f(oversight.Resume(t.Context(), pending.Case), "in")
			require.NoError(t, err)
			assert.Equal(t, "<b>yes & no</b>", got)
		})
	}
}
