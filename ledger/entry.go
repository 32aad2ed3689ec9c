package ledger

import (
	"time"

	"github.com/google/uuid"
)

// Seq is a position in the log. The first entry has 1; 0 is the place before it.
type Seq uint64

// Entry is one lasting fact. It prints redacted, also as JSON; read its fields for what it holds.
type Entry struct {
	// Seq is the position. Append sets it and refuses an entry that has one.
	Seq Seq

	// ID makes the entry unique: appending the same ID again writes nothing and returns the first position. Use a
	// UUIDv5 of what must not happen twice where a retry has to be recognised. Default: a new UUIDv7.
	ID uuid.UUID

	// At is when it happened, kept in UTC to the nanosecond. It may differ from the log's clock by at most a second
	// ([ErrClock]). Default: time.Now.
	At time.Time

	// Stream names the package that folds it ("consent", "oversight"): at most 128 bytes. Required.
	Stream string

	// Kind says what happened ("consent.granted"): at most 128 bytes. Required.
	Kind string

	// Version is the layout of Public and Body. Default: 0.
	Version uint8

	// Critical entries stop a fold that does not know their kind ([ErrUpgrade]) instead of being skipped.
	// Default: false.
	Critical bool

	// Subject is whom it is about, as the application names them; what Find and erasure go by. Default: nobody.
	Subject string

	// Key joins entries that belong together, such as all of one decision; what Get goes by. Default: none.
	Key uuid.UUID

	// Public is kept in clear for as long as the log. It must hold nothing personal. Default: empty.
	Public []byte

	// Body is everything else; it goes when its subject is erased. Default: empty.
	Body []byte

	mark Mark
}

// Mark returns what an erasure of the entry's subject will carry as [Erasure.Mark]. A fold that remembers people keeps it
// beside what it remembers. Entries about nobody, and entries the ledger did not give out, have the zero mark.
func (e Entry) Mark() Mark { return e.mark }

// size is what an entry weighs against the limits of one entry, one batch and the queue, in bytes.
func (e *Entry) size() int {
	return len(e.Stream) + len(e.Kind) + len(e.Subject) + len(e.Public) + len(e.Body)
}
