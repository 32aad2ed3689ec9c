package ledger

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// An export is the line exportMagic, then records: a kind, a length as a uvarint, and as many bytes. It holds what is
// public: envelopes in order, and checkpoints after the entry they reach to.
const (
	exportMagic    = "fairlead ledger export 1\n"
	exportEntry    = 'E' // an envelope, as the leaf hash covers it
	exportNote     = 'C' // a signed checkpoint
	exportEnd      = 'Z' // how many entries, 8 bytes; nothing follows
	maxExportField = maxEntry + 1024
)

// Export writes everything of the log that is public to w, up to a checkpoint that it makes: what [VerifyExport] checks
// anywhere, with nothing but the public key. It holds no body, subject, token or key.
func (l *Ledger) Export(ctx context.Context, w io.Writer) error {
	const op = "export"
	msg, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	end, err := parseCheckpoint(msg)
	if err != nil {
		return err
	}
	if w == nil {
		return fail(op, ErrInvalid, "nil writer", nil)
	}
	out := &exporter{w: bufio.NewWriterSize(w, 1<<18)}
	_, _ = out.w.WriteString(exportMagic)
	notes, err := l.store.checkpoints(ctx, 1, 1000)
	var rows []row
	for after := Seq(0); err == nil && after < end.size; {
		if rows, err = l.store.audit(ctx, rows[:0], after, end.size); err == nil && len(rows) == 0 {
			err = &Error{Op: op, Reason: ErrTampered, Seq: after + 1, Detail: "the entry is missing"}
		}
		for i := 0; i < len(rows) && err == nil; i++ {
			after = rows[i].seq
			out.entry(&rows[i].envelope)
			for len(notes) > 0 && notes[0].size <= after && err == nil {
				out.record(exportNote, notes[0].note)
				if notes = notes[1:]; len(notes) == 0 {
					notes, err = l.store.checkpoints(ctx, after+1, 1000)
				}
			}
		}
	}
	if err != nil {
		return err
	}
	if end.size == 0 {
		out.record(exportNote, msg)
	}
	out.record(exportEnd, binary.BigEndian.AppendUint64(nil, uint64(end.size)))
	if err := out.w.Flush(); err != nil {
		return fail(op, ErrUnavailable, "the writer failed", err)
	}
	return nil
}

// exporter leaves write errors to Flush, which bufio repeats them in.
type exporter struct {
	w   *bufio.Writer
	buf []byte
}

func (x *exporter) entry(e *envelope) {
	x.buf = e.appendTo(x.buf[:0])
	x.record(exportEntry, x.buf)
}

func (x *exporter) record(kind byte, b []byte) {
	var head [1 + binary.MaxVarintLen64]byte
	head[0] = kind
	n := binary.PutUvarint(head[1:], uint64(len(b)))
	_, _ = x.w.Write(head[:1+n])
	_, _ = x.w.Write(b)
}

// VerifyExport checks an export offline: that its entries are those over which its checkpoints were signed by the key.
// Give it checkpoints that you kept to find a rewrite by the owner of the key. The error is [ErrTampered] if there is a
// finding, [ErrInvalid] if it is no export or no key,
// [ErrUnavailable] if it cannot be read to its end.
func VerifyExport(r io.Reader, publicKey string, kept ...[]byte) (Report, error) {
	return readExport(r, publicKey, nil, kept)
}

// ReadExport is [VerifyExport] that hands over each entry on the way: its Seq, At, Stream, Kind, Version, Critical and Public, which is
// all that an export holds of it. Nothing of that is proved before ReadExport returns without an error. An error of each ends the
// reading and is returned as it is.
func ReadExport(r io.Reader, publicKey string, each func(Entry) error, kept ...[]byte) (Report, error) {
	if each == nil {
		return Report{}, fail("verify", ErrInvalid, "nil function", nil)
	}
	return readExport(r, publicKey, each, kept)
}

func readExport(r io.Reader, publicKey string, each func(Entry) error, kept [][]byte) (Report, error) {
	const op = "verify"
	if r == nil {
		return Report{}, fail(op, ErrInvalid, "nil reader", nil)
	}
	if _, err := verifierOf(publicKey); err != nil {
		return Report{}, err
	}
	in := bufio.NewReaderSize(r, 1<<18)
	magic := make([]byte, len(exportMagic))
	if _, err := io.ReadFull(in, magic); err != nil && !ended(err) {
		return Report{}, fail(op, ErrUnavailable, "the export cannot be read", hide(err))
	} else if string(magic) != exportMagic {
		return Report{}, fail(op, ErrInvalid, "this is not an export of a ledger", nil)
	}
	v := &verifier{}
	for _, msg := range kept {
		c, err := openCheckpoint(msg, publicKey)
		if err != nil {
			return Report{}, err
		}
		v.report.Trusted++
		v.pending = insertBySize(v.pending, c)
	}
	x := importer{in: in, v: v, key: publicKey, each: each}
	err := x.run()
	var broken *Error
	if errors.As(err, &broken) && errors.Is(err, ErrTampered) {
		v.report.find(broken.Seq, "%s", broken.Detail)
	}
	v.finish()
	if err != nil {
		return v.report, err
	}
	if v.report.Covered < v.report.Entries || v.report.Checkpoints == 0 {
		v.report.find(v.report.Entries, "no checkpoint covers the end")
	}
	return v.report, v.report.err(op)
}

