package explain

import (
	"context"
	"fmt"
	"math"
	"sync"
)

// ctxEvery is after how many evaluations the context is looked at.
const ctxEvery = 64

// model runs the function to explain and keeps count. The first error sticks; the caller looks at it when it is done with a stretch.
type model[In any] struct {
	ctx   context.Context
	f     func(context.Context, In) (float64, error)
	evals int
	mixed In // the input being put together; here, because on its own it would be one more allocation
	err   error
}

// at is the function's answer to *in; 0 once something has gone wrong.
func (m *model[In]) at(in *In) float64 {
	if m.err != nil {
		return 0
	}
	if m.evals%ctxEvery == 0 && m.stopped() {
		return 0
	}
	m.evals++
	y, err := m.f(m.ctx, *in)
	if err != nil || y-y != 0 { // y-y is 0 for numbers only, not for NaN and the infinities
		m.fault(y, err)
		return 0
	}
	return y
}

// stopped says whether nothing more is to be run, because something went wrong or the context has ended.
func (m *model[In]) stopped() bool {
	if m.err == nil {
		if err := m.ctx.Err(); err != nil {
			m.err = fail(ErrStopped, "", err)
		}
	}
	return m.err != nil
}

func (m *model[In]) fault(y float64, err error) {
	switch {
	case err != nil:
		m.err = fail(ErrModel, "", err)
	case math.IsNaN(y):
		m.err = fail(ErrModel, "it returned NaN", nil)
	default:
		m.err = fail(ErrModel, "it returned an infinity", nil)
	}
}

// share has parts of a piece of work done at the same time, each with a model of its own, and adds up what they cost. It
// returns the largest of what they return; the error is that of the first part that has one.
func (m *model[In]) share(workers int, part func(m *model[In], i, of int) float64) (largest float64) {
	models := make([]model[In], workers)
	got := make([]float64, workers)
	var wg sync.WaitGroup
	for i := range models {
		one := &models[i]
		one.ctx, one.f = m.ctx, m.f //nolint:fatcontext // each part has the one of all
		wg.Go(func() {
			done := false
			defer func() {
				if !done && one.err == nil {
					one.err = fail(ErrModel, "it left its goroutine", nil)
				}
			}()
			defer isolate(&one.err)
			got[i] = part(one, i, workers)
			done = true
		})
	}
	wg.Wait()
	for i := range models {
		m.evals += models[i].evals
		largest = max(largest, got[i])
		if m.err == nil {
			m.err = models[i].err
		}
	}
	return largest
}

// isolate turns a panic of the function, or of one that reads its input, into an error. It must be deferred directly.
func isolate(err *error) {
	r := recover()
	if own, ok := r.(*Error); ok { // one of this package's, from where no error can be returned
		*err = own
		return
	}
	if r != nil {
		*err = fail(ErrModel, fmt.Sprintf("panic of type %T", r), nil)
	}
}
