package explain

import (
	"context"
	"slices"
)

// Influence says how much each item of a list in the input counted, by leaving it out: "because you watched A". f is run once
// for every item and three times more. It is exact for what it says; where one of two items would do by itself, neither counts
// alone, and Attribution.Residual shows what they do together. list gives the list's place in the input, name an item's
// words. The caller's list is never changed.
func Influence[In, Item any](ctx context.Context, f func(context.Context, In) (float64, error), in In, list func(*In) *[]Item, name func(Item) string, o *Options) (a Attribution, err error) {
	opt := o.filled()
	if ctx == nil || f == nil || list == nil || name == nil {
		return a, fail(ErrInvalid, "ctx, f, list and name are needed", nil)
	}
	defer func() {
		if err != nil {
			a = Attribution{}
		}
	}()
	defer isolate(&err)
	place := list(&in)
	items := *place
	if len(items)+3 > opt.MaxEvals {
		return a, fail(ErrBudget, "one evaluation an item: pass a shorter list", nil)
	}
	m := &model[In]{ctx: ctx, f: f}
	a = Attribution{Method: LeaveOneOut, Reference: opt.Reference, Parts: make([]Part, len(items))}
	a.Output = m.at(&in)
	a.seen(m.at(&in), a.Output)
	with := func(some []Item) float64 {
		other := in
		to := list(&other)
		if to == place {
			panic(behindAPointer())
		}
		*to = some
		return m.at(&other)
	}
	a.Base = with(nil)
	for i := range items {
		phi := a.Output - with(slices.Concat(items[:i], items[i+1:]))
		a.Parts[i] = Part{Name: name(items[i]), Phi: phi, Low: phi, High: phi}
	}
	a.Evals = m.evals
	a.settle()
	if m.err == nil && !a.finite() {
		m.err = fail(ErrModel, "its answers are too large to be added up", nil)
	}
	return a, m.err
}
