package privacy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// book is what one conversation remembers: which name stands for which value. All handles of a session share it.
type book struct {
	vault Vault     // nil: kept nowhere, as for a single text
	named string    // the session's ID, where somebody chose it
	call  uuid.UUID // else the decision's
	lost  bool      // a resumed call's session was not in the vault, or is not this subject's

	mu     sync.Mutex
	missed int // pieces that Show could not match

	roll
	size   int    // entries, as the vault counts them
	stored string // the ID, once the vault has been told it
	owner  string // whose the session is, as mark says it; "": nobody's yet
	known  bool   // the vault knows the owner
	whom   string // the subject last asked about
	whose  string // and its mark
}

// literal is the kind of a piece of text that looks like a placeholder which already stands for something else.
const literal pii.Kind = "PLACEHOLDER"

// maxRaces bounds how often one text may lose the race for the next position. Each time somebody else has won, so the
// session as a whole moves on.
const maxRaces = 1000

// id is what the vault knows the session by. It is made only when something is stored: most calls hide nothing.
func (b *book) id() string {
	if b.named != "" || b.call == uuid.Nil {
		return b.named
	}
	return b.call.String()
}

// record is what a record may say of the session: its ID, where it holds what somebody can turn back or was chosen.
func (b *book) record() string {
	if b.named != "" {
		return b.named
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !holdsValue(b.entries) {
		return ""
	}
	return cmp.Or(b.stored, b.id())
}

// item is a piece of a text that may have to be replaced.
type item struct {
	start, end int
	kind       pii.Kind
	name       string // of the placeholder: as its operator or somebody else states it; "": one with a number
	out        string // what stands in its place
	foreign    bool   // somebody else wrote it as a placeholder of that name; it is no personal data
	fixed      bool   // out is settled: an operator that needs no book made it
	marked     bool   // between brackets
}

// settle gives every item its placeholder, and keeps new ones in the vault before anybody sees them.
func (b *book) settle(ctx context.Context, d *call.Decision, subject, text string, items []item) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range maxRaces {
		if !b.admits(subject) {
			return notYours(d)
		}
		before := len(b.entries)
		for i := range items {
			b.place(text, &items[i])
		}
		fresh := b.entries[before:len(b.entries):len(b.entries)]
		if len(fresh) == 0 {
			return nil
		}
		if b.lost {
			if !holdsValue(fresh) {
				return nil // nothing is hidden, so nothing has to be found again
			}
			b.takeBack(before)
			return &SessionLostError{Decision: d.ID()}
		}
		if b.vault == nil {
			b.size += len(fresh)
			return nil
		}
		all := b.owned(fresh)
		added, err := b.append(ctx, all)
		if err == nil && added {
			b.size += len(all)
			b.known = b.owner != ""
			return nil
		}
		b.takeBack(before)
		if err == nil {
			err = b.load(ctx)
		}
		if err != nil {
			return vaultFault(d, err)
		}
	}
	return refuse(d, "the session is being changed too fast by others", nil)
}

// place settles one item, adding what nobody knows yet.
func (b *book) place(text string, it *item) {
	value, kind := text[it.start:it.end], it.kind
	switch {
	case it.fixed:
		return
	case it.foreign:
		stands, taken := b.value(it.name)
		if !taken || stands == "" {
			it.out, it.marked = value, false
			if !taken {
				b.add(Entry{Name: it.name})
			}
			return
		}
		kind = literal
	}
	name, ok := b.name(kind, value)
	if !ok {
		name = it.name
		if _, taken := b.value(name); taken || name == "" {
			name = b.number(label(kind))
		}
		b.add(Entry{Name: name, Kind: kind, Value: strings.Clone(value)}) // a part of the text would keep all of it in memory
	}
	it.out, it.marked = name, true
}

// number is the next free name of a label.
func (b *book) number(label string) string {
	for last := b.count(label); ; {
		*last++
		name := label + "_" + strconv.Itoa(*last)
		if _, taken := b.value(name); !taken {
			return name
		}
	}
}

// learn adds what the vault holds.
func (b *book) learn(e Entry) {
	switch {
	case e.Name != ownerName:
		b.add(e)
	case !b.known:
		b.owner, b.known = e.Value, true
	}
}

// takeBack undoes what place added after the first entries; number then looks for the first free one again.
func (b *book) takeBack(first int) { b.drop(len(b.entries) - first) }

// append offers fresh entries to the vault. A vault of the user's own that panics has failed, no more.
func (b *book) append(ctx context.Context, fresh []Entry) (added bool, err error) {
	defer caught(&err)
	b.stored = b.id()
	if _, copies := b.vault.(*Memory); !copies {
		fresh = slices.Clone(fresh) // they are the book's own
	}
	return b.vault.Append(ctx, b.stored, b.size, fresh)
}

// caught must be deferred directly: recover works only in the deferred function itself.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = &call.PanicError{Type: fmt.Sprintf("%T", p)}
	}
}

// load reads what the vault holds beyond what is known.
func (b *book) load(ctx context.Context) (err error) {
	defer caught(&err)
	entries, err := b.vault.Load(ctx, b.id(), b.size)
	if err != nil {
		return err
	}
	for _, e := range entries {
		b.learn(e)
	}
	b.size += len(entries)
	return nil
}

// vaultFault makes what a vault returned into one of ours.
func vaultFault(d *call.Decision, err error) error {
	if errors.Is(err, ErrSessionLost) {
		return &SessionLostError{Decision: d.ID()}
	}
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return refuse(d, refused.Reason, refused.Err)
	}
	return refuse(d, "the vault failed", err)
}
