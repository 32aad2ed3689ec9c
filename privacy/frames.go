package privacy

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// The binary event stream of AWS (application/vnd.amazon.eventstream): total length, length of the headers, CRC-32 of these eight
// bytes, headers, payload, CRC-32 of all that comes before it; numbers are big-endian.

const (
	framePrelude = 12
	frameAround  = framePrelude + 4
)

var errFrame = errors.New("privacy: the answer's event stream is damaged")

// fillFrame deals with the next frame. What was held back is delivered before the end or a fault.
func (b *streamBody) fillFrame() error {
	err := b.frame()
	if err != nil {
		b.ended = true
		b.flush("")
	}
	return err
}

func (b *streamBody) frame() error {
	var prelude [framePrelude]byte
	if _, err := io.ReadFull(b.br, prelude[:]); err != nil {
		return err
	}
	total, headers := binary.BigEndian.Uint32(prelude[:]), binary.BigEndian.Uint32(prelude[4:])
	switch {
	case binary.BigEndian.Uint32(prelude[8:]) != crc32.ChecksumIEEE(prelude[:8]) || total < frameAround || headers > total-frameAround:
		return errFrame
	case uint64(total) > uint64(b.most):
		return errLongEvent
	}
	b.raw = append(b.raw, prelude[:]...)
	for want := int(total); len(b.raw) < want; { // as it comes: a length alone makes nobody give memory away
		n := min(want-len(b.raw), 64<<10)
		b.raw = append(b.raw, make([]byte, n)...)
		if _, err := io.ReadFull(b.br, b.raw[len(b.raw)-n:]); err != nil {
			return orUnexpected(err)
		}
	}
	body := b.raw[:len(b.raw)-4]
	if binary.BigEndian.Uint32(b.raw[len(body):]) != crc32.ChecksumIEEE(body) {
		return errFrame
	}
	head, data := body[framePrelude:framePrelude+headers], body[framePrelude+headers:]
	if len(data) == 0 {
		b.out = append(b.out, b.raw...)
		return nil
	}
	b.record(data, head, nil, "")
	return nil
}

func orUnexpected(err error) error {
	if err == io.EOF { //nolint:errorlint // io.ReadFull returns the very value
		return io.ErrUnexpectedEOF
	}
	return err
}

// appendFrame writes a frame with its lengths and checksums.
func appendFrame(dst, headers, payload []byte) []byte {
	from := len(dst)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(headers)+len(payload)+frameAround))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(headers)))
	dst = binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[from:]))
	dst = append(append(dst, headers...), payload...)
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[from:]))
}

// frameKind is the value of the header ":event-type"; "" without one.
func frameKind(headers []byte) string {
	// Sizes of the values by type: true, false, byte, short, integer, long, bytes, string, timestamp, UUID.
	sizes := [...]int{0, 0, 1, 2, 4, 8, -1, -1, 8, 16}
	for len(headers) > 0 {
		n := int(headers[0])
		if len(headers) < n+2 || int(headers[n+1]) >= len(sizes) {
			return ""
		}
		name, typ, rest := string(headers[1:n+1]), headers[n+1], headers[n+2:]
		size := sizes[typ]
		if size < 0 {
			if len(rest) < 2 {
				return ""
			}
			size, rest = int(binary.BigEndian.Uint16(rest)), rest[2:]
		}
		if len(rest) < size {
			return ""
		}
		if name == ":event-type" && typ == 7 {
			return string(rest[:size])
		}
		headers = rest[size:]
	}
	return ""
}
