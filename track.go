package fairlead

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Outcome says how a guarded call ended.
type Outcome = call.Outcome

// How a guarded call can end.
const (
	Allowed   = call.Allowed   // the function's own answer was delivered
	Fallback  = call.Fallback  // consent was denied and Otherwise answered
	Denied    = call.Denied    // consent was denied
	Held      = call.Held      // the answer waits for a reviewer
	Replaced  = call.Replaced  // a reviewer's answer was delivered in place of the function's
	Rejected  = call.Rejected  // a reviewer, or the deadline, refused the answer
	Stopped   = call.Stopped   // the stop switch was on
	Abandoned = call.Abandoned // the consumer of a stream stopped reading
	Failed    = call.Failed    // the function or a guard returned an error or panicked
)

// ErrRefused is matched by every refusal that is a guard's fault and not its judgement: a nil engine, a panic in a function
// passed to a guard, a missing or second subject, a store that failed.
var ErrRefused = call.ErrRefused

// ErrUnfinished is what a call that panicked, or left its goroutine, is recorded with. See Begin.
var ErrUnfinished = call.ErrUnfinished

// StatusError stands in the trail of an HTTP request that was answered with a status which clients retry; the caller got the answer.
type StatusError = call.StatusError

// RefusedError says which guard refused and why.
type RefusedError = call.RefusedError

// Trail lists the decisions made under a context of Track. ID, Outcome and Err are the last one's, All is the IDs of all in the
// order they began. It may be read at any time, from any goroutine.
type Trail = call.Trail

// Track returns a context for guarded calls, and the trail they leave in it: which decision was that, and how did it end?
// Decisions inside decisions are not listed; attempts of one HTTP request are one decision.
func Track(ctx context.Context) (context.Context, *Trail) { return call.Track(ctx) }

// DecisionID is the ID of the guarded call that ctx belongs to, as seen from inside the guarded function; zero outside one.
func DecisionID(ctx context.Context) uuid.UUID { return call.From(ctx).ID() }

// WithSubject returns a context whose guarded calls are about the person id, where their describe functions do not say.
func WithSubject(ctx context.Context, id string) context.Context { return call.WithSubject(ctx, id) }

// OutcomeOf reads off the error of a guarded call how it ended. A nil error is Allowed: that an answer was replaced or came from
// Otherwise shows in the Trail and the record only.
func OutcomeOf(err error) Outcome { return call.OutcomeOf(err) }

// WriteError answers an HTTP request with what is public of err, as application/problem+json (RFC 9457): the sentence, the status (202
// for a held call, 403 for a denied one, ...) and the decision's ID. Of an error that is not Fairlead's it says nothing but that
// something went wrong. A nil err writes nothing.
func WriteError(w http.ResponseWriter, err error) { call.WriteError(w, err) }
