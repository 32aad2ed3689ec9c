package privacy

import (
	"context"
	"errors"
	"fmt"
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

	names map[string]string   // name → value; "": the name stood in a text before, so it is nobody's
	given map[original]string // value → name
	last  map[string]int      // the highest number given, by label
	size  int                 // entries, as the vault counts them
	owner string              // whose the session is, as mark says it; "": nobody's yet
	known bool                // the vault knows the owner
}

type original struct {
	kind  pii.Kind
	value string
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

// used says whether any placeholder has been given out.
func (b *book) used() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.given) > 0
}

// item is a piece of a text that may have to be replaced.
type item struct {
	start, end int
	kind       pii.Kind
	shape      string // the name it has as a placeholder written by somebody else; "": personal data
	name       string // the name its operator states; "": one with a number
	fixed      bool   // out is settled: an operator that needs no book made it
	out        string // what stands in its place
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
		var fresh []Entry
		for i := range items {
			fresh = b.place(text, &items[i], fresh)
		}
		if len(fresh) == 0 {
			return nil
		}
		if b.lost {
			if !holdsValue(fresh) {
				return nil // nothing is hidden, so nothing has to be found again
			}
			b.takeBack(fresh)
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
		b.takeBack(fresh)
		if err == nil {
			err = b.load(ctx)
		}
		if err != nil {
			return vaultFault(d, err)
		}
	}
	return refuse(d, "the session is being changed too fast by others", nil)
}

// place settles one item, noting in fresh what the vault does not know yet.
func (b *book) place(text string, it *item, fresh []Entry) []Entry {
	value := text[it.start:it.end]
	switch {
	case it.fixed:
		return fresh
	case it.shape != "":
		stands, taken := b.names[it.shape]
		if !taken || stands == "" {
			it.out, it.marked = value, false
			if !taken {
				e := Entry{Name: it.shape}
				b.add(e)
				fresh = append(fresh, e)
			}
			return fresh
		}
		it.kind = literal
	}
	name, ok := b.given[original{it.kind, value}]
	if !ok {
		name = it.name
		if _, taken := b.names[name]; taken || name == "" {
			name = b.number(label(it.kind))
		}
		e := Entry{Name: name, Kind: it.kind, Value: strings.Clone(value)} // a part of the text would keep all of it in memory
		b.add(e)
		fresh = append(fresh, e)
	}
	it.out, it.marked = name, true
	return fresh
}

// number is the next free name of a label.
func (b *book) number(label string) string {
	for n := b.last[label] + 1; ; n++ {
		name := label + "_" + strconv.Itoa(n)
		if _, taken := b.names[name]; !taken {
			if b.last == nil {
				b.last = make(map[string]int)
			}
			b.last[label] = n
			return name
		}
	}
}

func (b *book) add(e Entry) {
	if e.Name == ownerName {
		if !b.known {
			b.owner, b.known = e.Value, true
		}
		return
	}
	if b.names == nil {
		b.names = make(map[string]string)
		b.given = make(map[original]string)
	}
	b.names[e.Name] = e.Value
	if e.Value != "" {
		b.given[original{e.Kind, e.Value}] = e.Name
	}
}

// takeBack undoes what place added; number then looks for the first free one again.
func (b *book) takeBack(fresh []Entry) {
	for _, e := range fresh {
		delete(b.names, e.Name)
		if e.Value != "" {
			delete(b.given, original{e.Kind, e.Value})
			delete(b.last, label(e.Kind))
		}
	}
}

// append offers fresh entries to the vault. A vault of the user's own that panics has failed, no more.
func (b *book) append(ctx context.Context, fresh []Entry) (added bool, err error) {
	defer caught(&err)
	return b.vault.Append(ctx, b.id(), b.size, fresh)
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
		b.add(e)
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
