// Package pii finds personal data in text: where it stands, of which kind it
// is, and how sure that is. It decides no policy and does no I/O; package
// privacy turns findings into placeholders.
//
// Most callers want the zero [Scanner] and [Scanner.Scan]:
//
//	var s pii.Scanner
//	findings = s.Scan(findings[:0], text)
//
// Use [Scanner.Field] where the text is the whole value of a form field or a
// database column: a bare number needs no words around it there.
//
// # How it works
//
// A scan is one pass. It jumps from trigger to trigger (a digit, '@', ':',
// '.', '-'), eight bytes a step, parses a group of numbers once, lets the
// lengths of the groups choose which kinds it can be, leaves out those that
// could not reach [Scanner.MinScore], and only then computes check digits. It
// allocates nothing but room in dst, its time grows linearly with the text
// whatever the text is, and it reads at most 64 bytes to the left and 128 bytes
// to the right of what it is deciding about, so that a stream can be scanned
// piece by piece. What repeats itself is therefore decided once, and where
// triggers crowd 64 bytes are looked at together, which refuses most of them at
// once. Dense signs, numbers and short words that do not repeat are the slowest
// texts. Findings longer than the reach are of open kinds, certain from their
// beginning: URL, JWT, PRIVATE_KEY and API_KEY.
//
// Digits of other scripts (full-width, Arabic-Indic, Persian, Devanagari,
// Bengali, Thai, mathematical), invisible characters inside a number, a space
// after every digit and the hexadecimal of URLs ("%40", "%20") do not hide it;
// of the first three a short window is written out in ASCII first, which is the
// one copy a scan makes.
//
// # Names and places
//
// PERSON, LOCATION, STREET_ADDRESS, DATE_OF_BIRTH, AGE and DATE_TIME have nothing
// to verify. They are best effort, cost several times the rest, and are off
// unless [Scanner.Kinds] names them. They go by titles, introductions, endings of
// family names and lists, in eight languages. Where a missed name does harm, put
// a recognizer with a model beside this package (see package privacy).
//
// # Scores
//
// A score says how much of the published rule has been seen, from 0 to 1:
//
//	1.0        the shape, and its check digits or structure rules
//	0.6        a word that names the kind stands near, or it is a whole Field
//	0.4        a bare run of digits that merely passes a one-digit check
//	0.1 - 0.3  a shape many harmless numbers have too
//
// What an authority prints in capitals and a text has in small letters scores
// 0.4 at most, for it is more often a hash or a name in a program.
//
// [Scanner.MinScore] cuts at 0.5 unless set. Offsets are byte offsets into
// the text as given; they always lie on rune boundaries of valid UTF-8.
package pii
