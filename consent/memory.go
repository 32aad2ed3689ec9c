package consent

import (
	"sync"
	"time"

	"github.com/fairlead-go/fairlead/ledger"
)

// memory is what a gate knows of people's words: of everybody, or, in bounded mode, of those it was asked about lately.
type memory struct {
	table *table
	mu    sync.RWMutex
	ends  map[ledger.Seq]int64 // of events that set an end of their own, Unix milliseconds: few
}

// newMemory hashes as t does.
func newMemory(t *table) *memory {
	return &memory{table: t.like(), ends: map[ledger.Seq]int64{}}
}

// apply takes an event into what is known of its subject. against is an objection that outlived an erasure, zero for none: an older
// consent does not end it.
func (m *memory) apply(k id, e *Event, against said) {
	word, was := saidBy(e), m.table.get(k)
	if was.any() {
		against = was
	}
	if against.any() && word.yields(against, e.carried != 0) {
		return
	}
	m.setEnd(was, word, e.Expires)
	m.table.put(k, word, tag(e.Mark))
}

// forget empties what is known of the person of an erasure.
func (m *memory) forget(mark ledger.Mark) {
	m.table.forget(tag(mark), func(was said) { m.setEnd(was, said{}, time.Time{}) })
}

// setEnd keeps the end that a word set for itself, in place of the one it replaces.
func (m *memory) setEnd(was, word said, end time.Time) {
	if !was.ends() && !word.ends() {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.ends, was.seq())
	if word.ends() {
		m.ends[word.seq()] = end.UnixMilli()
	}
}

// end is when what was said ends by its own word.
func (m *memory) end(s said) time.Time {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return time.UnixMilli(m.ends[s.seq()]) // 1970, if it has been replaced meanwhile
}
