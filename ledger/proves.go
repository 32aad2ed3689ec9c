package ledger

import (
	"bytes"
	"time"
)

// Entry is what the proof says of the entry: position, time, stream, kind, version, whether it is critical, and the public part. It holds if
// [Proof.Check] does. An envelope that is out of shape is [ErrTampered].
func (p Proof) Entry() (Entry, error) {
	var e envelope
	stream, kind, ok := names(p.Envelope)
	if !ok || !e.parse(p.Envelope) {
		return Entry{}, &Error{Op: "check", Reason: ErrTampered, Seq: p.Seq, Detail: "the envelope is out of shape"}
	}
	return Entry{
		Seq: p.Seq, At: time.Unix(0, e.at).UTC(), Stream: stream, Kind: kind, Version: e.version, Critical: e.critical, Public: bytes.Clone(e.public),
	}, nil
}

// names are stream and kind of an envelope: parse tells only those apart that Verify needs.
func names(b []byte) (stream, kind string, ok bool) {
	const header = 1 + 8 + 2
	if len(b) < header {
		return "", "", false
	}
	rest := b[header:]
	for _, to := range []*string{&stream, &kind} {
		if len(rest) < 1 || len(rest) < 1+int(rest[0]) {
			return "", "", false
		}
		*to = string(rest[1 : 1+int(rest[0])])
		rest = rest[1+int(rest[0]):]
	}
	return stream, kind, true
}
