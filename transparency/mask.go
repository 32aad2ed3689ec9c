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
	x := &r.Explanation
	for _, s := range []*string{&x.Summary, &x.Result, &x.Consequence, &x.Contest, &r.Reason} {
		m.text(s)
	}
	x.Factors = m.factors(x.Factors)
	x.Counterfactual = m.factors(x.Counterfactual)
	if x.Attribution != nil {
		a := *x.Attribution
		a.Parts = slices.Clone(a.Parts)
		for i := range a.Parts {
			m.text(&a.Parts[i].Value)
		}
		x.Attribution = &a
	}
	r.Notes = m.factors(r.Notes)
	cited := make([]Citation, 0, len(x.Citations))
	for _, c := range x.Citations {
		m.text(&c.Title)
		m.text(&c.Source)
		cited = append(cited, c)
	}
	if len(cited) > 0 {
		x.Citations = cited
	}
	for _, c := range []*Content{&r.Input, &r.Model, &r.Output} {
		m.payload(c)
	}
	return m.err
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
