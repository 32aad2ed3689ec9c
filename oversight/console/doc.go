// Package console is the reviewers' pages of an oversight.Desk: the queue, a case with everything that is needed to decide it, who
// reviews how, how healthy the whole thing is, and the stop button on every page.
//
//	pages, err := console.New(desk, staff, nil) // staff: func(*http.Request) (who string, err error)
//	mux.Handle("/desk/", http.StripPrefix("/desk", pages))
//
// staff reads your own session and says who a reviewer is; that name stands in the evidence. Without it there are no pages. What
// one person may do and another may not is Options.May.
//
// The pages work without JavaScript, by plain forms. With it there are keys (a approve, r reject, e edit, s skip, n next, u undo, ?
// all of them, where they can be changed), a lease that counts down and is renewed while somebody is at work, and a queue that
// keeps itself up to date.
//
// # What a reviewer sees
//
// Input, explanation and answer side by side; a correction field by field, with its difference to the answer; beside them what the
// application adds: the policy's text, what the customer agreed to, similar past cases (func fields of Options). In a blind case
// the answer is not in the page before the reviewer has given their own. Fields that Options.Sensitive names are blurred until
// asked for. Where privacy hid the real words, words for the kind stand in their place, and Options.Reveal shows the real ones, by a
// button.
//
// # What is certain
//
// The console keeps nothing: leases, verdicts and stops are the desk's, so two consoles on one ledger are one. Of two reviewers
// one has the case; the other gets a page that says so, with what they had typed. A form counts once. A lease that ended while
// somebody was writing loses no word: the page comes back with it, to take the case again.
//
// Gold cases look like others: they have no subject, so let Consents and Similar answer for a case without one, too.
package console
