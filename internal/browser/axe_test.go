package browser_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// axeCore is the checker that axe.sh fetched.
var axeCore = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile("axe/axe.min.js")
	return string(text), err
})

// axe has the page checked by axe-core's rules of WCAG 2.2 A and AA and its best practices.
func (b *tab) axe() {
	b.t.Helper()
	source, err := axeCore()
	if err != nil {
		if required() {
			b.t.Fatal("FAIRLEAD_BROWSER=required, and axe-core is not there: run ./axe.sh: ", err)
		}
		b.t.Skip("no axe-core, run ./axe.sh: ", err)
	}
	const run = `axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify({rules: r.passes.length,
		bad: r.violations.map(v => v.id + ': ' + v.help + ': ' + v.nodes.map(n => n.html.slice(0, 200) + ' ' + (n.any[0]?.message ?? '')).join(' | '))}))`
	ctx, cancel := b.within()
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](source+";"+run, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err)
	require.NotContains(b.t, found, `"rules":0,`, "no rule was looked at")
	if !strings.HasSuffix(found, `"bad":[]}`) {
		b.t.Errorf("axe on %s:\n%s", b.url(), strings.ReplaceAll(found, `","`, "\",\n\""))
	}
}

// fits requires that nothing has to be scrolled sideways.
func (b *tab) fits() {
	b.t.Helper()
	wide := eval[string](b, `(() => { const w = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= w) return '';
		return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > w + 1 && !e.closest('.scroll, pre'))
			.map(e => e.outerHTML.slice(0, 120)).slice(0, 3).join(' | ') || 'something that is out of sight: ' + document.documentElement.scrollWidth })()`)
	if wide != "" {
		b.t.Errorf("%s is wider than the screen: %s", b.url(), wide)
	}
}

// TestEveryPageIsAccessible looks at every page in light and dark, wide and narrow.
func TestEveryPageIsAccessible(t *testing.T) {
	l := startLender(t, "-demo", "60", "-undo", "1s")
	b := newTab(t, l.url)
	b.allow("status of 404") // one of the pages says that there is none
	for _, p := range l.pages(b) {
		t.Run(strings.ReplaceAll(p.name, " ", "_"), func(t *testing.T) {
			b.t = t
			for _, dark := range []bool{false, true} {
				b.dark(dark)
				b.width(1200)
				b.open(p.path)
				b.axe()
				b.width(360)
				b.axe()
				b.fits()
			}
		})
	}
	b.t = t
}

// place is a page of the website.
type place struct{ name, path string }

// pages are all of them, for a tab that signs in as an applicant and as a reviewer.
func (l *lender) pages(b *tab) []place {
	b.t.Helper()
	b.open("/customers?from=35")
	b.follow("Act as 35") // a close call
	b.follow("Ask for the loan")
	held := strings.TrimPrefix(b.url(), l.url)
	id := strings.TrimPrefix(held, "/application/")
	b.open("/apply")
	b.fill("input[name=amount]", "1000")
	b.fill("input[name=months]", "6")
	b.follow("Ask for the loan")
	loan := strings.TrimPrefix(b.url(), l.url)
	b.open("/staff")
	b.follow("Sign in as reviewer-1")
	b.open("/console/case/" + id)
	b.follow("Take this case")
	return []place{
		{"the tour", "/"},
		{"the applicants", "/customers"},
		{"the form", "/apply"},
		{"a held application", held},
		{"a loan", loan},
		{"staff", "/staff"},
		{"no such page", "/nothing"},
		{"choices", "/privacy/"},
		{"history", "/privacy/history"},
		{"decisions", "/decisions/"},
		{"a held decision", "/decisions/decision/" + id},
		{"a decision", "/decisions/decision/" + strings.TrimPrefix(loan, "/application/")},
		{"asking for a person", "/decisions/decision/" + id + "/person"},
		{"what is used", "/decisions/data"},
		{"taking it along", "/decisions/take"},
		{"being forgotten", "/decisions/forget"},
		{"the queue", "/console/"},
		{"a view of the queue", "/console/?view=appeals"},
		{"a case", "/console/case/" + id},
		{"stop", "/console/stop"},
		{"reviewers", "/console/reviewers"},
		{"health", "/console/health"},
		{"fairness", "/fairness/"},
	}
}
