package explain

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// What can go wrong, for errors.Is. Every error of this package is an [*Error] that holds one of them.
var (
	// ErrInvalid: what was asked makes no sense; a mistake of the calling code.
	ErrInvalid = errors.New("explain: invalid question")
	// ErrModel: the function returned an error or no number, or panicked.
	ErrModel = errors.New("explain: the function gave no answer")
	// ErrBudget: the answer would take more evaluations than Options.MaxEvals.
	ErrBudget = errors.New("explain: more evaluations needed than allowed")
	// ErrStopped: the context ended.
	ErrStopped = errors.New("explain: stopped")
	// ErrNoFlip: no combination of the changes tried turns the answer.
	ErrNoFlip = errors.New("explain: no change found that turns the answer")
)

// Error is the detail of every error of this package. Its text holds no input and nothing of the cause but its type.
type Error struct {
	Reason error  // one of the sentinels of this package
	Detail string // what to do about it; may be empty
	Err    error  // the cause; may be nil
}

func (e *Error) Error() string {
	text := e.Reason.Error()
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += fmt.Sprintf(" (%T)", e.Err)
	}
	return text
}

// Format prints Error for every verb, so that %+v shows no more than %v.
func (e *Error) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// Unwrap is the reason and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Reason}
	}
	return []error{e.Reason, e.Err}
}

// Public is a sentence a customer may read.
func (e *Error) Public() string { return "An explanation could not be made just now." }

// HTTPStatus is 500.
func (e *Error) HTTPStatus() int { return http.StatusInternalServerError }

func fail(reason error, detail string, cause error) *Error {
	return &Error{Reason: reason, Detail: detail, Err: cause}
}
