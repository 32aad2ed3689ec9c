package transparency

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/internal/call"
)

// meter commits to bytes as they pass and keeps the first of them.
type meter struct {
	mu   *sync.Mutex // a transport may still send while the answer comes in
	salt [saltLen]byte
	hash hash.Hash
	head []byte
	n    int64
	room int
}

func (p *trip) meter() *meter {
	m := &meter{mu: new(sync.Mutex), hash: sha256.New(), room: p.journal.o.MaxPayload}
	salt(m.salt[:])
	m.hash.Write(m.salt[:])
	return m
}

// Write takes bytes in; it never fails.
func (m *meter) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hash.Write(b)
	m.n += int64(len(b))
	if free := m.room - len(m.head); free > 0 {
		m.head = append(m.head, b[:min(free, len(b))]...)
	}
	return len(b), nil
}

// take is what has passed so far: what a record holds, and the first bytes.
func (m *meter) take(j *Journal) (Content, []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.content(j), m.head[:len(m.head):len(m.head)]
}

// content is what a record holds of the bytes. A payload that is not JSON is kept as a JSON string, and one that is no text not at all.
func (m *meter) content(j *Journal) Content {
	var c Content
	copy(c.Digest[:saltLen], m.salt[:])
	copy(c.Digest[saltLen:], m.hash.Sum(nil))
	if !j.o.Payloads || m.n == 0 {
		return c
	}
	switch whole := m.n == int64(len(m.head)); {
	case whole && json.Valid(m.head) && !shallow(m.head):
		c.Cut = true
	case whole && json.Valid(m.head):
		c.Payload = append(c.Payload, m.head...)
	case whole && utf8.Valid(m.head):
		c.Payload = appendQuoted(nil, string(m.head))
	default:
		c.Cut = true
	}
	return c
}

// teeBody shows a request's body to the meter while it is being sent.
type teeBody struct {
	body io.ReadCloser
	m    *meter
}

func (b *teeBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	_, _ = b.m.Write(p[:n])
	return n, err
}

func (b *teeBody) Close() error { return b.body.Close() }

// lateBody records a stream when it has been read, or closed before.
type lateBody struct {
	p    *trip
	body io.ReadCloser
	once sync.Once
	err  error // what reading ends with

	unwatch func() bool // says that the context's end is of no interest any more
}

// Read passes on what comes; at its end stands the record.
func (b *lateBody) Read(buf []byte) (int, error) {
	failure := call.ErrUnfinished
	defer func() {
		if failure == nil {
			return
		}
		p := recover()
		if p != nil {
			failure = &call.PanicError{Type: fmt.Sprintf("%T", p)}
		}
		b.record(&ending{outcome: call.Failed, failure: failure})
		if p != nil {
			panic(p)
		}
	}()
	n, err := b.read(buf)
	failure = nil
	return n, err
}

func (b *lateBody) read(buf []byte) (int, error) {
	n, err := b.body.Read(buf)
	_, _ = b.p.received.Write(buf[:n])
	if err == nil {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		b.record(b.p.end(b.p.seen.Response))
	} else {
		b.record(&ending{outcome: call.Failed, failure: err})
	}
	if b.err != nil {
		return n, b.err
	}
	return n, err
}

// abandon records the stream of somebody who stopped reading without closing it, when their context ends.
func (b *lateBody) abandon() { b.record(&ending{outcome: call.Abandoned}) }

// Close of a stream that has not been read to its end abandons it.
func (b *lateBody) Close() error {
	err := b.body.Close()
	b.unwatch()
	b.abandon()
	return err
}

func (b *lateBody) record(end *ending) {
	b.once.Do(func() { b.err = b.p.finish(end) })
}
