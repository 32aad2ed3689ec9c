package transparency

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

var (
	// ErrNotRecorded is matched by the error of a call whose record could not be written, and which was refused for it.
	ErrNotRecorded = errors.New("transparency: not recorded")
	// ErrNotFound is matched when there is no such record, or none of this person's.
	ErrNotFound = errors.New("transparency: not found")
	// ErrRefused is matched by refusals that are a fault of the wiring or of a function passed in: a nil journal, an explain
	// function that panicked, no subject.
	ErrRefused = call.ErrRefused
)

// RefusedError is a refusal that is a fault and not a judgement.
type RefusedError = call.RefusedError

// RecordError says that a decision could not be recorded, so that its answer was not delivered. Its text holds nothing of the
// cause but its kind; errors.Is and errors.As reach the cause itself.
type RecordError struct {
	Decision uuid.UUID
	Reason   string // what could not be done, a constant text
	Err      error  `json:"-"` // the cause
	Call     error  `json:"-"` // what the guarded function had returned, if it had failed by itself
}

func (e *RecordError) Error() string {
	text := ErrNotRecorded.Error() + ", so the call was refused: " + e.Reason
	if l, ok := errors.AsType[*ledger.Error](e.Err); ok {
		return text + " (" + l.Reason.Error() + ")" // a constant of the ledger's
	}
	if e.Err != nil {
		text += fmt.Sprintf(" (%T)", e.Err)
	}
	return text
}

// Format prints Error for every verb, so that %+v and %#v show no more than %v.
func (e *RecordError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// Public is a sentence a customer may read.
func (e *RecordError) Public() string {
	return "We could not keep a record of this just now, so it was not done. Please try again later."
}

// HTTPStatus is 503: the log may be back soon.
func (e *RecordError) HTTPStatus() int { return http.StatusServiceUnavailable }

// DecisionID is the decision that was refused.
func (e *RecordError) DecisionID() uuid.UUID { return e.Decision }

// Outcome is failed, whatever the function had answered.
func (e *RecordError) Outcome() call.Outcome { return call.Failed }

// Is matches ErrNotRecorded.
func (e *RecordError) Is(target error) bool { return target == ErrNotRecorded }

// Unwrap is the cause and, of a function that had failed by itself, its error.
func (e *RecordError) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.Err, e.Call} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// NotFoundError says that there is no such record. It is the same for a record that does not exist and for one of somebody else.
type NotFoundError struct{ ID uuid.UUID }

func (e *NotFoundError) Error() string { return ErrNotFound.Error() }

// Public is a sentence a customer may read.
func (e *NotFoundError) Public() string { return "There is no such record." }

// HTTPStatus is 404.
func (e *NotFoundError) HTTPStatus() int { return http.StatusNotFound }

// DecisionID is the ID that was asked for.
func (e *NotFoundError) DecisionID() uuid.UUID { return e.ID }

// Is matches ErrNotFound.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// errorType names an error by its Go type: its text may hold anything.
func errorType(err error) string {
	if p, ok := call.Find[*call.PanicError](err); ok {
		return p.Error()
	}
	if status, ok := call.Find[*statusError](err); ok {
		return status.Error()
	}
	if err == call.ErrUnfinished { //nolint:errorlint // the very value that says so
		return "runtime.Goexit"
	}
	if typed, ok := call.Find[call.Typed](err); ok {
		return fmt.Sprintf("%T", typed)
	}
	return fmt.Sprintf("%T", err)
}

// whyNot says in constant words why there is no explanation.
func whyNot(err error) string {
	e, ok := call.Find[*call.RefusedError](err)
	if !ok {
		return errorType(err)
	}
	if p, ok := call.Find[*call.PanicError](e.Err); ok {
		return e.Reason + " (" + p.Error() + ")"
	}
	return e.Reason
}
