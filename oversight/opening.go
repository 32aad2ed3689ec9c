package oversight

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// opening is what a case is opened with.
type opening struct {
	d       *call.Decision
	subject string
	site    *call.Site // of the guard; nil: unknown
	fn      callee     // behind an Approve
	c       Case
	draw    draw
	in      any
	out     any // what the function said
	isCall  bool
	pending bool // a call that has not run: there is no output yet
	fits    *outType
}

// draw decides whether people see a call, and notes it; a rule that panics refuses the call. (call.Try would make the case escape to
// the heap, for every call.)
func (k *Desk) draw(d *call.Decision, site *call.Site, c *Case) (dr draw, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = call.Refuse(d, call.StageOversight, "a rule's When function panicked", panicked(r))
		}
	}()
	dr = k.sampler.draw(c, d.ID(), d.Began())
	if dr.hold == "" && c.Key != "" {
		k.heldBefore(d, site, c, &dr)
	}
	d.NoteSampled(dr.review(d.ID()))
	return dr, nil
}

// heldBefore draws a call whose key has a case that was held, whatever the draw is now; see keyring.
func (k *Desk) heldBefore(d *call.Decision, site *call.Site, c *Case, dr *draw) {
	s := k.state
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys.empty() {
		return
	}
	system, _ := systemOf(d, site)
	if was := s.keys.drawn(openedID(system, c.Key, true, d.ID()), time.Now()); was != nil {
		least := dr.least
		*dr = *was
		dr.least = least
	}
}

// panicked keeps of a panic its type only.
func panicked(r any) error { return &call.PanicError{Type: fmt.Sprintf("%T", r)} }

// review notes the drawing on the decision.
func (dr draw) review(id uuid.UUID) call.Review {
	r := call.Review{Sampled: dr.sampled, Probability: dr.p, Rule: dr.rule}
	if dr.sampled {
		r.Case = id
	}
	return r
}

// open writes the opening of a case and returns the case that stands under its key: this one, or one that was opened before for the
// same input, which comes with what the ledger says about it.
func (k *Desk) open(ctx context.Context, o *opening) (caseRef, *dossier, error) {
	input, err := inputDigest(o.d, o.in)
	if err != nil {
		return caseRef{}, nil, err
	}
	public, body, err := k.payload(o, input)
	if err != nil {
		return caseRef{}, nil, err
	}
	done, err := k.room(ctx, o.d)
	if err != nil {
		return caseRef{}, nil, err
	}
	defer done()
	id := o.d.ID()
	now := time.Now()
	within := k.policy.Within
	if public.Held {
		within = k.policy.Deadline
	}
	public.Deadline = now.Add(within).UnixNano()
	if public.Held {
		public.Remind = int64(k.policy.Remind)
	}
	e := entry(kindOpened, openedID(public.System, o.c.Key, public.Held, id), id, o.subject, &public, &body)
	did, seq, err := k.commit(ctx, e)
	if errors.Is(err, ledger.ErrErased) {
		return caseRef{}, nil, &CaseError{Reason: ErrConflict, Case: id, Decision: id, Detail: "the case under this key was erased; use another key", Err: err}
	}
	if err != nil {
		return caseRef{}, nil, unwritten(o.d, "the case", err)
	}
	if did == applied {
		return caseRef{id: id, subject: o.subject, deadline: unix(public.Deadline)}, nil, nil
	}
	f, err := k.standing(ctx, o, seq)
	if err != nil {
		return caseRef{}, nil, err
	}
	if f.subject != o.subject {
		// Which case somebody else has is nobody's business; that the key is taken is why the call ends.
		return caseRef{}, nil, &CaseError{Reason: ErrConflict, Decision: id, Detail: "the key is taken; use one that no two people share"}
	}
	return f.ref(), f, f.matches(o, input)
}

