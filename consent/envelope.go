package consent

import (
	"encoding/binary"
	"time"
)

// envelope is what ledger.Proof.Envelope says of an entry.
type envelope struct {
	at           time.Time
	version      uint8
	stream, kind string
	public       []byte
}

// openEnvelope reads an envelope of layout 1: time, version, critical; stream, kind and Public with their lengths before them; and
// the commitment of the ledger. ok is false if it is anything else.
func openEnvelope(b []byte) (e envelope, ok bool) {
	short := func(n int) (part []byte) {
		if n < 0 || n > len(b) { // below zero: a length of four bytes, where int has no more
			b, ok = nil, false
			return make([]byte, 8)
		}
		part, b = b[:n], b[n:]
		return part
	}
	ok = true
	layout := short(1)[0]
	e.at = time.Unix(0, int64(binary.BigEndian.Uint64(short(8)))).UTC()
	e.version = short(2)[0]
	e.stream = string(short(int(short(1)[0])))
	e.kind = string(short(int(short(1)[0])))
	e.public = short(int(binary.BigEndian.Uint32(short(4))))
	return e, ok && layout == 1 && len(b) == 32
}
