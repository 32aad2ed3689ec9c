package privacy

import (
	"context"
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
	byID map[string]*kept
	used kept // its next was used last, its prev longest ago: with one TTL for all, also the order in which they expire
	size int
}

// kept is one session, and its place in the order of use. There may be many thousands, so that each is three objects, whatever it
// holds: the garbage collector looks at every one.
type kept struct {
	prev, next *kept
	id         string
	entries    packed
	n          int // entries
	size       int
	last       time.Time
}

func (k *kept) unlink() { k.prev.next, k.next.prev = k.next, k.prev }

func (k *kept) linkAfter(at *kept) {
	k.prev, k.next = at, at.next
	at.next.prev, at.next = k, k
}

// entryOverhead is about what an entry costs besides its text, with its share of what its session costs.
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
	if k == nil || from < 0 || from > k.n {
		return nil, &SessionLostError{}
	}
	return k.entries.from(from, k.n), nil
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
		have, size = k.n, size+k.size
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
			m.byID = make(map[string]*kept)
		}
		m.byID[session] = k
		k.linkAfter(&m.used)
	}
	k.entries = k.entries.with(entries)
	k.n += len(entries)
	m.size += size - k.size
	k.size = size
	for len(m.byID) > orElse(m.Sessions, DefaultSessions) || m.size > orElse(m.Bytes, DefaultBytes) {
		m.drop(m.used.prev)
	}
	return true, nil
}

// Forget drops a session before its time.
func (m *Memory) Forget(session string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k := m.byID[session]; k != nil {
		m.drop(k)
	}
}

// touch drops what has expired, and brings the session to the front; nil if it is not there.
func (m *Memory) touch(session string) *kept {
	if m.used.next == nil {
		m.used.next, m.used.prev = &m.used, &m.used
	}
	now := time.Now()
	for k := m.used.prev; k != &m.used && now.Sub(k.last) >= orElse(m.TTL, DefaultTTL); k = m.used.prev {
		m.drop(k)
	}
	k := m.byID[session]
	if k == nil {
		return nil
	}
	k.last = now
	k.unlink()
	k.linkAfter(&m.used)
	return k
}

func (m *Memory) drop(k *kept) {
	k.unlink()
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
