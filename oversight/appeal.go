package oversight

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// maxStatement bounds what a customer says, in bytes.
const maxStatement = 64 << 10

// Appeal opens a case about a decided one, because the person it is about contests it, and returns its ID. subject must be that
// person. Nobody who judged the first case, or withdrew it, can take the second. A verdict means what it always does: Approved delivers
// what the function said, Rejected nothing, Replaced the reviewer's answer; the function it was wrapped by delivers it, called under
// Resume with the appeal's ID and the same input. A case is appealed once; asking again returns the same appeal.
//
// ErrNotFound: there is no such case of this person. ErrConflict: it is not decided yet, or it is a call and not an answer. ErrFull: ask
// again once cases have been decided.
func (k *Desk) Appeal(ctx context.Context, subject string, id uuid.UUID, statement string) (uuid.UUID, error) {
	if err := k.usable(); err != nil {
		return uuid.Nil, err
	}
	if len(statement) > maxStatement || !utf8.ValidString(statement) {
		return uuid.Nil, invalid("the statement must be at most 64 KiB of UTF-8")
	}
	f, err := k.read(ctx, id)
	if err != nil {
		return uuid.Nil, err
	}
	switch {
	case subject == "" || f.subject != subject || f.gold:
		return uuid.Nil, &CaseError{Reason: ErrNotFound, Case: id}
	case !f.decided():
		return uuid.Nil, &CaseError{Reason: ErrConflict, Case: id, Detail: "it is not decided yet"}
	case f.Call:
		return uuid.Nil, &CaseError{Reason: ErrConflict, Case: id, Detail: "it is about a call; make the call again instead"}
	case f.appeal:
		return uuid.Nil, &CaseError{Reason: ErrConflict, Case: id, Detail: "an appeal is not appealed"}
	}
	return k.openAppeal(ctx, f, statement)
}

func (k *Desk) openAppeal(ctx context.Context, f *dossier, statement string) (uuid.UUID, error) {
	opening := onceID(f.opening, "case.appealed")
	id := uuid.NewSHA1(space, opening[:]) // the same for every asking
	if _, err := k.read(ctx, id); err == nil {
		return id, nil // also where there is no room for another
	} else if !errors.Is(err, ErrNotFound) {
		return uuid.Nil, err
	}
	done, err := k.room(ctx, nil)
	if err != nil {
		return uuid.Nil, err
	}
	defer done()
	now := time.Now()
	public, body := f.openedPublic, f.body
	public.Held, public.HoldRule, public.Need, public.Rule = true, "", 0, ""
	public.Blind, public.BlindShare, public.Remind, body.Answer = false, 0, 0, nil
	if k.policy.Remind < k.policy.Within {
		public.Remind = int64(k.policy.Remind)
	}
	public.Fallback = Rejected // what nobody looked at again is not delivered
	public.Deadline, public.Undo, public.Valid = now.Add(k.policy.Within).UnixNano(), int64(k.policy.Undo), int64(k.policy.Valid)
	body.Appeal = &appealBody{Of: f.id, Statement: statement}
	for _, v := range f.votes {
		body.Appeal.Barred = append(body.Appeal.Barred, v.reviewer)
	}
	if f.verdict.invalid && f.verdict.reviewer != "" {
		body.Appeal.Barred = append(body.Appeal.Barred, f.verdict.reviewer)
	}
	seal := sealOf(id, f.input, &public, body.Output)
	body.Digest = seal[:]
	if _, _, err := k.commit(ctx, entry(kindOpened, opening, id, f.subject, &public, &body)); err != nil {
		return uuid.Nil, unwritten(nil, "the appeal", err)
	}
	return id, nil
}

type appealBody struct {
	Of        uuid.UUID `json:"of"`
	Statement string    `json:"statement,omitempty"`
	Barred    []string  `json:"barred,omitempty"`
}
