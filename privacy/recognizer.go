package privacy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// Recognizer finds what rules cannot: names, places, whatever a model or a service knows. It must be safe under concurrency and
// should return when ctx ends: nobody waits longer, and one that goes on keeps its goroutine and the text. An error, a panic, a late
// answer or a finding outside the text refuses the call; BestEffort is the explicit way to have it go on.
type Recognizer interface {
	Recognize(ctx context.Context, text string) ([]pii.Finding, error)
}

// BestEffort lets a call go on without a Recognizer that failed. The decision's record and span then count one NOT_INSPECTED,
// so that a guard that stopped working is seen.
type BestEffort struct {
	Recognizer // Required.
}

// DefaultPatience is how long a text waits for all its recognizers unless the Redactor says otherwise.
const DefaultPatience = 5 * time.Second

// notInspected is what a decision counts where a recognizer was passed over.
const notInspected = "NOT_INSPECTED"

const errLeft = advice("a Recognizer ended its goroutine instead of returning")

const errOutside = advice("a Recognizer named a piece that is not in the text, or cuts a character in half")

// recognize asks the recognizers and adds what they find.
func (r *Redactor) recognize(ctx context.Context, d *call.Decision, w *work, text string) error {
	if len(r.Recognizers) == 0 || w.bare {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, orElse(r.Patience, DefaultPatience))
	defer cancel()
	for _, rec := range r.Recognizers {
		found, err := askRecognizer(ctx, rec, text)
		if err == nil {
			w.findings, err = r.admit(w.findings, found, text)
		}
		if err == nil {
			continue
		}
		if _, ok := rec.(BestEffort); ok {
			d.NoteHidden("", []call.Count{{Kind: notInspected, N: 1}})
			continue
		}
		return refuse(d, "a Recognizer failed: repair it, or wrap it in privacy.BestEffort to go on without it", err)
	}
	w.findings = united(w.findings)
	return nil
}

// askRecognizer waits no longer than ctx allows. A recognizer that does not return by then is left behind: its late answer is nobody's.
func askRecognizer(ctx context.Context, rec Recognizer, text string) ([]pii.Finding, error) {
	type answer struct {
		found []pii.Finding
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		a := answer{err: errLeft}
		defer func() {
			if p := recover(); p != nil {
				a = answer{err: &call.PanicError{Type: fmt.Sprintf("%T", p)}}
			}
			answered <- a // also when the recognizer ended its goroutine
		}()
		found, err := rec.Recognize(ctx, text)
		a = answer{found, err}
	}()
	select {
	case a := <-answered:
		if a.err == nil {
			a.err = ctx.Err()
		}
		return a.found, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// admit adds the findings that reach the Scanner's score and are not on its list of what is allowed.
func (r *Redactor) admit(dst, found []pii.Finding, text string) ([]pii.Finding, error) {
	least := r.Scanner.MinScore
	if least == 0 {
		least = 0.5 // as the Scanner's own default
	}
	for _, f := range found {
		if f.Start < 0 || f.End > len(text) || f.Start >= f.End || cuts(text, f.Start) || cuts(text, f.End) {
			return dst, errOutside
		}
		piece := text[f.Start:f.End]
		if f.Score < least || slices.ContainsFunc(r.Scanner.Allow, func(a string) bool { return strings.EqualFold(a, piece) }) {
			continue
		}
		dst = append(dst, f)
	}
	return dst, nil
}

// cuts says whether an offset stands inside a character.
func cuts(text string, at int) bool {
	if at == 0 || at >= len(text) || utf8.RuneStart(text[at]) {
		return false
	}
	from := max(0, at-utf8.UTFMax+1)
	for i := at - 1; i >= from; i-- {
		if utf8.RuneStart(text[i]) {
			_, n := utf8.DecodeRuneInString(text[i:])
			return i+n > at
		}
	}
	return false
}

// united joins findings that overlap into one of the likelier kind, so that no end of either stays readable.
func united(found []pii.Finding) []pii.Finding {
	slices.SortStableFunc(found, func(a, b pii.Finding) int { return cmp.Compare(a.Start, b.Start) })
	out := found[:0]
	for _, f := range found {
		if n := len(out); n > 0 && f.Start < out[n-1].End {
			last := &out[n-1]
			if f.Score > last.Score || f.Score == last.Score && f.End-f.Start > last.End-last.Start {
				last.Kind, last.Score = f.Kind, f.Score
			}
			last.End = max(last.End, f.End)
			continue
		}
		out = append(out, f)
	}
	return out
}
