package privacy

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// work is the scratch space of one pass over a text.
type work struct {
	findings []pii.Finding
	items    []item
	buf      []byte
	line     []byte
	bare     bool // there is no session: nothing is numbered
}

var workPool = sync.Pool{New: func() any { return new(work) }}

func newWork(bare bool) *work {
	w := workPool.Get().(*work) //nolint:forcetypeassert // the pool holds nothing else
	w.bare = bare
	return w
}

// maxPooled keeps one huge text from holding its memory for ever.
const maxPooled = 1 << 16

func (w *work) release() {
	w.reset()
	if cap(w.buf) <= maxPooled && cap(w.items) <= maxPooled/64 {
		workPool.Put(w)
	}
}

// reset makes it ready for another text.
func (w *work) reset() {
	clear(w.items) // they hold personal data
	clear(w.buf)
	clear(w.line)
	w.findings, w.items, w.buf, w.line = w.findings[:0], w.items[:0], w.buf[:0], w.line[:0]
}

// find fills w.items with every piece of text that has to be looked after, in order and without overlaps.
func (r *Redactor) find(ctx context.Context, d *call.Decision, w *work, text string, h how) error {
	if h.kind != "" {
		op := r.operator(h)
		if _, keep := op.(Keep); !keep {
			w.items = append(w.items, item{end: len(text), kind: h.kind})
			return r.prepare(ctx, d, w, op, text)
		}
	} else {
		if err := r.scan(d, w, text, h.name); err != nil {
			return err
		}
		if err := r.recognize(ctx, d, w, text); err != nil {
			return err
		}
	}
	for i := range w.findings {
		f := &w.findings[i]
		op := r.operator(how{kind: f.Kind, op: h.op})
		if _, keep := op.(Keep); keep {
			continue
		}
		w.items = append(w.items, item{start: f.Start, end: f.End, kind: f.Kind})
		if err := r.prepare(ctx, d, w, op, text[f.Start:f.End]); err != nil {
			return err
		}
	}
	if !w.bare && !h.ours && mayHoldShape(text) {
		w.shapes(text)
	}
	return nil
}

// prepare lets an operator that needs no session do its work on the last item; the placeholders of the others are settled later.
func (r *Redactor) prepare(ctx context.Context, d *call.Decision, w *work, op Operator, value string) error {
	it := &w.items[len(w.items)-1]
	if _, plain := op.(Replace); !plain {
		return r.operate(ctx, d, it, op, value, w.bare)
	}
	if w.bare {
		it.fixed, it.marked, it.out = true, true, label(it.kind)
	}
	return nil
}

// operate asks an operator what stands in place of a value, or what its placeholder is called.
func (r *Redactor) operate(ctx context.Context, d *call.Decision, it *item, op Operator, value string, bare bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = refuse(d, "an Operator panicked", &call.PanicError{Type: fmt.Sprintf("%T", p)})
		}
	}()
	v := Value{Text: value, Kind: it.kind, key: r.Key, tenant: tenantFrom(ctx)}
	if named, ok := op.(placeholding); ok && !bare {
		it.name, err = named.name(v)
	} else {
		it.fixed = true
		it.out, err = op.Operate(v)
	}
	if err != nil {
		return refuse(d, "an Operator failed: "+operatorAdvice(err), err)
	}
	return nil
}

// scan collects what the scanner finds.
func (r *Redactor) scan(d *call.Decision, w *work, text, name string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = refuse(d, "the Scanner panicked: name only kinds of pii.Kinds", &call.PanicError{Type: fmt.Sprintf("%T", p)})
		}
	}()
	w.findings = r.Scanner.Scan(w.findings[:0], text)
	if len(w.findings) > 0 || len(text) > longestField || name == "" || len(name) > maxName || !holdsNumber(text) {
		return nil
	}
	// A number that says nothing by itself is somebody's where its field says so, as in {"ssn": "078051120"}.
	w.line = appendWords(w.line[:0], name)
	w.line = append(w.line, ": "...)
	from := len(w.line)
	w.line = append(w.line, text...)
	w.findings = r.Scanner.Scan(w.findings, string(w.line))
	w.findings = slices.DeleteFunc(w.findings, func(f pii.Finding) bool { return f.Start < from })
	for i := range w.findings {
		w.findings[i].Start -= from
		w.findings[i].End -= from
	}
	return nil
}

