// Package portal is the customer's page: what was decided about them and why, what data was used and for what, a person to ask, all of
// it to take along, and a way to be forgotten.
//
//	mine, err := portal.New(journal, signedIn, &portal.Options{
//		Appeal: func(ctx context.Context, who string, r transparency.Record, words string) error {
//			_, err := desk.Appeal(ctx, who, r.Review.Case, words)
//			return err
//		},
//		Reveal: redactor.Reveal,
//		Erase:  func(ctx context.Context, who string) (ledger.Erased, error) { return log.Erase(ctx, who) },
//	})
//	mux.Handle("/mine/", http.StripPrefix("/mine", mine))
//
// Whose pages they are is what the authoriser says, and nothing in the request: it is called for every page, and what it returns is the
// subject that records are about. A decision about somebody else is not found, in the very words and with the very status of one
// that does not exist. Asking again for a password before an erasure is the authoriser's business: it sees the request.
//
// A GET changes nothing. What is done by a form (to ask for a person, to see the words that were hidden, to be forgotten) takes a POST of
// the same origin with a token that is good once. Everything works without JavaScript, and nothing is cached.
//
// # Addresses
//
//	GET  /                              decisions, the newest first; ?page=2
//	GET  /decision/{id}                 one of them: why, what was used, what would change it, who looked at it, the proof
//	GET  /decision/{id}/proof.json      the same with its proofs, as transparency.SubjectReport.Check takes it
//	GET  /decision/{id}/person          asking for a person
//	POST /decision/{id}/person
//	POST /decision/{id}/words           the decision with the real words for its placeholders
//	GET  /data                          which data, for what, from where, to whom, for how long; what was agreed to and told
//	GET  /take                          the report: /take/report.json, .md and .html
//	GET  /forget                        being forgotten, and what was forgotten before
//	POST /forget
//
// # What it does not do
//
// It knows no consents, cases or hidden words of its own: those come through the func fields of [Options]. It says nothing about
// which of the staff looked at a case. It translates its own sentences by Options.Catalogues, and what records say by the journal's
// Words.
package portal
