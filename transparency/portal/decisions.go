package portal

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/transparency"
)

// perPage is how many decisions a page lists.
const perPage = 20

// item is a decision in the list.
type item struct {
	ID     uuid.UUID
	Title  string
	System string
	At     time.Time
	End    badge
	Why    string
}

// list is the first page.
type list struct {
	Items       []item
	Total       int
	Page, Pages int
	Prev, Next  int // 0: none
}

// list shows the decisions, the newest first.
func (p *portal) list(v *web.Visit) (*web.Page, error) {
	var all []transparency.Record
	for r, err := range p.journal.Find(v.Context(), v.Who) {
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	l := list{Total: len(all), Pages: (len(all) + perPage - 1) / perPage}
	l.Page, _ = strconv.Atoi(v.Field("page")) // what is no number is the first page
	l.Page = max(1, min(l.Page, l.Pages))
	if l.Page > 1 {
		l.Prev = l.Page - 1
	}
	if l.Page < l.Pages {
		l.Next = l.Page + 1
	}
	words := p.journal.Words(v.Lang)
	for i := (l.Page - 1) * perPage; i < min(l.Page*perPage, len(all)); i++ {
		t := teller{v: v, words: words, r: &all[i]}
		l.Items = append(l.Items, item{
			ID: all[i].ID, Title: t.title(), System: all[i].System, At: all[i].At, End: t.end(), Why: t.inShort(),
		})
	}
	return &web.Page{
		Title: v.T("What we decided, and why"), Template: "list", Data: l,
		Lead: v.T("Every answer an automatic system gave about you, and what it went by."),
	}, nil
}

// record reads the customer's own decision of the address. Whatever else the address names is the same "not found".
func (p *portal) record(v *web.Visit) (transparency.Record, error) {
	id, err := uuid.Parse(v.PathValue("id"))
	if err != nil || id.String() != v.PathValue("id") {
		return transparency.Record{}, &transparency.NotFoundError{}
	}
	return p.journal.Get(v.Context(), v.Who, id)
}

// show is one decision.
func (p *portal) show(v *web.Visit) (*web.Page, error) {
	r, err := p.record(v)
	if err != nil {
		return nil, err
	}
	return p.page(v, &teller{v: v, words: p.journal.Words(v.Lang), r: &r})
}

// reveal is the same with the real words, once it is recorded that they were asked for.
func (p *portal) reveal(v *web.Visit) (*web.Page, error) {
	r, err := p.record(v)
	if err != nil {
		return nil, err
	}
	if p.o.Reveal == nil || r.Session == "" {
		return nil, web.Problem(http.StatusNotFound, "Nothing was hidden here that could be shown.")
	}
	if err := p.journal.Revealed(v.Context(), v.Who, v.Who, r.ID); err != nil {
		return nil, err
	}
	t := &teller{v: v, words: p.journal.Words(v.Lang), r: &r, show: func(text string) (string, error) {
		return p.o.Reveal(v.Context(), v.Who, r.Session, text)
	}}
	page, err := p.page(v, t)
	if err == nil {
		err = t.err
	}
	return page, err
}

// page tells a decision.
func (p *portal) page(v *web.Visit, t *teller) (*web.Page, error) {
	d := t.decision()
	d.Hides = p.o.Reveal != nil && t.r.Session != "" && t.show == nil
	d.CanAsk = p.o.Appeal != nil
	if p.o.Appealed != nil {
		steps, err := p.o.Appealed(v.Context(), v.Who, *t.r)
		if err != nil {
			return nil, err
		}
		d.Asked = steps
	}
	if t.r.Card != "" {
		// The card is about the system and a help to the reader: without it the decision is told all the same.
		d.Card, _ = p.journal.Card(v.Context(), t.r.Card)
	}
	return &web.Page{Title: t.title(), Template: "decision", Data: d}, nil
}

// about says which decision a page is part of: "credit, 28 November 2026".
func (t *teller) about() string {
	return strings.TrimPrefix(t.r.System+", "+t.v.Day(t.r.At), ", ")
}
