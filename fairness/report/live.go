package report

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/internal/web"
)

// lookEvery is how often an open page asks whether the counts have moved. They move with
// every decision: a page that changed with each would only be in the way.
const lookEvery = 5 * time.Second

//go:embed pages
var pages embed.FS

// New serves the monitor's report as it stands, under any prefix that is stripped: the
// verdict first, what to do, the groups' rates with their intervals, the intersections, how it came
// about over time and who never got as far as an answer; with the report as CSV, JSON, Markdown and
// a page to keep. It stays up to date while it is open, and works without script. auth
// says who asks, by the application's own session; nil is an error, never open, and so is
// a nil monitor: counts by group are not for everybody. The handler has a Close that ends
// its streams; so does the shutdown of the http.Server. options may be nil.
func New(monitor *fairness.Monitor, auth func(*http.Request) (who string, err error), options *Options) (http.Handler, error) {
	if monitor == nil {
		return nil, errors.New("report: no monitor: make one with fairness.New")
	}
	p := &live{monitor: monitor, fingerprint: func() string { return fingerprint(monitor.Table()) }}
	if options != nil {
		p.o = *options
	}
	p.o.At = time.Time{}
	if p.o.Limits != nil {
		if _, err := monitor.Table().Status(p.o.Limits); err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
	}
	if p.o.Brand == "" {
		p.o.Brand = "Fair treatment"
	}
	site, err := web.New(web.Options{
		Name: "report", Brand: p.o.Brand, Home: p.o.Home, Auth: auth, Templates: pages, Funcs: funcs, Location: p.o.Location,
		Language: web.Language{Catalogues: p.o.Catalogues, Choose: p.o.Language},
		Foot:     "Counts of groups, and nothing about anybody in particular. This is not legal advice.",
	})
	if err != nil {
		return nil, err
	}
	site.Page("GET /{$}", p.page)
	site.Live("GET /live", web.Live{State: p.state, Every: lookEvery})
	for _, f := range formats {
		site.Raw("GET /fairness."+f.extension, func(w http.ResponseWriter, v *web.Visit) { p.download(site, w, v, f) })
	}
	return site, nil
}

// format is a form of the report to take along.
type format struct {
	extension, contentType string
	write                  func(Audit, io.Writer) error
}

var formats = []format{
	{"csv", "text/csv; charset=utf-8", Audit.WriteCSV},
	{"json", "application/json", Audit.WriteJSON},
	{"md", "text/markdown; charset=utf-8", Audit.WriteMarkdown},
	{"html", "text/html; charset=utf-8", Audit.WriteHTML},
}

type live struct {
	monitor     *fairness.Monitor
	o           Options
	fingerprint func() string // of what a page shows

	mu       sync.Mutex // never held while something is counted
	stood    string     // what the counts came to when they were last looked at
	looked   time.Time
	took     time.Duration
	counting chan struct{} // closed when who counts is done; nil if nobody does
}

// audit is the report as of now.
func (p *live) audit() (Audit, error) {
	table, verdict, limits := p.monitor.Table(), p.monitor.Status(), p.monitor.Limits()
	if p.o.Limits != nil {
		var err error
		if verdict, err = table.Status(p.o.Limits); err != nil {
			return Audit{}, err
		}
		limits = *p.o.Limits
	}
	if limits.Ratio == 0 {
		limits.Ratio = fairness.DefaultRatio
	}
	return audit(table, verdict, limits.Ratio, p.o), nil
}

func (p *live) page(v *web.Visit) (*web.Page, error) {
	a, err := p.audit()
	if err != nil {
		return nil, err
	}
	return &web.Page{Title: v.T(a.Title), Template: "report", Live: "live", Data: shown(v.T, a, p.monitor.History(), p.o.Location)}, nil
}

// state is what a page shows, in short. Many pages that are open ask for it once: one of them counts, and the others go by what stood
// before meanwhile, or wait for the first time. Whose request ends waits no longer, and takes nothing from the others: counting
// needs nobody's request.
func (p *live) state(v *web.Visit) (string, error) {
	for {
		p.mu.Lock()
		known, counting := !p.looked.IsZero(), p.counting
		if known && (counting != nil || time.Since(p.looked) < max(lookEvery/2, 20*p.took)) {
			defer p.mu.Unlock()
			return p.stood, nil
		}
		if counting == nil {
			p.counting = make(chan struct{})
			p.mu.Unlock()
			return p.count(), nil
		}
		p.mu.Unlock()
		select {
		case <-counting: // or who counted panicked: look again
		case <-v.Context().Done():
			return "", v.Context().Err()
		}
	}
}

// count looks at the counts, for everybody who asks meanwhile.
func (p *live) count() string {
	began, text := time.Now(), ""
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if text != "" {
			p.stood, p.looked, p.took = text, began, time.Since(began)
		}
		close(p.counting)
		p.counting = nil
	}()
	text = p.fingerprint()
	return text
}

// fingerprint differs when a page would show something else. It is never "".
func fingerprint(table fairness.Table) string {
	var b strings.Builder
	fmt.Fprintln(&b, len(table.Cells))
	for _, name := range table.Attributes {
		fmt.Fprint(&b, table.By(name).Cells)
	}
	return b.String()
}

func (p *live) download(site *web.Site, w http.ResponseWriter, v *web.Visit, f format) {
	a, err := p.audit()
	var file bytes.Buffer // so that an error is an error and not half a file
	if err == nil {
		err = f.write(a, &file)
	}
	if err != nil {
		site.Fail(w, v, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Content-Disposition", `attachment; filename="fairness-`+a.At.Format("2006-01-02-150405")+"."+f.extension+`"`)
	if v.Method != http.MethodHead {
		_, _ = file.WriteTo(w) // the reader has gone: nobody to tell
	}
}
