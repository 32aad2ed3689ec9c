package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// beside opens another tab of the same browser: it has the same cookies.
func (b *tab) beside() *tab {
	b.t.Helper()
	next := &tab{t: b.t, base: b.base}
	ctx, end := chromedp.NewContext(b.ctx, chromedp.WithListener(next.hear))
	next.ctx = ctx
	b.t.Cleanup(func() {
		if !b.t.Failed() {
			next.silent()
		}
		end()
	})
	require.NoError(b.t, chromedp.Do(ctx))
	next.width(1200)
	return next
}

const inAnotherTab = "You have signed in or out in another tab."

// Who acts as somebody else in another tab is told so in the first one; what was typed there stays, and is sent for nobody.
func TestTwoTabsOfTwoCustomers(t *testing.T) {
	l := startLender(t, "-demo", "20", "-undo", "1s")
	first := newTab(t, l.url)
	first.allow("status of 403")
	first.open("/customers")
	first.follow("Act as 1")
	first.fill("textarea[name=message]", "a long story of mine")

	second := first.beside()
	second.open("/apply")
	second.follow("Tour")
	first.doesNotSee(inAnotherTab)
	second.open("/customers")
	second.follow("Act as 3")
	first.sees(inAnotherTab)
	second.doesNotSee(inAnotherTab)
	assert.Equal(t, "a long story of mine", eval[string](first, `document.querySelector('textarea[name=message]').value`))

	first.follow("Ask for the loan")
	first.sees("Not allowed", "in another tab since", "Nothing was done")
	assert.Equal(t, "a long story of mine", eval[string](first, `document.querySelector('textarea[readonly]').value`))
	second.open("/decisions/")
	second.doesNotSee("a long story of mine")
}

// A page that keeps itself up to date takes nothing from the page of somebody else, who has signed in meanwhile, and says when nobody is.
func TestALivePageIsOnePersons(t *testing.T) {
	l := startLender(t, "-demo", "40", "-undo", "1s")
	first := newTab(t, l.url)
	first.allow("status of 401") // once nobody is signed in
	first.open("/staff")
	first.follow("Sign in as reviewer-1")
	first.open("/console/")
	const rows = `document.querySelectorAll('#queue tbody tr').length`
	n := eval[int](first, rows)
	held(t, l.url)
	n++
	first.until(fmt.Sprint(rows, " === ", n), "a new case appears by itself")

	second := first.beside() // stays on the shop's own pages, so that the console's are not told
	second.open("/staff")
	second.follow("Sign in as reviewer-2")
	held(t, l.url)
	first.sees(inAnotherTab)
	require.Equal(t, n, eval[int](first, rows), "nothing of the other's queue is in this one")
	first.follow("Open this page again")
	first.doesNotSee(inAnotherTab)
	n++
	first.until(fmt.Sprint(rows, " === ", n))

	// And goes on being kept up to date.
	held(t, l.url)
	n++
	first.until(fmt.Sprint(rows, " === ", n), "a new case appears by itself")

	second.open("/")
	second.follow("Sign out")
	held(t, l.url)
	first.sees(inAnotherTab)
	require.Equal(t, n, eval[int](first, rows))
}
