package oversight

import (
	"context"

	"github.com/google/uuid"
)

type resolvedPublic struct {
	Happened bool `json:"happened"`
}

// Resolve says of an interrupted call that somebody looked what it did in the world, and what they found. It leaves [Desk.Interrupted]
// and is not run again either way: what did not happen and still has to is asked for anew. A result that its caller writes after all
// counts all the same. Required: who, why, which is evidence.
//
// ErrNotFound: no such case. ErrConflict: it was not begun, its result is known, or somebody has looked already.
func (k *Desk) Resolve(ctx context.Context, who string, id uuid.UUID, happened bool, why string) error {
	if err := k.usable(); err != nil {
		return err
	}
	if err := named(who); err != nil {
		return err
	}
	if err := stated(why); err != nil {
		return err
	}
	f, err := k.read(ctx, id)
	if err != nil {
		return err
	}
	if !f.lost() {
		return &CaseError{Reason: ErrConflict, Case: id, Detail: "it was not begun, its result is known, or somebody has looked already"}
	}
	mine := stopBody{Who: who, Why: why}
	e := entry(kindResolved, onceID(f.opening, kindResolved), id, f.subject, resolvedPublic{happened}, mine)
	if _, _, err := k.commit(ctx, e); err != nil {
		return unwritten(nil, "what was found", err)
	}
	if f, err = k.read(ctx, id); err != nil {
		return err
	}
	if f.resolved == nil || f.resolved.Happened != happened || f.found != mine {
		return &CaseError{Reason: ErrConflict, Case: id, Detail: "somebody else looked at the same time, and what they said stands"}
	}
	return nil
}

// lost says whether an approved call was begun, and nobody knows or has found out whether it happened.
func (f *dossier) lost() bool { return f.intent != uuid.Nil && f.result == nil && f.resolved == nil }
