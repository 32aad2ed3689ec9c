package ledger

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Limits of what one Append takes.
const (
	maxEntry = 1 << 20  // bytes of one entry
	maxBatch = 64 << 20 // bytes of one Append
	maxCount = 8192     // entries of one Append
	maxName  = 128      // bytes of a stream or a kind
	maxSkew  = time.Second
)

// checkBatch refuses what can never be written, before anything is locked or queued.
func checkBatch(ctx context.Context, entries []Entry) error {
	const op = "append"
	if ctx == nil {
		return fail(op, ErrInvalid, "nil context", nil)
	}
	if len(entries) == 0 {
		return fail(op, ErrInvalid, "no entries", nil)
	}
	if len(entries) > maxCount {
		return fail(op, ErrInvalid, "more than 8,192 entries in one call", nil)
	}
	total := 0
	for i := range entries {
		e := &entries[i]
		if why := checkEntry(e); why != "" {
			return fail(op, ErrInvalid, "entry "+strconv.Itoa(i)+": "+why, nil)
		}
		if !e.At.IsZero() && !countable(e.At) {
			return fail(op, ErrClock, "entry "+strconv.Itoa(i)+": At is more than a second from the log's clock", nil)
		}
		total += e.size()
	}
	if total > maxBatch {
		return fail(op, ErrInvalid, "more than 64 MiB in one call", nil)
	}
	if i := repeated(entries); i >= 0 {
		return fail(op, ErrInvalid, "entry "+strconv.Itoa(i)+": its ID occurs twice in this call", nil)
	}
	if err := ctx.Err(); err != nil {
		return fail(op, ErrBusy, "", err)
	}
	return nil
}

func checkEntry(e *Entry) string {
	switch {
	case e.Seq != 0:
		return "Seq is set; the log assigns it"
	case !validName(e.Stream):
		return "Stream must have 1 to 128 bytes of UTF-8"
	case e.Stream == ownStream:
		return `only the ledger itself writes to the stream "ledger"`
	case !validName(e.Kind):
		return "Kind must have 1 to 128 bytes of UTF-8"
	case e.size() > maxEntry:
		return "larger than 1 MiB"
	}
	return ""
}

// validName keeps out what a text column of a database would not give back as it was: NUL and broken UTF-8.
func validName(s string) bool {
	return s != "" && len(s) <= maxName && utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

// repeated returns the index of the first entry whose ID an earlier one of the batch has, or -1.
func repeated(entries []Entry) int {
	if len(entries) <= 16 {
		for i := range entries {
			for j := range i {
				if entries[i].ID != uuid.Nil && entries[i].ID == entries[j].ID {
					return i
				}
			}
		}
		return -1
	}
	seen := make(map[uuid.UUID]struct{}, len(entries))
	for i := range entries {
		if entries[i].ID == uuid.Nil {
			continue
		}
		if _, ok := seen[entries[i].ID]; ok {
			return i
		}
		seen[entries[i].ID] = struct{}{}
	}
	return -1
}

// fill gives an entry what its writer left out. Times are cut to what every store gives back, so that a live fold and
// a replay see the same bits.
func fill(e *Entry, now time.Time) {
	if e.At.IsZero() {
		e.At = now
	}
	e.At = stamp(e.At)
	if e.ID == uuid.Nil {
		e.ID = newID(e.At)
	}
}

// countable reports whether a time has a number of nanoseconds since 1970 that fits: it wraps outside of it, which would
// bring a time in 584 years back to now.
func countable(t time.Time) bool { y := t.UTC().Year(); return y >= 1678 && y <= 2261 }

// nanos is UnixNano with what does not fit pushed to the ends.
func nanos(t time.Time) int64 {
	switch {
	case countable(t):
		return t.UnixNano()
	case t.Before(time.Unix(0, 0)):
		return math.MinInt64
	}
	return math.MaxInt64
}

func stamp(t time.Time) time.Time { return moment(t.UnixNano()) }

func moment(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// late reports whether an entry's time is too far from the log's clock.
func late(at, now time.Time) bool { return at.Sub(now).Abs() > maxSkew }
