package transparency

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// Outcome says how a guarded call ended: allowed, fallback, denied, held, replaced, rejected, stopped, abandoned or failed.
type Outcome = call.Outcome

// Record is everything the log knows about one decision, its later amendments applied. It prints redacted; read its fields.
// [Record.JSON] is the stored form, version 1.
type Record struct {
	ID      uuid.UUID `json:"id"`               // the decision's, a UUIDv7
	Parent  uuid.UUID `json:"parent,omitzero"`  // the decision it was begun inside; zero for a root decision
	Subject string    `json:"subject,omitzero"` // whom it is about; "" only for a call that failed or was refused before anyone said
	System  string    `json:"system,omitzero"`  // what was guarded
	Version string    `json:"version,omitzero"` // of the system
	Attempt int       `json:"attempt,omitzero"` // from 0, of one HTTP request
	Card    string    `json:"card,omitzero"`    // digest of the system card in force, see Journal.Card
	Trace   string    `json:"trace,omitzero"`   // ID of the trace, 32 hexadecimal digits; "" without one
	Span    string    `json:"span,omitzero"`    // ID of the span within it, 16 hexadecimal digits

	At    time.Time     `json:"at,omitzero"`      // when it was recorded, UTC
	Began time.Time     `json:"began,omitzero"`   // when the call began, UTC
	Took  time.Duration `json:"took_ns,omitzero"` // from then until it was recorded

	Outcome Outcome `json:"outcome,omitzero"`
	Guard   string  `json:"guard,omitzero"`  // which guard refused: consent, oversight, ...; "" if none did
	Reason  string  `json:"reason,omitzero"` // why it refused
	Error   string  `json:"error,omitzero"`  // of a failed call: the type of the error or panic, never its text

	Explanation Explanation `json:"explanation,omitzero"`  // of the model's output
	Notes       []Factor    `json:"notes,omitempty"`       // what Annotate added
	NotesLost   int         `json:"notes_lost,omitempty"`  // how many more Annotate had to leave out
	Unexplained string      `json:"unexplained,omitzero"`  // why there is no explanation, if it was asked for and failed
	Consent     Consent     `json:"consent,omitzero"`      // what the gate said
	Hidden      []Hidden    `json:"hidden,omitempty"`      // what privacy hid before the model saw it
	Session     string      `json:"session,omitzero"`      // the privacy session whose placeholders stand in the explanation
	Review      Review      `json:"review,omitzero"`       // what oversight did
	Sampled     int         `json:"sampled,omitempty"`     // calls drawn for review: this one and its children
	Input       Content     `json:"input,omitzero"`        // what the function was given
	Model       Content     `json:"model_output,omitzero"` // what it said, if a review stands between that and Output
	Output      Content     `json:"output,omitzero"`       // what was delivered
	Entries     []EntryInfo `json:"entries,omitempty"`     // the log entries this record was read from, in order
}

// Consent is what the gate said about a call.
type Consent struct {
	Allowed bool   `json:"allowed,omitempty"`
	Purpose string `json:"purpose,omitzero"`
	Basis   string `json:"basis,omitzero"`   // the legal basis it allowed on
	Reason  string `json:"reason,omitzero"`  // why not; "" when allowed
	Receipt uint64 `json:"receipt,omitzero"` // position in the ledger of the entry that allowed or denied
	AsOf    uint64 `json:"as_of,omitzero"`   // the position in the ledger the answer was read at
}

// Hidden counts the values of one kind that privacy hid.
type Hidden struct {
	Kind string `json:"kind"` // EMAIL_ADDRESS, ...
	N    int    `json:"n"`
}

// Review is what oversight did with a call.
type Review struct {
	Sampled     bool      `json:"sampled,omitempty"`
	Probability float64   `json:"p,omitzero"`        // of being drawn, in (0, 1]; 0: oversight was not asked
	Rule        string    `json:"rule,omitzero"`     // which set the probability; "" for the policy's rate
	Case        uuid.UUID `json:"case,omitzero"`     // zero if none was opened
	Held        bool      `json:"held,omitempty"`    // the answer waited for a verdict
	Verdict     string    `json:"verdict,omitzero"`  // approve, reject, replace, expire; "" before one
	Reviewer    string    `json:"reviewer,omitzero"` // who decided
}

// Content stands for an input or output: a digest, and the payload only if Options.Payloads asked for it. It prints redacted.
type Content struct {
	Digest  Digest          `json:"digest,omitzero"`
	Chunks  int             `json:"chunks,omitempty"`  // of a stream; 0 for a single value
	Payload json.RawMessage `json:"payload,omitempty"` // as JSON
	Cut     bool            `json:"cut,omitempty"`     // the payload was too large to keep
}

// EntryInfo is one log entry behind a record.
type EntryInfo struct {
	Seq     ledger.Seq `json:"seq"`
	ID      uuid.UUID  `json:"id"`
	Kind    string     `json:"kind"`
	At      time.Time  `json:"at"`
	Attempt int        `json:"attempt,omitempty"`
	Outcome Outcome    `json:"outcome,omitzero"`
}

// join writes what the guards of the decision d found out into the record.
func (r *Record) join(d *call.Decision) {
	r.ID, r.Parent, r.Attempt, r.Began = d.ID(), d.Parent(), d.Attempt(), d.Began()
	r.System, r.Version = d.System()
	if !r.Began.IsZero() {
		r.Took = time.Since(r.Began)
	}
	f := d.Facts()
	if f.Consent.Checked {
		c := f.Consent
		r.Consent = Consent{Allowed: c.Allowed, Purpose: c.Purpose, Basis: c.Basis, Reason: c.Reason, Receipt: c.Receipt, AsOf: c.AsOf}
	}
	r.Session, r.Sampled = f.Session, f.Sampled
	for _, h := range f.Hidden {
		r.Hidden = append(r.Hidden, Hidden(h))
	}
	v := f.Review
	r.Review = Review{
		Sampled: v.Sampled, Probability: v.Probability, Rule: v.Rule, Case: v.Case,
		Held: v.Held, Verdict: v.Verdict, Reviewer: v.Reviewer,
	}
}
