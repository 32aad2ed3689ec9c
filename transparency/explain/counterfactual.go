package explain

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// Change is one thing that could have been different. It prints without values.
type Change[In any] struct {
	// Field it changes; of the changes of one field at most one is made at a time. Required.
	Field string
	// Value it would have, in words. Default: the field's name says enough.
	Value string
	// Apply makes the change. It must change nothing that the input shares with its copies, such as a map or a slice's
	// elements. Required.
	Apply func(*In)
}

// String names the change without its value.
func (c Change[In]) String() string { return "explain.Change(" + c.Field + ")" }

// Format prints String under every verb.
func (c Change[In]) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue keeps the value out of slog.
func (c Change[In]) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON is String, for logs that write JSON.
func (c Change[In]) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// Flip is a set of changes that turns the answer.
type Flip[In any] struct {
	Changes  []Change[In] // in the order given to Counterfactual
	From, To float64      // the score before and after; To was computed by running f with all the changes
	Smallest bool         // no set with fewer of the changes turns it; else no part of this set that leaves one change out does
	Evals    int          // how often f was run
}

// Factors are the changes in words.
func (f Flip[In]) Factors() []Factor {
	out := make([]Factor, len(f.Changes))
	for i, c := range f.Changes {
		out[i] = Factor{Name: c.Field, Value: c.Value, Direction: Against}
	}
	return out
}

// Alternatives are the changes that give in the value that one of the rows has, field by field: "what if the income were that of
// an approved applicant". Equal words are listed once.
func Alternatives[In any](fields Fields[In], rows []In) []Change[In] {
	var out []Change[In]
	for i := range fields.List {
		f := fields.List[i]
		seen := map[string]bool{}
		for r := range rows {
			row := &rows[r]
			c := Change[In]{Field: f.Name, Apply: func(in *In) {
				if err := fields.own(); err != nil {
					panic(err)
				}
				other := fields.clone(*in)
				f.Copy(&other, row)
				*in = other
			}}
			if f.Words != nil {
				c.Value = f.Words(row)
				if seen[c.Value] {
					continue
				}
				seen[c.Value] = true
			}
			out = append(out, c)
		}
	}
	return out
}

// Removals are the changes that leave one item out of a list in the input: "without A and B this would not be in your top ten".
func Removals[In, Item any](in In, list func(*In) *[]Item, name func(Item) string) []Change[In] {
	place := list(&in)
	items := *place
	out := make([]Change[In], len(items))
	for i := range items {
		// Changes are applied from the last to the first, so that i is still the item's place.
		out[i] = Change[In]{Field: fmt.Sprintf("%s (no. %d)", name(items[i]), i+1), Value: "left out", Apply: func(in *In) {
			if list(in) == place {
				panic(behindAPointer())
			}
			have := *list(in)
			*list(in) = slices.Concat(have[:i], have[i+1:])
		}}
	}
	return out
}

// behindAPointer refuses a list that copies of the input share.
func behindAPointer() *Error {
	return fail(ErrInvalid, "the list lies behind a pointer, where copies of the input share it: pass the struct itself", nil)
}

// Counterfactual finds changes that take f's score of in over the threshold, from whichever side it is on: a score at or above it
// must come below, one below must reach it. It looks through all sets of one change, of two and so on, as far as
// Options.MaxEvals (default here: 4,096) lets it, then adds greedily what moves the score furthest and takes out again what is not
// needed. What it returns has been checked by running f again: the whole set turns the answer, and no set with
// one change fewer does. If nothing does, the error is [ErrNoFlip].
func Counterfactual[In any](ctx context.Context, f func(context.Context, In) (float64, error), in In, changes []Change[In], threshold float64, o *Options) (flip Flip[In], err error) {
	const defaultEvals = 4096
	opt := Options{MaxEvals: defaultEvals}
	if o != nil && o.MaxEvals > 0 {
		opt = *o
	}
	if ctx == nil || f == nil {
		return flip, fail(ErrInvalid, "ctx and f are needed", nil)
	}
	if threshold != threshold {
		return flip, fail(ErrInvalid, "the threshold is no number", nil)
	}
	for i := range changes {
		if changes[i].Field == "" || changes[i].Apply == nil {
			return flip, fail(ErrInvalid, "a change needs a Field and an Apply", nil)
		}
	}
	defer func() {
		if err != nil {
			flip = Flip[In]{}
		}
	}()
	defer isolate(&err)
	s := &search[In]{m: model[In]{ctx: ctx, f: f}, in: in, changes: changes, threshold: threshold, budget: opt.MaxEvals}
	from := s.m.at(&s.in)
	s.up = from < threshold
	set, smallest := s.bySize()
	if set == nil && s.m.err == nil && !smallest {
		set = s.minimal(s.greedy())
	}
	if s.m.err != nil {
		return flip, s.m.err
	}
	if set == nil {
		return flip, fail(ErrNoFlip, "", nil)
	}
	flip = Flip[In]{From: from, To: s.score(set), Smallest: smallest}
	if s.m.err != nil {
		return flip, s.m.err
	}
	if !s.flips(flip.To) {
		return flip, fail(ErrModel, "it answers the same input differently, so no change can be relied on", nil)
	}
	for _, i := range set {
		flip.Changes = append(flip.Changes, changes[i])
	}
	flip.Evals = s.m.evals
	return flip, nil
}
