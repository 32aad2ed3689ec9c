package browser_test

import (
	"strings"
	"testing"
	"time"
)

// hand is how somebody works a page: with the mouse, or with the keyboard alone.
type hand struct {
	*tab
	lead func(what string)           // uses a control that leads to another page
	fill func(selector, text string) // writes into a field
	tick func(selector string)       // ticks a box
}

func mouse(b *tab) hand {
	return hand{tab: b, lead: b.follow, fill: b.fill, tick: func(selector string) { b.click("css=" + selector) }}
}

func keyboard(b *tab) hand {
	return hand{
		tab: b, lead: b.press,
		fill: func(selector, text string) { b.t.Helper(); b.reach("css=" + selector); b.retype(text) },
		tick: func(selector string) { b.t.Helper(); b.reach("css=" + selector); b.keys(" ") },
	}
}

func TestTourByMouse(t *testing.T)    { tour(t, mouse, func(*tab) {}) }
func TestTourByKeyboard(t *testing.T) { tour(t, keyboard, func(*tab) {}) }

func TestTourWithoutScript(t *testing.T) {
	tour(t, mouse, func(b *tab) { b.noScript() })
}

func TestTourByKeyboardWithoutScript(t *testing.T) {
	tour(t, keyboard, func(b *tab) { b.noScript() })
}

func TestTourOnANarrowScreenInTheDark(t *testing.T) {
	tour(t, mouse, func(b *tab) { b.width(360); b.dark(true) })
}

// tour is the tour of the website's first page, from one end to the other.
func tour(t *testing.T, with func(*tab) hand, set func(*tab)) {
	l := startLender(t, "-demo", "60", "-undo", "1s")
	b := newTab(t, l.url)
	set(b)
	b.allow("status of 503") // that the system is stopped
	h := with(b)

	h.open("/")
	h.lead("Act as applicant 13")
	h.sees("You act as this applicant now", "has not agreed that a computer decides")
	h.lead("Ask for the loan")
	h.sees("popular offers", "Saver account", "None of your data was used")

	h.open("/privacy/")
	h.lead("Allow")
	h.sees("You allow this now", "Withdraw")
	h.open("/apply")
	h.sees("A computer may decide this")
	h.lead("Ask for the loan")
	h.sees("A person looks at your application", "The model saw", "<EMAIL_ADDRESS_1>", "customer13@example.com")
	application := strings.TrimPrefix(h.url(), l.url)

	h.open("/staff")
	h.lead("Sign in as reviewer-1")
	h.open("/console/")
	h.lead("1567 DM over 12 months: no loan")
	h.lead("Take this case")
	h.sees("The case is yours", "earlier loans", "What the person agreed to", "A loan needs 15 points", "Similar cases")
	h.lead("Approve")
	h.sees("Undo")
	h.waitFor(application, "We cannot give you this loan")
	h.fits()

	h.lead("All about this decision")
	h.sees("Why", "What would change it", "Who looked at it", "The proof", "your savings are low")
	h.lead("Ask for a person")
	h.fill("textarea[name=words]", "My savings are at another bank.")
	h.lead("Ask for a person")
	h.open("/console/?view=appeals")
	h.sees("1567 DM over 12 months: no loan")

	h.lead("Stop")
	h.fill("textarea[name=why]", "Too many appeals.")
	h.lead("Stop everything now")
	h.sees("Nothing that is guarded runs", "Too many appeals.")
	h.open("/apply")
	h.lead("Ask for the loan")
	h.sees("Not available just now")
	h.open("/console/stop")
	h.fill("textarea[name=why]", "It was a drill.")
	h.lead("css=main button.primary") // "Start again", as the link in the header says, too
	h.open("/apply")
	h.fill("input[name=amount]", "1000")
	h.fill("input[name=months]", "6")
	h.lead("Ask for the loan")
	h.sees("You get the loan: 1,000 DM over 6 months")

	h.open("/fairness/")
	h.sees("female")
	h.fits()

	h.open("/privacy/")
	h.lead("Withdraw")
	h.open("/apply")
	h.lead("Ask for the loan")
	h.sees("popular offers")
	h.open("/privacy/history")
	h.sees("Loans decided by computer")
	h.open("/decisions/take")
	h.sees("To read")
	h.open("/decisions/forget")
	h.tick("input[name=sure]")
	h.lead("Erase me")
	h.sees("made unreadable for good")
	h.open("/decisions/")
	h.sees("No decisions about you are recorded")
}

// waitFor waits until a page says something: where it has its script by itself, else by loading it again.
func (b *tab) waitFor(path, text string) {
	b.t.Helper()
	b.open(path)
	deadline := time.Now().Add(patience)
	for b.noscript && time.Now().Before(deadline) && !strings.Contains(b.text(), text) {
		b.open(path)
	}
	b.sees(text)
}
