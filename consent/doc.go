// Package consent answers one question before an AI call uses a person's data: has this person agreed to this purpose?
//
// Most callers want Wrap: it puts the question in front of a function they have.
//
//	gate, err := consent.New(ctx, log, []consent.Purpose{{ID: "offers", Name: "Offers made for you", Notice: notice}}, nil)
//	recommend := consent.Wrap(Recommend, gate, func(c Customer) consent.Ask {
//		return consent.Ask{Subject: c.ID, Purpose: "offers"}
//	})
//
// WrapOr runs something else instead of refusing; Minimize lets a call run with less; Handler and Transport guard HTTP. Grant
// and Withdraw are one call each, of the same shape: withdrawing is as easy as granting (GDPR article 7(3)).
//
// Receipt gives a person a signed record of what they said, which VerifyReceipt and anybody else can check offline; Export is all of it.
// Erase forgets a person, but not that they objected; Retain lets old events go and keeps every answer. MayAsk says whether it is decent
// to ask again. The customer's own page is package consent/center, TCF strings are read by consent/tcf.
//
// A Gate is a fold of the ledger: what a person said is an entry, a check is a look into memory. Anything the gate is not sure
// of is a denial: the nil gate and the zero gate deny, so does one that has not looked at the log for MaxStaleness. A
// denial is a *DeniedError with a Reason, and matches ErrDenied.
package consent
