package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/transparency"
)

// shop is the lender's own pages.
type shop struct {
	*house
	sessions
	site *web.Site
}

var sayings = map[string]string{
	"acting": "You act as this applicant now.",
	"staff":  "You are signed in as a reviewer.",
	"left":   "You are nobody in particular again.",
}

// acting is the applicant the visitor acts as.
func (s *shop) acting(v *web.Visit) (credit.Applicant, error) {
	a, ok := s.applicant(s.who(v.Request, asCustomer))
	if !ok {
		return a, web.Problem(http.StatusUnauthorized, "Please choose first whom to act as: the page Applicants lists them.")
	}
	return a, nil
}

func (s *shop) tour(v *web.Visit) (*web.Page, error) {
	state := s.desk.State()
	return &web.Page{
		Title: "A lender that asks first",
		Lead: "Five guards stand around one scoring function here. Act as an applicant, then as a reviewer, and see what each of them does. " +
			"This is a demo: the applicants are real, taken from published data; the lender and its loans are not.",
		Template: "tour",
		Data: map[string]any{
			"Newcomer": newcomer, "Customer": s.who(v.Request, asCustomer), "Staff": s.who(v.Request, asStaff), "Reviewers": reviewers,
			"Held": state.Held, "Stopped": state.Stopped != nil, "Fair": s.monitor.Status().Sentence,
		},
	}, nil
}

const perPage = 25

func (s *shop) customers(v *web.Visit) (*web.Page, error) {
	from := 1
	if text := v.Field("from"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > len(s.applicants) {
			return nil, web.Problem(http.StatusNotFound, fmt.Sprintf("There are the applicants 1 to %d.", len(s.applicants)))
		}
		from = n
	}
	end := min(from-1+perPage, len(s.applicants))
	return &web.Page{
		Title: "Whom do you want to act as?", Template: "customers",
		Lead: "1,000 people who asked a bank for a loan (Statlog German Credit, 1994, CC BY 4.0). Their names are not known, and no password is asked for.",
		Data: map[string]any{
			"People": s.applicants[from-1 : end], "From": from, "To": end, "All": len(s.applicants),
			"Before": max(1, from-perPage), "After": from + perPage, "Customer": s.who(v.Request, asCustomer),
		},
	}, nil
}

func (s *shop) actAs(v *web.Visit) (*web.Page, error) {
	row, err := strconv.Atoi(strings.TrimSpace(v.Field("row")))
	if err != nil || row < 1 || row > len(s.applicants) {
		return nil, web.Problem(http.StatusUnprocessableEntity, fmt.Sprintf("There are the applicants 1 to %d.", len(s.applicants)))
	}
	s.signed(v.Request, asCustomer, customerID(row))
	return web.SeeAs(customerID(row), "apply?said=acting"), nil
}

func (s *shop) staffPage(v *web.Visit) (*web.Page, error) {
	return &web.Page{
		Title: "Staff", Template: "staff", Lead: "The review desk and the fairness report are for the lender's people. No password is asked for: this is a demo.",
		Data: map[string]any{"Reviewers": reviewers, "Staff": s.who(v.Request, asStaff)},
	}, nil
}

func (s *shop) signInStaff(v *web.Visit) (*web.Page, error) {
	name := v.Field("name")
	if !slices.Contains(reviewers, name) {
		return nil, web.Problem(http.StatusUnprocessableEntity, "There is no such reviewer.")
	}
	s.signed(v.Request, asStaff, name)
	return web.See("staff?said=staff"), nil
}

func (s *shop) leave(v *web.Visit) (*web.Page, error) {
	s.signed(v.Request, asCustomer, "")
	s.signed(v.Request, asStaff, "")
	return web.SeeAs(s.who(v.Request, asVisitor), "?said=left"), nil
}

// wish is what stands in the form of an application.
type wish struct {
	Amount, Months, Message, Wrong string
	Allowed                        bool // the computer may decide
	Row                            int
	MinAmount, MaxAmount           int
	MinMonths, MaxMonths           int
}

func (s *shop) form(v *web.Visit) (*web.Page, error) {
	a, err := s.acting(v)
	if err != nil {
		return nil, err
	}
	return s.formFor(v, a, wish{Amount: strconv.Itoa(a.Amount), Months: strconv.Itoa(a.Months), Message: a.Message()}, http.StatusOK)
}

