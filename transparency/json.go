package transparency

import (
	"encoding/hex"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// jsonWriter appends JSON by hand: a record is written on every guarded call, and encoding/json would allocate for each time, UUID
// and digest in it. Reading goes through encoding/json; a test holds the two together. Zero values are left out.
type jsonWriter struct {
	b   []byte
	err error // of std
}

// next puts the comma where one is due.
func (w *jsonWriter) next() {
	if len(w.b) == 0 {
		return
	}
	switch w.b[len(w.b)-1] {
	case '{', '[', ':':
	default:
		w.b = append(w.b, ',')
	}
}

// key begins a member; "" is an array's element or the document itself.
func (w *jsonWriter) key(k string) {
	w.next()
	if k == "" {
		return
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, k...) // keys are constants of this package: nothing to escape
	w.b = append(w.b, '"', ':')
}

func (w *jsonWriter) open(k string, bracket byte) {
	w.key(k)
	w.b = append(w.b, bracket)
}

func (w *jsonWriter) close(bracket byte) { w.b = append(w.b, bracket) }

func (w *jsonWriter) str(k, v string) {
	if v != "" {
		w.text(k, v)
	}
}

// text is str that writes an empty string too.
func (w *jsonWriter) text(k, v string) {
	w.key(k)
	w.b = appendQuoted(w.b, v)
}

func (w *jsonWriter) num(k string, n int64) {
	if n != 0 {
		w.key(k)
		w.b = strconv.AppendInt(w.b, n, 10)
	}
}

func (w *jsonWriter) unsigned(k string, n uint64) {
	if n != 0 {
		w.key(k)
		w.b = strconv.AppendUint(w.b, n, 10)
	}
}

// float leaves out what JSON has no number for.
func (w *jsonWriter) float(k string, f float64) {
	if f != 0 && !math.IsNaN(f) && !math.IsInf(f, 0) {
		w.key(k)
		w.b = strconv.AppendFloat(w.b, f, 'g', -1, 64)
	}
}

// real is float that writes 0 too.
func (w *jsonWriter) real(k string, f float64) {
	if f == 0 {
		w.key(k)
		w.b = append(w.b, '0')
		return
	}
	w.float(k, f)
}

func (w *jsonWriter) yes(k string, v bool) {
	if v {
		w.key(k)
		w.b = append(w.b, "true"...)
	}
}

func (w *jsonWriter) id(k string, id uuid.UUID) {
	if id == uuid.Nil {
		return
	}
	w.key(k)
	w.b = append(w.b, '"')
	for i, part := range [...][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
		if i > 0 {
			w.b = append(w.b, '-')
		}
		w.b = hex.AppendEncode(w.b, part)
	}
	w.b = append(w.b, '"')
}

func (w *jsonWriter) hex(k string, b []byte) {
	w.key(k)
	w.b = append(w.b, '"')
	w.b = hex.AppendEncode(w.b, b)
	w.b = append(w.b, '"')
}

func (w *jsonWriter) time(k string, t time.Time) {
	if !t.IsZero() {
		w.key(k)
		w.b = append(w.b, '"')
		w.b = t.UTC().AppendFormat(w.b, time.RFC3339Nano)
		w.b = append(w.b, '"')
	}
}

// raw writes JSON that encoding/json made.
func (w *jsonWriter) raw(k string, json []byte) {
	if len(json) > 0 {
		w.key(k)
		w.b = append(w.b, json...)
	}
}

const hexDigits = "0123456789abcdef"

// appendQuoted writes s as a JSON string (RFC 8259, section 7); a byte that is not UTF-8 becomes U+FFFD, as encoding/json does.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[from:i]...)
			if c < ' ' {
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			} else {
				dst = append(dst, '\\', c)
			}
			i++
			from = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, s[from:i]...)
			dst = append(dst, `\ufffd`...)
			from = i + 1
		}
		i += size
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}
