// Package privacy hides personal data before a call and puts it back into the answer, so that what you call (a model, a
// service, a colleague's code) works with placeholders such as <EMAIL_ADDRESS_1> and never sees the real words.
//
// Most callers want [Wrap], with [HideTagged] and [ShowTagged] for structs:
//
//	type Customer struct {
//		Email   string `privacy:"email"` // the whole field is an e-mail address
//		Message string                   // untagged: scanned
//		Plan    string `privacy:"-"`     // left alone
//	}
//	guarded := privacy.Wrap(Recommend, &privacy.Redactor{}, privacy.HideTagged, privacy.ShowTagged)
//
// A function of strings needs no struct: the methods of a [Session] are the functions Wrap asks for.
//
//	guarded := privacy.Wrap(Answer, &privacy.Redactor{}, (*privacy.Session).Hide, (*privacy.Session).Show)
//
// An SDK that takes an *http.Client needs neither: [Transport] hides every request to an AI interface and shows every answer,
// streamed or whole. [WrapStream] and [WrapText] guard functions that answer in pieces, [Redactor.Reader] and [Redactor.Writer] hide
// what is read or written.
//
// For a text by hand there is [Redactor.Text], for logs [Redactor.LogAttr], for a conversation of several calls
// [Redactor.Session] with [WithSession].
//
// # What is promised
//
// What Hide hid, Show brings back exactly, in any text that uses the placeholders; a text that already holds something shaped
// like a placeholder is not confused with ours. The caller's own value is never changed. Where something cannot be inspected,
// the call is refused: nothing passes unseen. What cannot be found by rule (names in prose, pictures) is not hidden unless a
// tag or a recognizer says what it is; package pii lists what is found.
//
// Errors, spans, metrics and the printed form of everything here hold no personal data.
package privacy
