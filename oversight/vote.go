package oversight

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// vote is what one reviewer said about a case.
type vote struct {
	reviewer string
	verdict  Verdict
	said     Verdict // Replaced by the very answer of a blind case is verdict Approved
	output   digest  // of the correction
	entry    uuid.UUID
	final    bool // it settled a case on which others differed
}

// verdict is what ended a case's waiting.
type verdict struct {
	Verdict
	reviewer string
	at       time.Time
	entry    uuid.UUID // that said so
	expired  bool      // the deadline did, or a full queue
	invalid  bool      // it was withdrawn before anybody decided
}

// vote counts one judgement. The case is decided when as many different reviewers as it needs agree; when two differ it is split,
// and a third one has to settle it. Nobody votes twice.
func (r *record) vote(e ledger.Entry) (effect, error) {
	var public decidedPublic
	var body decidedBody
	if err := decode(e, &public, &body); err != nil {
		return ignored, err
	}
	if !r.holds(public.Token, body.Reviewer) || !bytes.Equal(body.Digest, r.digest[:]) || public.Final != r.split {
		return fenced, nil
	}
	switch public.Verdict {
	case Approved, Rejected, Replaced:
	default:
		return ignored, nil // an unset verdict is not an approval, and nothing else either
	}
	if r.hides() && public.Verdict == Approved {
		return ignored, nil // nobody approves what they have not seen
	}
	v := vote{reviewer: r.lease.reviewer, verdict: public.Verdict, said: public.Verdict, entry: e.ID, final: public.Final}
	if public.Verdict == Replaced {
		v.output = answerOf(body.Output)
		if r.hides() && v.output == r.answer {
			v.verdict, v.output = Approved, digest{} // without having seen it
		}
	}
	r.lease, r.assigned = held{}, ""
	differs := slices.ContainsFunc(r.votes, func(o vote) bool { return o.verdict != v.verdict || o.output != v.output })
	r.votes = append(r.votes, v)
	switch {
	case v.final:
	case differs:
		r.split = true
		return applied, nil
	case len(r.votes) < r.Need:
		return applied, nil
	}
	r.verdict = verdict{Verdict: v.verdict, reviewer: v.reviewer, at: e.At, entry: e.ID}
	r.settled = r.Undo == 0
	return applied, nil
}

// undo takes the last vote back, which only who gave it may, and only inside the window.
func (r *record) undo(e ledger.Entry) (effect, error) {
	var body leaseBody
	if err := decode(e, &struct{}{}, &body); err != nil {
		return ignored, err
	}
	if !r.cooling() || body.Reviewer != r.verdict.reviewer || !r.now.Before(r.turns()) {
		return fenced, nil
	}
	r.votes = r.votes[:len(r.votes)-1]
	r.verdict = verdict{}
	return applied, nil
}

// settle makes a verdict stand once its window is over.
func (r *record) settle() (effect, error) {
	if !r.cooling() || r.now.Before(r.turns()) {
		return ignored, nil
	}
	r.settled = true
	return applied, nil
}

// turning is the entry that is due for a case at the time now: its verdict stands, its deadline is near, or nobody decided in time.
func turning(r *record, now time.Time) ledger.Entry {
	switch {
	case r.cooling():
		return entry(kindFinal, secondID(r.verdict.entry, kindFinal), r.id, r.subject, nil, nil)
	case now.Before(r.deadline):
		return entry(kindDue, secondID(r.opening, kindDue), r.id, r.subject, nil, nil)
	}
	return expiry(r, expiredPublic{})
}
