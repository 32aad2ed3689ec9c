package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/oversight"
)

// held is a call that waits for a reviewer.
type held struct {
	id       uuid.UUID
	customer Customer
}

// review plays the reviewer: claims each held case in order and decides it by a fixed rule, and each call is resumed. The model
// does not run again.
func (h *house) review(ctx context.Context, cases []held, tally map[fairlead.Outcome]int) error {
	for i, c := range cases {
		lease, err := h.desk.Claim(ctx, "reviewer-1", c.id)
		if err != nil {
			return fmt.Errorf("claim: %w", err)
		}
		file, err := h.desk.Get(ctx, c.id)
		if err != nil {
			return fmt.Errorf("read the case: %w", err)
		}
		var offers []Offer
		if err := json.Unmarshal(file.Output, &offers); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		if err := h.desk.Submit(ctx, lease, judge(i, offers)); err != nil {
			return fmt.Errorf("decide: %w", err)
		}
		tracked, trail := fairlead.Track(oversight.Resume(ctx, c.id))
		if _, err := h.recommend(tracked, c.customer); err != nil && !errors.Is(err, oversight.ErrRejected) {
			return fmt.Errorf("resume: %w", err)
		}
		tally[trail.Outcome()]++
	}
	return nil
}

// judge is the reviewer's rule: every fifth customer with a low score is offered the loan after all, every seventh gets no offer, and the
// rest is left as the model said.
func judge(i int, offers []Offer) oversight.Judgement {
	switch {
	case i%5 == 4:
		better := append([]Offer{{Name: loan, Note: offers[0].Note}}, offers...)
		return oversight.Judgement{Verdict: oversight.Replaced, Output: better, Comment: "Steady income that the points do not see."}
	case i%7 == 6:
		return oversight.Judgement{Verdict: oversight.Rejected, Comment: "Ask for the missing papers first."}
	}
	return oversight.Judgement{Verdict: oversight.Approved}
}