func (s *shop) formFor(v *web.Visit, a credit.Applicant, w wish, status int) (*web.Page, error) {
	answer, _ := s.gate.Check(v.Context(), consent.Ask{Subject: customerID(a.Row), Purpose: scoring}) // not allowed is an answer, too
	w.Allowed, w.Row = answer.Allowed, a.Row
	w.MinAmount, w.MaxAmount, w.MinMonths, w.MaxMonths = minAmount, maxAmount, minMonths, maxMonths
	return &web.Page{Title: "Ask for a loan", Template: "apply", Data: w, Status: status}, nil
}

func (s *shop) apply(v *web.Visit) (*web.Page, error) {
	who, err := s.acting(v)
	if err != nil {
		return nil, err
	}
	w := wish{Amount: v.Field("amount"), Months: v.Field("months"), Message: v.Field("message")}
	a := apply(who)
	a.Message = w.Message
	var errs [2]error
	a.Amount, errs[0] = strconv.Atoi(strings.TrimSpace(w.Amount))
	a.Months, errs[1] = strconv.Atoi(strings.TrimSpace(w.Months))
	switch {
	case errs[0] != nil || a.Amount < minAmount || a.Amount > maxAmount:
		w.Wrong = fmt.Sprintf("The amount is a whole number from %d to %d.", minAmount, maxAmount)
	case errs[1] != nil || a.Months < minMonths || a.Months > maxMonths:
		w.Wrong = fmt.Sprintf("The length is a whole number of months from %d to %d.", minMonths, maxMonths)
	case len(w.Message) > maxMessage:
		w.Wrong = "The message is too long."
	}
	if w.Wrong != "" {
		return s.formFor(v, who, w, http.StatusUnprocessableEntity)
	}
	trail, err := s.ask(context.WithoutCancel(v.Context()), a) // who closes the window has asked all the same
	if err != nil && !errors.Is(err, oversight.ErrPending) {
		return nil, err // typed errors say what the customer may read
	}
	return web.See("application/" + trail.ID().String()), nil
}

// outcome is one decision as its customer sees it.
type outcome struct {
	Record transparency.Record
	Answer *Answer
	Typed  string // of the message: what the customer wrote
	Saw    string // and what the model was given
	Hidden int    // how many words of it were replaced
	Why    string
}

func (s *shop) application(v *web.Visit) (*web.Page, error) {
	r, err := s.record(v)
	if err != nil {
		return nil, err
	}
	o := outcome{Record: r}
	reveal := func(text string) (string, error) { return s.redactor.Reveal(v.Context(), r.Subject, r.Session, text) }
	if o.Why, err = reveal(r.Why()); err != nil {
		return nil, err
	}
	var saw Application
	if json.Unmarshal(r.Input.Payload, &saw) == nil { // a call that did not reach the model has no input
		if o.Typed, err = reveal(saw.Message); err != nil {
			return nil, err
		}
		o.Saw = saw.Message
	}
	for _, hidden := range r.Hidden {
		o.Hidden += hidden.N
	}
	var answer Answer
	switch {
	case r.Outcome == fairlead.Fallback:
		if answer, err = Popular(v.Context(), Application{}); err != nil {
			return nil, err
		}
		o.Answer = &answer
	case json.Unmarshal(r.Output.Payload, &answer) == nil:
		if answer.Note, err = reveal(answer.Note); err != nil {
			return nil, err
		}
		o.Answer = &answer
	}
	page := &web.Page{Title: "Your application", Template: "application", Data: o}
	if r.Outcome == fairlead.Held {
		page.Live = "live"
	}
	return page, nil
}

// record is the decision of the address, if it is about the customer who asks.
func (s *shop) record(v *web.Visit) (transparency.Record, error) {
	a, err := s.acting(v)
	if err != nil {
		return transparency.Record{}, err
	}
	id, err := uuid.Parse(v.PathValue("id"))
	if err != nil {
		return transparency.Record{}, web.Problem(http.StatusNotFound, "There is no such application of yours.")
	}
	return s.journal.Get(v.Context(), customerID(a.Row), id)
}

// changed is what a page that waits for a reviewer waits for: how the customer's latest decisions ended.
func (s *shop) changed(v *web.Visit) (string, error) {
	a, err := s.acting(v)
	if err != nil {
		return "", err
	}
	var state strings.Builder
	n := 0
	for r, err := range s.journal.Find(v.Context(), customerID(a.Row)) {
		if err != nil {
			return "", err
		}
		if fmt.Fprintln(&state, r.ID, r.Outcome); n == perPage {
			break
		}
		n++
	}
	return state.String(), nil
}
