package oversight

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Judgement is what a reviewer submits. It prints redacted.
type Judgement struct {
	// Verdict is Approved, Rejected or Replaced. Required.
	Verdict Verdict
	// Output is what to deliver instead: a value of the function's type, or its JSON as json.RawMessage or []byte. Required for
	// Replaced, refused for the others.
	Output any
	// Comment is for the evidence: at most 64 KiB. Default: none.
	Comment string
	// Reasons are codes of the application's own: at most 64, of 256 bytes. Default: none.
	Reasons []string
}

// known keeps whatever else somebody put into a verdict from being printed.
func (v Verdict) known() Verdict {
	switch v {
	case Approved, Rejected, Replaced:
		return v
	}
	return "none"
}

// Submit decides the case of a lease. Under a lease that has ended the judgement is recorded, has no effect, and Submit returns
// ErrFenced. Submitting the same judgement again, after an error that left its fate open, is harmless; another one under the
// same lease is ErrConflict. For a case on which reviewers differ it is ErrInvalid: the lease stays, for Adjudicate.
func (k *Desk) Submit(ctx context.Context, l Lease, j Judgement) error {
	return k.submit(ctx, l, j, false)
}

// Adjudicate is Submit for a case on which reviewers differ, by somebody who has not voted on it. It settles the case. For any other
// case it is ErrInvalid.
func (k *Desk) Adjudicate(ctx context.Context, l Lease, j Judgement) error {
	return k.submit(ctx, l, j, true)
}

// verdictID is the ID of a reviewer's verdict under a lease: the same for a retry, and another for somebody who tries with a lease that
// is not theirs.
func verdictID(l Lease) uuid.UUID {
	under := tokenID(l.Case, kindDecided, l.Token)
	return uuid.NewSHA1(under, []byte(l.Reviewer))
}

func (k *Desk) submit(ctx context.Context, l Lease, j Judgement, final bool) error {
	if err := k.usable(); err != nil {
		return err
	}
	if err := named(l.Reviewer); err != nil {
		return err
	}
	output, err := k.correction(j)
	if err != nil {
		return err
	}
	id := verdictID(l)
	c, err := k.openCase(ctx, l.Case)
	if err != nil {
		return k.again(ctx, l, j, output, id, err)
	}
	if j.Verdict == Replaced {
		if err := k.fits(c.typeName, output); err != nil {
			return err
		}
	}
	// Who holds the lease is told at once: a judgement that is recorded without effect is the only one under it.
	if final != c.split && c.leased(l) {
		return &CaseError{Reason: ErrInvalid, Case: l.Case, Detail: "Adjudicate is for cases on which reviewers differ, Submit for the others"}
	}
	if c.hides && j.Verdict == Approved {
		return invalid("the answer is hidden in this case: submit Replaced with your own answer, or Rejected")
	}
	body := decidedBody{Reviewer: l.Reviewer, Output: output, Comment: j.Comment, Reasons: j.Reasons, Digest: c.digest[:]}
	e := entry(kindDecided, id, l.Case, c.subject, decidedPublic{Token: l.Token, Verdict: j.Verdict, Final: final}, body)
	did, _, err := k.commit(ctx, e)
	if err != nil {
		return unwritten(nil, "the verdict", err)
	}
	switch did {
	case applied:
		return nil
	case unknown:
		return k.again(ctx, l, j, output, id, nil)
	}
	if !time.Now().Before(c.deadline) {
		if _, err := k.Expire(ctx); err != nil {
			return err
		}
	}
	return &CaseError{Reason: ErrFenced, Case: l.Case, Detail: withoutEffect}
}

const withoutEffect = "the judgement is recorded and has no effect; claim the case again"

// fits checks a correction against the type of the function, if this process guards it.
func (k *Desk) fits(name string, output []byte) error {
	t, ok := k.types.Load(name)
	if !ok {
		return nil // it is checked when it is delivered
	}
	if err := t.(*outType).fits(k, output); err != nil { //nolint:forcetypeassert // nothing else is stored
		return &CaseError{Reason: ErrInvalid, Detail: "Judgement.Output is not a value of the function's type", Err: err}
	}
	return nil
}

// again settles what a repeated Submit returns: the judgement that stands may be the one of the first attempt.
func (k *Desk) again(ctx context.Context, l Lease, j Judgement, output []byte, id uuid.UUID, otherwise error) error {
	f, err := k.read(ctx, l.Case)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(f.votes, func(v vote) bool { return v.entry == id })
	switch {
	case i < 0:
		if otherwise != nil && l.Token == 0 {
			return otherwise
		}
		if !f.decided() {
			return &CaseError{Reason: ErrFenced, Case: l.Case, Detail: withoutEffect}
		}
		return &CaseError{Reason: ErrFenced, Case: l.Case, Detail: "it was decided otherwise"}
	case f.votes[i].said != j.Verdict || !bytes.Equal(f.decisions[i].Output, output):
		return &CaseError{Reason: ErrConflict, Case: l.Case, Detail: "this lease has submitted another judgement before"}
	}
	return nil
}

// The bounds of what a reviewer says beside a verdict.
const (
	maxComment = 64 << 10 // bytes
	maxReasons = 64       // codes, each at most maxName bytes
)

func (j *Judgement) worded() error {
	if len(j.Comment) > maxComment || !utf8.ValidString(j.Comment) {
		return invalid("Judgement.Comment: at most 64 KiB of UTF-8")
	}
	if len(j.Reasons) > maxReasons {
		return invalid("Judgement.Reasons: at most 64")
	}
	for _, code := range j.Reasons {
		if len(code) > maxName || strings.TrimSpace(code) == "" || !utf8.ValidString(code) {
			return invalid("Judgement.Reasons: codes of 1 to 256 bytes of text")
		}
	}
	return nil
}

const noOutput = "Judgement.Output is missing: what should be delivered instead? json.RawMessage(\"null\") is nothing, on purpose"

// correction checks a judgement and gives the JSON of its output.
func (k *Desk) correction(j Judgement) (json.RawMessage, error) {
	if err := j.worded(); err != nil {
		return nil, err
	}
	switch j.Verdict {
	case Approved, Rejected:
		if j.Output != nil {
			return nil, invalid("Judgement.Output is set; to deliver it the verdict must be Replaced")
		}
		return nil, nil
	case Replaced:
	default:
		return nil, invalid("Judgement.Verdict must be Approved, Rejected or Replaced")
	}
	var data []byte
	switch out := j.Output.(type) {
	case nil:
		return nil, invalid(noOutput)
	case json.RawMessage:
		data = out
	case []byte:
		data = out
	default:
		switch v := reflect.ValueOf(out); v.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
			if v.IsNil() {
				return nil, invalid(noOutput)
			}
		}
		var err error
		if data, err = k.codec.encode(out); err != nil {
			return nil, &CaseError{Reason: ErrInvalid, Detail: "Judgement.Output cannot be encoded", Err: err}
		}
	}
	if len(data) == 0 {
		return nil, invalid(noOutput)
	}
	data, err := json.Marshal(json.RawMessage(data)) // as the entry will have it: compact, with some letters escaped
	if err != nil {
		return nil, &CaseError{Reason: ErrInvalid, Detail: "Judgement.Output is not JSON", Err: err}
	}
	return data, nil
}
