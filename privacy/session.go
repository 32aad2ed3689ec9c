package privacy

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// Session is one conversation's memory of which placeholder stands for which value, bound to one call's context. Inside a session
// the same value always has the same placeholder. Its methods are safe under concurrency. The first error sticks: after it
// Hide and Show return "", and Wrap refuses the call before next runs. A zero or nil Session refuses.
//
// Wrap makes the sessions it needs; [Redactor.Session] opens one for a conversation of several calls.
type Session struct{ in *inside }

// inside is what a Session holds, behind a pointer so that a printed copy shows nothing either.
type inside struct {
	r   *Redactor
	ctx context.Context
	d   *call.Decision
	b   *book

	subject string // whom the call is about, "" if nobody says

	mu     sync.Mutex
	err    error
	counts []call.Count
	looked bool // there was an input, and nothing in it had to be hidden, or it was

	own book // of a session that lives for one call
}

// newSession makes a session with a book of its own.
func newSession(ctx context.Context, r *Redactor, d *call.Decision, vault Vault) *Session {
	// Handle, state and book are one allocation: most calls hide nothing and should pay little for asking.
	both := &struct {
		s  Session
		in inside
	}{in: inside{r: r, ctx: ctx, d: d}}
	both.s.in, both.in.b = &both.in, &both.in.own
	both.in.own.vault = vault
	return &both.s
}

// bind is the session for another call: the same memory, that call's context, an error of its own. It refuses a call about somebody
// else than the calls before.
func (s *Session) bind(ctx context.Context, d *call.Decision, subject string) *Session {
	if s == nil || s.in == nil {
		return &Session{in: &inside{r: nil, ctx: ctx, d: d, b: &book{}, err: refuse(d, zeroSession, nil)}}
	}
	bound := &Session{in: &inside{r: s.in.r, ctx: ctx, d: d, b: s.in.b, subject: subject}}
	b := s.in.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.admits(subject) || d.Resumed() && subject == "" && b.owner != "" {
		bound.in.err = notYours(d)
	}
	return bound
}

// ID is what the session's vault knows it by; "" for a zero session or one that no vault keeps.
func (s *Session) ID() string {
	if s == nil || s.in == nil {
		return ""
	}
	return s.in.b.id()
}

// Err is the first error; nil while everything could be hidden or shown.
func (s *Session) Err() error {
	if s == nil || s.in == nil {
		return refuse(nil, zeroSession, nil)
	}
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	return s.in.err
}

const zeroSession = "the Session is nil or zero: take the one Wrap passes, or open one with Redactor.Session"

// fail keeps the first error.
func (s *Session) fail(err error) {
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	if s.in.err == nil {
		s.in.err = err
	}
}

// Missed is how many pieces Show took for altered placeholders of this session and could not match, in all calls that share it. They
// stay as they are: nothing is guessed.
func (s *Session) Missed() int {
	if s == nil || s.in == nil {
		return 0
	}
	s.in.b.mu.Lock()
	defer s.in.b.mu.Unlock()
	return s.in.b.missed
}

// Hide returns text with all personal data in it replaced. After an error it returns "".
func (s *Session) Hide(text string) string {
	out, _ := s.hide(text, how{})
	return out
}

// Show returns text with the placeholders of this session turned back, also where they were altered slightly (case, spaces,
// escapes). After an error it returns "".
func (s *Session) Show(text string) string {
	out, _ := s.show(text)
	return out
}

// how says what is known about a text beforehand; the zero value: nothing, it is scanned.
type how struct {
	kind pii.Kind // the whole text is of this kind
	op   Operator // instead of the Redactor's for the kind; with no kind: for whatever is found
	ours bool     // placeholders in it are this session's own, going back where they came from
	name string   // of the field it stands in: a bare number is looked at as in "name: number"
}

// hide also says whether the text had to be changed.
func (s *Session) hide(text string, h how) (out string, changed bool) {
	if s.Err() != nil {
		return "", true
	}
	if text == "" {
		return "", false
	}
	w := newWork(s.in.b == nil)
	defer w.release()
	out, changed = s.hideIn(w, text, h)
	if changed {
		out = strings.Clone(out)
	}
	return out, changed
}

