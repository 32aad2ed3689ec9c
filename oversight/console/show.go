package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// draft is what somebody typed into a case page, to be shown again when it had no effect yet.
type draft struct {
	Comment string
	Reasons []string
	Fields  []field // the correction, field by field
	Text    string  // the correction as JSON
	AsText  bool    // it was written as JSON
	Open    bool    // somebody has begun to correct
	Why     string  // of a skip or an escalation
}

// Typed says whether there is something that somebody would be sorry to lose.
func (d draft) Typed() bool { return d.Comment != "" || d.Open }

// Ticked says whether a reason was ticked.
func (d draft) Ticked(code string) bool { return slices.Contains(d.Reasons, code) }

// notice is a line above the case.
type notice struct{ Kind, Text string }

// caseView is the data of a case page.
type caseView struct {
	File     oversight.File
	ID       string
	Open     bool // nobody has decided, or the verdict can be taken back
	Decided  bool // somebody has, or nobody has to any more
	Cooling  bool // somebody has, and may still take it back
	By       string
	Appeal   bool
	Mine     bool // this reviewer has the lease
	Free     bool // nobody has, and this reviewer may take it
	Judged   bool // this reviewer has, and others have to as well
	Token    string
	Renew    int // seconds between renewals
	CanUndo  bool
	Notice   *notice
	Input    *panel
	Output   *panel
	Why      *why
	Given    *panel        // the correction that stands
	Changes  []shownChange // of the correction that stands, or of the preview
	Preview  bool
	Draft    draft
	Reasons  []Reason
	Policy   extra[string]
	Consents extra[[]Fact]
	Similar  extra[[]Past]
	Events   []event
	Votes    []voted
	Reveal   bool // there are real words to ask for
	Revealed bool
	Route    bool // may assign, withdraw, appeal and resolve
	Review   bool
}

// extra is what the application adds; Failed says that it could not be read.
type extra[T any] struct {
	On, Failed bool
	Value      T
}

type event struct {
	At      time.Time
	Text    string
	Who     string
	To      string
	Why     string
	Counted bool
}

type voted struct {
	oversight.Vote
	Changes []shownChange
	Said    string
}

// Found is what somebody found who looked what an interrupted call did; "" if nobody has.
func (v *caseView) Found() string {
	switch {
	case v.File.Happened == nil:
		return ""
	case *v.File.Happened:
		return "somebody looked: it happened"
	}
	return "somebody looked: it did not happen"
}

// caseID reads the case of a request.
func caseID(v *web.Visit) (uuid.UUID, error) {
	id, err := uuid.Parse(v.PathValue("id"))
	if err != nil {
		return uuid.Nil, web.Problem(http.StatusNotFound, "There is no such case.")
	}
	return id, nil
}

func (c *console) show(v *web.Visit) (*web.Page, error) {
	id, err := caseID(v)
	if err != nil {
		return nil, err
	}
	f, err := c.read(v, id)
	if err != nil {
		return nil, plain(err)
	}
	return c.page(v, f, nil, nil, http.StatusOK), nil
}

// read reads a case as it stands at this moment: what time alone has decided meanwhile is written down first.
func (c *console) read(v *web.Visit, id uuid.UUID) (oversight.File, error) {
	f, err := c.desk.Get(v.Context(), id)
	if err != nil || f.Verdict != "" || f.Withdrawn {
		return f, err
	}
	if now := time.Now(); now.Before(f.Deadline) && (f.StandsAt.IsZero() || now.Before(f.StandsAt)) {
		return f, nil
	}
	if _, err := c.desk.Expire(v.Context()); err != nil {
		return f, err
	}
	return c.desk.Get(v.Context(), id)
}

// judge is who gave the last judgement that counted: a verdict that can be taken back is nobody's yet, as far as File.By goes.
func judge(f oversight.File) string {
	if f.By != "" {
		return f.By
	}
	for _, e := range slices.Backward(f.Events) {
		if e.Kind == "case.decided" && e.Counted {
			return e.Who
		}
	}
	return ""
}

