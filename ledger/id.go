package ledger

import (
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// newID makes a UUIDv7 (RFC 9562 5.7, with the fraction of the millisecond in rand_a as in 6.2 method 3). uuid.NewV7
// would do, but takes a global lock and an allocation for each.
func newID(at time.Time) uuid.UUID {
	var id uuid.UUID
	_, _ = rand.Read(id[8:]) // never fails since Go 1.24
	ns := at.UnixNano()
	ms := ns / int64(time.Millisecond)
	fraction := (ns - ms*int64(time.Millisecond)) * 4096 / int64(time.Millisecond)
	binary.BigEndian.PutUint64(id[:8], uint64(ms)<<16|uint64(fraction)&0x0fff|0x7000)
	id[8] = id[8]&0x3f | 0x80
	return id
}
