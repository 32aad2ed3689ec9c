package privacy

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// ErrRefused is matched by every refusal that is the guard's fault and not its judgement: a nil Redactor, a value that cannot be
// inspected, a panic in a function passed to Wrap, a vault that failed.
var ErrRefused = call.ErrRefused

// RefusedError is the detail of ErrRefused. Its text holds no subject, key or payload.
type RefusedError = call.RefusedError

// ErrSessionLost is matched when a session's placeholders can no longer be resolved: its time in the vault is over, or it
// was pushed out by newer ones. The answer is withheld rather than shown with raw placeholders.
var ErrSessionLost = errors.New("privacy: the session is no longer in the vault")

// SessionLostError is the detail of ErrSessionLost.
type SessionLostError struct {
	Decision uuid.UUID // zero outside a decision
}

func (e *SessionLostError) Error() string {
	return ErrSessionLost.Error() + ": keep sessions longer than cases are held (Memory.TTL), or give the Redactor a Vault that outlives the process"
}

// Format prints Error for every verb.
func (e *SessionLostError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// Public is a sentence a customer may read.
func (e *SessionLostError) Public() string {
	return "This answer can no longer be shown. Please ask again."
}

// HTTPStatus is 410: what is needed to show the answer is gone and will not come back.
func (e *SessionLostError) HTTPStatus() int { return http.StatusGone }

// DecisionID is the decision whose answer is lost.
func (e *SessionLostError) DecisionID() uuid.UUID { return e.Decision }

// Is matches ErrSessionLost.
func (e *SessionLostError) Is(target error) bool { return target == ErrSessionLost }

func refuse(d *call.Decision, reason string, cause error) *RefusedError {
	return call.Refuse(d, call.StagePrivacy, reason, cause)
}

const nilRedactor = "the Redactor is nil: pass &privacy.Redactor{}"
