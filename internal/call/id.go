package call

import (
	"crypto/rand"
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// lastID is the time in the last ID: milliseconds, then twelve bits of their fraction.
var lastID atomic.Int64

// newID makes a UUIDv7 (RFC 9562, 5.7) that is above every earlier one of this process: the time in it never repeats (6.2, methods 1 and
// 3). uuid.NewV7 does the same, but under a global lock and with an allocation for each.
func newID(at time.Time) (id uuid.UUID) {
	ns := at.UnixNano()
	ms := ns / int64(time.Millisecond)
	now := ms<<12 | (ns-ms*int64(time.Millisecond))<<12/int64(time.Millisecond)
	for last := lastID.Load(); ; last = lastID.Load() {
		now = max(now, last+1)
		if lastID.CompareAndSwap(last, now) {
			break
		}
	}
	binary.BigEndian.PutUint64(id[:8], uint64(now>>12)<<16|0x7000|uint64(now)&0x0fff)
	_, _ = rand.Read(id[8:]) // never fails since Go 1.24
	id[8] = id[8]&0x3f | 0x80
	return id
}
