package ledger

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/google/uuid"
)

// What can go wrong, for errors.Is. Every error of this package is an [*Error] that holds one of them.
var (
	// ErrClosed: the ledger, or the follower, was closed.
	ErrClosed = errors.New("ledger: closed")
	// ErrNotFound: no entry has that key.
	ErrNotFound = errors.New("ledger: not found")
	// ErrUnavailable: the log cannot be reached now, or there is none (a nil *Ledger). Nothing was written.
	ErrUnavailable = errors.New("ledger: unavailable")
	// ErrInvalid: the entry or the batch can never be appended; a mistake in the calling code.
	ErrInvalid = errors.New("ledger: invalid entry")
	// ErrUpgrade: a critical entry of a kind this release does not know. A fold returns it.
	ErrUpgrade = errors.New("ledger: written by a newer release")
	// ErrNotFolded: the entry is in the log, but the wait for the fold ended first.
	ErrNotFolded = errors.New("ledger: written but not yet folded")
	// ErrClock: Entry.At is more than a second away from the log's clock.
	ErrClock = errors.New("ledger: clocks differ")
	// ErrBusy: the context ended while waiting for a turn. Nothing was written.
	ErrBusy = errors.New("ledger: busy")
	// ErrInFold: a fold called back into its ledger. It must be pure; use Follower.After.
	ErrInFold = errors.New("ledger: called from inside a fold")
	// ErrErased: the entry, or whom it is about, was erased; it is not written again.
	ErrErased = errors.New("ledger: erased")
	// ErrTampered: what is stored is not what was written.
	ErrTampered = errors.New("ledger: tampered with")
	// ErrSetup: the ledger cannot work with this database, connection or option.
	ErrSetup = errors.New("ledger: wrong setup")
	// ErrSchema: the tables were made by a newer release.
	ErrSchema = errors.New("ledger: schema of a newer release")
	// ErrWrongSecret: the secret does not open what is stored.
	ErrWrongSecret = errors.New("ledger: wrong secret")
	// ErrReadOnly: the database takes no writes. Nothing was written.
	ErrReadOnly = errors.New("ledger: read only")
	// ErrUnconfirmed: the database did not say whether it wrote. Appending the same IDs again finds out.
	ErrUnconfirmed = errors.New("ledger: unknown whether it was written")
	// ErrForked: the log is not the one that was followed, as after a restored backup. Start again.
	ErrForked = errors.New("ledger: history changed")
	// ErrTooShort: entries may not go before the floor of 183 days, unless forced.
	ErrTooShort = errors.New("ledger: retention too short")
	// ErrPanic: a fold or a reaction panicked, which stopped its follower.
	ErrPanic = errors.New("ledger: fold panicked")
	// ErrFold: a fold returned an error of its own, which stopped its follower; errors.Is and errors.As reach it.
	ErrFold = errors.New("ledger: fold failed")
)

// Error is the detail of every error this package returns. It never holds a subject, a key or a payload.
type Error struct {
	// Op is the method that failed, in lower case.
	Op string
	// Reason is one of the sentinels of this package.
	Reason error
	// Detail says what to do about it, for the developer. May be empty.
	Detail string
	// Seq is the position it is about; 0 if none.
	Seq Seq
	// Err is the cause; may be nil. The cause prints as its type if it is not the database's: it may say anything.
	Err error `json:"-"`
}

// Error returns the operation, the reason, the detail and the cause.
func (e *Error) Error() string {
	text := "ledger: failed"
	if e.Reason != nil {
		text = e.Reason.Error()
	}
	if e.Op != "" {
		text += " (" + e.Op + ")"
	}
	if e.Seq != 0 {
		text += " at " + strconv.FormatUint(uint64(e.Seq), 10)
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Format prints Error under every verb, so that %#v and %d show no more than %v.
func (e Error) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// DecisionID is zero: the log knows of no decision. With it an Error is answered to a client by its own status and
// sentence.
func (e *Error) DecisionID() uuid.UUID { return uuid.Nil }

// Unwrap returns the reason and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Reason}
	}
	return []error{e.Reason, e.Err}
}

// Public returns a sentence a customer may read.
func (e *Error) Public() string {
	switch e.Reason {
	case ErrNotFound: //nolint:errorlint // a sentinel, as it is
		return "There is no such record."
	case ErrErased:
		return "This record was erased."
	case ErrUnconfirmed:
		return "It is not certain yet whether this was recorded. Please check before trying again."
	case ErrNotFolded:
		return "Your request was recorded and takes effect shortly."
	}
	return "This cannot be recorded at the moment, so it was not done. Please try again later."
}

// HTTPStatus returns the status for an inbound answer: 404 for ErrNotFound, 410 for ErrErased, 202 for ErrNotFolded, 500 for a mistake of
// the calling code, else 503.
func (e *Error) HTTPStatus() int {
	switch e.Reason {
	case ErrNotFound: //nolint:errorlint // a sentinel, as it is
		return http.StatusNotFound
	case ErrErased:
		return http.StatusGone
	case ErrNotFolded:
		return http.StatusAccepted
	case ErrInvalid, ErrInFold, ErrPanic, ErrFold, ErrSetup, ErrTooShort:
		return http.StatusInternalServerError
	}
	return http.StatusServiceUnavailable
}

func fail(op string, reason error, detail string, cause error) *Error {
	return &Error{Op: op, Reason: reason, Detail: detail, Err: cause}
}

// settle turns a doubt about a commit that nobody resolves into an Error.
func settle(op string, err error) error {
	if errors.Is(err, errDoubt) {
		return fail(op, ErrUnconfirmed, "", err)
	}
	return err
}

const noLedger = "the ledger is nil or zero: make one with ledger.Open or ledger.Memory"

// foreign is an error of a function that the user passed. Its text may hold anything, so only its type is printed.
type foreign struct{ err error }

func hide(err error) error {
	if err == nil {
		return nil
	}
	return &foreign{err}
}

func (f foreign) Error() string { return fmt.Sprintf("a %T", f.err) }

func (f foreign) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.Error()) }

func (f foreign) Unwrap() error { return f.err }

// folding turns what a fold returned into an Error.
func folding(err error, seq Seq) error {
	if own, ok := err.(*Error); ok { //nolint:errorlint // what is wrapped has a text of somebody else's around it
		return own
	}
	e := &Error{Op: "follow", Reason: ErrFold, Seq: seq, Err: hide(err)}
	if errors.Is(err, ErrUpgrade) {
		e.Reason = ErrUpgrade
	}
	if err == ErrUpgrade { //nolint:errorlint // nothing to add to it
		e.Err = nil
	}
	return e
}

// guarded calls a function that the user passed, whose panic would end a goroutine of the ledger and with it the
// process.
func guarded[T any](call func() (T, error)) (result T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &foreign{fmt.Errorf("panic of type %T", p)}
		}
	}()
	return call()
}
