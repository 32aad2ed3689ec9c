// Package transparency records each decision and says why it was made.
//
// Most callers want [Wrap], or Transparency in fairlead.Around: every call of the wrapped function leaves one record, durable before
// the answer is delivered. A record joins what the model was given and said (as salted digests), the explanation, and what the other
// guards found out: which consent the call rests on, how much was hidden, whether a person reviewed it. A [Journal] keeps
// nothing itself: records are entries of the ledger, so they can be proved and erased as everything else.
//
// The customer reads with [Journal.Get], which knows no record but their own, staff with [Journal.Lookup], and [Record.Why] answers
// "why did I get this?" in a sentence.
//
// An entry is decision.recorded for each attempt of a call, decision.amended for the delivery of a call that was held, and
// decision.refused, without input and output, for one that did not reach the model.
package transparency
