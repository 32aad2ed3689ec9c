package consent_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
)

// TestBoundedIsExactAmongWriters has gates too small for their people answer while others record and erase. Whoever has just recorded
// something must find it, and in the end the answers are those of a gate that keeps everybody.
func TestBoundedIsExactAmongWriters(t *testing.T) {
	log := ledger.Memory(nil)
	small, err := consent.New(t.Context(), log, purposes, &consent.Options{MaxWords: 30})
	require.NoError(t, err)
	const people = 40
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for w := range 4 { // each has people of its own, so that it knows what they said last
		writers.Go(func() {
			r := rand.New(rand.NewPCG(9, uint64(w)))
			for range 400 {
				subject := fmt.Sprint("customer-", r.IntN(people/4)*4+w)
				ask := consent.Ask{Subject: subject, Purpose: "offers"}
				kind := pick(r, consent.Granted, consent.Withdrawn)
				if r.IntN(20) == 0 {
					if _, err := small.Erase(context.Background(), subject); err != nil {
						t.Error(err)
					}
					if answer, _ := small.Check(context.Background(), ask); answer.Reason != consent.ReasonNoRecord {
						t.Errorf("%s after an erasure", answer.Reason)
					}
					continue
				}
				if _, err := small.Record(context.Background(), consent.Event{Subject: subject, Purpose: "offers", Kind: kind}); err != nil {
					t.Error(err)
				}
				if answer, _ := small.Check(context.Background(), ask); answer.Allowed != (kind == consent.Granted) {
					t.Errorf("%v: %+v", kind, answer)
				}
			}
		})
	}
	for i := range 3 {
		readers.Go(func() {
			r := rand.New(rand.NewPCG(10, uint64(i)))
			for {
				select {
				case <-stop:
					return
				default:
					_, _ = small.Check(context.Background(), consent.Ask{Subject: fmt.Sprint("customer-", r.IntN(people)), Purpose: "offers"})
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	whole := replayed(t, log)
	for i := range people {
		ask := consent.Ask{Subject: fmt.Sprint("customer-", i), Purpose: "offers"}
		want, _ := whole.Check(t.Context(), ask)
		got, _ := small.Check(t.Context(), ask)
		assert.Equal(t, want, got)
	}
}

func TestBoundedDeniesWhatItCannotLookUp(t *testing.T) {
	log := ledger.Memory(nil)
	gate, err := consent.New(t.Context(), log, purposes, &consent.Options{MaxWords: 1000})
	require.NoError(t, err)
	record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
	ask := consent.Ask{Subject: "customer-1", Purpose: "offers"}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	_, err = gate.Check(ctx, ask)
	require.NoError(t, err)
	assert.Zero(t, allocs(func() {
		if _, err := gate.Check(ctx, ask); err != nil {
			t.Fatal(err)
		}
	}), "who is in memory costs nothing")
	cancel()
	answer, err := gate.Check(ctx, consent.Ask{Subject: "customer-2", Purpose: "ads", Jurisdiction: "US-CA"})
	require.ErrorIs(t, err, consent.ErrDenied)
	assert.Equal(t, consent.ReasonUnavailable, answer.Reason)
	require.ErrorIs(t, err, context.Canceled)
	_, err = consent.New(t.Context(), log, purposes, &consent.Options{MaxWords: -1})
	require.ErrorIs(t, err, consent.ErrInvalid)
}