// longestField is the longest text that is taken for the value of a field; what is longer is prose.
const longestField = 128

// holdsNumber says whether there are as many digits as the shortest number of a person has.
func holdsNumber(text string) bool {
	n := 0
	for i := range len(text) {
		if c := text[i]; c >= '0' && c <= '9' {
			n++
		}
	}
	return n >= 6
}

// appendWords writes the name of a field as words: phone_number and phoneNumber become "phone number".
func appendWords(dst []byte, name string) []byte {
	for i := range len(name) {
		switch c := name[i]; {
		case c == '_' || c == '-' || c == '.':
			dst = append(dst, ' ')
		case i > 0 && c >= 'A' && c <= 'Z' && name[i-1] >= 'a' && name[i-1] <= 'z':
			dst = append(dst, ' ', c|0x20)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// shapes adds the pieces that somebody else wrote in the form of a placeholder. Where one touches a finding, the two become one
// piece of the finding's kind, so that neither is cut in half.
func (w *work) shapes(text string) {
	n := len(w.items)
	next := 0 // the first finding that does not end before the shape
	for from := 0; ; {
		sh, ok := nextShape(text, from)
		if !ok {
			break
		}
		from = sh.end
		for next < n && w.items[next].end <= sh.start {
			next++
		}
		joined := false
		for i := next; i < n && w.items[i].start < sh.end; i++ {
			joined = true
			w.widen(i, sh, n)
		}
		if !joined {
			w.items = append(w.items, item{start: sh.start, end: sh.end, name: sh.name, foreign: true})
		}
	}
	sortItems(w.items)
}

// widen lets a finding that needs a placeholder cover the whole shape it overlaps, as far as its neighbours leave room. A shape
// that it cuts is none any more.
func (w *work) widen(i int, sh shape, n int) {
	it := &w.items[i]
	if it.fixed {
		return
	}
	if sh.start < it.start && (i == 0 || w.items[i-1].end <= sh.start) {
		it.start = sh.start
	}
	if sh.end > it.end && (i+1 >= n || w.items[i+1].start >= sh.end) {
		it.end = sh.end
	}
}

// assemble appends the text to dst with every item replaced.
func (w *work) assemble(dst []byte, text string) []byte {
	from, done, lossy := len(dst), 0, false
	for i := range w.items {
		it := &w.items[i]
		dst = append(dst, text[done:it.start]...)
		at := len(dst) - from
		if it.marked {
			dst = append(append(append(dst, '<'), it.out...), '>')
		} else {
			dst = append(dst, it.out...)
		}
		done = it.end
		it.start, it.end = at, len(dst)-from // from here on: where it stands in what was written
		lossy = lossy || it.fixed
	}
	dst = append(dst, text[done:]...)
	if lossy && !w.bare && mayHoldShape(borrowed(dst[from:])) { // without a session nobody turns anything back
		w.unmake(dst[from:])
	}
	return dst
}

// redact appends the text to dst with the kind in place of every finding: assemble, where there is no session and no operator.
func (w *work) redact(dst []byte, text string) []byte {
	done := 0
	for i := range w.findings {
		f := &w.findings[i]
		dst = append(append(dst, text[done:f.Start]...), '<')
		dst = append(append(dst, label(f.Kind)...), '>')
		done = f.End
	}
	return append(dst, text[done:]...)
}

// unmake breaks up what only became a placeholder because a piece beside it was removed or masked.
func (w *work) unmake(out []byte) {
	next := 0
	for from, text := 0, borrowed(out); ; { // what is changed lies before what is still looked at
		sh, ok := nextShape(text, from)
		if !ok {
			return
		}
		from = sh.end
		for next < len(w.items) && (w.items[next].fixed || w.items[next].end <= sh.start) {
			next++
		}
		if next < len(w.items) && w.items[next].start == sh.start && w.items[next].end == sh.end {
			continue
		}
		out[sh.start] = '(' // one byte for one byte: the places of the items behind it stay right
	}
}
