package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// lease is the one a form was made under: who asks is never in the form.
func lease(v *web.Visit) (oversight.Lease, error) {
	id, err := caseID(v)
	if err != nil {
		return oversight.Lease{}, err
	}
	token, err := strconv.ParseInt(v.PostForm.Get("lease"), 10, 64)
	if err != nil || token <= 0 {
		return oversight.Lease{}, web.Problem(http.StatusBadRequest, "The form does not say under which lease. Open the case again.")
	}
	return oversight.Lease{Case: id, Reviewer: v.Who, Token: ledger.Seq(token)}, nil
}

func (c *console) next(v *web.Visit) (*web.Page, error) {
	l, err := c.desk.Claim(v.Context(), v.Who, uuid.Nil)
	if errors.Is(err, oversight.ErrNotFound) {
		return web.See("?said=empty"), nil
	}
	if err != nil {
		return nil, c.claimError(err)
	}
	return web.See("case/" + l.Case.String() + "?said=taken"), nil
}

// claim takes a case. What was typed before the lease ended comes along.
func (c *console) claim(v *web.Visit) (*web.Page, error) {
	id, err := caseID(v)
	if err != nil {
		return nil, err
	}
	_, err = c.desk.Claim(v.Context(), v.Who, id)
	d := typedDraft(v)
	if d == nil {
		if err != nil && !c.has(v, id) { // in another window, perhaps
			return nil, c.claimError(err)
		}
		return web.See("case/" + id.String() + "?said=taken"), nil
	}
	f, reading := c.read(v, id)
	if reading != nil {
		return nil, plain(reading)
	}
	if _, has := leaseOf(f, v.Who); err != nil && !has {
		return c.page(v, f, c.refill(v, f, d), &notice{"bad", sentence(v, c.claimError(err))}, http.StatusConflict), nil
	}
	return c.page(v, f, c.refill(v, f, d), &notice{"ok", v.T("The case is yours again. What you wrote is below: look at it once more, and send it.")}, http.StatusOK), nil
}

// has says whether somebody has the lease of a case already.
func (c *console) has(v *web.Visit, id uuid.UUID) bool {
	f, err := c.read(v, id)
	_, has := leaseOf(f, v.Who)
	return err == nil && has
}

// claimError says why somebody does not get a case.
func (c *console) claimError(err error) error {
	if errors.Is(err, oversight.ErrFenced) {
		return web.Problem(http.StatusConflict, "Somebody else has this case, or it is not for you: it is reserved, or you have judged it already.")
	}
	return plain(err)
}

func (c *console) renew(v *web.Visit) (*web.Page, error) {
	l, err := lease(v)
	if err != nil {
		return nil, err
	}
	l, err = c.desk.Renew(v.Context(), l)
	if err != nil {
		return nil, plain(err)
	}
	if v.Scripted() {
		return v.Renewed(l.Until), nil
	}
	return web.See("case/" + l.Case.String()), nil
}

func (c *console) release(v *web.Visit) (*web.Page, error) {
	return c.under(v, "?said=released", func(l oversight.Lease) error { return c.desk.Release(v.Context(), l) })
}

// under does something with a lease and goes on to a page.
func (c *console) under(v *web.Visit, to string, do func(oversight.Lease) error) (*web.Page, error) {
	l, err := lease(v)
	if err != nil {
		return nil, err
	}
	if err := do(l); err != nil {
		return c.lost(v, l, err)
	}
	return web.See(to), nil
}

func (c *console) skip(v *web.Visit) (*web.Page, error) {
	return c.under(v, "?said=skipped", func(l oversight.Lease) error { return c.desk.Skip(v.Context(), l, v.Field("why")) })
}

func (c *console) escalate(v *web.Visit) (*web.Page, error) {
	return c.under(v, "?said=escalated", func(l oversight.Lease) error { return c.desk.Escalate(v.Context(), l, v.Field("why")) })
}

