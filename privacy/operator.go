package privacy

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

// Operator says what stands in place of a piece of personal data. [Replace] is the default and, with [Token], the one that Show can
// undo: prefer it for whatever has to come back in the answer.
//
// An implementation of your own must be safe under concurrency and must not put v.Text into its error. An error refuses the
// call.
type Operator interface {
	Operate(v Value) (string, error)
}

// Value is one piece of personal data on its way through an Operator. It prints as redacted.
type Value struct {
	Text string   // the piece itself
	Kind pii.Kind // what it is

	key    Key
	tenant string
}

// Replace puts a numbered placeholder, <EMAIL_ADDRESS_1>, that is the same for the same value throughout a session and that
// Show turns back. Where there is no session, as in logs, it is <EMAIL_ADDRESS>. Its zero value is ready.
type Replace struct{}

// Operate gives the placeholder without a number; sessions number it.
func (Replace) Operate(v Value) (string, error) { return "<" + label(v.Kind) + ">", nil }

// Keep leaves the piece as it is: for kinds that this call may see.
type Keep struct{}

// Operate gives the text itself.
func (Keep) Operate(v Value) (string, error) { return v.Text, nil }

// Remove takes the piece out. Show cannot bring it back.
type Remove struct{}

// Operate gives nothing.
func (Remove) Operate(Value) (string, error) { return "", nil }

// Mask keeps the shape of a piece and covers its letters and digits: Mask{Last: 4} makes "**** **** **** 1111" of a card
// number. Separators stay. Show cannot bring it back.
type Mask struct {
	// Last is how many letters and digits at the end stay readable. At most a third of them ever does. Default: 0.
	Last int
	// With covers a letter or digit. Default: '*'.
	With rune
}

// Operate covers the text.
func (m Mask) Operate(v Value) (string, error) {
	with := m.With
	if with == 0 {
		with = '*'
	}
	covered := 0
	for _, r := range v.Text {
		if maskable(r) {
			covered++
		}
	}
	covered -= max(0, min(m.Last, covered/3))
	var b strings.Builder
	b.Grow(len(v.Text))
	for _, r := range v.Text {
		if covered > 0 && maskable(r) {
			covered--
			r = with
		}
		b.WriteRune(r)
	}
	return b.String(), nil
}

// maskable is what tells one value from another. A byte that is not UTF-8 counts: its place in the alphabet is unknown.
func maskable(r rune) bool {
	return r == utf8.RuneError || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// isOwn says whether an operator is one of this package's. None of them keeps a text.
func isOwn(op Operator) bool {
	switch op.(type) {
	case Replace, Keep, Remove, Mask, Hash, Token, Encrypt, FPE, Generalise:
		return true
	}
	return false
}

// placeholding is an Operator whose result Show can undo: it states the name of the placeholder, "" for one with a number.
type placeholding interface {
	name(v Value) (string, error)
}

func (Replace) name(Value) (string, error) { return "", nil }
