package fairness

import (
	"context"
	"fmt"
	"time"
)

// DefaultCheckEvery is after how many decisions of one combination of groups the status
// is looked at for a breach, if Options.OnBreach is given.
const DefaultCheckEvery = 256

// cellsATick is how many cells may be added up for each tick of a counter, so that
// looking costs a decision a few nanoseconds however many groups there are.
const cellsATick = 8

// Breached tells whether the status was ACTION when it was last looked at: by Status, or
// every Options.CheckEvery decisions. It is one memory read, made to be asked in every
// call, for instance by a rule of oversight that holds decisions for a person while it
// is true; WrapOr asks it by itself. A nil Monitor is not breached: it refuses calls by itself.
func (m *Monitor) Breached() bool { return m != nil && m.breached.Load() }

// due does what is to be done from time to time, in the call that was counted last.
// n is the counter that just moved.
func (m *Monitor) due(ctx context.Context, n uint64) {
	if m.shared != nil && n&m.every == 0 {
		m.snapshotDue(ctx)
	}
	now := time.Now()
	if now.UnixNano() >= m.history.next.Load() && m.cells.count.Load() <= historyCells {
		m.sample(now)
	} else {
		m.history.tick.Store(now.UnixNano())
	}
	if n&m.checkEvery == 0 && m.ticks.Add(1) > m.cells.count.Load()/cellsATick {
		m.ticks.Store(0)
		m.check(ctx)
	}
}

// check looks for a breach and reacts when there is one that was not there before: with an
// event on the span of the call that was counted last, and with OnBreach. One
// caller at a time: the others have better things to do than to wait for it.
func (m *Monitor) check(ctx context.Context) {
	if !m.checking.TryLock() {
		return
	}
	defer m.checking.Unlock()
	table := m.Table()
	breach := table.proven(m.limits)
	m.breached.Store(breach)
	if told := m.told.Swap(breach); told || !breach {
		return
	}
	m.noteBreach(ctx)
	if m.onBreach == nil {
		return
	}
	v := m.judge(table)
	// What the owner does about it must not become the customer's error.
	defer func() {
		if r := recover(); r != nil {
			err := fmt.Errorf("fairness: Options.OnBreach panicked with a %T", r)
			m.broken.Store(&err)
		}
	}()
	m.onBreach(v)
}
