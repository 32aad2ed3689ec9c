package console

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/oversight"
)

// assign reserves a case for somebody, or for nobody.
func (c *console) assign(v *web.Visit) (*web.Page, error) {
	id, err := caseID(v)
	if err != nil {
		return nil, err
	}
	to := v.Field("to")
	if err := c.desk.Assign(v.Context(), v.Who, id, to); err != nil {
		switch {
		case errors.Is(err, oversight.ErrFenced):
			return nil, web.Problem(http.StatusConflict, "This had no effect: the case is decided, or they have judged it already.")
		case errors.Is(err, oversight.ErrRoster):
			return nil, web.Problem(http.StatusUnprocessableEntity, "They are not on the roster of reviewers, or their training has to be repeated, so that they could not take the case.")
		}
		return nil, plain(err)
	}
	if to == "" {
		return web.See("case/" + id.String() + "?said=freed"), nil
	}
	return web.See("case/" + id.String() + "?said=assigned"), nil
}

func (c *console) withdraw(v *web.Visit) (*web.Page, error) {
	id, err := caseID(v)
	if err != nil {
		return nil, err
	}
	if err := c.desk.Invalidate(v.Context(), v.Who, id, v.Field("why")); err != nil {
		if errors.Is(err, oversight.ErrInvalid) {
			return nil, web.Problem(http.StatusUnprocessableEntity, "Say why, in a few words: it is part of the record.")
		}
		return nil, plain(err)
	}
	return web.See("case/" + id.String() + "?said=withdrawn"), nil
}

// appeal lodges what a person said by letter or telephone.
func (c *console) appeal(v *web.Visit) (*web.Page, error) {
	id, err := caseID(v)
	if err != nil {
		return nil, err
	}
	f, err := c.read(v, id)
	if err != nil {
		return nil, plain(err)
	}
	statement := v.Field("statement")
	if statement == "" {
		return nil, web.Problem(http.StatusUnprocessableEntity, "Write down what the person says.")
	}
	opened, err := c.desk.Appeal(v.Context(), f.Subject, id, statement)
	switch {
	case errors.Is(err, oversight.ErrConflict), errors.Is(err, oversight.ErrNotFound):
		return nil, web.Problem(http.StatusConflict, "This case cannot be appealed: it is not decided yet, it was an appeal itself, or it was about something to be done.")
	case err != nil:
		return nil, plain(err)
	}
	return web.See("case/" + opened.String() + "?said=appealed"), nil
}

// resolve says what somebody found who looked what an interrupted call did.
func (c *console) resolve(v *web.Visit) (*web.Page, error) {
	id, err := caseID(v)
	if err != nil {
		return nil, err
	}
	happened := v.PostForm.Get("happened")
	if happened != "yes" && happened != "no" {
		return nil, web.Problem(http.StatusUnprocessableEntity, "Say whether it happened.")
	}
	switch err := c.desk.Resolve(v.Context(), v.Who, id, happened == "yes", v.Field("why")); {
	case errors.Is(err, oversight.ErrInvalid):
		return nil, web.Problem(http.StatusUnprocessableEntity, "Say why, in a few words: it is part of the record.")
	case errors.Is(err, oversight.ErrConflict):
		return nil, web.Problem(http.StatusConflict, "This had no effect: what it did is known by now, or somebody else has looked.")
	case err != nil:
		return nil, plain(err)
	}
	return web.See("case/" + id.String() + "?said=resolved"), nil
}

// find opens a case by its ID, as it stands in a letter or a log.
func (c *console) find(v *web.Visit) (*web.Page, error) {
	id, err := uuid.Parse(v.Field("case"))
	if err != nil {
		return nil, web.Problem(http.StatusNotFound, "That is not the number of a case: it looks like 0198c0de-0000-7000-8000-000000000000.")
	}
	return web.See("case/" + id.String()), nil
}

// reveal shows a case with the real words in it. It is a POST: that somebody looked is on record.
func (c *console) reveal(v *web.Visit) (*web.Page, error) {
	id, err := caseID(v)
	if err != nil {
		return nil, err
	}
	f, err := c.read(v, id)
	if err != nil {
		return nil, plain(err)
	}
	if c.o.Reveal == nil || f.Session == "" {
		return nil, web.Problem(http.StatusNotFound, "There are no real words to show here.")
	}
	view := c.view(v, f, nil, nil)
	failed := false
	real := func(f oversight.File, text string) string {
		if failed || !placeholder.MatchString(text) {
			return text
		}
		shown, err := c.realWords(v.Context(), v.Who, f, text)
		if err != nil {
			failed = true
			return text
		}
		return shown
	}
	show := c.shower(f, real)
	view.Input, view.Output, view.Given, view.Why = show("", f.Input), show("", f.Output), show("", f.Correction), c.explained(f, real)
	if failed {
		return nil, web.Problem(http.StatusServiceUnavailable, "The real words cannot be shown just now, so none are.")
	}
	view.Revealed = true
	return c.casePage(v, view, http.StatusOK), nil
}

func (c *console) realWords(ctx context.Context, who string, f oversight.File, text string) (shown string, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("console: Options.Reveal panicked")
		}
	}()
	return c.o.Reveal(ctx, who, f, text)
}
