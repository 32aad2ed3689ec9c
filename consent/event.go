package consent

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// Kind says what happened to a consent.
type Kind string

// The kinds of events. The names follow the consent states of the W3C Data Privacy Vocabulary.
const (
	Granted     Kind = "granted"     // the person agreed
	Renewed     Kind = "renewed"     // the person agreed again
	Refused     Kind = "refused"     // the person was asked and said no
	Withdrawn   Kind = "withdrawn"   // the person took it back
	Revoked     Kind = "revoked"     // another party took it back
	Expired     Kind = "expired"     // it ran out, and somebody recorded that
	Objected    Kind = "objected"    // the person objected (GDPR article 21)
	Invalidated Kind = "invalidated" // it turned out never to have been valid
	Erased      Kind = "erased"      // the person asked to be forgotten
)

var kinds = []Kind{Granted, Renewed, Refused, Withdrawn, Revoked, Expired, Objected, Invalidated, Erased}

// gives says whether an event of the kind allows something.
func (k Kind) gives() bool { return k == Granted || k == Renewed }

// Event is something that happened to one person's consent to one purpose. The gate fills what is not set.
type Event struct {
	Seq ledger.Seq `json:"-"` // position in the log; Ask.AtLeast takes it. Filled by the gate.
	ID  uuid.UUID  `json:"-"` // of the event. Filled by the gate.
	At  time.Time  `json:"-"` // when it was recorded, UTC. Filled by the gate.

	// Mark is what the event of an erasure has instead of a subject: it equals the Mark of all earlier events about that person. Filled
	// by the gate, for OnChange and History.
	Mark ledger.Mark `json:"-"`

	// Strict makes recording wait, beyond being durable, until MaxStaleness has gone by: no check that begins afterwards, in any
	// process, goes by what was there before. On a ledger.Memory there is nothing to wait for. Default: false.
	Strict  bool   `json:"-"`
	Once    string `json:"-"` // makes recording idempotent: the same event with the same Once is recorded once. Default: none.
	Subject string `json:"-"` // whose consent. Required.
	Kind    Kind   `json:"-"` // what happened. Required by Record; the other methods fill it.

	Tenant        string    `json:"tenant,omitempty"`        // whose customer. Filled by the gate.
	Purpose       string    `json:"purpose"`                 // Required.
	Recipient     string    `json:"recipient,omitempty"`     // one recipient only. Default: any.
	Given         time.Time `json:"given,omitzero"`          // when the person said it, for one imported from elsewhere; its time to live counts from here. Default: At.
	Expires       time.Time `json:"expires,omitzero"`        // an end earlier than the purpose's TTL gives. Default: none.
	NoticeVersion int       `json:"notice_version"`          // what the person had before them. Default: the current version, for what is said now.
	NoticeDigest  string    `json:"notice_digest,omitempty"` // of the text. Default: the current text's, for what is said now.
	Actor         string    `json:"actor,omitempty"`         // who acted, where that is not the subject. Default: the subject.
	Guardian      bool      `json:"guardian,omitempty"`      // Actor, who then must be named, is the subject's verified guardian. Default: false.
	Age           int       `json:"age,omitempty"`           // of the subject in years, where the purpose has a MinAge. Default: 0, not known.
	Method        string    `json:"method,omitempty"`        // how it was said: "web form", "phone". Default: not recorded.
	GPC           bool      `json:"gpc,omitempty"`           // their browser sent Sec-GPC: 1 when they said it: an agreement that conflicts with that is on record as one. Default: false.
	Jurisdiction  string    `json:"jurisdiction,omitempty"`  // whose law it was said under. Default: not recorded.

	place   ledger.Seq // of its entry; not Seq if a retention has written it anew
	carried ledger.Seq // the place of the event that a retention replaced by this one
}

// String keeps a printed event free of personal data.
func (e Event) String() string {
	return fmt.Sprintf("consent.Event{%s %s seq=%d}", e.Kind, e.Purpose, e.Seq)
}

// GoString is String, for %#v.
func (e Event) GoString() string { return e.String() }

// Format prints String for every verb, %d and %x included.
func (e Event) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(e.String())) }

// LogValue is String, for slog.
func (e Event) LogValue() slog.Value { return slog.StringValue(e.String()) }

const (
	stream     = "consent"
	kindPrefix = "consent."
	version    = 1

	maxSubject = 1 << 10 // bytes; an identifier, not a document
	maxText    = 4 << 10 // bytes of any other field
)

