package report

import (
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"github.com/fairlead-go/fairlead/fairness"
)

// WriteHTML writes the audit as one page that needs nothing else: no script, no font,
// no picture from elsewhere.
func (a Audit) WriteHTML(w io.Writer) error {
	page, err := template.New("audit").Funcs(template.FuncMap{
		"percent": percent, "plain": plain, "bar": bar, "gaps": View.Gaps, "style": func() template.CSS { return style },
		"join":   func(s []string) string { return strings.Join(s, " and ") },
		"status": func(s fairness.Status) string { return strings.ToLower(string(s)) },
	}).Parse(auditPage)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := page.Execute(w, a); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	return nil
}

// The bar is 200 units long, one half of a percent each.
const barLength = 200

// bar is a row's rate with its interval as whiskers. Only numbers go into it.
func bar(r Row) template.HTML {
	if r.Suppressed || !r.Rate.Defined {
		return ""
	}
	x := func(v float64) float64 { return math.Round(10*barLength*min(1, max(0, v))) / 10 }
	low, mid, high := x(r.Rate.Low), x(r.Rate.Value), x(r.Rate.High)
	return template.HTML(fmt.Sprintf( //nolint:gosec // numbers only
		`<svg viewBox="0 0 %d 16" width="%d" height="16" role="img" aria-label="%s, interval %s to %s">`+
			`<rect class="track" width="%d" height="16"/><rect class="bar" width="%g" height="16"/>`+
			`<path class="whisker" d="M%g 8H%gM%g 3V13M%g 3V13"/></svg>`,
		barLength, barLength, percent(r.Rate.Value), percent(r.Rate.Low), percent(r.Rate.High),
		barLength, mid, low, high, low, high))
}

// style is the one stylesheet of both reports.
const style template.CSS = `
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid #8886}
th:first-child,td:first-child{text-align:left}
.verdict{border-left:.5rem solid #888;padding:.5rem 1rem}.action{border-color:#c22}.watch{border-color:#c80}.ok{border-color:#283}
.track{fill:#8883}.bar{fill:#47a}.whisker{stroke:currentColor;stroke-width:1.5;fill:none}
.quiet{opacity:.75}
`

const auditPage = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{.Title}}</title>
<style>{{style}}</style></head><body><main>
<h1>{{.Title}}</h1>
<p class="quiet">Counted until <time datetime="{{.At.Format "2006-01-02T15:04:05Z07:00"}}">{{.At.Format "2 January 2006, 15:04 MST"}}</time></p>
<div class="verdict {{status .Verdict.Status}}"><p><strong>{{.Verdict.Sentence}}</strong></p></div>
{{if .Verdict.Findings}}<ul>{{range .Verdict.Findings}}<li>{{.Sentence}} <span class="quiet">{{.Next}}</span></li>{{end}}</ul>{{end}}
{{range .Views}}<section><h2>By {{join .Attributes}}</h2>
<table><thead><tr><th scope="col">Group</th><th scope="col">Decisions</th><th scope="col">Favourable</th><th scope="col">Rate</th><th scope="col">95 % interval</th><th scope="col">Denied</th><th scope="col">Fallback</th><th scope="col">Waiting</th><th scope="col">Stopped</th><th scope="col">Failed</th></tr></thead>
<tbody>{{range .Rows}}<tr><th scope="row">{{.Group}}</th>{{if .Suppressed}}<td colspan="9">{{.Rate.Why}}</td>{{else}}<td>{{.Decisions}}</td><td>{{plain .Rate.Num}}</td><td>{{percent .Rate.Value}}</td><td>{{bar .}}<br>{{percent .Rate.Low}} to {{percent .Rate.High}}</td><td>{{.Ends.Denied}}</td><td>{{.Ends.Fallback}}</td><td>{{.Ends.Waiting}}</td><td>{{.Ends.Stopped}}</td><td>{{.Ends.Failed}}</td>{{end}}</tr>{{end}}</tbody></table>
<p>{{gaps .}}</p></section>{{end}}
<section><h2>To be read with it</h2><ul>{{range .Caveats}}<li>{{.}}</li>{{end}}</ul>{{if .MinCell}}<p>Groups of fewer than {{.MinCell}} decisions are not shown.</p>{{end}}</section>
</main></body></html>
`