// hasJudged says whether somebody's judgement on a case counts.
func hasJudged(f oversight.File, who string) bool {
	for _, e := range slices.Backward(f.Events) {
		if e.Counted && e.Who == who && (e.Kind == "case.decided" || e.Kind == "case.undone") {
			return e.Kind == "case.decided"
		}
	}
	return false
}

// cooling says whether the verdict on a case can be taken back.
func cooling(f oversight.File) bool {
	return !f.StandsAt.IsZero() && !f.Expired && !f.Withdrawn && time.Now().Before(f.StandsAt)
}

// page shows a case, with what somebody had typed and what became of it.
func (c *console) page(v *web.Visit, f oversight.File, d *draft, n *notice, status int) *web.Page {
	return c.casePage(v, c.view(v, f, d, n), status)
}

func (c *console) casePage(v *web.Visit, view *caseView, status int) *web.Page {
	return &web.Page{
		Title: c.words(view.File, view.File.Title), Template: "case", Data: view, Wide: true, Status: status, Live: "live",
		Lead: c.lead(v, view),
	}
}

func (c *console) view(v *web.Visit, f oversight.File, d *draft, n *notice) *caseView {
	view := &caseView{
		File: f, ID: f.Case.String(), Decided: f.Verdict != "" || f.Withdrawn || cooling(f), Cooling: cooling(f), Appeal: f.AppealOf != uuid.Nil, Notice: n, Reasons: c.o.Reasons,
		Route: c.may(v, Route), Review: c.may(v, Review), Reveal: c.o.Reveal != nil && f.Session != "",
	}
	if view.Decided {
		view.By = judge(f)
	}
	view.CanUndo = view.Review && view.Cooling && view.By == v.Who
	view.Open = !view.Decided
	if view.Open && view.Review {
		if token, ok := leaseOf(f, v.Who); ok {
			view.Mine, view.Token = true, strconv.FormatInt(int64(token), 10)
		}
		view.Judged = hasJudged(f, v.Who)
		view.Free = f.Reviewer == "" && (f.Assigned == "" || f.Assigned == v.Who) && !view.Judged
	}
	left := time.Until(f.LeaseUntil)
	view.Renew = max(5, min(30, int(left.Seconds()/3)))
	show := c.shower(f, c.words)
	view.Input, view.Output, view.Given = show("", f.Input), show("", f.Output), show("", f.Correction)
	view.Why = c.explained(f, c.words)
	if len(f.Correction) > 0 {
		view.Changes = c.changes(f, f.Correction)
	}
	for _, j := range f.Judgements {
		one := voted{Vote: j, Said: v.T(said(j.Verdict))}
		if len(j.Correction) > 0 {
			one.Changes = c.changes(f, j.Correction)
		}
		view.Votes = append(view.Votes, one)
	}
	view.Draft = c.drafted(f, d)
	c.extras(v, view)
	for _, e := range f.Events {
		view.Events = append(view.Events, event{
			At: e.At, Text: v.T(happened(e.Kind)), Who: e.Who, To: e.To, Why: c.words(f, e.Why), Counted: e.Counted,
		})
	}
	return view
}

// drafted completes a draft with the answer as it is, for whoever begins to correct it.
func (c *console) drafted(f oversight.File, d *draft) draft {
	if d == nil {
		d = &draft{}
	}
	answer := c.answer(f)
	if d.Fields == nil && !d.AsText {
		d.Fields = form(answer)
	}
	if d.Text == "" && len(answer) > 0 {
		d.Text = indented(answer)
	}
	if d.Fields == nil {
		d.AsText = true
	}
	return *d
}

// answer is what a correction begins with: the function's answer, or its shape where that is hidden.
func (c *console) answer(f oversight.File) []byte {
	if len(f.Output) > 0 || !hidden(f) || c.o.Blank == nil {
		return f.Output
	}
	return c.o.Blank(f.System)
}

// hidden says whether the answer is kept from reviewers for now.
func hidden(f oversight.File) bool { return f.Blind && f.Verdict == "" && !f.Withdrawn && !f.Split }