// lost shows the case as it is now, with what was typed, when something had no effect.
func (c *console) lost(v *web.Visit, l oversight.Lease, err error) (*web.Page, error) {
	f, reading := c.read(v, l.Case)
	if reading != nil {
		return nil, plain(err)
	}
	d := typedDraft(v)
	if d == nil {
		d = &draft{}
	}
	status, text := http.StatusInternalServerError, "Something went wrong, so that nothing is certain. Look at the history below."
	if p := (interface {
		Public() string
		HTTPStatus() int
	})(nil); errors.As(plain(err), &p) {
		status, text = p.HTTPStatus(), p.Public()
	}
	open := f.Verdict == "" && !f.Withdrawn && !cooling(f)
	switch {
	case errors.Is(err, oversight.ErrInvalid) && strings.TrimSpace(v.Field("why")) == "" && v.PostForm.Has("why"):
		text = "Say why, in a few words: it is part of the record."
	case errors.Is(err, oversight.ErrInvalid) && v.PostForm.Get("verdict") == string(oversight.Replaced):
		text = "This answer is not one that can be delivered: a field is missing, unknown or of another kind."
	case errors.Is(err, oversight.ErrFenced) && open && f.Reviewer == "":
		text = "Your lease had ended, so that this had no effect. Nobody else has the case: take it again and send what you wrote."
	case errors.Is(err, oversight.ErrFenced) && open && f.Reviewer != v.Who:
		text = "Your lease had ended and somebody else has the case now, so that this had no effect. What you wrote is below, to copy."
	case (errors.Is(err, oversight.ErrFenced) || errors.Is(err, oversight.ErrNotFound)) && !open:
		status, text = http.StatusConflict, "The case was decided meanwhile, so that this had no effect. What you wrote is below, to copy."
	}
	return c.page(v, f, c.refill(v, f, d), &notice{"bad", v.T(text)}, status), nil
}

// typedDraft reads what somebody typed; nil if nothing was.
func typedDraft(v *web.Visit) *draft {
	d := &draft{
		Comment: v.Field("comment"), Reasons: v.Fields("reason"), Text: v.Field("text"), Why: v.Field("why"),
		AsText: v.PostForm.Get("as") == "text",
	}
	fields := false
	for name := range v.PostForm {
		if n, ok := strings.CutPrefix(name, "v"); ok {
			if _, err := strconv.Atoi(n); err == nil {
				fields = true
			}
		}
	}
	if d.Comment == "" && len(d.Reasons) == 0 && d.Text == "" && d.Why == "" && !fields {
		return nil
	}
	return d
}

// refill puts what was typed into the fields of a correction back into them.
func (c *console) refill(v *web.Visit, f oversight.File, d *draft) *draft {
	if d.AsText {
		d.Open = true
		return d
	}
	answer := c.answer(f)
	if _, fields, err := filled(v, answer); fields != nil {
		d.Fields = fields
		for i, was := range form(answer) {
			d.Open = d.Open || fields[i].Value != was.Value
		}
		d.Open = d.Open || err != nil
	}
	return d
}

// sentence is what an error says to people.
func sentence(v *web.Visit, err error) string {
	if p := (interface{ Public() string })(nil); errors.As(err, &p) {
		return v.T(p.Public())
	}
	return v.T("Something went wrong here. Please try again in a moment.")
}

// correction is the answer that a form asks for in the place of the function's, or a page that says what is wrong with it.
func (c *console) correction(v *web.Visit, f oversight.File, d *draft) ([]byte, *notice) {
	if d.AsText {
		out, err := written(v, d.Text)
		if err != nil {
			return nil, &notice{"bad", sentence(v, err)}
		}
		return out, nil
	}
	out, fields, err := filled(v, c.answer(f))
	d.Fields = fields
	if err != nil {
		return nil, &notice{"bad", v.T("A field does not hold what it should: see there.")}
	}
	return out, nil
}

