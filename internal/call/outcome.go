package call

import (
	"context"
	"fmt"
	"slices"
)

// Outcome says how a guarded call ended.
type Outcome string

// How a guarded call can end.
const (
	Allowed   Outcome = "allowed"   // the function's own answer was delivered
	Fallback  Outcome = "fallback"  // consent was denied and the fallback answered instead
	Denied    Outcome = "denied"    // consent was denied
	Held      Outcome = "held"      // the answer waits for a reviewer
	Replaced  Outcome = "replaced"  // a reviewer's answer was delivered in place of the function's
	Rejected  Outcome = "rejected"  // a reviewer, or the deadline, refused the answer
	Stopped   Outcome = "stopped"   // the stop switch was on
	Abandoned Outcome = "abandoned" // the consumer of a stream stopped reading
	Failed    Outcome = "failed"    // the function or a guard returned an error or panicked
)

var outcomes = [...]Outcome{Allowed, Fallback, Denied, Held, Replaced, Rejected, Stopped, Abandoned, Failed}

// OutcomeOf reads the outcome off the error a guarded call returned. A nil error is Allowed: whether a reviewer replaced
// the answer or a fallback gave it cannot be seen in an error, only in the trail and the record.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Allowed
	}
	if e, ok := Find[interface{ Outcome() Outcome }](err); ok {
		if o := e.Outcome(); o != Allowed && slices.Contains(outcomes[:], o) {
			return o
		}
	}
	return Failed
}

// errorType names an error for the attribute error.type: its Go type, never its text, which may hold anything.
func errorType(err error) string {
	switch {
	case contains(err, context.Canceled):
		return "context.Canceled"
	case contains(err, context.DeadlineExceeded):
		return "context.DeadlineExceeded"
	}
	if typed, ok := Find[Typed](err); ok {
		return fmt.Sprintf("%T", typed)
	}
	return fmt.Sprintf("%T", err)
}

// refusalIn is the typed error of Fairlead's in err, if it says that a guard refused.
func refusalIn(err error) error {
	typed, ok := Find[Typed](err)
	if !ok {
		return nil
	}
	return typed
}