// complete checks an event that is about to be recorded and fills what is not set, but for its time.
func (g *Gate) complete(e *Event) error {
	switch {
	case e.Subject == "":
		return &InvalidError{Field: "Event.Subject", Why: "is empty; say whose consent it is"}
	case len(e.Subject) > maxSubject:
		return &InvalidError{Field: "Event.Subject", Why: fmt.Sprintf("is longer than %d bytes; use an identifier", maxSubject)}
	case !slices.Contains(kinds, e.Kind):
		return &InvalidError{Field: "Event.Kind", Why: "is none of this package's kinds"}
	case e.Age < 0:
		return &InvalidError{Field: "Event.Age", Why: "is negative"}
	case e.Guardian && (e.Actor == "" || e.Actor == e.Subject):
		return &InvalidError{Field: "Event.Guardian", Why: "is set without an Actor, or with the subject as their own; say in Actor who the guardian is"}
	}
	for _, text := range []string{e.Subject, e.Purpose, e.Recipient, e.NoticeDigest, e.Actor, e.Method, e.Jurisdiction, e.Once} {
		if len(text) > maxText || !utf8.ValidString(text) {
			return &InvalidError{Field: "Event", Why: fmt.Sprintf("holds text that is not valid UTF-8 or longer than %d bytes", maxText)}
		}
	}
	p, known := g.purposes[e.Purpose]
	if !known {
		return &InvalidError{Field: "Event.Purpose", Why: "is not one of the gate's purposes; pass it to New"}
	}
	switch {
	case e.Given.After(time.Now()):
		return &InvalidError{Field: "Event.Given", Why: "lies in the future"}
	case e.Expires.Year() > 9999:
		return &InvalidError{Field: "Event.Expires", Why: "lies after the year 9999; leave it out for never"}
	case e.NoticeVersion < 0 || e.NoticeVersion > p.Notice.Version:
		return &InvalidError{Field: "Event.NoticeVersion", Why: "is not a version the purpose's notice has had"}
	}
	if e.Given.IsZero() {
		e.fillNotice(p)
	}
	return e.name()
}

// fillNotice sets what is not said of the notice: the text of today is the one the person had before them, unless the event names another.
func (e *Event) fillNotice(p *purpose) {
	if e.NoticeVersion == 0 && (e.NoticeDigest == "" || e.NoticeDigest == p.digest) {
		e.NoticeVersion = p.Notice.Version
	}
	if e.NoticeVersion == p.Notice.Version && e.NoticeDigest == "" {
		e.NoticeDigest = p.digest
	}
}

// name gives the event its ID: a new one, or, with Once, one that follows from what the event is. The returned event of one call can
// so be changed and recorded again without being taken for a repetition.
func (e *Event) name() error {
	if e.Once == "" {
		id, err := uuid.NewV7()
		e.ID = id
		return err
	}
	var parts []byte
	what := []string{e.Once, string(e.Kind), e.Tenant, e.Subject, e.Purpose, e.Recipient}
	if !e.Given.IsZero() { // two of one import
		what = append(what, e.Given.UTC().Format(time.RFC3339Nano))
	}
	for _, part := range what {
		parts = binary.AppendUvarint(parts, uint64(len(part))) // so that no two events give the same bytes
		parts = append(parts, part...)
	}
	e.ID = uuid.NewSHA1(eventSpace, parts)
	return nil
}

// eventSpace is the name space of event IDs made from Once (RFC 9562, version 5).
var eventSpace = uuid.MustParse("8f1f7a52-5d0e-4c1b-9d5e-1c6f0a3b7e24")

// body is how an event is stored; an Event itself shows nothing as JSON.
type body Event

// stored is the body of an event's entry.
type stored struct {
	*body
	Salt    string     `json:"salt,omitempty"`
	Carried ledger.Seq `json:"carried,omitempty"`
	At      time.Time  `json:"at,omitzero"` // of the carried event
}

// MarshalJSON keeps personal data out of logs that write JSON; History is for programs.
func (e Event) MarshalJSON() ([]byte, error) { return json.Marshal(e.String()) }

// entry is the event as the log keeps it. In clear stands a commitment to it that says nothing without the salt in the body: what ties
// a receipt to its place in the log, and what is left of an erased event.
func (e *Event) entry() (ledger.Entry, error) {
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // never fails since Go 1.24
	s := stored{body: (*body)(e), Salt: hex.EncodeToString(salt[:]), Carried: e.carried}
	if e.carried != 0 {
		s.At = e.At
	}
	text, err := json.Marshal(s)
	if err != nil {
		return ledger.Entry{}, err
	}
	return ledger.Entry{
		ID: e.ID, At: e.At, Stream: stream, Kind: kindPrefix + string(e.Kind), Version: version, Critical: true,
		Subject: e.Subject, Key: e.ID, Public: commitment(e.Subject, text), Body: text,
	}, nil
}

// commitment to a subject and a body.
func commitment(subject string, body []byte) []byte {
	h := sha256.New()
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(subject)))
	h.Write(length[:])
	h.Write([]byte(subject))
	h.Write(body)
	return h.Sum(nil)
}

// eventOf reads an entry of the consent stream.
func eventOf(entry ledger.Entry) (Event, error) {
	var e Event
	s := stored{body: (*body)(&e)}
	if err := json.Unmarshal(entry.Body, &s); err != nil {
		return Event{}, fmt.Errorf("consent: entry %d cannot be read (%T)", entry.Seq, err) // the text of err may quote it
	}
	e.carried, e.place = s.Carried, entry.Seq
	e.Seq, e.ID, e.At, e.Subject, e.Mark = entry.Seq, entry.ID, entry.At, entry.Subject, entry.Mark()
	if e.carried != 0 {
		e.Seq, e.At = e.carried, s.At
	}
	e.Kind = Kind(entry.Kind[len(kindPrefix):])
	return e, nil
}