// preview shows what a correction changes, before it is sent. It changes nothing.
func (c *console) preview(v *web.Visit) (*web.Page, error) {
	l, err := lease(v)
	if err != nil {
		return nil, err
	}
	f, err := c.read(v, l.Case)
	if err != nil {
		return nil, plain(err)
	}
	d := typedDraft(v)
	if d == nil {
		d = &draft{}
	}
	d.Open = true
	out, wrong := c.correction(v, f, d)
	if wrong != nil {
		return c.page(v, f, d, wrong, http.StatusUnprocessableEntity), nil
	}
	view := c.view(v, f, d, nil)
	view.Changes, view.Preview = c.changes(f, out), true
	return c.casePage(v, view, http.StatusOK), nil
}

// submit gives a verdict.
func (c *console) submit(v *web.Visit) (*web.Page, error) {
	l, err := lease(v)
	if err != nil {
		return nil, err
	}
	f, err := c.read(v, l.Case)
	if err != nil {
		return nil, plain(err)
	}
	d := typedDraft(v)
	if d == nil {
		d = &draft{}
	}
	j := oversight.Judgement{Verdict: oversight.Verdict(v.PostForm.Get("verdict")), Comment: d.Comment, Reasons: c.known(d.Reasons)}
	switch j.Verdict {
	case oversight.Approved, oversight.Rejected:
	case oversight.Replaced:
		d.Open = true
		out, wrong := c.correction(v, f, d)
		if wrong == nil && unchanged(f, out) {
			wrong = &notice{"warn", v.T("You changed nothing: approve it as it is, or change what is wrong.")}
		}
		if wrong != nil {
			return c.page(v, f, d, wrong, http.StatusUnprocessableEntity), nil
		}
		j.Output = out
	default:
		return c.page(v, f, c.refill(v, f, d), &notice{"bad", v.T("Choose: approve, reject or put your answer in its place.")}, http.StatusUnprocessableEntity), nil
	}
	do := c.desk.Submit
	if f.Split {
		do = c.desk.Adjudicate
	}
	if err := do(v.Context(), l, j); err != nil {
		return c.lost(v, l, err)
	}
	return web.See("case/" + l.Case.String() + "?said=" + c.became(v, l.Case, j.Verdict)), nil
}

// known are the codes that there are.
func (c *console) known(codes []string) []string {
	return slices.DeleteFunc(codes, func(code string) bool {
		return !slices.ContainsFunc(c.o.Reasons, func(r Reason) bool { return r.Code == code })
	})
}

// unchanged says whether a correction is the answer itself.
func unchanged(f oversight.File, out []byte) bool {
	if len(f.Output) == 0 {
		return false
	}
	for _, c := range diff(f.Output, out) {
		if !c.Same() {
			return false
		}
	}
	return true
}

// became says what a judgement led to.
func (c *console) became(v *web.Visit, id uuid.UUID, verdict oversight.Verdict) string {
	f, err := c.read(v, id)
	switch {
	case err == nil && f.Split:
		return "split"
	case err == nil && f.Verdict == "" && !cooling(f):
		return "voted"
	}
	return map[oversight.Verdict]string{oversight.Approved: "approved", oversight.Rejected: "rejected", oversight.Replaced: "replaced"}[verdict]
}

func (c *console) undo(v *web.Visit) (*web.Page, error) {
	id, err := caseID(v)
	if err != nil {
		return nil, err
	}
	if err := c.desk.Undo(v.Context(), oversight.Lease{Case: id, Reviewer: v.Who}); err != nil {
		if errors.Is(err, oversight.ErrFenced) || errors.Is(err, oversight.ErrNotFound) {
			return nil, web.Problem(http.StatusConflict, "It is too late to take this back, or it was not your verdict. It stands.")
		}
		return nil, plain(err)
	}
	return web.See("case/" + id.String() + "?said=undone"), nil
}