// hideIn is hide with the caller's scratch space. A changed text stands there: it is good until w is used again or released.
func (s *Session) hideIn(w *work, text string, h how) (out string, changed bool) {
	if s.Err() != nil {
		return "", true
	}
	if text == "" {
		return "", false
	}
	s.in.look()
	if err := s.in.ctx.Err(); err != nil {
		s.fail(refuse(s.in.d, "the call's context ended while personal data was being hidden", err))
		return "", true
	}
	w.reset()
	said := text
	if w.bare {
		text = unescaped(text)
	}
	if err := s.in.r.find(s.in.ctx, s.in.d, w, text, h); err != nil {
		s.fail(err)
		return "", true
	}
	if len(w.items) == 0 {
		return said, false
	}
	if w.bare {
		w.buf = w.assemble(w.buf, text)
		return borrowed(w.buf), true
	}
	if err := s.in.b.settle(s.in.ctx, s.in.d, s.in.subject, text, w.items); err != nil {
		s.fail(err)
		return "", true
	}
	s.in.count(w.items)
	w.buf = w.assemble(w.buf, text)
	if string(w.buf) == text {
		return text, false
	}
	return borrowed(w.buf), true
}

// count adds up what was hidden. Pieces that only look like placeholders are not personal data.
func (in *inside) count(items []item) {
	in.mu.Lock()
	defer in.mu.Unlock()
next:
	for i := range items {
		if items[i].foreign {
			continue
		}
		kind := label(items[i].kind)
		for j := range in.counts {
			if in.counts[j].Kind == kind {
				in.counts[j].N++
				continue next
			}
		}
		in.counts = append(in.counts, call.Count{Kind: kind, N: 1})
	}
}

// note tells the decision what was hidden since the last time.
func (in *inside) note() {
	in.mu.Lock()
	counts := in.counts
	in.counts = nil
	in.mu.Unlock()
	in.d.NoteHidden(in.b.record(), counts)
}

// show also says whether the text had to be changed.
func (s *Session) show(text string) (out string, changed bool) { return s.showIn(text, false) }

// showIn is show for a text that may be the inside of a JSON document, where what is put in needs its escapes.
func (s *Session) showIn(text string, json bool) (out string, changed bool) {
	if s.Err() != nil {
		return "", true
	}
	if !mayHoldShape(text) {
		return text, false
	}
	w := newWork(false)
	defer w.release()
	done, looked := 0, false
	for from := 0; ; {
		sh, ok := nextShape(text, from)
		if !ok {
			break
		}
		from = sh.end
		value, stands, err := s.in.lookup(sh.name, &looked)
		if err != nil {
			s.fail(err)
			return "", true
		}
		if stands {
			w.buf = append(w.buf, text[done:sh.start]...)
			if json && sh.esc != inURL { // which needs no other
				sh.esc = inJSON
			}
			w.buf = sh.esc.append(w.buf, value)
			done = sh.end
		}
	}
	if done == 0 {
		return text, false
	}
	return string(append(w.buf, text[done:]...)), true
}

// lookup finds what a name stands for. A name nobody here knows may have been given out by another process meanwhile: the vault
// is asked once a text.
func (in *inside) lookup(name string, looked *bool) (value string, stands bool, err error) {
	b := in.b
	b.mu.Lock()
	defer b.mu.Unlock()
	value, known := b.value(name)
	if !known && b.vault != nil && b.named != "" && !*looked {
		*looked = true
		if err := b.load(in.ctx); err != nil {
			return "", false, vaultFault(in.d, err)
		}
		value, known = b.value(name)
	}
	if !b.admits(in.subject) {
		return "", false, notYours(in.d)
	}
	switch {
	case known:
		return value, value != "", nil
	case b.lost && !in.hasLooked():
		return "", false, &SessionLostError{Decision: in.d.ID()}
	case b.hasNumbered(kindOf(name)) || b.first(kindOf(name)):
		b.missed++
	}
	return "", false, nil
}

// first says whether a session read from a vault has given out numbers of this label.
func (b *book) first(label string) bool {
	_, ok := b.value(label + "_1")
	return ok
}

// append writes a value in the notation its placeholder stood in.
func (e escaping) append(dst []byte, value string) []byte {
	switch e {
	case html:
		value = htmlEscapes.Replace(value)
	case inURL:
		value = strings.ReplaceAll(url.QueryEscape(value), "+", "%20") // good in a path and in a query
	case inJSON:
		from := len(dst)
		dst = appendJSON(dst, value, true)
		return slices.Delete(dst, from, from+1)[:len(dst)-2] // without its quotes
	}
	return append(dst, value...)
}

var htmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")
