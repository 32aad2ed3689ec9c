package consent

import (
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
	ID  uuid.UUID  `json:"-"` // of the event. Default: new; the same ID twice is recorded once.
	At  time.Time  `json:"-"` // when it was recorded. Filled by the gate.

	Subject string `json:"-"` // whose consent. Required.
	Kind    Kind   `json:"-"` // what happened. Required by Record; the other methods fill it.

	Purpose       string    `json:"purpose"`                 // Required.
	Recipient     string    `json:"recipient,omitempty"`     // one recipient only. Default: any.
	Given         time.Time `json:"given,omitzero"`          // when the person said it, not after At; its time to live counts from here. Default: At.
	Expires       time.Time `json:"expires,omitzero"`        // an end earlier than the purpose's TTL gives. Default: none.
	NoticeVersion int       `json:"notice_version"`          // what the person read. Default: the purpose's current version, for events that give.
	NoticeDigest  string    `json:"notice_digest,omitempty"` // of the text. Default: the current text's, for events that give.
	Actor         string    `json:"actor,omitempty"`         // who acted, where that is not the subject. Default: the subject.
	Guardian      bool      `json:"guardian,omitempty"`      // Actor is the subject's verified guardian. Default: false.
	Age           int       `json:"age,omitempty"`           // of the subject in years, where the purpose has a MinAge. Default: 0, not known.
	Method        string    `json:"method,omitempty"`        // how it was said: "web form", "phone". Default: not recorded.
	Jurisdiction  string    `json:"jurisdiction,omitempty"`  // whose law it was said under. Default: not recorded.
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

// complete checks an event that is about to be recorded and fills what is not set.
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
	}
	for _, text := range []string{e.Subject, e.Purpose, e.Recipient, e.NoticeDigest, e.Actor, e.Method, e.Jurisdiction} {
		if len(text) > maxText || !utf8.ValidString(text) {
			return &InvalidError{Field: "Event", Why: fmt.Sprintf("holds text that is not valid UTF-8 or longer than %d bytes", maxText)}
		}
	}
	p, known := g.purposes[e.Purpose]
	if !known {
		return &InvalidError{Field: "Event.Purpose", Why: "is not one of the gate's purposes; pass it to New"}
	}
	if e.Given.After(time.Now()) {
		return &InvalidError{Field: "Event.Given", Why: "lies in the future"}
	}
	if e.ID == uuid.Nil {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		e.ID = id
	}
	if e.Kind.gives() && e.NoticeDigest == "" && e.NoticeVersion == 0 {
		e.NoticeVersion, e.NoticeDigest = p.Notice.Version, p.digest
	}
	return nil
}

func (e *Event) entry() (ledger.Entry, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return ledger.Entry{}, err
	}
	return ledger.Entry{
		ID: e.ID, Stream: stream, Kind: kindPrefix + string(e.Kind), Version: version, Critical: true,
		Subject: e.Subject, Key: e.ID, Body: body,
	}, nil
}

// eventOf reads an entry of the consent stream.
func eventOf(entry ledger.Entry) (Event, error) {
	var e Event
	if err := json.Unmarshal(entry.Body, &e); err != nil {
		return Event{}, fmt.Errorf("consent: entry %d cannot be read: %w", entry.Seq, err)
	}
	e.Seq, e.ID, e.At, e.Subject = entry.Seq, entry.ID, entry.At, entry.Subject
	e.Kind = Kind(entry.Kind[len(kindPrefix):])
	return e, nil
}
