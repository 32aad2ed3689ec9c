// Package transparency records each decision and says why it was made.
//
// Most callers want [Wrap], or Transparency in fairlead.Around: every call of the wrapped function leaves one record, durable before
// the answer is delivered. A record joins what the model was given and said (as salted digests), the explanation, and what the other
// guards found out: which consent the call rests on, how much was hidden, whether a person reviewed it. A [Journal] keeps
// no records itself: they are entries of the ledger, so they can be proved and erased as everything else.
//
// [WrapStream] is for functions that stream, [Transport] for SDKs that take an *http.Client, [Journal.Record] for a call that nothing
// fits.
//
// The customer reads with [Journal.Get], which knows no record but their own, staff with [Journal.Lookup]; [Record.Why] answers
// "why did I get this?" in a sentence, and [Journal.Report] "how is my data used?" in the slots of GDPR Art. 15. Package
// explain computes factors for any Go function; what takes too long for the call is drawn (Options.ExplainShare) or added later with
// [Journal.Explain].
//
// A report carries a proof of every entry it names, which [SubjectReport.Check] checks away from the log. ledger.Ledger.Erase erases a
// person here as everywhere, and [Journal.Retain] what is old; what was proved before stays proved. [Journal.Dropped] and
// [Journal.Written] say whether anything is missing, and Options.OnWritten tells of each entry for logs beside the log (package otellog).
//
// Package portal is the page on which customers see all this. What holds their data prints redacted, also as JSON, since logs marshal
// what lies in slices and structs; [Record.JSON] and [SubjectReport.JSON] write it out.
//
// # Entries
//
//	decision.recorded   one attempt of a call, failed ones too
//	decision.amended    what became of a call that was held: a delivery or a rejection
//	decision.refused    a call that did not reach the model: no input, no output
//	decision.explained  an explanation added after the answer
//	disclosure.shown    a notice a person was shown
//	words.revealed      somebody saw the real words behind the placeholders of a decision
//	card.published      a system card that came into force
//
// Each decision entry has Key = the decision's ID and ID = UUIDv5 of (decision, kind, attempt), so that a retry writes nothing twice; an
// amendment's has its outcome in it too, since a delivery that failed may be tried again, and a later explanation's what it says. Its
// public part, which outlives the erasure of the person, holds system, version and outcome and nothing else.
//
// # The record, version 1
//
// The body of an entry is JSON. Absent means zero, none or not known.
//
//	field               unit or form                   source
//	parent              UUID                           the decision this one was begun inside
//	system, version     text                           fairlead.System
//	attempt             from 0                         the HTTP client's retries
//	card                SHA-256, hex                   Options.Card
//	trace, span         32, 16 hex digits              the span that the record was made in
//	began               RFC 3339, UTC                  the clock, when the decision began
//	took_ns             nanoseconds                    from then until it was recorded
//	outcome             allowed, fallback, denied, held, replaced, rejected, stopped, abandoned, failed
//	guard, reason       constant text                  the guard that refused, and why
//	error               Go type                        of the function's error or panic; never its text
//	explanation         see Explanation                the explain function, of what the model itself said
//	unexplained         constant text                  why there is no explanation, if one failed
//	notes, notes_lost   factors; count                 Annotate
//	consent             purpose, basis, reason, receipt, as_of (ledger positions)   consent
//	hidden, session     counts by kind; vault ID       privacy
//	review, sampled     p in (0, 1], rule, case (UUID), held, verdict, reviewer; count        oversight
//	input               digest; payload if asked       what the function was given
//	model_output        the same                       what it said, if a review stands between that and output
//	output              the same, chunks of a stream   what was delivered
//
// A digest is 96 hexadecimal digits: 16 bytes of salt, then SHA-256 of the salt and the value's JSON (see [Digest]). Factor weights
// are in the unit of the score they explain. The entry itself adds the person (Subject), the time of recording and the position.
//
// The fields follow what EU AI Act Art. 12, 13, 19 and 86, GDPR Art. 15 and 22, and 12 CFR 1002.9 ask to be able to show. Which of
// them bind you is a question for a lawyer.
package transparency
