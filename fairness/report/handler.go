package report

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/fairlead-go/fairlead/fairness"
)

// New serves the monitor's report as it stands: HTML at the root of where it is
// mounted, and by ?format= also "json", "csv" and "markdown". auth says who asks; an
// error of it is answered with 403 and nothing else. A nil monitor or auth is an error:
// counts by group are not for everybody.
func New(monitor *fairness.Monitor, auth func(*http.Request) (who string, err error), options *Options) (http.Handler, error) {
	if monitor == nil {
		return nil, errors.New("report: no monitor: make one with fairness.New")
	}
	if auth == nil {
		return nil, errors.New("report: no auth: say who may see the report, for instance by the session of your staff pages")
	}
	var o Options
	if options != nil {
		o = *options
	}
	h := &handler{monitor: monitor, auth: auth, options: o}
	return http.HandlerFunc(h.serve), nil
}

type handler struct {
	monitor *fairness.Monitor
	auth    func(*http.Request) (string, error)
	options Options
}

// formats maps the query's format to its content type and writer.
var formats = map[string]struct {
	contentType string
	write       func(Audit, io.Writer) error
}{
	"":         {"text/html; charset=utf-8", Audit.WriteHTML},
	"json":     {"application/json", Audit.WriteJSON},
	"csv":      {"text/csv; charset=utf-8", Audit.WriteCSV},
	"markdown": {"text/markdown; charset=utf-8", Audit.WriteMarkdown},
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET and HEAD.", http.StatusMethodNotAllowed)
		return
	}
	if _, err := h.auth(r); err != nil {
		http.Error(w, "You may not see this report.", http.StatusForbidden)
		return
	}
	format, ok := formats[r.URL.Query().Get("format")]
	if !ok {
		http.Error(w, "The format is json, csv or markdown, or nothing for HTML.", http.StatusBadRequest)
		return
	}
	o := h.options
	o.At = time.Now()
	verdict := h.monitor.Status()
	table := h.monitor.Table()
	if o.Limits != nil {
		var err error
		if verdict, err = table.Status(o.Limits); err != nil {
			http.Error(w, "The report is not set up correctly.", http.StatusInternalServerError)
			return
		}
	}
	var page bytes.Buffer // so that an error is an error and not half a page
	if err := format.write(audit(table, verdict, o), &page); err != nil {
		http.Error(w, "The report could not be written.", http.StatusInternalServerError)
		return
	}
	head.Set("Content-Type", format.contentType)
	_, _ = page.WriteTo(w) // the reader has gone: nobody to tell
}
