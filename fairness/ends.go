package fairness

import (
	"context"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Outcome says how a guarded call ended: "allowed", "fallback", "denied", "held",
// "replaced", "rejected", "stopped", "abandoned" or "failed".
type Outcome = call.Outcome

// Ends counts calls that ended without a delivered answer. They stand beside the rate
// and never in it: a model cannot be unfair to people it never saw, but who never got
// that far is part of the picture.
type Ends struct {
	Denied    uint64 `json:"denied"`    // consent was missing
	Fallback  uint64 `json:"fallback"`  // consent was missing and the popular answer went out
	Held      uint64 `json:"held"`      // was held for a person, ever
	Settled   uint64 `json:"settled"`   // of the held, those that reached their final outcome since
	Stopped   uint64 `json:"stopped"`   // the stop switch was on
	Abandoned uint64 `json:"abandoned"` // the consumer stopped reading a stream
	Failed    uint64 `json:"failed"`    // an error or a panic
}

// Waiting is how many held calls have no final outcome yet. Held and settled are kept
// apart because they may be counted by different processes.
func (e Ends) Waiting() uint64 {
	if e.Settled > e.Held {
		return 0
	}
	return e.Held - e.Settled
}

// Total is the number of calls that stand beside the rate now.
func (e Ends) Total() uint64 {
	return e.Denied + e.Fallback + e.Waiting() + e.Stopped + e.Abandoned + e.Failed
}

func (e Ends) plus(o Ends) Ends {
	return Ends{
		Denied: e.Denied + o.Denied, Fallback: e.Fallback + o.Fallback, Held: e.Held + o.Held, Settled: e.Settled + o.Settled,
		Stopped: e.Stopped + o.Stopped, Abandoned: e.Abandoned + o.Abandoned, Failed: e.Failed + o.Failed,
	}
}

// The counters of a cell, in the order of Ends.
const (
	endDenied = iota
	endFallback
	endHeld
	endStopped
	endAbandoned
	endFailed
	beside
)

func endIndex(o Outcome) (int, bool) {
	switch o {
	case call.Denied:
		return endDenied, true
	case call.Fallback:
		return endFallback, true
	case call.Held:
		return endHeld, true
	case call.Stopped:
		return endStopped, true
	case call.Abandoned:
		return endAbandoned, true
	case call.Failed:
		return endFailed, true
	}
	return 0, false
}

// End counts one call that ended without a delivered answer, by group and outcome. A
// rejected one counts as unfavourable in the rate: the person was considered and went
// away empty-handed. "allowed" and "replaced" are an error, because only the caller
// can say whether what was delivered is favourable: use Observe.
func (m *Monitor) End(ctx context.Context, g Groups, outcome Outcome) error {
	if outcome == call.Rejected {
		return m.Observe(ctx, Observation{Groups: g})
	}
	i, ok := endIndex(outcome)
	if !ok {
		return notCounted(ctx, "End takes denied, fallback, held, rejected, stopped, abandoned or failed: a delivered answer goes to Observe")
	}
	c, err := m.cell(ctx, &g)
	if err != nil {
		return err
	}
	c.ends[i].Add(1)
	return nil
}

// Settle moves one held call to its final outcome: it takes one off the waiting ones
// and counts the outcome as End does. For "allowed" and "replaced" it only takes one
// off, and Observe counts the answer. The hold may have been counted by another
// process: their tables add up to the truth.
//
// A resumed call that could not be delivered this time is still held and is not
// settled, because it can be resumed again.
func (m *Monitor) Settle(ctx context.Context, g Groups, outcome Outcome) error {
	switch outcome {
	case call.Held:
		return nil
	case call.Allowed, call.Replaced:
	default:
		if err := m.End(ctx, g, outcome); err != nil {
			return err
		}
	}
	return m.settle(ctx, g)
}

func (m *Monitor) settle(ctx context.Context, g Groups) error {
	c, err := m.cell(ctx, &g)
	if err != nil {
		return err
	}
	c.settled.Add(1)
	return nil
}
