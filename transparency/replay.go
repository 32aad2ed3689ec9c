package transparency

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Replayed is what a function answered when it was run again on the input of a recorded decision.
type Replayed[Out any] struct {
	Record Record // what was recorded then
	Output Out    // what the function answers now
	Same   bool   // the answer is what the model said then, to the last byte of its JSON
}

// Replay runs next again on the input of a recorded decision: to show that a decision comes out as recorded, or what a new version
// would have said. Pass the bare function, not the guarded one: a replay is no decision, and it is not recorded.
//
// The input is the one given, if there is one, and must be the very one recorded (its digest is compared); else it is the
// payload that Options.Payloads kept. Without either, or if what is kept does not read back as the same input, the error is
// a [RefusedError].
func Replay[In, Out any](ctx context.Context, j *Journal, id uuid.UUID, next func(context.Context, In) (Out, error), given ...In) (Replayed[Out], error) {
	call.MustFunc("transparency.Replay", "next", next == nil)
	var none Replayed[Out]
	d := call.From(ctx)
	r, err := j.Lookup(ctx, id)
	if err != nil {
		return none, err
	}
	var in In
	switch {
	case len(given) > 1:
		return none, call.Refuse(d, call.StageTransparency, "one decision has one input: give one, or none for the one that was kept", nil)
	case len(given) == 1:
		in = given[0]
	case len(r.Input.Payload) == 0:
		return none, call.Refuse(d, call.StageTransparency, "the input was not kept: give it to Replay, or set Options.Payloads", nil)
	default:
		if err := json.NewDecoder(bytes.NewReader(r.Input.Payload)).Decode(&in); err != nil {
			return none, call.Refuse(d, call.StageTransparency, "the kept input does not read back as the function's input", err)
		}
	}
	same, err := matches(r.Input.Digest, &in)
	if err != nil || !same {
		return none, call.Refuse(d, call.StageTransparency, "the input is not the one that was recorded (a masked payload is not)", err)
	}
	out, err := next(ctx, in)
	if err != nil {
		return none, err
	}
	then := r.Model.Digest
	if then == (Digest{}) {
		then = r.Output.Digest
	}
	same, err = matches(then, &out)
	if err != nil {
		return none, call.Refuse(d, call.StageTransparency, "the output cannot be written as JSON", err)
	}
	return Replayed[Out]{Record: r, Output: out, Same: same}, nil
}

// matches is Digest.Matches for a value given by pointer.
func matches(d Digest, p any) (bool, error) {
	if d == (Digest{}) {
		return false, nil
	}
	var other Digest
	copy(other[:saltLen], d[:saltLen])
	e := takeEncoder()
	defer e.release()
	if err := other.add(e, true, p); err != nil {
		return false, err
	}
	return other == d, nil
}
