package privacy

import (
	"context"
	"io"
	"slices"
	"unicode/utf8"
)

const (
	// holdBack is how much of a stream waits for what comes next: the scanner decides about a piece from 64 bytes before and
	// 128 bytes after what made it look, and a foreign placeholder is no longer than 128 bytes. A longer literal of Scanner.Deny has to
	// be seen whole.
	holdBack = 64 + 128 + 32
	// lookBack is how much of what has gone out is kept for looking at.
	lookBack = 512
	// longestPiece bounds what one piece of personal data (a URL, a token) may have.
	longestPiece = 64 << 10
)

const (
	longPiece  = "a piece of personal data in a stream is longer than 64 KiB"
	wholeTexts = "Recognizers look at whole texts, so a stream cannot be hidden with them: use Text, or a Redactor without Recognizers"
)

// hider is Hide for a text that comes in pieces. Its output is the same whatever the pieces are, and the same as for the whole
// text.
type hider struct {
	s    *Session
	buf  []byte
	base int // buf[:base] has gone out and is kept for looking at
	hold int // how much waits
	wait int // how much there has to be in buf before looking again is worth it
}

// push takes the next piece and appends what can go out by now; with last, all.
func (h *hider) push(dst, piece []byte, last bool) ([]byte, error) {
	h.buf = append(h.buf, piece...)
	if !last && len(h.buf) < h.wait && h.s.in.ctx.Err() == nil {
		return dst, nil
	}
	for {
		n := len(dst)
		var err error
		if dst, err = h.step(dst, last); err != nil || len(dst) == n || h.base == len(h.buf) {
			return dst, err
		}
	}
}

// step decides about as much of the buffer as can be decided.
func (h *hider) step(dst []byte, last bool) ([]byte, error) {
	if err := h.s.Err(); err != nil {
		return dst, err
	}
	s := h.s.in
	if err := s.ctx.Err(); err != nil {
		h.s.fail(refuse(s.d, "the call's context ended while personal data was being hidden", err))
		return dst, h.s.Err()
	}
	cut := len(h.buf)
	if !last {
		cut -= h.hold
	}
	if cut <= h.base {
		return dst, nil
	}
	w := newWork(false)
	defer w.release()
	text := string(h.buf)
	if err := s.r.find(s.ctx, s.d, w, text, how{}); err != nil {
		h.s.fail(err)
		return dst, err
	}
	w.items = slices.DeleteFunc(w.items, func(it item) bool { return it.start < h.base })
	for i := range w.items {
		if it := &w.items[i]; it.end > cut {
			cut = min(cut, it.start) // not all of it is here yet, or not all that decides about it
			w.items = slices.Delete(w.items, i, len(w.items))
			break
		}
	}
	if !last && mayHoldShape(text[h.base:]) {
		cut = min(cut, h.base+undecided(text[h.base:]))
		w.items = slices.DeleteFunc(w.items, func(it item) bool { return it.end > cut })
	}
	if cut-h.base == 0 && len(h.buf)-h.base > longestPiece {
		h.s.fail(refuse(s.d, longPiece, nil))
		return dst, h.s.Err()
	}
	// Inside one long piece, looking at all of it again for each byte that comes would take its length squared.
	if held := len(h.buf) - h.base; cut == h.base && held > 2*h.hold {
		h.wait = min(len(h.buf)+held/8, h.base+longestPiece+1)
		return dst, nil
	}
	h.wait = 0
	part := text[h.base:cut]
	for i := range w.items {
		w.items[i].start -= h.base
		w.items[i].end -= h.base
	}
	if err := s.b.settle(s.ctx, s.d, s.subject, part, w.items); err != nil {
		h.s.fail(err)
		return dst, err
	}
	s.count(w.items)
	dst = w.assemble(dst, part)
	keep := max(0, cut-lookBack)
	h.buf = slices.Delete(h.buf, 0, keep)
	h.base = cut - keep
	return dst, nil
}

// newHider is a hider in the session of ctx, or in one that lives as long as the stream.
func (r *Redactor) newHider(ctx context.Context) (*hider, error) {
	s, err := r.momentary(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if len(r.Recognizers) > 0 {
		return nil, refuse(s.in.d, wholeTexts, nil)
	}
	hold := holdBack
	for _, l := range r.Scanner.Deny {
		hold = max(hold, len(l.Text)+utf8.UTFMax) // and the character after it, which may not be a letter
	}
	return &hider{s: s, hold: hold}, nil
}

// Writer returns a Writer that passes on to w what is written to it, with all personal data replaced. At most 256 bytes wait for what
// comes next, more only in and right behind a longer piece of personal data, or for a longer literal of Scanner.Deny; Close writes the rest and must be called. Sessions are as
// with Text. Its output does not depend on how the text is cut into writes. After an error nothing more is written. It is
// not safe under concurrency.
func (r *Redactor) Writer(ctx context.Context, w io.Writer) io.WriteCloser {
	h, err := r.newHider(ctx)
	return &hidingWriter{h: h, w: w, err: err}
}

type hidingWriter struct {
	h   *hider
	w   io.Writer
	out []byte
	err error
}

// Write implements io.Writer. It takes all of p or nothing.
func (w *hidingWriter) Write(p []byte) (int, error) {
	if err := w.pass(p, false); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close writes what was held back. It does not close the writer underneath.
func (w *hidingWriter) Close() error {
	err := w.pass(nil, true)
	if err == nil {
		w.h.s.in.note()
		w.err = io.ErrClosedPipe
	}
	if err == io.ErrClosedPipe { //nolint:errorlint // the very value from above: closing twice is harmless
		return nil
	}
	return err
}

func (w *hidingWriter) pass(p []byte, last bool) error {
	if w.err != nil {
		return w.err
	}
	if w.out, w.err = w.h.push(w.out[:0], p, last); w.err == nil && len(w.out) > 0 {
		_, w.err = w.w.Write(w.out)
	}
	return w.err
}

// Reader returns a Reader of what src holds, with all personal data replaced; otherwise it is as Writer. When src fails, what had
// been read before comes first, hidden, then src's error.
func (r *Redactor) Reader(ctx context.Context, src io.Reader) io.Reader {
	h, err := r.newHider(ctx)
	return &hidingReader{h: h, src: src, err: err}
}

type hidingReader struct {
	h   *hider
	src io.Reader
	in  []byte
	out []byte
	off int
	err error
}

// Read implements io.Reader.
func (r *hidingReader) Read(p []byte) (int, error) {
	for r.off == len(r.out) {
		if r.err != nil {
			return 0, r.err
		}
		if len(p) == 0 {
			return 0, nil
		}
		r.fill()
	}
	n := copy(p, r.out[r.off:])
	r.off += n
	return n, nil
}

func (r *hidingReader) fill() {
	if r.in == nil {
		r.in = make([]byte, 4096)
	}
	n, err := r.src.Read(r.in)
	var fault error
	r.out, fault = r.h.push(r.out[:0], r.in[:n], err != nil)
	r.off = 0
	switch {
	case fault != nil:
		r.out, r.err = r.out[:0], fault
	case err != nil:
		r.h.s.in.note()
		r.err = err
	}
}
