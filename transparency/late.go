package transparency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Explain adds an explanation to a decision after its answer has gone out: what takes too long for the call itself, such as Shapley
// values. What x says lies over what the record said before; what it leaves empty stays. Adding the same again changes
// nothing. x.Subject is ignored: the record's holds.
func (j *Journal) Explain(ctx context.Context, id uuid.UUID, x Explanation) error {
	r, err := j.Lookup(ctx, id)
	if err != nil {
		return err
	}
	d := call.From(ctx)
	if r.Subject == "" {
		return call.Refuse(d, call.StageTransparency, "the record is about nobody, so nothing personal may be added to it", nil)
	}
	if x.empty() {
		return call.Refuse(d, call.StageTransparency, "an empty explanation explains nothing", nil)
	}
	late := Record{ID: id, Subject: r.Subject, System: r.System, Version: r.Version, Attempt: r.Attempt, Outcome: r.Outcome, Explanation: x}
	late.Explanation.Subject = ""
	if err := j.masked(ctx, d, &late); err != nil {
		return err
	}
	sum := sha256.Sum256(appendBody(nil, &late))
	return j.write(ctx, kindExplained, hex.EncodeToString(sum[:8]), &late)
}
