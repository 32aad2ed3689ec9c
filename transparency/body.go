package transparency

import (
	"encoding/json"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// bodyVersion is the layout of an entry's body: Record's JSON without what the entry itself holds (ID, subject, time).
const bodyVersion = 1

// appendBody writes the record as an entry's body.
func appendBody(dst []byte, r *Record) []byte {
	w := jsonWriter{b: append(dst, '{')}
	w.id("parent", r.Parent)
	w.str("system", r.System)
	w.str("version", r.Version)
	w.num("attempt", int64(r.Attempt))
	w.str("card", r.Card)
	w.str("trace", r.Trace)
	w.str("span", r.Span)
	w.time("began", r.Began)
	w.num("took_ns", int64(r.Took))
	w.str("outcome", string(r.Outcome))
	w.str("guard", r.Guard)
	w.str("reason", r.Reason)
	w.str("error", r.Error)
	if !r.Explanation.empty() {
		w.explanation("explanation", &r.Explanation)
	}
	w.factors("notes", r.Notes)
	w.num("notes_lost", int64(r.NotesLost))
	w.str("unexplained", r.Unexplained)
	w.facts(r)
	w.content("input", &r.Input)
	w.content("model_output", &r.Model)
	w.content("output", &r.Output)
	w.close('}')
	return w.b
}

func (w *jsonWriter) facts(r *Record) {
	if c := &r.Consent; *c != (Consent{}) {
		w.open("consent", '{')
		w.yes("allowed", c.Allowed)
		w.str("purpose", c.Purpose)
		w.str("basis", c.Basis)
		w.str("reason", c.Reason)
		w.unsigned("receipt", c.Receipt)
		w.unsigned("as_of", c.AsOf)
		w.close('}')
	}
	if len(r.Hidden) > 0 {
		w.open("hidden", '[')
		for _, h := range r.Hidden {
			w.open("", '{')
			w.text("kind", h.Kind)
			w.num("n", int64(h.N))
			w.close('}')
		}
		w.close(']')
	}
	w.str("session", r.Session)
	if v := &r.Review; *v != (Review{}) {
		w.open("review", '{')
		w.yes("sampled", v.Sampled)
		w.float("p", v.Probability)
		w.str("rule", v.Rule)
		w.id("case", v.Case)
		w.yes("held", v.Held)
		w.str("verdict", v.Verdict)
		w.str("reviewer", v.Reviewer)
		w.close('}')
	}
	w.num("sampled", int64(r.Sampled))
}

func (w *jsonWriter) content(k string, c *Content) {
	if c.Digest == (Digest{}) {
		return
	}
	w.open(k, '{')
	w.hex("digest", c.Digest[:])
	w.num("chunks", int64(c.Chunks))
	w.raw("payload", c.Payload)
	w.yes("cut", c.Cut)
	w.close('}')
}

func (w *jsonWriter) factors(k string, factors []Factor) {
	if len(factors) == 0 {
		return
	}
	w.open(k, '[')
	for i := range factors {
		f := &factors[i]
		w.open("", '{')
		w.text("name", f.Name)
		w.str("value", f.Value)
		w.float("weight", f.Weight)
		w.str("direction", string(f.Direction))
		w.close('}')
	}
	w.close(']')
}

func (w *jsonWriter) explanation(k string, x *Explanation) {
	w.open(k, '{')
	w.str("summary", x.Summary)
	w.factors("factors", x.Factors)
	w.str("model", x.Model)
	w.str("version", x.Version)
	w.str("policy", x.Policy)
	w.str("result", x.Result)
	w.uses(x.Uses)
	if len(x.Citations) > 0 {
		w.open("citations", '[')
		for _, c := range x.Citations {
			w.open("", '{')
			w.text("title", c.Title)
			w.str("source", c.Source)
			w.float("weight", c.Weight)
			w.close('}')
		}
		w.close(']')
	}
	w.str("consequence", x.Consequence)
	w.str("contest", x.Contest)
	w.score(x.Score)
	w.attribution("attribution", x.Attribution)
	w.factors("counterfactual", x.Counterfactual)
	w.adverse("adverse", x.Adverse)
	w.close('}')
}

func (w *jsonWriter) score(s *Score) {
	if s == nil {
		return
	}
	w.open("score", '{')
	w.real("value", s.Value)
	w.float("min", s.Min)
	w.float("max", s.Max)
	w.float("needed", s.Needed)
	w.str("source", s.Source)
	w.close('}')
}

func (w *jsonWriter) attribution(k string, a *explain.Attribution) {
	if a == nil {
		return
	}
	w.open(k, '{')
	w.text("method", a.Method)
	w.float("output", a.Output)
	w.float("base", a.Base)
	w.str("reference", a.Reference)
	w.open("parts", '[')
	for i := range a.Parts {
		p := &a.Parts[i]
		w.open("", '{')
		w.text("name", p.Name)
		w.str("value", p.Value)
		w.float("phi", p.Phi)
		w.float("std_err", p.StdErr)
		w.float("low", p.Low)
		w.float("high", p.High)
		w.close('}')
	}
	w.close(']')
	w.float("residual", a.Residual)
	w.num("rows", int64(a.Rows))
	w.num("evals", int64(a.Evals))
	w.num("rounds", int64(a.Rounds))
	w.unsigned("seed", a.Seed)
	w.float("unsteady", a.Unsteady)
	w.close('}')
}

func (w *jsonWriter) adverse(k string, a *Adverse) {
	if a == nil {
		return
	}
	w.open(k, '{')
	w.text("map", a.Map)
	w.text("reference", a.Reference)
	w.open("reasons", '[')
	for _, r := range a.Reasons {
		w.open("", '{')
		w.text("code", r.Code)
		w.text("text", r.Text)
		w.text("feature", r.Feature)
		w.float("weight", r.Weight)
		w.close('}')
	}
	w.close(']')
	w.close('}')
}

func (w *jsonWriter) uses(uses []DataUse) {
	if len(uses) == 0 {
		return
	}
	w.open("uses", '[')
	for i := range uses {
		u := &uses[i]
		w.open("", '{')
		w.text("category", u.Category)
		w.str("source", u.Source)
		w.str("purpose", u.Purpose)
		w.str("basis", u.Basis)
		if len(u.Recipients) > 0 {
			w.open("recipients", '[')
			for _, who := range u.Recipients {
				w.text("", who)
			}
			w.close(']')
		}
		w.str("retention", u.Retention)
		w.close('}')
	}
	w.close(']')
}

// appendPublic writes what may be read for as long as the log lives, also after the person was erased.
func appendPublic(dst []byte, r *Record) []byte {
	w := jsonWriter{b: append(dst, '{')}
	w.str("system", r.System)
	w.str("version", r.Version)
	w.str("outcome", string(r.Outcome))
	w.close('}')
	return w.b
}

// readEntry gives the record that one entry holds.
func readEntry(e *ledger.Entry) (Record, error) {
	r := Record{}
	if e.Version > bodyVersion {
		return r, ledger.ErrUpgrade
	}
	if len(e.Body) > 0 {
		if err := json.Unmarshal(e.Body, &r); err != nil {
			return Record{}, err
		}
	}
	r.ID, r.Subject, r.At = e.Key, e.Subject, e.At
	r.Entries = []EntryInfo{{Seq: e.Seq, ID: e.ID, Kind: e.Kind, At: e.At, Attempt: r.Attempt, Outcome: r.Outcome}}
	return r, nil
}
