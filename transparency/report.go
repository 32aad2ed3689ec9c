package transparency

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// Controller is who answers for the data.
type Controller struct {
	Name      string `json:"name,omitempty"`      // Default: not recorded.
	Contact   string `json:"contact,omitempty"`   // Default: not recorded.
	Authority string `json:"authority,omitempty"` // where a person can complain. Default: not recorded.
	Contest   string `json:"contest,omitempty"`   // how to object to a decision. Default: what each explanation says.
	Retention string `json:"retention,omitempty"` // how long data are kept, in words. Default: what each data use says.
}

// SubjectReport is everything the log holds about a person, and why: the answer to "how is my data used?" in the slots of GDPR
// Art. 15(1). It prints redacted, also as JSON; write it out with Markdown, HTML or JSON.
type SubjectReport struct {
	Subject     string     `json:"subject"`
	Made        time.Time  `json:"made"`
	Locale      string     `json:"locale"`
	Controller  Controller `json:"controller,omitzero"`
	Slots       []Slot     `json:"slots"`       // Art. 15(1)(a) to (h), each answered or Missing
	Decisions   []Decision `json:"decisions"`   // the newest first
	Consents    []Event    `json:"consents"`    // in order; Seq is what Consent.Receipt of a record names
	Reviews     []Event    `json:"reviews"`     // in order
	Disclosures []Event    `json:"disclosures"` // in order
	Other       []Event    `json:"other"`       // what else the log holds about the person, in order
	Erased      []Erasure  `json:"erased"`      // what the log held and had to forget, in order
	Proofs      []Proof    `json:"proofs"`      // one for each entry named above, by position
	Checkpoints []string   `json:"checkpoints"` // signed notes that the proofs lead to
	PublicKey   string     `json:"public_key"`  // of the checkpoints: compare it with the one the controller publishes

	words Words // complete
}

// Slot is one point of GDPR Art. 15(1).
type Slot struct {
	Article string   `json:"article"` // "15(1)(a)"
	Title   string   `json:"title"`
	Answers []string `json:"answers"`
	Missing bool     `json:"missing"` // nothing is recorded
}

// Decision is a record with its sentence.
type Decision struct {
	Why    string `json:"why"`
	Record Record `json:"record"`
}

// Event is an entry of the log. It prints redacted.
type Event struct {
	Seq     ledger.Seq      `json:"seq"`
	ID      uuid.UUID       `json:"id"`
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"`
	Key     uuid.UUID       `json:"key,omitzero"`      // the decision or case
	Details json.RawMessage `json:"details,omitempty"` // what the entry says, where that is JSON; see Journal.Report
}

// Report collects what the log holds about a person, in the language of locale, with a proof of each entry. For somebody about whom there
// is nothing the report says so. After an erasure it says what had been there and when it went. It is for that person, and for staff
// who answer them: whoever may see it sees everything.
//
// Of decisions, disclosures and consents it holds all that is recorded but who of the staff was involved; of other entries, such as the
// steps of a review, their public part, since their bodies hold what staff wrote about their work.
func (j *Journal) Report(ctx context.Context, subject, locale string) (*SubjectReport, error) {
	d := call.From(ctx)
	if err := j.ready(d); err != nil {
		return nil, err
	}
	if subject == "" {
		return nil, call.Refuse(d, call.StageTransparency, "a report is about somebody: the subject is empty", nil)
	}
	if err := j.follower.Err(); err != nil {
		return nil, err
	}
	r := &SubjectReport{
		Subject: subject, Made: time.Now().UTC(), Locale: locale, Controller: j.o.Controller, words: wordsFor(locale, j.o.Words),
	}
	if err := r.collect(j.ledger.Find(ctx, subject)); err != nil {
		return nil, err
	}
	r.Erased = j.erased.of(j.ledger.Mark(subject))
	if err := r.prove(ctx, j.ledger); err != nil {
		return nil, err
	}
	r.answer()
	return r, nil
}

