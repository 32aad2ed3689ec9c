// Package oversight lets people look at a known share of what a function decides, hold an answer until somebody has looked, put
// another in its place, and stop the whole thing.
//
// Most callers want [Wrap]:
//
//	desk, err := oversight.New(ctx, log, oversight.Policy{
//		Rate:  0.02, // two in a hundred, drawn by chance, reviewed after the fact
//		Rules: []oversight.Rule{{Name: "unsure", When: func(c oversight.Case) bool { return c.Score < 0.5 }, Hold: true}},
//	}, nil)
//	recommend := oversight.Wrap(Recommend, desk, func(c Customer, o []Offer) oversight.Case {
//		return oversight.Case{Score: o[0].Score}
//	})
//
// A call that must be looked at before it runs, such as a refund an agent wants to make, goes through [Approve], or through
// [Transport] where it is an HTTP request.
//
// A held call returns [ErrPending] with the ID of its case; answer 202 and try again later:
//
//	offers, err = recommend(oversight.Resume(ctx, caseID), customer)
//
// What was decided while nobody waited stands in [Desk.Undelivered] until somebody comes for it,
// and what was begun and never finished in [Desk.Interrupted], until somebody has looked what it did: [Desk.Resolve].
//
// Reviewers work through [Desk.Pending], [Desk.Claim], [Desk.Get] and [Desk.Submit]. [Desk.Stop] refuses every call until
// [Desk.Start].
//
// # How good is it
//
// [Desk.Estimate] says how often people would overrule, over all decisions, from the drawn ones; [Breaker] presses the stop button
// when that is too often. [Desk.Seed] puts cases with known answers among the others, and [Desk.Quality] says who finds them.
// Policy.Blind hides the answer in some cases, so that Quality can say how much of the agreement comes from having seen it.
// [Desk.Enrol] keeps the roster of who may review. [Desk.Evidence] writes it all down for whoever asks.
//
// # What is certain
//
// Everything is an entry of the ledger, and the desk is a fold of it: processes that share a ledger share one queue. Of two
// reviewers who claim a case, the one whose claim is first in the ledger has it, and the claim's position fences off whoever
// had it before. Leases and deadlines are judged by the times of the entries. A case that nobody decided falls to the policy's
// fallback, which rejects unless told otherwise, and that too is an entry.
//
// The probability with which a case was drawn is kept with it: without that, an error rate of what people looked at says
// nothing about the rest.
//
// What a function decided is held, never the function: it does not run a second time when a case is delivered. An answer that would not
// come back as it was is refused and not held. An approved call runs at most once, and only as the function it was asked for: name
// functions that are made in one place, see [Approve]. A case counts as delivered once every guard around has let the answer go.
//
// # What is kept
//
// Title, input, output and explanation lie in the entry's body, under the call's subject, and go when that person is erased: so do
// their open cases, and whoever waits gets [ErrNotFound]. [Desk.Retain] deletes what is old and needed no more.
// The desk's memory holds open cases only, about a kilobyte and a half each and at most Options.MaxOpen; the rest is read from the ledger
// when asked for.
package oversight
