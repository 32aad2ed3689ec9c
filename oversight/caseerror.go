package oversight

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// CaseError is the detail of ErrFenced, ErrConflict, ErrNotFound, ErrInvalid and ErrInterrupted. It holds no subject, key or
// payload.
type CaseError struct {
	Reason   error // one of those
	Case     uuid.UUID
	Decision uuid.UUID // zero outside a guarded call
	Detail   string    // for the developer: what to do about it
	Err      error     `json:"-"` // the cause, if there is one
}

func (e *CaseError) Error() string {
	text := "oversight: unknown reason"
	if e.Reason != nil {
		text = e.Reason.Error()
	}
	if e.Case != uuid.Nil {
		text += " (case " + e.Case.String() + ")"
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// Format prints Error for every verb.
func (e CaseError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// Public is a sentence a customer may read.
func (e *CaseError) Public() string {
	switch {
	case errors.Is(e.Reason, ErrNotFound):
		return "There is no such case."
	case errors.Is(e.Reason, ErrConflict):
		return "This does not match what was asked before."
	case errors.Is(e.Reason, ErrInterrupted):
		return "This was begun and may have been done already. Please ask us before trying again."
	}
	return "This cannot be done any more. Please load the case again."
}

// HTTPStatus is 404 for ErrNotFound, 400 for ErrInvalid, else 409.
func (e *CaseError) HTTPStatus() int {
	switch {
	case errors.Is(e.Reason, ErrNotFound):
		return http.StatusNotFound
	case errors.Is(e.Reason, ErrInvalid):
		return http.StatusBadRequest
	}
	return http.StatusConflict
}

// DecisionID is the decision of this call; zero outside one.
func (e *CaseError) DecisionID() uuid.UUID { return e.Decision }

// Outcome is failed.
func (e *CaseError) Outcome() call.Outcome { return call.Failed }

// Is matches the reason.
func (e *CaseError) Is(target error) bool { return target == e.Reason }

// Unwrap is the cause.
func (e *CaseError) Unwrap() error { return e.Err }

func invalid(detail string) error { return &CaseError{Reason: ErrInvalid, Detail: detail} }

// inDecision gives a CaseError the decision it ended, in a copy: the same error may be on its way to another caller.
func inDecision(err error, d *call.Decision) error {
	if e, ok := errors.AsType[*CaseError](err); ok {
		own := *e
		own.Decision = d.ID()
		return &own
	}
	return err
}
