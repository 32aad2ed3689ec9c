package oversight

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// What a clock that was set back wrote too early has no effect and is written again, without a loop that never ends: neither in Expire
// nor in who waits.
func TestExpiriesThatCameTooEarlyAreWrittenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(300 * time.Millisecond)
		policy := Policy{Deadline: time.Minute, Wait: 2 * time.Minute, Rules: []Rule{{Name: "all", When: always, Hold: true}}}
		k, err := New(t.Context(), ledger.Memory(nil), policy, nil)
		require.NoError(t, err)
		guarded := Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, k, func(int, int) Case { return Case{} })
		ends := make(chan time.Duration)
		const cases = 2 * expireBatch
		began := time.Now()
		for n := range cases {
			go func() {
				_, _ = guarded(call.WithSubject(t.Context(), "anna"), n)
				ends <- time.Since(began)
			}()
		}
		time.Sleep(time.Minute - 100*time.Millisecond)
		early := k.state.overdue(time.Now().Add(100 * time.Millisecond))
		for _, r := range k.state.open {
			early = append(early, turning(r, time.Now().Add(100*time.Millisecond)))
		}
		for _, e := range early {
			_, err := k.ledger.Append(t.Context(), e)
			require.NoError(t, err)
		}
		require.Equal(t, cases, k.State().Held, "too early")
		time.Sleep(100 * time.Millisecond)
		n, err := k.Expire(t.Context())
		require.NoError(t, err)
		require.LessOrEqual(t, n, expireBatch)
		for range cases {
			took := <-ends
			require.Greater(t, took, time.Minute)
			require.Less(t, took, time.Minute+2*time.Second)
		}
		require.Zero(t, k.State().Held)
	})
}
