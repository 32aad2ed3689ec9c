package main

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/examples/credit/scorecard"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/oversight"
)

// The demo data are the applicants' consents, their applications through the guards as through the website, and what reviewers said to
// most of the cases that were held. A website without a past would have nothing to show.
const (
	atOnce    = 64 // applicants: the ledger writes what comes together together
	newcomer  = 13 // the tour's applicant: nobody has asked them yet
	leaveOpen = 12 // cases for the reviewers of the tour
)

var reviewers = []string{"reviewer-1", "reviewer-2"}

// load puts the first n applicants in, those that are there already left out. done is told how many of how many it has dealt
// with, by several goroutines at once.
func (h *house) load(ctx context.Context, n int, done func(of, all int)) error {
	if h.desk.State().Stopped != nil {
		return nil // somebody pressed the button before the restart: nothing is decided until it is let go
	}
	if err := h.enrol(ctx); err != nil {
		return err
	}
	people := h.applicants[:min(n, len(h.applicants))]
	var mu sync.Mutex
	held := map[uuid.UUID]credit.Applicant{}
	var order []uuid.UUID
	err := h.each(ctx, len(people), done, func(i int) error {
		id, err := h.settle(ctx, people[i])
		if err == nil && id != uuid.Nil {
			mu.Lock()
			defer mu.Unlock()
			held[id], order = people[i], append(order, id)
		}
		return err
	})
	if err != nil || len(order) <= leaveOpen {
		return err
	}
	order = order[:len(order)-leaveOpen]
	return h.each(ctx, len(order), func(int, int) {}, func(i int) error { return h.review(ctx, order[i], held[order[i]]) })
}

// each calls f for 0 to n-1, some at once, until one fails.
func (h *house) each(ctx context.Context, n int, done func(of, all int), f func(int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var next, finished atomic.Int64
	for range atOnce {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				if err := f(int(i)); err != nil {
					cancel(err)
					return
				}
				done(int(finished.Add(1)), n)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

func (h *house) enrol(ctx context.Context) error {
	roster, err := h.desk.Roster(ctx)
	if err != nil || len(roster) > 0 {
		return err
	}
	for _, name := range reviewers {
		m := oversight.Member{Name: name, Competence: "credit analyst", TrainedUntil: time.Now().AddDate(1, 0, 0)}
		if err := h.desk.Enrol(ctx, "demo data", m); err != nil {
			return err
		}
	}
	return nil
}

// settle records what an applicant said about their data and has their application decided. It returns the case if it is held.
func (h *house) settle(ctx context.Context, a credit.Applicant) (uuid.UUID, error) {
	id := customerID(a.Row)
	for r, err := range h.journal.Find(ctx, id) {
		if err != nil || r.Outcome != fairlead.Stopped {
			return uuid.Nil, err // was here before
		}
	}
	if a.Row == newcomer {
		return uuid.Nil, nil
	}
	if err := h.agree(ctx, a); err != nil {
		return uuid.Nil, err
	}
	in := apply(a)
	if err := h.ready(ctx); err != nil {
		return uuid.Nil, err
	}
	trail, err := h.ask(ctx, in)
	for errors.Is(err, oversight.ErrStopped) && h.ready(ctx) == nil {
		trail, err = h.ask(ctx, in)
	}
	if pending, held := errors.AsType[*oversight.PendingError](err); held {
		return pending.Case, nil
	}
	if err != nil || trail.Outcome() != fairlead.Allowed {
		return uuid.Nil, err
	}
	p, err := scorecard.Points(ctx, in.Input)
	if err != nil {
		return uuid.Nil, err
	}
	// What became of the loan is known for these people: the monitor counts errors by group, too.
	return uuid.Nil, h.monitor.Label(ctx, fairness.Observation{Groups: in.Groups(), Favourable: p >= scorecard.Threshold}, a.Repaid)
}

// ready waits until gate and desk have read their log: on a machine that is busy for long they refuse, rightly, and go on afterwards.
func (h *house) ready(ctx context.Context) error {
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		answer, _ := h.gate.Check(ctx, consent.Ask{Subject: "nobody", Purpose: scoring})
		current := answer.Reason != consent.ReasonStale && answer.Reason != consent.ReasonUnavailable
		if err = h.desk.Check(ctx); err == nil && current {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return errors.Join(errors.New("the log has not been read for a minute"), err)
}

// agree records what an applicant said: nine in ten agreed, some of them took it back, and one agreed too long ago.
func (h *house) agree(ctx context.Context, a credit.Applicant) error {
	if a.Row%10 == 0 {
		return nil // never agreed
	}
	e := consent.Event{Subject: customerID(a.Row), Purpose: scoring, Method: "web form", Once: "demo"}
	e.Given = time.Now().Add(-time.Duration(a.Row) * time.Hour)
	if a.Row == 123 {
		e.Given = time.Now().AddDate(-2, 0, 0)
	}
	if _, err := h.gate.Grant(ctx, e); err != nil {
		return err
	}
	if a.Row%50 != 7 {
		return nil
	}
	_, err := h.gate.Withdraw(ctx, consent.Event{Subject: e.Subject, Purpose: scoring, Method: "web form", Once: "demo"})
	return err
}

// review plays the reviewers: a fixed rule, the same for all who have to agree.
func (h *house) review(ctx context.Context, id uuid.UUID, a credit.Applicant) error {
	for _, name := range reviewers {
		file, err := h.desk.Get(ctx, id)
		if err != nil || file.Votes >= max(1, file.Need) {
			return err
		}
		lease, err := h.desk.Claim(ctx, name, id)
		if err != nil {
			return err
		}
		judgement, err := judge(a, file)
		if err != nil {
			return err
		}
		if err := h.desk.Submit(ctx, lease, judgement); err != nil {
			return err
		}
	}
	return nil
}

func judge(a credit.Applicant, file oversight.File) (oversight.Judgement, error) {
	var answer Answer
	if err := json.Unmarshal(file.Output, &answer); err != nil {
		return oversight.Judgement{}, err
	}
	switch {
	case file.Blind: // nobody sees what the model said
		return oversight.Judgement{Verdict: oversight.Replaced, Output: answer, Comment: "My own reading of the papers."}, nil
	case a.Row%5 == 0 && !answer.Loan:
		answer.Loan, answer.Amount, answer.Months, answer.Yearly = true, a.Amount, a.Months, 7.9
		return oversight.Judgement{Verdict: oversight.Replaced, Output: answer, Comment: "Steady income that the points do not see."}, nil
	case a.Row%7 == 0:
		return oversight.Judgement{Verdict: oversight.Rejected, Comment: "Ask for the missing papers first."}, nil
	}
	return oversight.Judgement{Verdict: oversight.Approved}, nil
}
