package console

import (
	"errors"
	"net/http"
	"time"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/oversight"
)

// staffView is the data of the reviewers' page.
type staffView struct {
	Quality oversight.Quality
	Days    int
	Roster  []onRoster
	Staff   bool
	Draft   oversight.Member
	Until   string
	Notice  *notice
}

type onRoster struct {
	oversight.Member
	Lapsed bool
}

// since is where the window of the figures begins, half a year back at most: with the quarter before this one, as the evidence of the
// test cases is right at every look for windows of one beginning, and for one that moves with the day it is not.
func since(now time.Time) time.Time {
	return time.Date(now.Year(), (now.Month()-1)/3*3-2, 1, 0, 0, 0, 0, now.Location())
}

func (c *console) reviewers(v *web.Visit) (*web.Page, error) {
	return c.staffPage(v, &staffView{}, http.StatusOK)
}

func (c *console) staffPage(v *web.Visit, s *staffView, status int) (*web.Page, error) {
	var err error
	now := time.Now().In(c.location())
	from := since(now)
	s.Days, s.Staff = int(now.Sub(from).Hours()/24)+1, c.may(v, Staff)
	if s.Quality, err = c.desk.Quality(v.Context(), oversight.Window{From: from}); err != nil {
		return nil, plain(err)
	}
	members, err := c.desk.Roster(v.Context())
	if err != nil {
		return nil, plain(err)
	}
	for _, m := range members {
		s.Roster = append(s.Roster, onRoster{m, !time.Now().Before(m.TrainedUntil)})
	}
	return &web.Page{
		Title: v.T("Reviewers"), Template: "reviewers", Data: s, Wide: true, Status: status,
		Lead: v.T("How people review: signs to talk about, not proof."),
	}, nil
}

func (c *console) enrol(v *web.Visit) (*web.Page, error) {
	s := &staffView{Draft: oversight.Member{Name: v.Field("name"), Competence: v.Field("competence")}, Until: v.Field("until")}
	until, err := time.ParseInLocation(time.DateOnly, s.Until, c.location())
	if err != nil {
		s.Notice = &notice{"bad", v.T("Say until which day the training holds, as in 2027-03-31.")}
		return c.staffPage(v, s, http.StatusUnprocessableEntity)
	}
	s.Draft.TrainedUntil = until.AddDate(0, 0, 1) // that day included
	if err := c.desk.Enrol(v.Context(), v.Who, s.Draft); err != nil {
		if !errors.Is(err, oversight.ErrInvalid) {
			return nil, plain(err)
		}
		s.Notice = &notice{"bad", v.T("A name and what they bring along are needed.")}
		return c.staffPage(v, s, http.StatusUnprocessableEntity)
	}
	return web.See("reviewers?said=enrolled"), nil
}

func (c *console) dismiss(v *web.Visit) (*web.Page, error) {
	if err := c.desk.Dismiss(v.Context(), v.Who, v.Field("name")); err != nil {
		if errors.Is(err, oversight.ErrInvalid) {
			return nil, web.Problem(http.StatusConflict, "Nobody of that name is on the roster any more.")
		}
		return nil, plain(err)
	}
	return web.See("reviewers?said=dismissed"), nil
}

func (c *console) location() *time.Location {
	if c.o.Location == nil {
		return time.UTC
	}
	return c.o.Location
}
