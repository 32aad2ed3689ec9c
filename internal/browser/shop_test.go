package browser_test

import "testing"

func TestActAsSomebodyAndApply(t *testing.T) {
	l := startLender(t, "-demo", "50", "-undo", "1s")
	b := newTab(t, l.url)
	b.open("/")
	b.sees("A lender that asks first")
	b.follow("Act as applicant 13")
	b.sees("Ask for a loan", "has not agreed")
	b.follow("Ask for the loan")
	b.sees("popular offers", "Saver account")
}