// standing reads the case whose opening the ledger kept under the same key.
func (k *Desk) standing(ctx context.Context, o *opening, seq ledger.Seq) (*dossier, error) {
	for e, err := range k.ledger.Since(ctx, seq-1) {
		if err != nil {
			return nil, unwritten(o.d, "the case", err)
		}
		f, err := k.read(ctx, e.Key)
		return f, inDecision(err, o.d)
	}
	return nil, &CaseError{Reason: ErrNotFound, Case: o.d.ID(), Decision: o.d.ID()}
}

func (k *Desk) payload(o *opening, input digest) (openedPublic, openedBody, error) {
	system, version := systemOf(o.d, o.site)
	dr := &o.draw
	public := openedPublic{
		Probability: dr.p, Least: dr.least, Rule: dr.rule, Held: dr.hold != "", HoldRule: dr.hold, Call: o.isCall,
		Stratum: o.c.Stratum, Policy: k.policy.Version, KeyID: k.keyID, System: system, Version: version, Type: o.fits.name,
		Fallback: k.policy.Fallback, Need: dr.need, Urgent: dr.urgent, Undo: int64(k.policy.Undo), Valid: int64(k.policy.Valid),
		Began: o.d.Began().UnixNano(), Function: o.fn.name,
	}
	body := openedBody{
		openedHead:   openedHead{Unit: o.c.Unit, Title: cut(o.c.Title, maxTitle), Score: finite(o.c.Score), InputDigest: input[:]},
		openedPapers: openedPapers{Session: o.d.Facts().Session},
	}
	shown := o.c.Input
	if shown == nil {
		shown = o.in
	}
	var err error
	if body.Input, err = marshal(shown); err != nil {
		return public, body, call.Refuse(o.d, call.StageOversight,
			"the input cannot be written as JSON for the reviewer; say in Case.Input what they should see", err)
	}
	if !o.pending {
		if body.Output, err = k.codec.encode(o.out); err != nil {
			return public, body, call.Refuse(o.d, call.StageOversight,
				"the output cannot be encoded for the reviewer; set oversight.Options.Codec", err)
		}
		if err = k.whole(o, body.Output); err != nil && public.Held {
			return public, body, halved(o.d, err)
		}
		public.Lossy = err != nil
		if body.Explanation, err = explanation(o.d, o.out); err != nil {
			return public, body, err
		}
		if public.BlindShare = k.policy.Blind; k.sampler.blind(o.d.ID()) {
			answer := answerOf(body.Output)
			public.Blind, body.Answer = true, answer[:]
		}
	}
	seal := sealOf(o.d.ID(), input, &public, body.Output)
	body.Digest = seal[:]
	return public, body, nil
}

// whole says whether an answer can be delivered from what is kept of it: when it is held, or later upon an appeal.
func (k *Desk) whole(o *opening, data []byte) error {
	if o.isCall || o.fits.back == nil {
		return nil
	}
	return o.fits.back(k, data, o.out)
}

// explanation asks the journal around this guard why the output is what it is, so that a reviewer sees it before deciding.
func explanation(d *call.Decision, out any) (json.RawMessage, error) {
	if !d.Explains() {
		return nil, nil
	}
	why, err := d.Explanation(out)
	if err != nil || why == nil {
		return nil, err
	}
	data, err := marshal(why)
	if err != nil {
		return nil, call.Refuse(d, call.StageOversight, "the explanation cannot be written as JSON", err)
	}
	return data, nil
}

// inputDigest is the digest of a function's input, with its type: two functions that take alike values of different types are not
// one.
func inputDigest(d *call.Decision, in any) (digest, error) {
	value, err := digestOf(in)
	if err != nil {
		return digest{}, call.Refuse(d, call.StageOversight,
			"the input cannot be told from another one; pass the guarded function plain values, without functions, channels and cycles", err)
	}
	f := newFields("input")
	f.text(fmt.Sprintf("%T", in))
	f.bytes(value[:])
	return f.sum(), nil
}

// finite keeps a score that JSON cannot write out of the entry; rules have seen it.
func finite(score float64) float64 {
	if score-score != 0 {
		return 0
	}
	return score
}
