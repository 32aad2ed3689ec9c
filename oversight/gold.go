package oversight

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Gold is a case with a known answer, put among the others to see whether reviewers find it. It looks like any other until it is
// decided, as far as its fields are like those of real cases; it delivers nothing and counts in no rate of the model. Nothing of it prints.
type Gold struct {
	// Case is what the reviewer sees; its Key makes seeding idempotent. Required: Input.
	Case Case
	// System is whose cases it stands among. Required.
	System string
	// Version is that system's, as its real cases show it. Default: none.
	Version string
	// Output is what the function is to seem to have said. Required.
	Output any
	// Subject is whom it is to seem to be about: real cases name somebody. Nobody of that name has anything to do with it.
	// Default: nobody, which a reviewer may notice.
	Subject string
	// Explanation is why the function is to seem to have said it, as JSON, where real cases have one. Default: none.
	Explanation any
	// Answer is the verdict that is right. Required.
	Answer Verdict
	// Rule names the rule of the policy that is to seem to have drawn it, and holds it if that rule holds. Default: none, the policy's own
	// rate has; under RulesOnly, where no real case is without one, the first.
	Rule string
}

// Seed puts a gold case into the queue and returns its ID. ErrFull: there is no room for another.
func (k *Desk) Seed(ctx context.Context, who string, g Gold) (uuid.UUID, error) {
	if err := k.usable(); err != nil {
		return uuid.Nil, err
	}
	if err := named(who); err != nil {
		return uuid.Nil, err
	}
	switch {
	case g.System == "" || g.Case.Input == nil || g.Output == nil:
		return uuid.Nil, invalid("Gold needs System, Case.Input and Output")
	case g.Answer != Approved && g.Answer != Rejected && g.Answer != Replaced:
		return uuid.Nil, invalid("Gold.Answer must be Approved, Rejected or Replaced")
	}
	public, body, err := k.goldPayload(who, &g)
	if err != nil {
		return uuid.Nil, err
	}
	done, err := k.room(ctx, nil)
	if err != nil {
		return uuid.Nil, err
	}
	defer done()
	now := time.Now()
	id := uuid.Must(uuid.NewV7())
	within := k.policy.Within
	if public.Held {
		within = k.policy.Deadline
	}
	public.Deadline, public.Began = now.Add(within).UnixNano(), now.UnixNano()
	seal := sealOf(id, digest(body.InputDigest), &public, body.Output)
	body.Digest = seal[:]
	did, seq, err := k.commit(ctx, entry(kindOpened, openedID(g.System, goldKey(g.Case.Key), false, id), id, "", &public, &body))
	if err != nil {
		return uuid.Nil, unwritten(nil, "the gold case", err)
	}
	if did == applied {
		return id, nil
	}
	for e, err := range k.ledger.Since(ctx, seq-1) { // it was seeded before
		if err != nil {
			return uuid.Nil, unwritten(nil, "the gold case", err)
		}
		return e.Key, nil
	}
	return uuid.Nil, &CaseError{Reason: ErrNotFound}
}

// goldKey keeps gold cases apart from real ones under the same key.
func goldKey(key string) string {
	if key == "" {
		return ""
	}
	return "gold\x00" + key
}

// drawnBy makes a gold case look drawn: by the policy's own rate, or as the sampler draws by one rule.
func (p *Policy) drawnBy(name string, public *openedPublic) error {
	only := p.Rate == RulesOnly
	i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.Name == name || name == "" && only })
	switch public.Probability = p.Rate; {
	case i < 0 && name != "":
		return invalid("Gold.Rule is none of the policy's")
	case i < 0 && only:
		public.Probability = 1
	}
	if i < 0 {
		return nil
	}
	r := &p.Rules[i]
	if r.Rate > public.Probability {
		public.Probability, public.Rule = r.Rate, r.Name
	}
	public.Need, public.Urgent = r.Need, r.Urgent
	if r.Hold {
		public.Held, public.HoldRule, public.Remind = true, r.Name, int64(p.Remind)
	}
	return nil
}

// goldPayload makes a case that shows no difference.
func (k *Desk) goldPayload(who string, g *Gold) (openedPublic, openedBody, error) {
	public := openedPublic{
		Stratum: g.Case.Stratum, Policy: k.policy.Version, KeyID: k.keyID, System: g.System, Version: g.Version,
		Fallback: k.policy.Fallback, Undo: int64(k.policy.Undo), Valid: int64(k.policy.Valid),
	}
	body := openedBody{
		openedHead: openedHead{Unit: g.Case.Unit, Title: cut(g.Case.Title, maxTitle), Score: finite(g.Case.Score), Gold: &goldBody{By: who, Answer: g.Answer, Subject: g.Subject}},
	}
	err := k.policy.drawnBy(g.Rule, &public)
	if err != nil {
		return public, body, err
	}
	if body.Input, err = marshal(g.Case.Input); err != nil {
		return public, body, &CaseError{Reason: ErrInvalid, Detail: "Gold.Case.Input cannot be written as JSON", Err: err}
	}
	if body.Output, err = k.codec.encode(g.Output); err != nil {
		return public, body, &CaseError{Reason: ErrInvalid, Detail: "Gold.Output cannot be encoded", Err: err}
	}
	if g.Explanation != nil {
		if body.Explanation, err = marshal(g.Explanation); err != nil {
			return public, body, &CaseError{Reason: ErrInvalid, Detail: "Gold.Explanation cannot be written as JSON", Err: err}
		}
	}
	input := newFields("gold input")
	input.bytes(body.Input)
	sum := input.sum()
	body.InputDigest = sum[:]
	return public, body, nil
}

type goldBody struct {
	By      string  `json:"by"`
	Answer  Verdict `json:"answer"`
	Subject string  `json:"subject,omitempty"` // made up: the entry is about nobody
}
