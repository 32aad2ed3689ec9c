package oversight

import (
	"context"
	"encoding/hex"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// breakerTimeout bounds the writing of a stop that nobody waits for.
const breakerTimeout = 10 * time.Second

// Who pressed the button, and why.
const (
	breakerName = "breaker"
	breakerWhy  = "people overrule more often than is acceptable"
)

// pull writes what a breaker is to say: what it has read, and the stop if it has tripped. All processes on the ledger come to the same
// and write the same entries, which the ledger keeps once.
func (k *Desk) pull() error {
	s := k.state
	s.mu.Lock()
	if s.breaker == nil {
		s.mu.Unlock()
		return nil
	}
	note := s.breaker.note
	var trip uuid.UUID
	if s.stop.Load() == nil {
		trip = s.breaker.trip
	}
	s.mu.Unlock()
	if note == nil && trip == uuid.Nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), breakerTimeout)
	defer cancel()
	if trip != uuid.Nil {
		e := entry(kindStopOn, onceID(trip, kindStopOn), uuid.Nil, "", nil, stopBody{Who: breakerName, Why: breakerWhy})
		if _, err := k.ledger.Append(ctx, e); err != nil {
			return unwritten(nil, "the breaker's stop", err)
		}
	}
	if note != nil {
		if _, err := k.ledger.Append(ctx, k.written(note)); err != nil {
			return unwritten(nil, "the breaker's readings", err)
		}
	}
	return nil
}

func (k *Desk) written(n *reading) ledger.Entry {
	// Desks with different breakers, as while settings are being changed, write down at the same entry.
	return entry(kindRead, named5(kindRead, n.at[:], []byte(n.Print)), uuid.Nil, "", n, nil)
}

// react runs after each entry of the desk's stream.
func (k *Desk) react(e ledger.Entry) {
	_ = k.pull() // a stop that cannot be written binds every process that folds the verdicts all the same
	k.tell(e.ID)
}

// fingerprint names a breaker's settings.
func (b *Breaker) fingerprint() string {
	f := newFields("breaker")
	for _, v := range []float64{b.Rate, b.Alpha, b.RunLength, b.MinProbability, float64(b.Patience)} {
		f.uint(math.Float64bits(v))
	}
	sum := f.sum()
	return hex.EncodeToString(sum[:6])
}
