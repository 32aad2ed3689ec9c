package portal

import (
	"encoding/json"
	"net/http"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

// forgetting is the page about being forgotten.
type forgetting struct {
	Report    *transparency.SubjectReport
	Can       bool
	Wrong     string
	Something bool // there is something to forget
}

func (p *portal) forgetting(v *web.Visit) (*forgetting, error) {
	report, err := p.journal.Report(v.Context(), v.Who, v.Lang)
	if err != nil {
		return nil, err
	}
	some := len(report.Decisions)+len(report.Consents)+len(report.Reviews)+len(report.Disclosures)+len(report.Other) > 0
	return &forgetting{Report: report, Can: p.o.Erase != nil, Something: some}, nil
}

func (p *portal) forgetForm(v *web.Visit) (*web.Page, error) {
	f, err := p.forgetting(v)
	if err != nil {
		return nil, err
	}
	return &web.Page{Title: v.T("Be forgotten"), Template: "forget", Data: f}, nil
}

// forget erases the customer, if they have said twice that they want it: by the tick and by the button.
func (p *portal) forget(v *web.Visit) (*web.Page, error) {
	if p.o.Erase == nil {
		return nil, web.Problem(http.StatusNotFound, "Nothing can be erased on this page.")
	}
	if v.Field("sure") != "yes" {
		f, err := p.forgetting(v)
		if err != nil {
			return nil, err
		}
		f.Wrong = v.T("Nothing was erased: please tick the box if you are sure.")
		return &web.Page{Title: v.T("Be forgotten"), Template: "forget", Data: f, Status: http.StatusUnprocessableEntity}, nil
	}
	erased, err := p.o.Erase(v.Context(), v.Who)
	if err != nil {
		return nil, err
	}
	// What is still there says it better than what Erase says it left. That it cannot be read just now must not deny what is done.
	left, err := p.forgetting(v)
	if err == nil && len(erased.Kept) == 0 && !left.Something {
		return web.See("forget?said=forgotten"), nil
	}
	return &web.Page{Title: v.T("Be forgotten"), Template: "kept", Data: kept{erased, err != nil && len(erased.Kept) == 0}}, nil
}

// kept is what became of an erasure that left something, or may have.
type kept struct {
	ledger.Erased
	Unread bool // nobody could look whether it did
}

// notice is the text of a disclosure, or what leads to it.
func notice(e transparency.Event) string {
	var d transparency.Disclosure
	if json.Unmarshal(e.Details, &d) != nil {
		return ""
	}
	if d.Text != "" {
		return d.Text
	}
	return d.TextID
}
