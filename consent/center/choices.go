package center

import (
	"fmt"
	"net/http"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/ledger"
)

// card is a purpose on the page.
type card struct {
	Index   int // names its place on the page: an ID may hold anything
	Purpose consent.Purpose
	On      bool
	Fixed   bool     // nothing here switches it off
	Why     []string // sentences
	Switch  *toggle
	Apart   []apart
	Receipt ledger.Seq // of the word that decides; 0: none to be had
	Digest  string
	Keep    string
	Bases   []string
	Within  []string
}

// toggle is the one button of a choice: what it says and what it posts.
type toggle struct {
	Action, Label, Of          string
	Purpose, Recipient, Digest string
}

// apart is what the person said of one recipient.
type apart struct {
	Recipient string
	On        bool
	Switch    *toggle
}

// maxApart bounds how many recipients are listed; the history has all of them.
const maxApart = 20

// listing is the page.
type listing struct {
	Cards      []card
	Signal     bool     // the browser sends Sec-GPC: 1
	Off        []string // what the signal keeps off
	SaleLike   bool     // there is something for it to keep off
	Reread     bool     // what was to be allowed has changed
	Controller consent.Controller
}

// choices is the first page.
func (c *center) choices(v *web.Visit) (*web.Page, error) { return c.list(v, false) }

func (c *center) list(v *web.Visit, reread bool) (*web.Page, error) {
	events, err := c.gate.History(v.Context(), v.Who)
	if err != nil {
		return nil, err
	}
	d := listing{Signal: consent.GPC(v.Request), Reread: reread, Controller: c.gate.Controller()}
	for i, p := range c.gate.Purposes() {
		one, err := c.card(v, i, p, events)
		if err != nil {
			return nil, err
		}
		d.Cards = append(d.Cards, one)
		d.SaleLike = d.SaleLike || p.SaleLike
		if d.Signal && p.SaleLike && !one.On {
			d.Off = append(d.Off, p.Name)
		}
	}
	page := &web.Page{
		Title: v.T("Your choices"), Template: "choices", Data: d,
		Lead: v.T("You decide what we may do with your data. One click allows it, and one click takes it back."),
	}
	if reread {
		page.Status = http.StatusConflict
	}
	return page, nil
}

// card is what the page says of a purpose.
func (c *center) card(v *web.Visit, i int, p consent.Purpose, events []consent.Event) (card, error) {
	one := card{Index: i, Purpose: p, Digest: p.Notice.Digest(), Keep: span(v, p.Keep), Fixed: fixed(p)}
	for _, b := range p.Bases {
		one.Bases = append(one.Bases, v.T(basisWords[b]))
	}
	for _, id := range p.Within {
		if up, ok := c.purpose(id); ok {
			one.Within = append(one.Within, up.Name)
		}
	}
	question := ask(v.Request, v.Who, p.ID, "")
	s := standing{center: c, v: v, p: p}
	var err error
	if s.answer, err = c.gate.Check(v.Context(), question); unanswered(s.answer) {
		return card{}, err
	}
	s.denied = err
	question.GPC = false
	if s.own, err = c.gate.Check(v.Context(), question); unanswered(s.own) {
		return card{}, err
	}
	s.said = find(events, s.answer.Receipt)
	one.On, one.Why = s.answer.Allowed, s.why()
	if s.said != nil && c.gate.Receipts(s.said.Purpose) == nil {
		one.Receipt = s.said.Seq
	}
	if one.Fixed {
		return one, nil
	}
	one.Switch = s.toggle("", s.own)
	one.Apart, err = s.apart(events)
	return one, err
}

func find(events []consent.Event, seq ledger.Seq) *consent.Event {
	for i := range events {
		if events[i].Seq == seq {
			return &events[i]
		}
	}
	return nil
}

// apart are the recipients the person has said something else about.
func (s *standing) apart(events []consent.Event) (all []apart, err error) {
	seen := map[string]bool{"": true}
	for i := len(events) - 1; i >= 0 && len(all) < maxApart; i-- {
		to := events[i].Recipient
		if events[i].Purpose != s.p.ID || seen[to] {
			continue
		}
		seen[to] = true
		question := ask(s.v.Request, s.v.Who, s.p.ID, to)
		question.GPC = false
		own, err := s.center.gate.Check(s.v.Context(), question)
		if unanswered(own) {
			return nil, err
		}
		on := own.Allowed && (s.answer.Allowed || !s.silenced())
		if on != s.answer.Allowed {
			all = append(all, apart{Recipient: to, On: on, Switch: s.toggle(to, own)})
		}
	}
	return all, nil
}

// toggle is the button: what it does is the opposite of what the person's own word has now.
func (s *standing) toggle(recipient string, own consent.Answer) *toggle {
	t := &toggle{Of: s.p.Name, Purpose: s.p.ID, Recipient: recipient, Action: "stop"}
	switch {
	case own.Allowed && own.Basis != consent.BasisConsent && own.Basis != consent.BasisExplicitConsent:
		t.Label = s.v.T("Object")
	case own.Allowed && own.Receipt == 0:
		t.Label = s.v.T("Say no")
	case own.Allowed:
		t.Label = s.v.T("Withdraw")
	case s.tooYoungHere() || s.silenced():
		return nil
	default:
		t.Action, t.Label, t.Digest = "allow", s.v.T("Allow"), s.p.Notice.Digest()
	}
	return t
}

// chosen is what a form is about, and its place on the page.
func (c *center) chosen(v *web.Visit) (int, consent.Purpose, error) {
	for i, p := range c.gate.Purposes() {
		if p.ID == v.Field("purpose") {
			return i, p, nil
		}
	}
	return 0, consent.Purpose{}, web.Problem(http.StatusNotFound, "There is no such choice here any more, so nothing was changed.")
}

// allow is the one click.
func (c *center) allow(v *web.Visit) (*web.Page, error) {
	i, p, err := c.chosen(v)
	if err != nil {
		return nil, err
	}
	if v.Field("notice") != p.Notice.Digest() {
		return c.list(v, true)
	}
	return c.say(v, i, consent.Event{Kind: consent.Granted, Purpose: p.ID}, true)
}

// stop is the same one click.
func (c *center) stop(v *web.Visit) (*web.Page, error) {
	i, p, err := c.chosen(v)
	if err != nil {
		return nil, err
	}
	if fixed(p) {
		return nil, web.Problem(http.StatusConflict, "This cannot be switched off here, so nothing was changed.")
	}
	kind := consent.Withdrawn
	if objectable(p) { // a withdrawal would leave what needs no consent
		kind = consent.Objected
	}
	return c.say(v, i, consent.Event{Kind: kind, Purpose: p.ID}, false)
}

// say records a choice and goes back to where it was made.
func (c *center) say(v *web.Visit, i int, e consent.Event, on bool) (*web.Page, error) {
	e.Subject, e.Recipient = v.Who, v.Field("recipient")
	if _, err := c.record(v.Request, e); err != nil {
		return nil, err
	}
	answer, _ := c.gate.Check(v.Context(), ask(v.Request, v.Who, e.Purpose, e.Recipient))
	said := "noted"
	switch {
	case on && answer.Allowed:
		said = "allowed"
	case !on && !answer.Allowed:
		said = "stopped"
	}
	return web.See(fmt.Sprintf("?said=%s#c%d", said, i)), nil
}
