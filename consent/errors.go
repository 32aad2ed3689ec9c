package consent

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// ErrDenied is matched by every denial: the guarded function has not run.
var ErrDenied = errors.New("consent: denied")

// Reason says why a call was denied. When several apply, the first in the order of the constants is given.
type Reason string

// The reasons, in order.
const (
	ReasonUnavailable    Reason = "unavailable"     // the gate cannot answer: nil, zero, stopped, or its store failed
	ReasonStale          Reason = "stale"           // the gate has not looked at the log recently enough
	ReasonNoSubject      Reason = "no_subject"      // nobody said whose consent is meant, or what was said is no name: above 1 KiB, or not UTF-8
	ReasonUnknownPurpose Reason = "unknown_purpose" // the gate was not made with such a purpose
	ReasonUnderAge       Reason = "under_age"       // too young to agree alone, and no guardian agreed
	ReasonObjected       Reason = "objected"        // the person objected, or their browser did (Global Privacy Control)
	ReasonWithdrawn      Reason = "withdrawn"       // withdrawn by the person, revoked or invalidated by another, or erased
	ReasonRefused        Reason = "refused"         // asked, and said no
	ReasonExpired        Reason = "expired"         // given too long ago
	ReasonOutdatedNotice Reason = "outdated_notice" // given for a text that has since changed in substance
	ReasonNoRecord       Reason = "no_record"       // never asked
)

// order is the order of the reasons.
var order = []Reason{
	ReasonUnavailable, ReasonStale, ReasonNoSubject, ReasonUnknownPurpose, ReasonUnderAge, ReasonObjected, ReasonWithdrawn,
	ReasonRefused, ReasonExpired, ReasonOutdatedNotice, ReasonNoRecord,
}

// public holds one sentence a customer may read for each reason.
var public = map[Reason]string{
	ReasonUnavailable:    "We cannot check your choices right now, so we did not use your data.",
	ReasonStale:          "We cannot check your choices right now, so we did not use your data.",
	ReasonNoSubject:      "We do not know whose choices apply, so we did not use any personal data.",
	ReasonUnknownPurpose: "You have not been asked about this use of your data, so we did not use it.",
	ReasonUnderAge:       "A parent or guardian has to agree to this use of your data first.",
	ReasonObjected:       "You objected to this use of your data, so we did not use it.",
	ReasonWithdrawn:      "You withdrew your agreement to this use of your data, so we did not use it.",
	ReasonRefused:        "You did not agree to this use of your data, so we did not use it.",
	ReasonExpired:        "Your agreement to this use of your data has run out. You can give it again.",
	ReasonOutdatedNotice: "What we ask you to agree to has changed since you agreed. Please have a look at it.",
	ReasonNoRecord:       "You have not agreed to this use of your data, so we did not use it.",
}

// DeniedError says which purpose was denied and why. It holds no subject.
type DeniedError struct {
	Purpose  string    // the purpose that was denied, as the gate knows it; "" for one it does not know
	Reason   Reason    // the first that applies
	Decision uuid.UUID // zero outside a decision
	Err      error     `json:"-"` // for ReasonUnavailable and ReasonStale: the cause, if there is one
}

func (e *DeniedError) Error() string {
	text := "consent: denied: " + string(e.Reason)
	if e.Purpose != "" {
		text += " (purpose " + e.Purpose + ")"
	}
	if refused, ok := e.Err.(*call.RefusedError); ok { //nolint:errorlint // as the gate put it there
		return text + ": " + refused.Reason
	}
	if e.Err != nil {
		text += fmt.Sprintf(" (%T)", e.Err)
	}
	return text
}

// Format prints Error for every verb, so that %+v and %#v show no more than %v.
func (e DeniedError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// Public is a sentence a customer may read.
func (e *DeniedError) Public() string { return public[e.Reason] }

// HTTPStatus is 403, or 503 when asking again later may help.
func (e *DeniedError) HTTPStatus() int {
	if e.Reason == ReasonUnavailable || e.Reason == ReasonStale {
		return http.StatusServiceUnavailable
	}
	return http.StatusForbidden
}

// DecisionID is the decision that was denied; zero outside one.
func (e *DeniedError) DecisionID() uuid.UUID { return e.Decision }

// Outcome is Denied.
func (e *DeniedError) Outcome() call.Outcome { return call.Denied }

// Is matches ErrDenied.
func (e *DeniedError) Is(target error) bool { return target == ErrDenied }

// Unwrap is the cause, if there is one.
func (e *DeniedError) Unwrap() error { return e.Err }

// ErrInvalid is matched by every error about a purpose or an event that cannot be taken as it is. Nothing was written.
var ErrInvalid = errors.New("consent: invalid")

// InvalidError says which field is wrong and what would be right.
type InvalidError struct {
	Field string
	Why   string
}

func (e *InvalidError) Error() string { return "consent: " + e.Field + " " + e.Why }

// Public is a sentence a customer may read.
func (e *InvalidError) Public() string {
	return "This choice could not be understood, so nothing was changed."
}

// HTTPStatus is 400.
func (e *InvalidError) HTTPStatus() int { return http.StatusBadRequest }

// DecisionID is zero: no decision is involved.
func (e *InvalidError) DecisionID() uuid.UUID { return uuid.Nil }

// Is matches ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }
