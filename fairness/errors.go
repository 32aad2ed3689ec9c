package fairness

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// ErrNotCounted is matched by every error that means a decision was not counted.
var ErrNotCounted = errors.New("fairness: not counted")

// NotCountedError says why a decision was not counted. Its text never holds a group's
// value, so it may be logged.
type NotCountedError struct {
	Reason   string    // what is wrong and how to put it right
	Decision uuid.UUID // the decision, zero outside a guarded call
}

// Error is the reason.
func (e *NotCountedError) Error() string { return ErrNotCounted.Error() + ": " + e.Reason }

// Is matches ErrNotCounted.
func (e *NotCountedError) Is(target error) bool { return target == ErrNotCounted }

// Public is a sentence a customer may read.
func (e *NotCountedError) Public() string {
	return "We could not check this request for fair treatment, so it was not carried out."
}

// HTTPStatus is 500: the mistake is in the program, not in the request.
func (e *NotCountedError) HTTPStatus() int { return http.StatusInternalServerError }

// DecisionID is the decision that was not counted, zero outside a guarded call.
func (e *NotCountedError) DecisionID() uuid.UUID { return e.Decision }

func notCounted(ctx context.Context, reason string) error {
	e := &NotCountedError{Reason: reason}
	if ctx != nil {
		e.Decision = call.From(ctx).ID()
	}
	return e
}
