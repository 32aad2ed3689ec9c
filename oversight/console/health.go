package console

import (
	"context"
	"slices"
	"time"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/oversight"
)

// cached keeps the figures that are read from the whole ledger for a while.
type cached struct {
	turn chan struct{} // held by who reads them: the others wait, for as long as they want to
	at   time.Time
	fig  *figures
}

// keep is how long figures are shown before they are computed anew.
const keep = 15 * time.Second

// The windows of the health page.
const (
	recent  = 30 // days that the rate is of
	weeks   = 12 // of the time line
	history = weeks * 7
)

// figures are what takes reading.
type figures struct {
	At          time.Time
	Rate        oversight.Estimate // of the last 30 days
	Before      oversight.Estimate // of the 30 days before
	Weeks       []week
	Alpha       float64
	Twice       int
	Bias        oversight.Bias
	Undelivered []oversight.Delivery
	Interrupted []oversight.Delivery
}

type week struct {
	From time.Time
	oversight.Rate
}

type healthView struct {
	*figures
	State  oversight.State
	Ages   ages
	Rules  *oversight.Policy
	Drift  string
	Shift  bool // the drift is more than chance
	Chart  *chart
	Bars   []bar
	Level  string // of the breaker, in percent of its limit
	Export bool
	More   int // undelivered cases beyond those listed
}

// ages are how long open cases have waited.
type ages struct {
	N, Scanned     int
	Oldest, Median time.Duration
	Due            int // whose deadline is within the hour
	Urgent, Split  int
}

func (c *console) healthPage(v *web.Visit) (*web.Page, error) {
	f, err := c.figures(v.Context())
	if err != nil {
		return nil, plain(err)
	}
	h := &healthView{figures: f, State: c.desk.State(), Rules: c.o.Rules, Export: c.may(v, Export)}
	items, err := c.desk.Pending(v.Context(), oversight.Filter{Limit: 2 * scan})
	if err != nil {
		return nil, plain(err)
	}
	if n := len(f.Undelivered); n > listedMost {
		h.More = n - listedMost
	}
	h.Ages = aged(items, time.Now())
	h.drift(v)
	h.Chart = timeLine(v, f.Weeks)
	h.Bars = bars(f.Rate.Strata)
	return &web.Page{Title: v.T("Health"), Template: "health", Data: h, Wide: true}, nil
}

// listedMost is how many undelivered cases the page lists.
const listedMost = 20

// Waiting are those that the page lists.
func (h *healthView) Waiting() []oversight.Delivery {
	return h.Undelivered[:min(len(h.Undelivered), listedMost)]
}

func (c *console) figures(ctx context.Context) (*figures, error) {
	select {
	case c.health.turn <- struct{}{}:
		defer func() { <-c.health.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	now := time.Now()
	if f := c.health.fig; f != nil && now.Sub(c.health.at) < keep {
		return f, nil
	}
	f := &figures{At: now}
	var err error
	day := func(n int) time.Time { return now.AddDate(0, 0, -n) }
	if f.Rate, err = c.desk.Estimate(ctx, oversight.Window{From: day(recent)}); err != nil {
		return nil, err
	}
	if f.Before, err = c.desk.Estimate(ctx, oversight.Window{From: day(2 * recent), To: day(recent)}); err != nil {
		return nil, err
	}
	for n := history; n > 0; n -= 7 {
		e, err := c.desk.Estimate(ctx, oversight.Window{From: day(n), To: day(n - 7)})
		if err != nil {
			return nil, err
		}
		f.Weeks = append(f.Weeks, week{day(n), e.Rate})
	}
	q, err := c.desk.Quality(ctx, oversight.Window{From: day(history)})
	if err != nil {
		return nil, err
	}
	f.Alpha, f.Twice, f.Bias = q.Alpha, q.Twice, q.Bias
	if f.Undelivered, err = c.desk.Undelivered(ctx, 0); err != nil {
		return nil, err
	}
	if f.Interrupted, err = c.desk.Interrupted(ctx, 0); err != nil {
		return nil, err
	}
	c.health.at, c.health.fig = now, f
	return f, nil
}

func aged(items []oversight.Item, now time.Time) ages {
	a := ages{Scanned: len(items)}
	var all []time.Duration
	for _, it := range items {
		if !it.StandsAt.IsZero() {
			continue // decided: it waits for nobody
		}
		all = append(all, now.Sub(it.Opened))
		if it.Deadline.Sub(now) < time.Hour {
			a.Due++
		}
		if it.Urgent {
			a.Urgent++
		}
		if it.Split {
			a.Split++
		}
	}
	if a.N = len(all); a.N > 0 {
		slices.Sort(all)
		a.Oldest, a.Median = all[len(all)-1], all[len(all)/2]
	}
	return a
}

// drift compares this month with the one before: intervals that do not meet are more than chance.
func (h *healthView) drift(v *web.Visit) {
	now, before := h.Rate.Rate, h.Before.Rate
	switch {
	case !now.Defined || !before.Defined:
		h.Drift = v.T("There is not enough to compare with the 30 days before.")
	case now.Low > before.High:
		h.Shift = true
		h.Drift = v.T("People overrule more often than in the 30 days before (%s then): look at what changed.", v.Percent(before.Value))
	case now.High < before.Low:
		h.Shift = true
		h.Drift = v.T("People overrule less often than in the 30 days before (%s then): better answers, or less careful reviewing.", v.Percent(before.Value))
	default:
		h.Drift = v.T("No more change against the 30 days before (%s then) than chance explains.", v.Percent(before.Value))
	}
}
