package portal

import (
	"net/http"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/transparency"
)

// maxWords is how much a customer may say when they ask for a person, in characters.
const maxWords = 4000

// asking is the page to ask for a person on.
type asking struct {
	Record  *transparency.Record
	About   string
	Contest string
	CanAsk  bool
	Words   string
	Wrong   string
	Asked   []Step
	Most    int
}

func (p *portal) asking(v *web.Visit, r *transparency.Record) (*asking, error) {
	t := &teller{v: v, words: p.journal.Words(v.Lang), r: r}
	a := &asking{Record: r, About: t.about(), Contest: t.plain(r.Explanation.Contest), CanAsk: p.o.Appeal != nil, Most: maxWords}
	if p.o.Appealed != nil {
		steps, err := p.o.Appealed(v.Context(), v.Who, *r)
		if err != nil {
			return nil, err
		}
		a.Asked = steps
	}
	return a, nil
}

func (p *portal) askForm(v *web.Visit) (*web.Page, error) {
	r, err := p.record(v)
	if err != nil {
		return nil, err
	}
	a, err := p.asking(v, &r)
	if err != nil {
		return nil, err
	}
	return &web.Page{Title: v.T("Ask for a person"), Template: "person", Data: a}, nil
}

// ask passes the request on.
func (p *portal) ask(v *web.Visit) (*web.Page, error) {
	r, err := p.record(v)
	if err != nil {
		return nil, err
	}
	if p.o.Appeal == nil {
		return nil, web.Problem(http.StatusNotFound, "A person cannot be asked for on this page.")
	}
	words := v.Field("words")
	if utf8.RuneCountInString(words) > maxWords {
		a, err := p.asking(v, &r)
		if err != nil {
			return nil, err
		}
		a.Words, a.Wrong = words, v.T("This is too long: please say it in at most %s characters.", v.Number(maxWords))
		return &web.Page{Title: v.T("Ask for a person"), Template: "person", Data: a, Status: http.StatusUnprocessableEntity}, nil
	}
	if err := p.o.Appeal(v.Context(), v.Who, r, words); err != nil {
		return nil, err
	}
	return web.See("decision/" + r.ID.String() + "?said=asked"), nil
}
