package portal

import (
	"fmt"
	"net/http"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/transparency"
)

// mydata is the page about the data itself.
type mydata struct {
	Report     *transparency.SubjectReport
	Missing    string
	Uses       []transparency.DataUse
	Agreements []Agreement
	Link       string
	Told       []told
}

// told is a notice that the customer was shown.
type told struct {
	transparency.Event
	Text string
}

func (p *portal) data(v *web.Visit) (*web.Page, error) {
	report, err := p.journal.Report(v.Context(), v.Who, v.Lang)
	if err != nil {
		return nil, err
	}
	d := &mydata{Report: report, Missing: p.journal.Words(v.Lang).Missing, Link: p.o.AgreementsPage}
	seen := map[string]bool{}
	for i := range report.Decisions {
		r := &report.Decisions[i].Record
		t := &teller{v: v, words: p.journal.Words(v.Lang), r: r}
		for _, u := range t.uses() {
			if key := fmt.Sprintf("%q", u); !seen[key] {
				seen[key] = true
				d.Uses = append(d.Uses, u)
			}
		}
	}
	for _, e := range report.Disclosures {
		d.Told = append(d.Told, told{e, notice(e)})
	}
	if p.o.Agreements != nil {
		if d.Agreements, err = p.o.Agreements(v.Context(), v.Who); err != nil {
			return nil, err
		}
	}
	return &web.Page{
		Title: v.T("Your data, and what it is used for"), Template: "data", Data: d,
		Lead: v.T("As far as automatic decisions about you are concerned."),
	}, nil
}

// take is the page with the downloads.
func (p *portal) take(v *web.Visit) (*web.Page, error) {
	return &web.Page{
		Title: v.T("Take it with you"), Template: "take",
		Lead: v.T("Everything that is recorded about you and the decisions made, in one file."),
	}, nil
}

// files are the downloads.
type files struct {
	p    *portal
	site *web.Site
}

func (f files) json(w http.ResponseWriter, v *web.Visit) {
	f.send(w, v, "my-data.json", "application/json", func(r *transparency.SubjectReport) ([]byte, error) { return r.JSON() })
}

func (f files) markdown(w http.ResponseWriter, v *web.Visit) {
	f.send(w, v, "my-data.md", "text/markdown; charset=utf-8", func(r *transparency.SubjectReport) ([]byte, error) {
		return []byte(r.Markdown()), nil
	})
}

func (f files) html(w http.ResponseWriter, v *web.Visit) {
	f.send(w, v, "my-data.html", "text/html; charset=utf-8", func(r *transparency.SubjectReport) ([]byte, error) {
		return []byte(r.HTML()), nil
	})
}

func (f files) send(w http.ResponseWriter, v *web.Visit, name, kind string, form func(*transparency.SubjectReport) ([]byte, error)) {
	report, err := f.p.journal.Report(v.Context(), v.Who, v.Lang)
	f.write(w, v, report, err, name, kind, form)
}

// proof is one decision with its proofs.
func (f files) proof(w http.ResponseWriter, v *web.Visit) {
	r, err := f.p.record(v)
	var report *transparency.SubjectReport
	if err == nil {
		report, err = f.p.journal.ReportOf(v.Context(), v.Who, v.Lang, r.ID)
	}
	f.write(w, v, report, err, "decision-"+r.ID.String()+".json", "application/json", func(r *transparency.SubjectReport) ([]byte, error) { return r.JSON() })
}

// write sends a report as a file, whole or not at all.
func (f files) write(w http.ResponseWriter, v *web.Visit, report *transparency.SubjectReport, err error, name, kind string, form func(*transparency.SubjectReport) ([]byte, error)) {
	var body []byte
	if err == nil {
		body, err = form(report)
	}
	if err != nil {
		f.site.Fail(w, v, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body) // the reader has gone: nobody to tell
}
