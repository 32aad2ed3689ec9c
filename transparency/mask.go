package transparency

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/fairlead-go/fairlead/internal/call"
)

// masker runs Options.Mask over everything of a record that is free text. The first error sticks.
type masker struct {
	ctx  context.Context
	d    *call.Decision
	mask func(context.Context, string) (string, error)
	err  error
}

// masked hides in the record what Options.Mask finds. The caller's slices stay as they are: what changes is a copy.
func (j *Journal) masked(ctx context.Context, d *call.Decision, r *Record) error {
	if j.o.Mask == nil {
		return nil
	}
	m := &masker{ctx: ctx, d: d, mask: j.o.Mask}
	m.explanation(&r.Explanation)
	m.text(&r.Reason)
	r.Notes = m.factors(r.Notes)
	for _, c := range []*Content{&r.Input, &r.Model, &r.Output} {
		m.payload(c)
	}
	return m.err
}

// shown is an explanation as another guard may keep it: masked, and as the JSON of a record.
func (rec *recording) shown(x Explanation) (json.RawMessage, error) {
	r := Record{Explanation: x}
	if err := rec.journal.masked(rec.Context, rec.d, &r); err != nil {
		return nil, err
	}
	w := jsonWriter{}
	w.explanation("", &r.Explanation)
	if len(w.b) > maxExplanation {
		return nil, longExplanation(rec.d)
	}
	return w.b, nil
}

func (m *masker) explanation(x *Explanation) {
	for _, s := range []*string{&x.Summary, &x.Result, &x.Consequence, &x.Contest} {
		m.text(s)
	}
	x.Factors = m.factors(x.Factors)
	x.Counterfactual = m.factors(x.Counterfactual)
	x.Uses, x.Citations = slices.Clone(x.Uses), slices.Clone(x.Citations)
	for i := range x.Uses {
		u := &x.Uses[i]
		u.Recipients = slices.Clone(u.Recipients)
		for _, s := range []*string{&u.Category, &u.Source, &u.Purpose, &u.Basis, &u.Retention} {
			m.text(s)
		}
		for k := range u.Recipients {
			m.text(&u.Recipients[k])
		}
	}
	for i := range x.Citations {
		m.text(&x.Citations[i].Title)
		m.text(&x.Citations[i].Source)
	}
	if x.Score != nil {
		s := *x.Score
		m.text(&s.Source)
		x.Score = &s
	}
	if x.Attribution != nil {
		a := *x.Attribution
		a.Parts = slices.Clone(a.Parts)
		for i := range a.Parts {
			m.text(&a.Parts[i].Name)
			m.text(&a.Parts[i].Value)
		}
		x.Attribution = &a
	}
	if x.Adverse != nil {
		a := *x.Adverse
		a.Reasons = slices.Clone(a.Reasons)
		for i := range a.Reasons {
			m.text(&a.Reasons[i].Text)
			m.text(&a.Reasons[i].Feature)
		}
		x.Adverse = &a
	}
}

func (m *masker) text(s *string) {
	if m.err != nil || *s == "" {
		return
	}
	type result struct {
		s   string
		err error
	}
	got, err := call.Try(m.d, call.StageTransparency, "Options.Mask", func(s string) result {
		s, err := m.mask(m.ctx, s)
		return result{s, err}
	}, *s)
	if err == nil && got.err != nil {
		err = call.Refuse(m.d, call.StageTransparency, "Options.Mask failed", got.err)
	}
	if err != nil {
		m.err, *s = err, ""
		return
	}
	*s = got.s
}

func (m *masker) factors(factors []Factor) []Factor {
	out := make([]Factor, 0, len(factors))
	for _, f := range factors {
		m.text(&f.Name)
		m.text(&f.Value)
		out = append(out, f)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// payload masks the strings of a kept payload, its member names too.
func (m *masker) payload(c *Content) {
	if m.err != nil || len(c.Payload) == 0 {
		return
	}
	var v any
	dec := json.NewDecoder(bytes.NewReader(c.Payload))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		m.err = call.Refuse(m.d, call.StageTransparency, "a payload is not JSON", err)
		return
	}
	out, err := json.Marshal(m.value(v))
	if err != nil && m.err == nil {
		m.err = call.Refuse(m.d, call.StageTransparency, "a masked payload is not JSON", err)
	}
	c.Payload = out
}

func (m *masker) value(v any) any {
	switch v := v.(type) {
	case string:
		m.text(&v)
		return v
	case []any:
		for i := range v {
			v[i] = m.value(v[i])
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			m.text(&k)
			out[k] = m.value(e)
		}
		return out
	}
	return v
}
