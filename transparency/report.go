package transparency

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
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
// Art. 15(1). It prints redacted; write it out with Markdown, HTML or encoding/json.
type SubjectReport struct {
	Subject     string     `json:"subject"`
	Made        time.Time  `json:"made"`
	Locale      string     `json:"locale"`
	Controller  Controller `json:"controller,omitzero"`
	Slots       []Slot     `json:"slots"`       // Art. 15(1)(a) to (h), each answered or Missing
	Decisions   []Decision `json:"decisions"`   // the newest first
	Consents    []Event    `json:"consents"`    // in order; ID is the receipt
	Reviews     []Event    `json:"reviews"`     // in order
	Disclosures []Event    `json:"disclosures"` // in order
	Other       []Event    `json:"other"`       // what else the log holds about the person, in order

	words Words
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
	Details json.RawMessage `json:"details,omitempty"` // the entry's body, where that is JSON
}

// String says nothing about the person.
func (r *SubjectReport) String() string { return "transparency.SubjectReport(redacted)" }

// Format prints String under every verb.
func (r *SubjectReport) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, r.String()) }

// LogValue keeps the report out of slog.
func (r *SubjectReport) LogValue() slog.Value { return slog.StringValue(r.String()) }

// String names kind and position.
func (e Event) String() string {
	return fmt.Sprintf("transparency.Event(%d %s)", uint64(e.Seq), e.Kind)
}

// Format prints String under every verb.
func (e Event) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.String()) }

// LogValue keeps the details out of slog.
func (e Event) LogValue() slog.Value { return slog.StringValue(e.String()) }

// String says nothing about the person.
func (d Decision) String() string { return "transparency.Decision(" + d.Record.ID.String() + ")" }

// Format prints String under every verb.
func (d Decision) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, d.String()) }

// LogValue keeps the record out of slog.
func (d Decision) LogValue() slog.Value { return slog.StringValue(d.String()) }

// Report collects what the log holds about a person, in the language of locale, with one read of the ledger. For somebody about whom
// there is nothing the report says so. It is for that person, and for staff who answer them: whoever may see it sees everything.
func (j *Journal) Report(ctx context.Context, subject, locale string) (*SubjectReport, error) {
	d := call.From(ctx)
	if err := j.ready(d); err != nil {
		return nil, err
	}
	if subject == "" {
		return nil, call.Refuse(d, call.StageTransparency, "a report is about somebody: the subject is empty", nil)
	}
	r := &SubjectReport{
		Subject: subject, Made: time.Now().UTC(), Locale: locale, Controller: j.o.Controller, words: wordsFor(locale, j.o.Words),
	}
	var order []uuid.UUID
	records := map[uuid.UUID]*Record{}
	for e, err := range j.ledger.Find(ctx, subject) {
		if err != nil {
			return nil, err
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
			return nil, err
		}
	}
	for _, id := range slices.Backward(order) {
		records[id].Review.Reviewer = "" // which of the staff it was is not the customer's to know
		r.Decisions = append(r.Decisions, Decision{Why: r.words.Why(*records[id]), Record: *records[id]})
	}
	r.answer()
	return r, nil
}

// add puts an entry that is no decision where it belongs.
func (r *SubjectReport) add(e *ledger.Entry) {
	event := Event{Seq: e.Seq, ID: e.ID, At: e.At, Kind: e.Kind, Key: e.Key}
	if json.Valid(e.Body) {
		event.Details = slices.Clone(e.Body)
	}
	list := &r.Other
	switch {
	case e.Stream == call.StageConsent.String():
		list = &r.Consents
	case e.Stream == call.StageOversight.String():
		list = &r.Reviews
	case e.Kind == kindShown:
		list = &r.Disclosures
	}
	*list = append(*list, event)
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

// Markdown is the report as a page.
func (r *SubjectReport) Markdown() string { return r.document().markdown() }

// HTML is the report as a page without script or style.
func (r *SubjectReport) HTML() string { return r.document().html() }

func (r *SubjectReport) document() *document {
	slots := r.words.completed().Slots
	missing := r.words.completed().Missing
	d := &document{title: slots["title"], lang: or(languageOf(r.Locale), "en")}
	d.paragraph(strings.Trim(r.Controller.Name+", "+r.Controller.Contact, ", "))
	for _, s := range r.Slots {
		d.heading(2, s.Title)
		d.list(s.Answers, missing)
	}
	for _, dec := range r.Decisions {
		rec := &dec.Record
		d.heading(3, strings.TrimSpace(rec.At.Format(time.DateOnly)+" "+rec.System)+": "+string(rec.Outcome))
		d.paragraph(rec.Explanation.Result)
		d.paragraph(dec.Why)
		d.paragraph(rec.Explanation.Consequence)
		if contest := or(rec.Explanation.Contest, r.Controller.Contest); contest != "" {
			d.paragraph(slots["contest"] + ": " + contest)
		}
		d.paragraph(slots["proof"] + ": " + rec.ID.String() + rec.positions())
	}
	for _, part := range []struct {
		title  string
		events []Event
	}{{slots["consents"], r.Consents}, {slots["reviews"], r.Reviews}, {slots["disclosures"], r.Disclosures}} {
		d.heading(2, part.title)
		var items []string
		for _, e := range part.events {
			items = append(items, e.At.Format(time.DateTime)+" "+e.Kind+" "+e.ID.String())
		}
		d.list(items, slots["none"])
	}
	return d
}

// positions are the places in the log where a verifier finds the record's entries.
func (r *Record) positions() string {
	var b strings.Builder
	for _, e := range r.Entries {
		fmt.Fprintf(&b, " · %s %d", e.Kind, uint64(e.Seq))
	}
	return b.String()
}

// useInWords is a data use in one line.
func useInWords(u DataUse) string {
	parts := []string{u.Category}
	for _, p := range []struct{ name, value string }{
		{"from ", u.Source}, {"for ", u.Purpose}, {"on the basis of ", u.Basis}, {"shared with ", strings.Join(u.Recipients, ", ")}, {"kept ", u.Retention},
	} {
		if p.value != "" {
			parts = append(parts, p.name+p.value)
		}
	}
	return strings.Join(parts, ", ")
}