// ReportOf is [Journal.Report] about one decision: its record, why, and the proof that it is in the log. A decision about somebody else is
// [ErrNotFound], as one that does not exist.
func (j *Journal) ReportOf(ctx context.Context, subject, locale string, id uuid.UUID) (*SubjectReport, error) {
	rec, err := j.Get(ctx, subject, id)
	if err != nil {
		return nil, err
	}
	r := &SubjectReport{
		Subject: subject, Made: time.Now().UTC(), Locale: locale, Controller: j.o.Controller, words: wordsFor(locale, j.o.Words),
	}
	r.Decisions = []Decision{{Why: r.words.tell(&rec), Record: rec}}
	if err := r.prove(ctx, j.ledger); err != nil {
		return nil, err
	}
	r.answer()
	return r, nil
}

// collect sorts the person's entries.
func (r *SubjectReport) collect(entries iter.Seq2[ledger.Entry, error]) error {
	var order []uuid.UUID
	records := map[uuid.UUID]*Record{}
	for e, err := range entries {
		if err != nil {
			return err
		}
		if !isDecision(&e) {
			r.add(&e)
			continue
		}
		if records[e.Key] == nil {
			records[e.Key] = &Record{}
			order = append(order, e.Key)
		}
		if err := records[e.Key].apply(&e); err != nil {
			return err
		}
	}
	for _, id := range slices.Backward(order) {
		records[id].Review.Reviewer = "" // which of the staff it was is not the customer's to know
		r.Decisions = append(r.Decisions, Decision{Why: r.words.tell(records[id]), Record: *records[id]})
	}
	return nil
}

// add puts an entry that is no decision where it belongs.
func (r *SubjectReport) add(e *ledger.Entry) {
	event := Event{Seq: e.Seq, ID: e.ID, At: e.At, Kind: e.Kind, Key: e.Key}
	details, list := e.Public, &r.Other
	switch {
	case e.Stream == call.StageConsent.String():
		details, list = withoutActor(e), &r.Consents
	case e.Stream == call.StageOversight.String():
		list = &r.Reviews
	case e.Kind == kindShown:
		details, list = e.Body, &r.Disclosures
	}
	if json.Valid(details) {
		event.Details = slices.Clone(details)
	}
	*list = append(*list, event)
}

// withoutActor is the body of a consent's entry without who acted in the person's place: a guardian they know of, or one of the staff.
func withoutActor(e *ledger.Entry) []byte {
	var body map[string]json.RawMessage
	if json.Unmarshal(e.Body, &body) != nil {
		return nil
	}
	delete(body, "actor")
	details, _ := json.Marshal(body) // what was just read
	return details
}

// set gathers words once each, in the order they came.
type set struct{ words []string }

func (s *set) add(words ...string) {
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(s.words, w) {
			s.words = append(s.words, w)
		}
	}
}

// answer fills the slots of Art. 15(1) from the decisions.
func (r *SubjectReport) answer() {
	var purposes, categories, recipients, retention, sources, logic set
	retention.add(r.Controller.Retention)
	for i := range r.Decisions {
		rec := &r.Decisions[i].Record
		purposes.add(rec.Consent.Purpose)
		for _, u := range rec.Explanation.Uses {
			purposes.add(u.Purpose)
			categories.add(u.Category)
			recipients.add(u.Recipients...)
			sources.add(u.Source)
			if u.Retention != "" {
				retention.add(u.Category + ": " + u.Retention)
			}
		}
		for _, h := range rec.Hidden {
			categories.add(r.words.kind(h.Kind, 2))
		}
		logic.add(strings.TrimSpace(rec.System+" "+rec.Version), rec.Explanation.Policy, rec.Explanation.Consequence)
	}
	slots := r.words.Slots
	for _, s := range []struct {
		letter, title string
		answers       []string
	}{
		{"a", slots["purposes"], purposes.words},
		{"b", slots["categories"], categories.words},
		{"c", slots["recipients"], recipients.words},
		{"d", slots["retention"], retention.words},
		{"e", slots["rights"], []string{slots["rights_text"]}},
		{"f", slots["complaint"], nonEmpty(r.Controller.Authority)},
		{"g", slots["sources"], sources.words},
		{"h", slots["automated"], logic.words},
	} {
		r.Slots = append(r.Slots, Slot{Article: "15(1)(" + s.letter + ")", Title: s.title, Answers: s.answers, Missing: len(s.answers) == 0})
	}
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