func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

func insertBySize(list []checkpoint, c checkpoint) []checkpoint {
	i := len(list)
	for i > 0 && list[i-1].size > c.size {
		i--
	}
	return append(list[:i], append([]checkpoint{c}, list[i:]...)...)
}

type importer struct {
	in  *bufio.Reader
	v   *verifier
	key string
	buf []byte

	last envelope
	each func(Entry) error // nil: nobody wants them
}

func (x *importer) run() error {
	for {
		kind, b, err := x.next()
		if err != nil {
			return err
		}
		switch kind {
		case exportEntry:
			if err := x.entry(b); err != nil {
				return err
			}
		case exportNote:
			c, err := openCheckpoint(b, x.key)
			if errors.Is(err, ErrInvalid) {
				return err
			}
			if err != nil {
				x.v.report.find(x.v.report.Entries, "a checkpoint is not signed by this key")
				continue
			}
			x.v.report.Origin = c.origin
			x.v.hold(c)
		case exportEnd:
			if len(b) != 8 || binary.BigEndian.Uint64(b) != uint64(x.v.report.Entries) {
				x.v.report.find(x.v.report.Entries, "the export does not have the number of entries that it says")
			}
			if _, err := x.in.ReadByte(); err != nil && !ended(err) {
				return x.unread(err, "")
			} else if err == nil {
				x.v.report.find(x.v.report.Entries, "something follows the end")
			}
			return nil
		default:
			return x.broken(fmt.Sprintf("a record of unknown kind %q", kind))
		}
	}
}

func (x *importer) broken(why string) error {
	return &Error{Op: "verify", Reason: ErrTampered, Seq: x.v.report.Entries + 1, Detail: "the export is cut off or broken: " + why}
}

// next reads a record into a leaf's buffer, whose first byte is the 0 that RFC 6962 puts before a leaf.
func (x *importer) next() (kind byte, b []byte, err error) {
	if kind, err = x.in.ReadByte(); err != nil {
		return 0, nil, x.unread(err, "it has no end")
	}
	n, err := x.length()
	if err != nil {
		return 0, nil, x.unread(err, "a record without a sensible length")
	}
	if uint64(cap(x.buf)) < n+1 {
		x.buf = make([]byte, n+1, 2*(n+1))
	}
	x.buf = x.buf[:n+1]
	x.buf[0] = 0
	if _, err := io.ReadFull(x.in, x.buf[1:]); err != nil {
		return 0, nil, x.unread(err, "it ends within a record")
	}
	return kind, x.buf[1:], nil
}

// length reads a uvarint in its shortest form, so that one log has one export.
func (x *importer) length() (n uint64, err error) {
	for shift := 0; shift < 28; shift += 7 {
		c, err := x.in.ReadByte()
		if err != nil {
			return 0, err
		}
		n |= uint64(c&0x7f) << shift
		if c < 0x80 && n <= maxExportField && (c != 0 || shift == 0) {
			return n, nil
		}
		if c < 0x80 {
			break
		}
	}
	return 0, io.ErrUnexpectedEOF
}

// unread tells an export that ends too early from one that could not be read.
func (x *importer) unread(err error, why string) error {
	if ended(err) {
		return x.broken(why)
	}
	return fail("verify", ErrUnavailable, "the export cannot be read", hide(err))
}

func (x *importer) entry(b []byte) error {
	e := &x.last
	if !e.parse(b) {
		return x.broken("an entry out of shape")
	}
	x.v.entry(e, sha256.Sum256(x.buf))
	if x.each == nil {
		return nil
	}
	return x.each(Entry{
		Seq: x.v.report.Entries, At: time.Unix(0, e.at).UTC(), Stream: e.stream, Kind: e.kind, Version: e.version, Critical: e.critical,
		Public: bytes.Clone(e.public),
	})
}

// parse reads what appendTo wrote; public stays in b.
func (e *envelope) parse(b []byte) bool {
	if len(b) < 1+8+2+1 || b[0] != 1 || b[10] > 1 {
		return false
	}
	e.at, e.version, e.critical = int64(binary.BigEndian.Uint64(b[1:])), b[9], b[10] == 1
	b = b[11:]
	var ok bool
	if e.stream, b, ok = name(b, e.stream); !ok {
		return false
	}
	if e.kind, b, ok = name(b, e.kind); !ok || len(b) < 4 {
		return false
	}
	n := binary.BigEndian.Uint32(b)
	if b = b[4:]; uint64(len(b)) != uint64(n)+hashSize {
		return false
	}
	e.public = b[:n]
	copy(e.commitment[:], b[n:])
	return true
}

// name reads a name, which is often the one that was there before: then nothing is allocated.
func name(b []byte, before string) (s string, rest []byte, ok bool) {
	if len(b) < 1 || len(b) < 1+int(b[0]) {
		return "", nil, false
	}
	n := 1 + int(b[0])
	if string(b[1:n]) == before {
		return before, b[n:], true
	}
	return string(b[1:n]), b[n:], true
}
