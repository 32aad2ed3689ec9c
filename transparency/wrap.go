package transparency

import (
	"context"
	"encoding/json"

	"github.com/fairlead-go/fairlead/internal/call"
)

// flight is one wrapped call.
type flight[In, Out any] struct {
	recording
	in      In
	out     Out
	model   Out // what the model said: what is explained
	explain func(In, Out) Explanation
}

// Wrap returns next with every call recorded: explain reads the two types and says why the answer is what it is.
//
// The record is durable before the answer is delivered; if it cannot be written the call is refused with a [RecordError]. It holds
// digests of input and output (payloads only with Options.Payloads), the explanation of what the model itself said, and what the
// other guards of the call found out. A function that fails or panics is recorded too, of its error only the type; explain
// runs only when there is an answer. An explain function that panics refuses the call.
func Wrap[In, Out any](next func(context.Context, In) (Out, error), j *Journal, explain func(In, Out) Explanation) func(context.Context, In) (Out, error) {
	call.MustFunc("transparency.Wrap", "next", next == nil)
	call.MustFunc("transparency.Wrap", "explain", explain == nil)
	site := call.NewSite(nil, next)
	return func(ctx context.Context, in In) (out Out, err error) {
		ctx, scope := call.Enter(ctx, call.StageTransparency, site)
		defer scope.Exit(&err)
		err = call.ErrUnfinished
		d := scope.Decision()
		if refusal := j.ready(d); refusal != nil {
			return out, refusal
		}
		f := &flight[In, Out]{in: in, explain: explain}
		f.Context, f.journal, f.d = ctx, j, d
		defer f.broken(&err)
		if refusal := f.begin(&f.in); refusal != nil {
			return out, refusal
		}
		d.OfferExplanation(f.offered)
		got, failure := call.Next(&f.recording, &scope, next, in)
		f.out = got
		if refusal := f.settle(failure); refusal != nil {
			return out, refusal
		}
		return got, failure
	}
}

// offered explains an output to another guard, in the JSON that a record holds.
func (f *flight[In, Out]) offered(output any) (any, error) {
	out, ok := output.(Out)
	if !ok && output != nil {
		return nil, call.Refuse(f.d, call.StageTransparency, "the output to explain has another type than the wrapped function's", nil)
	}
	x, err := f.explainOutput(out)
	var shown json.RawMessage
	if err == nil {
		shown, err = f.shown(x)
	}
	if err != nil && f.journal.o.OnExplain != Drop {
		return nil, err
	}
	return shown, nil
}

func (f *flight[In, Out]) explainOutput(out Out) (Explanation, error) {
	f.mu.Lock()
	f.model = out
	f.mu.Unlock()
	return f.explanation(f)
}

func (f *flight[In, Out]) explained() (Explanation, error) {
	f.mu.Lock()
	out := f.model
	f.mu.Unlock()
	return call.Try2(f.d, call.StageTransparency, "the explain function", f.explain, f.in, out)
}

// settle explains what the model said, if it said anything and nobody asked before, and records how the call ended.
func (f *flight[In, Out]) settle(failure error) error {
	end := ending{outcome: f.d.Final(failure), failure: failure}
	if failure == nil {
		end.given = &f.out
	}
	model := &f.out
	if v, ok := f.d.Output(); ok {
		said, _ := v.(Out)
		model = &said
		end.said = model
	}
	known := f.earlier != nil && !f.earlier.Explanation.empty()
	if (end.said != nil || end.given != nil) && !known && !end.refusal(f.d) {
		f.mu.Lock()
		f.model = *model
		f.mu.Unlock()
		f.explainIfDrawn(f)
	}
	return f.recording.settle(&end)
}
