package portal

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

// Agreement is what somebody said to one purpose, as the consent page has it.
type Agreement struct {
	Purpose string    // in words the customer knows
	State   string    // "allowed", "refused", "withdrawn": in words too
	Since   time.Time // when they said so; zero for never
}

// Step is one thing that became of a request for a person.
type Step struct {
	At   time.Time
	Text string // for the customer to read, in their language
}

// Options of the portal. The zero value shows decisions and reports, and nothing that another package knows.
type Options struct {
	// Brand stands at the top of every page. Default: "Your data and decisions".
	Brand string
	// Home is where your website begins, such as "/": the header of each page leads back there. Default: nowhere.
	Home string
	// Appeal passes on that the customer asks for a person to look at a decision, and what they say about it; the record is theirs. An
	// error with Public and HTTPStatus is shown as it says. Default: the page says how else to object, as far as that is recorded.
	Appeal func(ctx context.Context, who string, r transparency.Record, words string) error
	// Appealed is what became of it so far, in order; none for a decision nobody asked about. Default: not shown.
	Appealed func(ctx context.Context, who string, r transparency.Record) ([]Step, error)
	// Agreements are what the customer agreed to. Default: only what the log holds.
	Agreements func(ctx context.Context, who string) ([]Agreement, error)
	// AgreementsPage is where they change that: the address of the preference centre. Default: no link.
	AgreementsPage string
	// Reveal gives the real words for the placeholders of a privacy session: (*privacy.Redactor).Reveal. It is called when the customer
	// asks for it, and that is recorded first. Default: words for the kind, "your e-mail address".
	Reveal func(ctx context.Context, who, session, text string) (string, error)
	// Erase forgets the customer everywhere: ledger.Ledger.Erase, with what the law makes you keep. Default: the page says whom to ask.
	Erase func(ctx context.Context, who string) (ledger.Erased, error)
	// Location is the time zone of times. Default: UTC.
	Location *time.Location
	// Catalogues translate the pages: by BCP 47 tag, from the English message. Default: English.
	Catalogues map[string]map[string]string
	// Language chooses a request's language. Default: by Accept-Language.
	Language func(*http.Request) string
	// Key makes the tokens of forms, 32 bytes or more: the same in all processes behind one address. Default: random, for one process.
	Key []byte
	// Origins are further origins that may post, as in "https://shop.example". Default: the one the pages are served from.
	Origins []string
}

// Format prints no key.
func (o Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "portal.Options(redacted)") }

// LogValue keeps the key out of slog.
func (o Options) LogValue() slog.Value { return slog.StringValue("portal.Options(redacted)") }

//go:embed pages
var pages embed.FS

// portal is what the pages are made from.
type portal struct {
	journal *transparency.Journal
	o       Options
}

// New makes the customer's pages. auth says who asks, by the application's own session, and is the subject whose records are shown; nil
// is an error, never open, and so is a nil journal. The handler works under any prefix that is stripped.
func New(journal *transparency.Journal, auth func(*http.Request) (who string, err error), o *Options) (http.Handler, error) {
	if journal == nil {
		return nil, errors.New("portal: the journal is nil; make it with transparency.New")
	}
	p := &portal{journal: journal}
	if o != nil {
		p.o = *o
	}
	if p.o.Brand == "" {
		p.o.Brand = "Your data and decisions"
	}
	site, err := web.New(web.Options{
		Name: "portal", Brand: p.o.Brand, Home: p.o.Home, Auth: auth, Templates: pages, Funcs: funcs, Nav: nav,
		Foot: "What stands here is read from a log that nobody can change unseen. You can take it with you, with the proofs.",
		Sayings: map[string]string{
			"asked":     "Your request has been passed on. A person will look at this.",
			"forgotten": "What was recorded about you is erased.",
		},
		Language: web.Language{Catalogues: p.o.Catalogues, Choose: p.o.Language},
		Location: p.o.Location, Key: p.o.Key, Origins: p.o.Origins,
	})
	if err != nil {
		return nil, err
	}
	site.Page("GET /{$}", p.list)
	site.Page("GET /decision/{id}", p.show)
	site.Page("GET /decision/{id}/person", p.askForm)
	site.Post("POST /decision/{id}/person", p.ask)
	site.Post("POST /decision/{id}/words", p.reveal)
	site.Page("GET /data", p.data)
	site.Page("GET /take", p.take)
	site.Page("GET /forget", p.forgetForm)
	site.Post("POST /forget", p.forget)
	downloads := files{p, site}
	site.Raw("GET /decision/{id}/proof.json", downloads.proof)
	site.Raw("GET /take/report.json", downloads.json)
	site.Raw("GET /take/report.md", downloads.markdown)
	site.Raw("GET /take/report.html", downloads.html)
	return site, nil
}

func nav(v *web.Visit) []web.Link {
	return []web.Link{
		{Text: v.T("Decisions")},
		{Href: "data", Text: v.T("Your data")},
		{Href: "take", Text: v.T("Take it with you")},
		{Href: "forget", Text: v.T("Be forgotten")},
	}
}

// labelled is a cell of a table that becomes cards on a narrow screen.
type labelled struct{ Label, Text string }

var funcs = template.FuncMap{
	"cell": func(label, text string) labelled { return labelled{label, text} },
	"join": func(all []string) string { return strings.Join(all, ", ") },
}
