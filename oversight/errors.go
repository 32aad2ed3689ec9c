package oversight

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// What can be matched with errors.Is.
var (
	// ErrPending: the call waits for a verdict; a [*PendingError] says of which case.
	ErrPending = errors.New("oversight: waiting for a person")
	// ErrRejected: a reviewer, or the deadline, said no; a [*RejectedError].
	ErrRejected = errors.New("oversight: rejected")
	// ErrStopped: the stop switch is on, or cannot be read; a [*StoppedError]. The function did not run.
	ErrStopped = errors.New("oversight: stopped")
	// ErrFenced: the lease is no longer the case's, or another reviewer has it. What was submitted is recorded and has no effect.
	ErrFenced = errors.New("oversight: the lease is not this reviewer's any more")
	// ErrConflict: the case was opened for another input, by another function or version, or decided otherwise.
	ErrConflict = errors.New("oversight: this is not what the case was opened for")
	// ErrNotFound: there is no such case, or no case to claim.
	ErrNotFound = errors.New("oversight: no such case")
	// ErrRoster: Options.RosterOnly is set and who claims, renews or is to be assigned a case is not on the roster, or their training has run out; see Desk.Enrol.
	ErrRoster = errors.New("oversight: not on the roster of reviewers")
	// ErrFull: Options.MaxOpen cases are open and somebody waits for each, so that no other can be opened.
	ErrFull = errors.New("oversight: the queue is full of cases that somebody waits for")
	// ErrInvalid: the caller left out or misspelt something that is needed, such as who the reviewer is, or used one of Submit and
	// Adjudicate where the other is meant. Nothing was recorded.
	ErrInvalid = errors.New("oversight: invalid argument")
	// ErrInterrupted: an approved call was begun and never finished, or failed. It is not run again: look what it did.
	ErrInterrupted = errors.New("oversight: the approved call was begun and its result is not known")
	// ErrPolicy: New was given a policy that cannot be meant; a [*PolicyError].
	ErrPolicy = errors.New("oversight: bad policy")
	// ErrRefused: a guard could not do its work; a [*RefusedError].
	ErrRefused = call.ErrRefused
)

// RefusedError says why a guard could not do its work.
type RefusedError = call.RefusedError

// PendingError says that a person has to decide first. Resume(ctx, Case) continues the call once they have.
type PendingError struct {
	Case     uuid.UUID
	Decision uuid.UUID
	Until    time.Time // when the policy's fallback decides
	Err      error     `json:"-"` // why waiting ended early, such as the caller's context; nil if it did not
}

func (e *PendingError) Error() string {
	return "oversight: case " + e.Case.String() + " waits for a person until " + e.Until.UTC().Format(time.RFC3339) +
		"; call the same function with oversight.Resume(ctx, case) afterwards"
}

// Format prints Error for every verb.
func (e PendingError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// Public is a sentence a customer may read.
func (e *PendingError) Public() string {
	return "A person is looking at this. Please check again later."
}

// HTTPStatus is 202: accepted, not done yet.
func (e *PendingError) HTTPStatus() int { return http.StatusAccepted }

// DecisionID is the decision of this call.
func (e *PendingError) DecisionID() uuid.UUID { return e.Decision }

// CaseID is the case to resume.
func (e *PendingError) CaseID() uuid.UUID { return e.Case }

// Outcome is held.
func (e *PendingError) Outcome() call.Outcome { return call.Held }

// Is matches ErrPending.
func (e *PendingError) Is(target error) bool { return target == ErrPending }

// Unwrap is why waiting ended early.
func (e *PendingError) Unwrap() error { return e.Err }

// RejectedError says that the answer is not delivered, or the call not run.
type RejectedError struct {
	Case     uuid.UUID
	Decision uuid.UUID
	Expired  bool // nobody decided before the deadline
}

func (e *RejectedError) Error() string {
	if e.Expired {
		return "oversight: case " + e.Case.String() + " was rejected: nobody decided before its deadline"
	}
	return "oversight: case " + e.Case.String() + " was rejected by a reviewer"
}

// Format prints Error for every verb.
func (e RejectedError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// Public is a sentence a customer may read.
func (e *RejectedError) Public() string {
	if e.Expired {
		return "This could not be checked in time, so it was not done."
	}
	return "A person looked at this and decided against it."
}

// HTTPStatus is 422: understood, and refused.
func (e *RejectedError) HTTPStatus() int { return http.StatusUnprocessableEntity }

// DecisionID is the decision of this call.
func (e *RejectedError) DecisionID() uuid.UUID { return e.Decision }

// CaseID is the case that was rejected.
func (e *RejectedError) CaseID() uuid.UUID { return e.Case }

// Outcome is rejected.
func (e *RejectedError) Outcome() call.Outcome { return call.Rejected }

// Is matches ErrRejected.
func (e *RejectedError) Is(target error) bool { return target == ErrRejected }

// StoppedError says that the stop switch is on. Stale: it could not be read for MaxStaleness, which counts as on.
type StoppedError struct {
	Decision uuid.UUID
	Stale    bool
	Err      error `json:"-"` // why it cannot be read, if that is known
}

func (e *StoppedError) Error() string {
	if e.Stale {
		return "oversight: stopped: the stop switch could not be read for longer than MaxStaleness; is the ledger reachable?"
	}
	return "oversight: stopped: the stop switch is on; Desk.Start ends it"
}

// Format prints Error for every verb.
func (e StoppedError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// Public is a sentence a customer may read.
func (e *StoppedError) Public() string { return "This service is paused. Please try again later." }

// HTTPStatus is 503.
func (e *StoppedError) HTTPStatus() int { return http.StatusServiceUnavailable }

// DecisionID is the decision of this call.
func (e *StoppedError) DecisionID() uuid.UUID { return e.Decision }

// Outcome is stopped.
func (e *StoppedError) Outcome() call.Outcome { return call.Stopped }

// Is matches ErrStopped.
func (e *StoppedError) Is(target error) bool { return target == ErrStopped }

// Unwrap is why the switch cannot be read.
func (e *StoppedError) Unwrap() error { return e.Err }

// PolicyError says what is wrong with a policy.
type PolicyError struct {
	Field string // such as "Rules[2].Rate"
	Why   string
}

func (e *PolicyError) Error() string { return "oversight: Policy." + e.Field + " " + e.Why }

// Is matches ErrPolicy.
func (e *PolicyError) Is(target error) bool { return target == ErrPolicy }
