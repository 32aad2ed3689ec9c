package oversight

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// settle returns a decided case, after waiting for it at most for the policy's Wait if patient, or a *PendingError.
func (k *Desk) settle(ctx context.Context, d *call.Decision, c caseRef, patient bool) (*dossier, error) {
	pending := &PendingError{Case: c.id, Decision: d.ID(), Until: c.deadline}
	if patient && k.policy.Wait > 0 {
		if pending.Err = k.wait(ctx, c); pending.Err != nil {
			return nil, pending // the case lives on without its caller
		}
	}
	f, err := k.read(ctx, c.id)
	if err != nil {
		return nil, inDecision(err, d)
	}
	if !f.decided() && !time.Now().Before(c.deadline) {
		if f, err = k.overtime(ctx, c); err != nil {
			return nil, inDecision(err, d)
		}
	}
	if !f.decided() {
		return nil, pending
	}
	return f, nil
}

// wait returns when the case is decided, when Wait or the case's time is over, or with the context's error. It is woken by the
// fold: nobody polls.
func (k *Desk) wait(ctx context.Context, c caseRef) error {
	decided, leave := k.state.join(c.id)
	if decided == nil {
		return nil
	}
	defer leave()
	timer := time.NewTimer(min(k.policy.Wait, time.Until(c.deadline)))
	defer timer.Stop()
	select {
	case <-decided:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// join gives a channel that the fold closes with the verdict, and nil if the case is not open.
func (s *state) join(id uuid.UUID) (decided <-chan struct{}, leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[id] == nil {
		return nil, nil
	}
	w := s.watch[id]
	if w == nil {
		w = &watcher{done: make(chan struct{})}
		s.watch[id] = w
	}
	w.n++
	return w.done, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if w.n--; w.n == 0 && s.watch[id] == w {
			delete(s.watch, id)
		}
	}
}

// overtime ends a case that nobody decided in time and reads it again.
func (k *Desk) overtime(ctx context.Context, c caseRef) (*dossier, error) {
	f, err := k.read(ctx, c.id)
	if err != nil || f.decided() {
		return f, err
	}
	e := expiry(f.record, time.Now(), expiredPublic{})
	if _, _, err := k.commit(ctx, e); err != nil {
		return nil, unwritten(nil, "the expiry", err)
	}
	return k.read(ctx, c.id)
}

// delivered records that the answer has gone out; of all deliveries of one case the first is kept.
func (k *Desk) delivered(ctx context.Context, d *call.Decision, f *dossier) error {
	if f.delivered {
		return nil
	}
	e := entry(kindDelivered, onceID(f.opening, kindDelivered), f.id, f.subject, time.Now(), nil, nil)
	if _, _, err := k.commit(ctx, e); err != nil {
		return unwritten(d, "the delivery", err)
	}
	return nil
}

// resumed finds the case that a call made with Resume continues.
func (k *Desk) resumed(ctx context.Context, o *opening) (*dossier, error) {
	d := o.d
	f, err := k.read(ctx, d.ID())
	if err != nil {
		return nil, inDecision(err, d)
	}
	input, err := inputDigest(d, o.in)
	if err != nil {
		return nil, err
	}
	if err := f.matches(o, input); err != nil {
		return nil, err
	}
	if !f.Held {
		return nil, &CaseError{Reason: ErrConflict, Case: f.id, Decision: d.ID(), Detail: "it held nothing, so there is nothing to resume"}
	}
	if f.decided() {
		return f, nil
	}
	note := f.review()
	note.Verdict = ""
	d.NoteHeld(note)
	return k.settle(ctx, d, f.ref(), false)
}

// Resume returns a context under which the guarded function that a case was opened by continues it: called with the same input, it
// delivers what was decided without running again, or, after Approve, runs once. Everything around it is checked again.
// While the case is open it returns ErrPending. Delivering twice gives the same answer twice.
func Resume(ctx context.Context, caseID uuid.UUID) context.Context {
	return call.WithResume(ctx, caseID)
}
