// Package web is the page shell, stylesheet and script under the pages of consent/center, transparency/portal, oversight/console,
// fairness/report and the examples. A page package declares what is on its pages; this package holds what all of them must do:
// sign-in first, tokens on every form, headers, escaping, errors in plain words, links that work under any prefix.
//
//	//go:embed pages/*.html
//	var pages embed.FS
//
//	site, err := web.New(web.Options{Name: "console", Brand: "Review desk", Auth: auth, Templates: pages, Nav: nav})
//	site.Page("GET /{$}", c.queue)          // func(*web.Visit) (*web.Page, error)
//	site.Page("GET /case/{id}", c.show)
//	site.Post("POST /case/{id}/approve", c.approve)
//	return site, nil                         // an http.Handler; mount it with http.StripPrefix under any prefix
//
//	func (c *console) queue(v *web.Visit) (*web.Page, error) {
//		return &web.Page{Title: v.T("Cases"), Template: "queue", Data: items}, nil
//	}
//	func (c *console) approve(v *web.Visit) (*web.Page, error) {
//		if err := ...v.Field("comment")...; err != nil {
//			return nil, err                  // a page that says so: see below
//		}
//		return web.See("case/" + id + "?said=approved"), nil // 303; the page says Options.Sayings["approved"]
//	}
//
// # What users of the module see
//
// These types have no names outside this module: a page package exports plain fields in its Options (Catalogues
// map[string]map[string]string, Language func(*http.Request) string, Location, Key, Origins) and fills web.Options from them.
//
// # Templates
//
// Every *.html file of Options.Templates is a template named by its base name without ".html"; {{define}} works too. It is the
// content of <main> below the page's h1, which is Page.Title; begin with h2. Its dot is a *View:
//
//	{{.Data}}                    what the page was given
//	{{.T "Approve"}}             the reader's language; {{.T "%d cases" .Data.N}} with figures
//	{{.Root}}                    what links begin with: <a href="{{.Root}}case/1">, never "/case/1"
//	{{.Token}}                   inside every <form method="post">: a hidden field, another one each time
//	{{.Time t}} {{.Ago t}}       a <time>; {{.Day t}} and {{.Clock t}} as text; {{.Span d}} a duration in words
//	{{.Number n}} {{.Percent p}} 1,234.5 and 12.3 % as the reader's language writes them
//	{{.Who}} {{.Lang}} {{.Path}} who asks, the language, the path within the site
//	{{template "row" (.With x)}} another template about x: its dot is a View again, with Data x
//
// No style attributes, style elements or inline script: the content security policy refuses them. SVG presentation attributes
// (width, x, d) are fine; colours come from classes.
//
// # Errors
//
// A handler's error becomes a page. An error with HTTPStatus() int and Public() string, which all typed errors of this module
// have, shows that sentence with that status; [Problem] makes such an error by hand; any other error is a 500 that says nothing
// of itself and is logged by its type only. A panic is the same. Nothing is sent before a page is complete.
//
// A page that was refused because its token was used, too old or from another process keeps what was typed: it shows the text
// again. So a handler of a POST that finds something wrong should return its own page with the fields filled in and Status 422 or
// 409; Page.Status is for that.
//
// # What the stylesheet knows
//
//	.card .cards .columns          boxes; a grid of boxes; two side by side, one below the other when narrow; also .three, .fit
//	                               (as many as fit) and .aside (a wide and a narrow one; .sticky keeps the latter in view)
//	.scroll > table, table.stack   wide tables scroll in their box (give it tabindex="0" role="region" aria-label); or rows become
//	                               cards when narrow (td needs data-label="Column")
//	.badge .ok .warn .bad .info    states; also on .notice and .meter
//	.notice                        a box with something to know; .notice.bad for errors (role="alert")
//	.verdict                       a large first line: what it all comes to
//	button, .button                plain; .primary, .danger, .quiet; .row puts them beside each other
//	label.field                    label text, then input, select or textarea; small.hint below
//	.check                         a label with a checkbox or a radio button before its text
//	dl.facts                       names beside values; table.panel for many, with tr.d1 to .d4 indented
//	ul.plain, .prose               a list without bullets; text whose line ends are kept
//	nav.tabs > a                   tabs as links; aria-current="page" on the one shown
//	pre, code, .data               figures and JSON; pre wraps
//	table.diff, ins, del           .same, .changed rows
//	details.veil                   <summary>Show</summary> and then the sensitive text: blurred until opened
//	progress, meter                the browser's own
//	ol.steps, ol.timeline          a guided tour; what happened when
//	.figures > div > b + span      large figures with a caption
//	svg.chart                      with width and viewBox; it shrinks with the page; .bar (.ok .warn .bad .info), .whisker, .axis, .grid, .line, .area, .dot, .limit, text(.soft)
//	.soft .small .num .wide .hidden .narrow-hide   quieter; smaller; right-aligned figures; ...; for screen readers only
//
// # What the script knows
//
// Every page works without it. On the elements of a page:
//
//	data-key="a"             pressing a clicks the element; a <kbd> in it shows the key, and only with script. Off while typing; ?
//	                         lists the keys, where they can be changed or switched off. data-key-name="Approve" is its name in
//	                         the list (default: its text).
//	data-until="RFC 3339"    on a <time>: counts down; data-over="text" replaces it at the end
//	form data-renew="30"     posts itself every 30 s while the page has focus and somebody is at work; the answer is JSON
//	                         {"token", "until"} (see [Visit.Renewed]); "until" goes to every time[data-until]; anything else shows
//	                         the form's data-lost text, aloud
//	data-live                on an element with an id: replaced by the page's new version when Page.Live is set and something
//	                         changed, unless somebody is typing in it
//	data-confirm="text"      on a form or button: asks first
//	data-check-all="name"    a checkbox that ticks all of that name within its form
//	data-copy="#id"          copies that element's text
//	data-submit              a select or checkbox that sends its form when changed; put a button.no-script beside it
//	.no-script, .needs-script   shown only without, only with script
//
// # Live pages
//
// [Site.Live] serves a stream of server-sent events that says when something changed, and the same by polling.
//
// # Two tabs, and two people
//
// Whoever signs in or out in one tab has done so in all tabs of the browser, and what stands in the others is somebody else's. A form
// is bound to who it was made for, so that one of before is refused and what was typed is shown again. With script the other tabs of
// the same site say so at once, and a live page takes nothing from the page of the next person: it says it with the next change. What
// they show stays until they are loaded again, as without script.
package web
