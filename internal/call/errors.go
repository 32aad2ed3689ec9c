package call

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"
)

// Typed is what every typed error of Fairlead offers besides its text.
type Typed interface {
	error
	Public() string        // a sentence a customer may read
	HTTPStatus() int       // for an inbound answer
	DecisionID() uuid.UUID // the decision it ended; zero outside one
}

// ErrRefused is matched by every refusal that is a guard's fault and not its judgement: a nil engine, a panic in a function
// the user passed, a missing or second subject, a store that failed.
var ErrRefused = errors.New("fairlead: a guard refused the call")

// ErrUnfinished is what a guarded function's error holds until it returns: it is left there only by a panic or by
// runtime.Goexit.
var ErrUnfinished = errors.New("fairlead: the call did not return")

// RefusedError is a refusal that is a guard's fault and not its judgement. Its text holds no subject, key or payload; the cause
// (which may) is reached by errors.Is and errors.As only.
type RefusedError struct {
	Guard    Stage     // which guard
	Reason   string    // what went wrong and what to do, a constant text of Fairlead's
	Decision uuid.UUID // zero outside a decision
	Err      error     `json:"-"` // the cause, if there is one
}

// Refuse makes a RefusedError for the decision d, which may be nil.
func Refuse(d *Decision, guard Stage, reason string, cause error) *RefusedError {
	return &RefusedError{Guard: guard, Reason: reason, Decision: d.ID(), Err: cause}
}

func (e *RefusedError) Error() string {
	text := "fairlead: " + e.Guard.String() + " refused the call: " + e.Reason
	if p, ok := e.Err.(*PanicError); ok { //nolint:errorlint // as Try put it there
		return text + " (" + p.Error() + ")"
	}
	if e.Err != nil {
		text += fmt.Sprintf(" (%T)", e.Err)
	}
	return text
}

// Format prints Error for every verb, so that %+v and %#v show no more than %v.
func (e RefusedError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// Public is a sentence a customer may read.
func (e *RefusedError) Public() string {
	return "This could not be done safely just now, so it was not done."
}

// HTTPStatus is 500: a guard could not do its work.
func (e *RefusedError) HTTPStatus() int { return http.StatusInternalServerError }

// DecisionID is the decision that was refused.
func (e *RefusedError) DecisionID() uuid.UUID { return e.Decision }

// Is matches ErrRefused.
func (e *RefusedError) Is(target error) bool { return target == ErrRefused }

// Unwrap is the cause.
func (e *RefusedError) Unwrap() error { return e.Err }

// PanicError says that a function the user passed to a guard panicked; of the panic it keeps only the type.
type PanicError struct{ Type string }

func (e *PanicError) Error() string { return "panic of type " + e.Type }

// Try runs f(in), a function the user passed to the guard, and turns its panic into a *RefusedError. what names it, for the
// text: "the describe function".
func Try[In, T any](d *Decision, guard Stage, what string, f func(In) T, in In) (t T, err error) {
	defer catch(d, guard, what, &err)
	return f(in), nil
}

// Try2 is Try for a function of two values.
func Try2[A, B, T any](d *Decision, guard Stage, what string, f func(A, B) T, a A, b B) (t T, err error) {
	defer catch(d, guard, what, &err)
	return f(a, b), nil
}

// catch must be deferred directly: recover works only in the deferred function itself.
func catch(d *Decision, guard Stage, what string, err *error) {
	if r := recover(); r != nil {
		*err = Refuse(d, guard, what+" panicked", &PanicError{Type: fmt.Sprintf("%T", r)})
	}
}

// MustFunc panics at wiring time when a function that has to be there is nil. where is "consent.Wrap", what is "next".
func MustFunc(where, what string, isNil bool) {
	if isNil {
		panic("fairlead: " + where + ": " + what + " is nil: pass the function itself when wiring, before the first call")
	}
}
