package transparency

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Markdown is the report as a page.
func (r *SubjectReport) Markdown() string { return r.document().markdown() }

// HTML is the report as a page without script or style.
func (r *SubjectReport) HTML() string { return r.document().html() }

func (r *SubjectReport) document() *document {
	words := r.words
	if words.And == "" { // a report that was read from its JSON
		words = wordsFor(r.Locale, nil)
	}
	slots := words.Slots
	d := &document{title: slots["title"], lang: or(languageOf(r.Locale), "en")}
	d.paragraph(strings.Trim(r.Controller.Name+", "+r.Controller.Contact, ", "))
	for _, s := range r.Slots {
		d.heading(2, s.Title)
		d.list(s.Answers, words.Missing)
	}
	for _, dec := range r.Decisions {
		rec := &dec.Record
		d.heading(3, strings.TrimSpace(rec.At.Format(time.DateOnly)+" "+rec.System)+": "+or(rec.Explanation.Result, string(rec.Outcome)))
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
			items = append(items, e.inWords())
		}
		d.list(items, slots["none"])
	}
	if len(r.Erased) > 0 {
		d.heading(2, slots["erased"])
		var items []string
		for _, e := range r.Erased {
			items = append(items, say(words.Erased, e.At.Format(time.DateTime), strconv.Itoa(e.Bodies))+fmt.Sprintf(" · ledger.erased %d", uint64(e.Seq)))
			for _, k := range e.Kept {
				items = append(items, k.Stream+": "+k.Why+" ("+k.Until.Format(time.DateOnly)+")")
			}
		}
		d.list(items, "")
	}
	if len(r.Proofs) > 0 {
		d.heading(2, slots["proof"])
		d.paragraph(say(words.Proved, strconv.Itoa(len(r.Proofs))))
		d.paragraph(r.PublicKey)
	}
	return d
}

// inWords is an event in one line: when, what, for which purpose, and where in the log it stands.
func (e *Event) inWords() string {
	var about struct {
		Purpose string `json:"purpose"`
		Text    string `json:"text"`
	}
	_ = json.Unmarshal(e.Details, &about) // details of another form say nothing here
	line := e.At.Format(time.DateTime) + " " + e.Kind
	for _, s := range []string{about.Purpose, about.Text} {
		if s != "" {
			line += ": " + s
		}
	}
	return line + " · " + e.ID.String() + " · " + strconv.FormatUint(uint64(e.Seq), 10)
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
