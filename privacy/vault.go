package privacy

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

// Vault is where sessions live between calls: an ordered list of entries for each session. Two processes that share a vault
// number alike, because of two that add at the same position one is told to look again. An implementation must be safe under
// concurrency, must keep what it holds secret, and must not put a session's ID or an entry into its errors.
type Vault interface {
	// Load returns the session's entries from position from on: none if it holds exactly that many, an error that is
	// ErrSessionLost if it holds fewer. A session nobody added to holds none.
	Load(ctx context.Context, session string, from int) ([]Entry, error)
	// Append adds entries to a session that holds exactly at entries. If it holds more, nothing is added and added is false;
	// if it holds fewer, the error is ErrSessionLost. All entries are added or none. While ctx belongs to a guarded
	// call, the person it is about may be read from ctx.
	Append(ctx context.Context, session string, at int, entries []Entry) (added bool, err error)
}

// Entry is one placeholder of a session. It prints as redacted, in JSON too: a vault that stores JSON stores what Stored returns.
type Entry struct {
	Name  string   // between the brackets of the placeholder: EMAIL_ADDRESS_1
	Kind  pii.Kind // of the value
	Value string   // what the placeholder stands for; "": nothing, the text itself held this placeholder before
}

// StoredEntry is an Entry as a vault may write it down: its JSON holds the value, so that it has to be sealed, and never logged. The
// value is bytes since it need not be UTF-8, which JSON strings would change.
type StoredEntry struct {
	Name  string   `json:"name"`
	Kind  pii.Kind `json:"kind"`
	Value []byte   `json:"value"`
}

// Stored is the entry with its value in its JSON.
func (e Entry) Stored() StoredEntry { return StoredEntry{e.Name, e.Kind, []byte(e.Value)} }

// Entry is what was stored.
func (e StoredEntry) Entry() Entry { return Entry{Name: e.Name, Kind: e.Kind, Value: string(e.Value)} }

// The bounds of a Memory that states none.
const (
	// DefaultTTL is a day more than the longest a case waits for review by default.
	DefaultTTL = 48 * time.Hour
	// DefaultSessions holds the last hour of a service with 18 calls a second that hide something.
	DefaultSessions = 65_536
	// DefaultBytes is what a small service can spare.
	DefaultBytes = 64 << 20
)

// Memory is a Vault in this process's memory; its zero value is ready. A session is dropped when nobody used it for TTL, and the
// one longest unused when the bounds are met. It starts no goroutine and no timer. It must not be copied after first use.
type Memory struct {
	// TTL is how long an unused session is kept. Default: DefaultTTL.
	TTL time.Duration
	// Sessions is how many are kept. Default: DefaultSessions.
	Sessions int
	// Bytes is how much text the entries of all sessions hold together; a single session larger than that is refused.
	// Default: DefaultBytes.
	Bytes int

	mu   sync.Mutex
	byID map[string]*list.Element
	used list.List // of *kept, the one used last in front: with one TTL for all, also the order in which they expire
	size int
}

type kept struct {
	id      string
	entries []Entry
	size    int
	last    time.Time
}

// entryOverhead is about what an entry costs besides its text.
const entryOverhead = 96

// Load implements Vault.
func (m *Memory) Load(ctx context.Context, session string, from int) ([]Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.touch(session)
	if k == nil && from == 0 {
		return nil, nil
	}
	if k == nil || from < 0 || from > len(k.entries) {
		return nil, &SessionLostError{}
	}
	return slices.Clone(k.entries[from:]), nil
}

// Append implements Vault.
func (m *Memory) Append(ctx context.Context, session string, at int, entries []Entry) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	size := 0
	for _, e := range entries {
		size += len(e.Name) + len(e.Kind) + len(e.Value) + entryOverhead
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.touch(session)
	have := 0
	if k != nil {
		have, size = len(k.entries), size+k.size
	}
	switch {
	case have > at:
		return false, nil
	case have < at:
		return false, &SessionLostError{}
	case size > orElse(m.Bytes, DefaultBytes):
		return false, refuse(nil, "one session holds more than the vault may: raise Memory.Bytes or begin a new session", nil)
	}
	if k == nil {
		k = &kept{id: session, last: time.Now()}
		if m.byID == nil {
			m.byID = make(map[string]*list.Element)
		}
		m.byID[session] = m.used.PushFront(k)
	}
	k.entries = append(k.entries, entries...)
	m.size += size - k.size
	k.size = size
	for m.used.Len() > orElse(m.Sessions, DefaultSessions) || m.size > orElse(m.Bytes, DefaultBytes) {
		m.drop(m.used.Back())
	}
	return true, nil
}

// Forget drops a session before its time.
func (m *Memory) Forget(session string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.byID[session]; e != nil {
		m.drop(e)
	}
}

// touch drops what has expired, and brings the session to the front; nil if it is not there.
func (m *Memory) touch(session string) *kept {
	now := time.Now()
	for e := m.used.Back(); e != nil; e = m.used.Back() {
		if now.Sub(e.Value.(*kept).last) < orElse(m.TTL, DefaultTTL) { //nolint:forcetypeassert // used holds nothing else
			break
		}
		m.drop(e)
	}
	e := m.byID[session]
	if e == nil {
		return nil
	}
	k := e.Value.(*kept) //nolint:forcetypeassert // used holds nothing else
	k.last = now
	m.used.MoveToFront(e)
	return k
}

func (m *Memory) drop(e *list.Element) {
	k := m.used.Remove(e).(*kept) //nolint:forcetypeassert // used holds nothing else
	delete(m.byID, k.id)
	m.size -= k.size
}

// orElse is v, or the default where v says nothing.
func orElse[T int | time.Duration](v, byDefault T) T {
	if v <= 0 {
		return byDefault
	}
	return v
}