// leaseOf finds the lease that a reviewer has on a case: the position of their last claim that counted.
func leaseOf(f oversight.File, who string) (ledger.Seq, bool) {
	if f.Reviewer != who || who == "" {
		return 0, false
	}
	for _, e := range slices.Backward(f.Events) {
		if e.Kind == "case.claimed" && e.Counted {
			return e.Seq, e.Who == who
		}
	}
	return 0, false
}

// lead says in one sentence where the case stands.
func (c *console) lead(v *web.Visit, view *caseView) string {
	f := &view.File
	switch {
	case f.Withdrawn:
		return v.T("Withdrawn: nobody has to decide it any more.")
	case f.Expired:
		return v.T("Nobody decided in time, so that the rule for that case decided: %s.", v.T(said(f.Verdict)))
	case view.Cooling && f.Verdict == "":
		return v.T("Decided. The verdict stands, and is shown, once it can no longer be taken back.")
	case view.Decided:
		return v.T("Decided: %s.", v.T(said(f.Verdict)))
	case f.Split:
		return v.T("Reviewers differ. Somebody who has not judged it yet settles it.")
	case f.AppealOf != uuid.Nil:
		return v.T("An appeal: the person contests what was decided. Look at it afresh.")
	case f.Call:
		return v.T("Something is to be done, and waits for you: approve, and it is done once.")
	case f.Held:
		return v.T("Somebody waits for this answer. Nothing goes out before it is decided.")
	}
	return v.T("This answer has gone out already. Your verdict says whether it was right.")
}

// extras asks the application for what it adds. A failure of its own is no reason not to show the case.
func (c *console) extras(v *web.Visit, view *caseView) {
	ctx, cancel := context.WithTimeout(v.Context(), extraTime)
	defer cancel()
	view.Policy = ask(ctx, c.o.Policy, view.File)
	view.Consents = ask(ctx, c.o.Consents, view.File)
	view.Similar = ask(ctx, c.o.Similar, view.File)
}

// extraTime bounds what the application's own functions may take, all together.
const extraTime = 5 * time.Second

func ask[T any](ctx context.Context, f func(context.Context, oversight.File) (T, error), file oversight.File) (x extra[T]) {
	if f == nil {
		return x
	}
	x.On, x.Failed = true, true
	defer func() { _ = recover() }() // it stays failed: a page of the application's data is not worth the case
	value, err := f(ctx, file)
	x.Value, x.Failed = value, err != nil
	return x
}

// placeholder is what a privacy session puts in the place of real words.
var placeholder = regexp.MustCompile(`<([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*?)_(\d+)>`)

// words puts words for the kind in the place of placeholders: "<EMAIL_ADDRESS_1>" reads "[email address 1]".
func (c *console) words(f oversight.File, text string) string {
	if f.Session == "" {
		return text
	}
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		m := placeholder.FindStringSubmatch(p)
		return fmt.Sprintf("[%s %s]", kindWords(m[1]), m[2])
	})
}

// plain makes an error of the desk one that reviewers can read.
func plain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, oversight.ErrNotFound):
		return web.Problem(http.StatusNotFound, "There is no such case, or it is not open any more.")
	case errors.Is(err, oversight.ErrFenced):
		return web.Problem(http.StatusConflict, "The case has moved on meanwhile: somebody else has it, or it is decided. What you did had no effect.")
	case errors.Is(err, oversight.ErrConflict):
		return web.Problem(http.StatusConflict, "Something else was said about this case under the same lease. That stands, and this had no effect.")
	case errors.Is(err, oversight.ErrInvalid):
		return web.Problem(http.StatusUnprocessableEntity, "Something is missing or too long, so nothing was done.")
	case errors.Is(err, oversight.ErrRoster):
		return web.Problem(http.StatusForbidden, "You are not on the roster of reviewers, or your training has to be repeated. Ask whoever keeps the roster.")
	case errors.Is(err, oversight.ErrFull):
		return web.Problem(http.StatusServiceUnavailable, "Too many cases wait already, so that this one was not opened. Keep what you wrote, and send it again once some have been decided.")
	case errors.Is(err, oversight.ErrRefused):
		return web.Problem(http.StatusServiceUnavailable, "The ledger cannot be read or written just now, so nothing is certain. Please look again in a moment.")
	}
	return err
}
