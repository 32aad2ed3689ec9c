package privacy

import (
	"context"
	"iter"
	"strings"

	"github.com/fairlead-go/fairlead/internal/call"
)

// restorer is Show for a text that comes in pieces. It holds back only what may still become a placeholder, at most 128 bytes, and
// gives the same whatever the pieces are.
type restorer struct {
	s      *Session
	held   string
	inJSON bool // the text is the inside of a JSON document: what is put in needs its escapes
}

// push takes the next piece and gives what can be shown by now.
func (t *restorer) push(piece string) string {
	text := t.held + piece
	cut := undecided(text)
	t.held = strings.Clone(text[cut:]) // the piece is not ours to keep
	out, _ := t.s.showIn(text[:cut], t.inJSON)
	return out
}

// rest gives what was held back: the text has ended, so it is no placeholder.
func (t *restorer) rest() string {
	out := t.held
	t.held = ""
	return out
}

// undecided is where a shape begins that the text ends inside of; its length if there is none.
func undecided(text string) int {
	for i := 0; i < len(text); i++ {
		if !mayOpen(text[i]) {
			continue
		}
		switch sh, v := shapeAt(text, i); v {
		case isShape:
			i = sh.end - 1
		case openShape:
			return i
		}
	}
	return len(text)
}

// WrapStream is Wrap for a function that answers in pieces. text says where a piece keeps its text, nil if it has none; the text of
// all pieces is one text, so that a placeholder cut in two is put back. At most 128 bytes wait for the next piece; what
// is left at the end, before an error or before a piece without text comes as a piece of its own, which is zero but for
// its text.
//
// Nothing runs before the result is ranged over; ranging again is a new decision, and an early break is recorded as
// abandoned. A refusal is the one thing the stream yields.
func WrapStream[In, Out any](
	next func(context.Context, In) iter.Seq2[Out, error], r *Redactor,
	hide func(*Session, In) In, text func(*Out) *string,
) func(context.Context, In) iter.Seq2[Out, error] {
	call.MustFunc("privacy.WrapStream", "next", next == nil)
	call.MustFunc("privacy.WrapStream", "hide", hide == nil)
	call.MustFunc("privacy.WrapStream", "text", text == nil)
	mustSee[In]("privacy.WrapStream", "hide", hide)
	site := call.NewSite(nil, next)
	return func(ctx context.Context, in In) iter.Seq2[Out, error] {
		return func(yield func(Out, error) bool) {
			ctx, scope := call.Enter(ctx, call.StagePrivacy, site)
			err := call.ErrUnfinished
			defer scope.Exit(&err)
			s, hidden, fault := cover(ctx, scope.Decision(), r, hide, in)
			if fault != nil {
				var none Out
				yield(none, fault)
				err = fault
				return
			}
			f := flow[Out]{d: scope.Decision(), text: text, yield: yield, t: restorer{s: s}}
			end := call.NextStream(ctx, &scope, next, hidden, f.pass)
			err = f.end(end)
		}
	}
}

// WrapText is WrapStream for a function that takes a text and answers with pieces of text, such as a model's tokens.
func WrapText(next func(context.Context, string) iter.Seq2[string, error], r *Redactor) func(context.Context, string) iter.Seq2[string, error] {
	call.MustFunc("privacy.WrapText", "next", next == nil)
	return WrapStream(next, r, (*Session).Hide, func(piece *string) *string { return piece })
}

// flow is one ranging over a guarded stream.
type flow[Out any] struct {
	d     *call.Decision
	text  func(*Out) *string
	yield func(Out, error) bool
	t     restorer
	fault error // ours, told already
	left  bool  // the consumer stopped reading
}

// pass shows one piece, and says whether another is wanted.
func (f *flow[Out]) pass(piece Out, err error) bool {
	at, fault := f.place(&piece)
	if fault != nil {
		return f.fail(fault)
	}
	if (at == nil || err != nil) && !f.flush() {
		return false
	}
	if at != nil {
		*at = f.t.push(*at)
		if err != nil {
			*at += f.t.rest()
		}
	}
	if fault := f.t.s.Err(); fault != nil {
		return f.fail(fault)
	}
	return f.give(piece, err)
}

func (f *flow[Out]) give(piece Out, err error) bool {
	f.left = !f.yield(piece, err)
	return !f.left
}

func (f *flow[Out]) fail(fault error) bool {
	var none Out
	f.fault = fault
	f.give(none, fault)
	return false
}

// end is what the decision ends with when next ended with failed.
func (f *flow[Out]) end(failed error) error {
	if f.fault == nil && !f.left && !f.flush() && f.fault == nil {
		f.d.SetFinal(call.Abandoned) // at the very last piece
	}
	if f.fault != nil {
		f.d.SetFinal(call.Failed) // it is we who stopped, not the consumer
		return f.fault
	}
	return failed
}

// place finds a piece's text, which a function of the user's knows.
func (f *flow[Out]) place(piece *Out) (*string, error) {
	return call.Try(f.d, call.StagePrivacy, "the text function", f.text, piece)
}

// flush passes on what was held back.
func (f *flow[Out]) flush() bool {
	rest := f.t.rest()
	if rest == "" {
		return true
	}
	var piece Out
	at, fault := f.place(&piece)
	if fault == nil && at == nil {
		fault = refuse(f.d, "the text function found no place for text in a zero piece, so the end of the text cannot be delivered: let it make one", nil)
	}
	if fault != nil {
		return f.fail(fault)
	}
	*at = rest
	return f.give(piece, nil)
}
