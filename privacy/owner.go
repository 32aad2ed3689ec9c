package privacy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// A session is about one person. Whom, the vault is told with the first value, in an entry of its own: no placeholder can have its
// name, since it has no number.
const (
	ownerName          = "OWNER"
	ownerKind pii.Kind = "OWNER"
)

// mark stands for the subject in this one session, and says nothing about who it is; "" for no subject. b.mu must be held, where
// others know the book.
func (b *book) mark(subject string) string {
	if subject == "" {
		return ""
	}
	if subject != b.whom {
		sum := sha256.Sum256([]byte("fairlead privacy owner\x00" + b.id() + "\x00" + subject))
		b.whom, b.whose = subject, hex.EncodeToString(sum[:16])
	}
	return b.whose
}

// admits says whether a call about subject may use the session. The first one that names anybody makes it theirs. b.mu must be
// held, where others know the book.
func (b *book) admits(subject string) bool {
	if subject == "" {
		return true
	}
	m := b.mark(subject)
	if b.owner == "" {
		b.owner = m
	}
	return b.owner == m
}

// owned is what the vault has to be told: fresh, and before it the owner, if it does not know them.
func (b *book) owned(fresh []Entry) []Entry {
	if b.owner == "" || b.known {
		return fresh
	}
	return append([]Entry{{Name: ownerName, Kind: ownerKind, Value: b.owner}}, fresh...)
}

func holdsValue(entries []Entry) bool {
	for i := range entries {
		if entries[i].Value != "" {
			return true
		}
	}
	return false
}

// notYours refuses a call about one person in the session of another.
func notYours(d *call.Decision) error {
	return refuse(d, "the session was begun for another subject: open a session of its own for each person", nil)
}

// subjectOf is whom a text by hand is about, where nobody asks a guard.
func subjectOf(ctx context.Context, d *call.Decision) string {
	if s := d.Subject(); s != "" {
		return s
	}
	s, _ := (*call.Decision)(nil).SubjectFor(ctx, call.StagePrivacy, "") // without a decision there is nothing to contradict
	return s
}

// look notes that the call has an input. One that is delivered later is delivered for the same input only: if that holds nothing to
// hide, nothing was hidden, and what looks like a placeholder in the answer is the model's own text.
func (in *inside) look() {
	if !in.b.isLost() {
		return
	}
	in.mu.Lock()
	in.looked = true
	in.mu.Unlock()
}

func (in *inside) hasLooked() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.looked
}

// isLost needs no lock: it is settled before anybody else knows the book.
func (b *book) isLost() bool { return b != nil && b.lost }
