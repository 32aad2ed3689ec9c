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
	if !f.decided() && !time.Now().Before(f.turns()) {
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
	patience := time.NewTimer(k.policy.Wait)
	defer patience.Stop()
	for pause := time.Duration(0); ; {
		changed, turns, leave := k.state.join(c.id)
		if changed == nil {
			return nil
		}
		turn := time.NewTimer(max(pause, time.Until(turns)))
		over, err := false, error(nil)
		select {
		case <-changed:
		case <-turn.C:
			_, err = k.Expire(ctx)         // its deadline is here, or its verdict stands
			pause = 100 * time.Millisecond // else a clock was set back: it is tried again, without haste
		case <-patience.C:
			over = true
		case <-ctx.Done():
			err = ctx.Err()
		case <-k.gone:
			err = errGone
		}
		turn.Stop()
		leave()
		if over || err != nil {
			return err
		}
	}
}

// join gives a channel that the fold closes when somebody decides the case, and when it turns by itself; nil if it is not open.
func (s *state) join(id uuid.UUID) (changed <-chan struct{}, turns time.Time, leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.open[id]
	if r == nil {
		return nil, time.Time{}, nil
	}
	w := s.watch[id]
	if w == nil {
		w = &watcher{done: make(chan struct{})}
		s.watch[id] = w
	}
	w.n++
	return w.done, r.turns(), func() {
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
	e := turning(f.record, time.Now())
	if _, _, err := k.commit(ctx, e); err != nil {
		return nil, unwritten(nil, "the expiry", err)
	}
	return k.read(ctx, c.id)
}

// goesOut has it recorded that the answer went out, or the rejection, once the guards further out have let it: what they refuse was not
// delivered, and stands in Undelivered as before. If it cannot be recorded it stands there, too: delivered twice is the same twice.
func (k *Desk) goesOut(ctx context.Context, d *call.Decision, f *dossier) {
	if f.delivered {
		return
	}
	d.AtEnd(func(end call.Outcome) {
		if end != call.Allowed && end != call.Replaced && end != call.Rejected {
			return
		}
		// Its caller may have gone meanwhile, and has the answer all the same.
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), resultTimeout)
		defer cancel()
		_ = k.delivered(after, d, f)
	})
}

// delivered records that the answer has gone out; of all deliveries of one case the first is kept.
func (k *Desk) delivered(ctx context.Context, d *call.Decision, f *dossier) error {
	if f.delivered {
		return nil
	}
	e := entry(kindDelivered, onceID(f.opening, kindDelivered), f.id, f.subject, nil, nil)
	if _, _, err := k.commit(ctx, e); err != nil {
		return unwritten(d, "the delivery", err)
	}
	return nil
}

// resumed finds the case that a call made with Resume continues.
func (k *Desk) resumed(ctx context.Context, o *opening) (*dossier, error) {
	d := o.d
	if err := o.identified(); err != nil {
		return nil, err
	}
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
