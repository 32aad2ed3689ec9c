package browser_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// consented is an applicant who agreed when the demo data were loaded.
const consented = 35

// held makes a case of this applicant: a close call that waits for a person.
func held(t testing.TB, base string) (c *client, title, id string) {
	t.Helper()
	c = newClient(base)
	_, err := c.actAs(consented)
	require.NoError(t, err)
	page, err := c.get("/apply")
	page = must(t, 200, page, err)
	got, err := c.send(page, map[string]string{"amount": "1474", "months": "12", "message": "Please."}, `name="amount"`)
	got = must(t, 200, got, err)
	require.Contains(t, got.body, "A person looks at")
	return c, "1474 DM over 12 months: no loan", strings.TrimPrefix(got.path, "/application/")
}

// Two reviewers have the same case before them and take it at the same moment: one has it, and the other is told who.
func TestTwoReviewersAtOnceOnOneCase(t *testing.T) {
	l := startLender(t, "-demo", "40", "-undo", "1s")
	_, _, id := held(t, l.url)
	var tabs [2]*tab
	for i := range tabs {
		tabs[i] = newTab(t, l.url)
		tabs[i].allow("status of 409") // that the other was first
		tabs[i].open("/staff")
		tabs[i].follow(fmt.Sprint("Sign in as reviewer-", i+1))
		tabs[i].open("/console/case/" + id)
		tabs[i].sees("Take this case")
	}
	var both sync.WaitGroup
	for _, b := range tabs {
		both.Go(func() { b.follow("Take this case") })
	}
	both.Wait()
	mine := 0
	var loser, winner *tab
	for _, b := range tabs {
		if strings.Contains(b.text(), "The case is yours") {
			mine++
			winner = b
		} else {
			loser = b
		}
	}
	require.Equal(t, 1, mine, "of two who take a case one has it")
	loser.sees("Somebody else has this case")
	loser.doesNotSee("Your verdict")
	winner.follow("Approve")
	loser.open("/console/case/" + id)
	loser.sees("decided")
	loser.doesNotSee("Your verdict", "Take this case")
}

// An appeal goes to somebody else, and their verdict reaches the customer.
func TestAnAppealGoesToAnotherReviewer(t *testing.T) {
	l := startLender(t, "-demo", "40", "-undo", "0s")
	c, title, id := held(t, l.url)
	first, second := newTab(t, l.url), newTab(t, l.url)
	first.open("/staff")
	first.follow("Sign in as reviewer-1")
	first.open("/console/case/" + id)
	first.follow("Take this case")
	first.leaving(func() { first.keys("a") })
	first.sees("decided")
	var page answer
	require.Eventually(t, func() bool {
		var err error
		page, err = c.get("/application/" + id)
		return err == nil && strings.Contains(page.body, "We cannot give you this loan")
	}, patience, patience/100)

	page, err := c.get("/decisions/decision/" + id + "/person")
	page = must(t, 200, page, err)
	page, err = c.send(page, map[string]string{"words": "I earn more than the points know."}, `name="words"`)
	must(t, 200, page, err)

	second.open("/staff")
	second.follow("Sign in as reviewer-2")
	second.open("/console/?view=appeals")
	second.follow(title)
	second.sees("I earn more than the points know")
	first.open(strings.TrimPrefix(second.url(), l.url))
	first.allow("status of 409")
	first.allow("status of 403")
	first.follow("Take this case")
	first.doesNotSee("The case is yours")

	second.follow("Take this case")
	second.keys("e")
	second.until(`document.querySelector('#edit').open`, "e opens the correction")
	second.reach("css=#edit select") // whether there is a loan
	second.keys("y")
	for i, text := range []string{"1474", "12", "7.9"} { // amount, months, interest
		second.fill(fmt.Sprintf("#edit label:nth-of-type(%d) input", i+2), text)
	}
	second.follow("Put this in its place")
	second.sees("decided")
	require.Eventually(t, func() bool {
		list, err := c.get("/decisions/")
		return err == nil && strings.Count(list.body, "<article") == 2+1 // the demo data's, the one that was appealed, and the appeal's
	}, patience, patience/100)
}

// The queue keeps itself up to date, also after its process was away for a while.
func TestTheStreamIsCutAndRestored(t *testing.T) {
	dir, port := t.TempDir(), freePort(t)
	args := []string{"-addr", "127.0.0.1:" + port, "-db", dir, "-demo", "40", "-undo", "1s"}
	l := startLender(t, args...)
	b := newTab(t, l.url)
	b.allow("ERR_") // the connection that is cut, and those that fail meanwhile
	b.open("/staff")
	b.follow("Sign in as reviewer-1")
	b.open("/console/")
	before := eval[int](b, `document.querySelectorAll('#queue tbody tr').length`)
	eval[bool](b, "(window.fairleadStays = true)")

	held(t, l.url)
	b.until(fmt.Sprintf(`document.querySelectorAll('#queue tbody tr').length === %d`, before+1), "a new case appears by itself")
	l.stop()
	again := startLender(t, args...)
	require.Equal(t, l.url, again.url)
	held(t, again.url)
	b.until(fmt.Sprintf(`document.querySelectorAll('#queue tbody tr').length === %d`, before+2), "and another one after the cut")
	assert.True(t, eval[bool](b, "window.fairleadStays === true"), "the page was never loaded again")
}

// In a blind case the answer is nowhere in the page before the reviewer has given theirs.
func TestABlindCase(t *testing.T) {
	l := startLender(t, "-demo", "0", "-undo", "1s", "-blind", "0.999")
	c := newClient(l.url)
	_, err := c.actAs(consented)
	require.NoError(t, err)
	page, err := c.get("/privacy/")
	page = must(t, 200, page, err)
	page, err = c.send(page, nil, "Allow")
	must(t, 200, page, err)
	page, err = c.get("/apply")
	page = must(t, 200, page, err)
	page, err = c.send(page, map[string]string{"amount": "1474", "months": "12", "message": "Please."}, `name="amount"`)
	page = must(t, 200, page, err)
	id := strings.TrimPrefix(page.path, "/application/")

	b := newTab(t, l.url)
	b.open("/staff")
	b.follow("Sign in as reviewer-1")
	b.open("/console/case/" + id)
	b.follow("Take this case")
	b.sees("blind", "Your own answer")
	html := eval[string](b, "document.documentElement.outerHTML")
	assert.NotContains(t, html, "Saver account", "what the model offered")
	assert.NotContains(t, html, "You wrote")
	b.follow("Put this in its place")
	b.sees("decided")
}
