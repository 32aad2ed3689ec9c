package ledger_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// Waiting for one's turn makes no time late that was right when Append was called.
func TestWaitingForTheTurnMakesNoTimeLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		slow := true
		f, err := l.Follow(t.Context(), []string{"a"}, func(ledger.Entry, time.Time) error {
			if slow {
				slow = false
				time.Sleep(3 * time.Second)
			}
			return nil
		})
		require.NoError(t, err)
		defer f.Close()
		first := make(chan error)
		go func() {
			_, err := l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "k"})
			first <- err
		}()
		synctest.Wait() // it folds
		_, err = l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "k", At: time.Now()}, ledger.Entry{Stream: "a", Kind: "k"})
		require.NoError(t, err)
		require.NoError(t, <-first)
		_, err = l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "k", At: time.Now().Add(-3 * time.Second)})
		require.ErrorIs(t, err, ledger.ErrClock)
	})
}
