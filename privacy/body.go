package privacy

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"unsafe"
)

// intake is where a body is read, and then written as it may be passed on. It is used again for other bodies, of other callers: nothing
// that leaves it is part of it.
type intake struct {
	bytes.Buffer
	src io.LimitedReader
}

var intakes = sync.Pool{New: func() any { return new(intake) }}

func newIntake() *intake {
	return intakes.Get().(*intake) //nolint:forcetypeassert // the pool holds nothing else
}

func (b *intake) release() {
	if b.Cap() <= maxPooled {
		b.Reset()
		clear(b.AvailableBuffer()[:b.Available()]) // personal data
		intakes.Put(b)
	}
}

var errTooLong = errors.New("privacy: the body is too long")

// firstRead bounds what is set aside for a body before any of it has come.
const firstRead = 1 << 20

// readAll reads at most most bytes; size is how many are said to come, negative if nobody says.
func (b *intake) readAll(r io.Reader, size int64, most int) error {
	if size < 0 || size > firstRead {
		size = min(max(size, 512), firstRead) // what is said may not be true
	}
	b.Grow(int(size) + bytes.MinRead)
	b.src = io.LimitedReader{R: r, N: max(int64(most), int64(most)+1)} // as much as there can be, where that is the most
	_, err := b.ReadFrom(&b.src)
	b.src.R = nil
	if err == nil && b.Len() > most {
		err = errTooLong
	}
	return err
}

// edited is the document that was read, with the scalars that visit wants changed, in memory of its own; the document as it was with an
// error if it is no valid JSON. b is empty then. Where texts are kept, as by code of the user's, they are left alone.
func (b *intake) edited(visit func(*leaf) (string, bool), kept bool) (body []byte, changed bool, err error) {
	body = b.taken()
	e := newEditor(borrowed(body))
	defer e.release()
	out, changed, err := e.run(b.AvailableBuffer(), visit)
	if !changed {
		return body, false, err
	}
	if kept || len(out) > len(body) {
		return bytes.Clone(out), true, nil
	}
	// Nobody looks at the texts any more, so that what comes of them can stand in their place. Nothing of them is left behind it.
	clear(body[copy(body, out):])
	return body[:len(out):len(out)], true, nil
}

// taken is what was read, in memory of its own.
func (b *intake) taken() []byte {
	body := b.Bytes()
	if b.Cap() > maxPooled {
		b.Buffer = bytes.Buffer{}
		return body
	}
	b.Reset()
	return bytes.Clone(body)
}

// borrowed is b as a string without a copy, for as long as nobody writes to b.
func borrowed(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
