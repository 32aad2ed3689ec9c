package transparency

import (
	"encoding/json"
	"strconv"
)

// JSON is the record with all that it holds: the stored form, version 1, with what the entry itself says (id, subject, at, entries).
// encoding/json reads it into a Record again. Whoever gets it sees everything; json.Marshal of a Record, as logs use it, writes
// no more than its ID and outcome.
func (r Record) JSON() ([]byte, error) {
	w := jsonWriter{}
	err := w.record("", &r)
	return w.b, err
}

// JSON is the report with all that it holds: what a person takes with them (GDPR Art. 20), and what
// [SubjectReport.Check] verifies after encoding/json has read it. Payloads keep every byte, so that they match their digests.
// json.Marshal, as logs use it, writes no more than that it is a report.
func (r SubjectReport) JSON() ([]byte, error) {
	w := jsonWriter{}
	w.open("", '{')
	w.text("subject", r.Subject)
	w.time("made", r.Made)
	w.text("locale", r.Locale)
	if r.Controller != (Controller{}) {
		w.std("controller", r.Controller)
	}
	w.std("slots", r.Slots)
	w.open("decisions", '[')
	for i := range r.Decisions {
		w.open("", '{')
		w.text("why", r.Decisions[i].Why)
		if err := w.record("record", &r.Decisions[i].Record); err != nil {
			return nil, err
		}
		w.close('}')
	}
	w.close(']')
	w.events("consents", r.Consents)
	w.events("reviews", r.Reviews)
	w.events("disclosures", r.Disclosures)
	w.events("other", r.Other)
	w.std("erased", r.Erased)
	w.std("proofs", r.Proofs)
	w.std("checkpoints", r.Checkpoints)
	w.text("public_key", r.PublicKey)
	w.close('}')
	return w.b, w.err
}

// record writes a whole record. Its error is that of a time that JSON has no form for.
func (w *jsonWriter) record(k string, r *Record) error {
	w.open(k, '{')
	w.id("id", r.ID)
	w.str("subject", r.Subject)
	w.time("at", r.At)
	if len(r.Entries) > 0 {
		w.std("entries", r.Entries)
	}
	if body := appendBody(nil, r); len(body) > len("{}") {
		w.next()
		w.b = append(w.b, body[1:len(body)-1]...)
	}
	w.close('}')
	return w.err
}

func (w *jsonWriter) events(k string, all []Event) {
	w.open(k, '[')
	for i := range all {
		e := &all[i]
		w.open("", '{')
		w.key("seq")
		w.b = strconv.AppendUint(w.b, uint64(e.Seq), 10)
		w.id("id", e.ID)
		w.time("at", e.At)
		w.text("kind", e.Kind)
		w.id("key", e.Key)
		w.raw("details", e.Details)
		w.close('}')
	}
	w.close(']')
}

// std writes what holds nothing that has to stay as it is to the byte. The first error sticks.
func (w *jsonWriter) std(k string, v any) {
	js, err := json.Marshal(v)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.raw(k, js)
}
