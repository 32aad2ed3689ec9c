// Package fairlead puts responsible-AI guardrails around the AI calls a Go program already makes.
//
// A fairlead is the ring that guides a ship's line and keeps it from chafing. Here the line is a function such as
//
//	func Recommend(ctx context.Context, c Customer) ([]Offer, error)
//
// and the people whose data it uses are owed five things, each kept by one package:
//
//   - consent: they were asked, for a purpose, and can take it back;
//   - privacy: no more personal data leaves than must;
//   - transparency: what was decided, why and with which data is on record, in words;
//   - oversight: people review a known share of the decisions, and can hold, correct and stop them;
//   - fairness: outcomes are counted by group, with honest uncertainty.
//
// # Start here
//
// Most callers want Around, which puts the guards in the one right order, whatever order they are written in, and returns a
// function of the same type:
//
//	recommend := fairlead.Around(Recommend).
//		Consent(gate, Customer.Ask).
//		Otherwise(Popular).
//		Fairness(monitor, Customer.Groups, favourable).
//		Privacy(redactor, privacy.HideTagged, privacy.ShowTagged).
//		Transparency(journal, explain).
//		Oversight(desk, open).
//		Func()
//
//	ctx, trail := fairlead.Track(r.Context())
//	offers, err := recommend(ctx, customer)
//
// Outermost first: consent refuses before any work; fairness sees the raw group and the final outcome; everything inside
// privacy sees pseudonyms; transparency records what the model saw and said and what came back after review; oversight may hold or
// replace that. Any guard can be left out, and each package's own Wrap guards one function without this package.
//
// # What one call leaves behind
//
// A guarded call is one decision with one ID (UUIDv7). The guards inside it share it: the record of the journal holds the
// consent, the counts of what was hidden and the review, and the trace has one span, "guard {system}", with an event for each
// guard. Track tells the caller the ID and how the call ended; DecisionID tells the guarded function. Everything that lasts is an
// entry of one append-only log, package ledger.
//
// # What happens when something is wrong
//
// Zero values refuse: a nil engine refuses every call. Wiring mistakes panic at start-up with a text that holds the fix. At run time
// guards return typed errors (errors.Is for the sentinel, errors.As for the detail) with a Public sentence a customer may
// read; WriteError turns them into an HTTP answer. A panic in a function passed to a guard refuses the call; a panic in the guarded
// function itself is recorded and goes on. Nothing becomes a silent pass. No error, log line, span or metric holds a subject,
// a key or a payload.
package fairlead
