package fairness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

const (
	stream          = "fairness"
	kindSnapshot    = "fairness.snapshot"
	snapshotVersion = 1

	// snapshotCells keeps an entry far below the ledger's limit of 1 MiB.
	snapshotCells = 1000

	// DefaultSnapshotEvery is after how many decisions of one combination of groups the
	// counts are written to the ledger: a process that crashes loses at most so many of
	// each.
	DefaultSnapshotEvery = 64
)

// snapshotNamespace makes the key of a monitor's entries out of its name.
var snapshotNamespace = uuid.MustParse("0b1a3f0e-58f5-5c0f-9d0b-2a6b6f7c1d4e")

// snapshot is the body of an entry: what one process counted since its last one. It
// holds counts of groups and nothing about anybody in particular.
type snapshot struct {
	Monitor    string    `json:"monitor"`
	Process    uuid.UUID `json:"process"`
	Attributes []string  `json:"attributes"`
	Cells      []Cell    `json:"cells"`
}

// shared is what a monitor with a ledger knows of other processes, and of earlier runs
// of its own.
type shared struct {
	ledger   *ledger.Ledger
	follower *ledger.Follower
	name     string
	process  uuid.UUID // of this run: its own entries are counted already

	writing sync.Mutex            // one snapshot at a time
	written map[string]Cell       // what this process has written so far, by row
	pending []ledger.Entry        // sent, but not known to be written: goes out again unchanged
	after   map[string]Cell       // what written becomes once pending is known to be written
	failed  atomic.Pointer[error] // why the last snapshot failed
	mu      sync.Mutex            // guards others
	others  map[string]Cell       // sums of the others' entries, by row
}

// share connects the monitor to the ledger and replays what is there.
func (m *Monitor) share(ctx context.Context, l *ledger.Ledger, name string) error {
	m.shared = &shared{
		ledger: l, name: name, process: uuid.New(),
		written: map[string]Cell{}, others: map[string]Cell{},
	}
	if ctx == nil {
		ctx = context.Background()
	}
	f, err := l.Follow(ctx, []string{stream}, m.fold)
	if err != nil {
		return fmt.Errorf("fairness: cannot read the counts in the ledger: %w", err)
	}
	m.shared.follower = f
	return nil
}

// fold adds one process's entry to the others'.
func (m *Monitor) fold(e ledger.Entry, now time.Time) error {
	s := m.shared
	if e.Kind != kindSnapshot {
		return nil
	}
	if e.Version > snapshotVersion {
		return fmt.Errorf("fairness: snapshot of version %d: %w", e.Version, ledger.ErrUpgrade)
	}
	var snap snapshot
	if err := json.Unmarshal(e.Body, &snap); err != nil {
		return errors.New("fairness: a snapshot in the ledger cannot be read")
	}
	if snap.Monitor != s.name || snap.Process == s.process {
		return nil
	}
	if !slices.Equal(snap.Attributes, m.attributes) {
		return errors.New("fairness: a monitor of the same name has other attributes: give this one another Options.Name")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range snap.Cells {
		c := &snap.Cells[i]
		if !c.Overflow && len(c.Groups) != len(m.attributes) {
			return errors.New("fairness: a snapshot in the ledger does not fit its attributes")
		}
		key := rowKey(c.Overflow, c.Groups)
		if _, known := s.others[key]; !known && len(s.others) >= m.cells.limit {
			c.Overflow, c.Groups = true, nil
			key = rowKey(true, nil)
		}
		sum, known := s.others[key]
		if !known {
			sum = Cell{Groups: c.Groups, Overflow: c.Overflow}
		}
		sum.add(c)
		s.others[key] = sum
	}
	m.history.others(now, snap.Cells)
	return nil
}

// add brings the others' counts into t.
func (s *shared) add(t Table) Table {
	s.mu.Lock()
	for _, c := range s.others {
		t.Cells = append(t.Cells, c)
	}
	s.mu.Unlock()
	out := t.By(t.Attributes...)
	return out
}

// Snapshot writes what was counted since the last one to the ledger, so that other
// processes see it and a restart does not lose it. Observe does so from time to time;
// call it before the program ends, or use Close. Without a ledger it does nothing. What
// could not be written is kept and written by the next one, once.
func (m *Monitor) Snapshot(ctx context.Context) error {
	if m == nil || m.cells == nil {
		return notCounted(ctx, noMonitor)
	}
	if m.shared == nil {
		return nil
	}
	m.shared.writing.Lock()
	defer m.shared.writing.Unlock()
	return m.write(ctx)
}

// snapshotTimeout bounds how long a decision waits for the counts to be written.
const snapshotTimeout = 10 * time.Second

// snapshotDue writes a snapshot unless somebody else is at it. A failure is not the decision's:
// the counts stay, and Err tells. Nor is the end of the decision's own context a failure: it
// says that the customer has gone, and the counts are not the customer's.
func (m *Monitor) snapshotDue(ctx context.Context) {
	if m.shared.writing.TryLock() {
		defer m.shared.writing.Unlock()
		if ctx == nil {
			ctx = context.Background()
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), snapshotTimeout)
		defer cancel()
		_ = m.write(ctx)
	}
}

func (m *Monitor) write(ctx context.Context) error {
	s := m.shared
	if ctx == nil {
		ctx = context.Background()
	}
	if s.pending == nil {
		s.pending, s.after = m.unwritten()
	}
	if len(s.pending) > 0 {
		_, err := s.ledger.Append(ctx, s.pending...)
		if err != nil && !errors.Is(err, ledger.ErrNotFolded) {
			err = fmt.Errorf("fairness: the counts were not written and will be again: %w", err)
			s.failed.Store(&err)
			return err
		}
		s.written = s.after
	}
	s.pending, s.after = nil, nil
	s.failed.Store(nil)
	return nil
}

// unwritten makes the entries of what is new.
func (m *Monitor) unwritten() ([]ledger.Entry, map[string]Cell) {
	s := m.shared
	after := make(map[string]Cell, len(s.written))
	var fresh []Cell
	for _, c := range m.local().Cells {
		key := rowKey(c.Overflow, c.Groups)
		after[key] = c
		if d := c.less(s.written[key]); d.Decisions > 0 || d.N > 0 || d.Labelled() > 0 || d.Ends != (Ends{}) {
			fresh = append(fresh, d)
		}
	}
	var entries []ledger.Entry
	for part := range slices.Chunk(fresh, snapshotCells) {
		body, err := json.Marshal(snapshot{Monitor: s.name, Process: s.process, Attributes: m.attributes, Cells: part})
		if err != nil {
			continue // sums of finite weights are finite: cannot happen
		}
		entries = append(entries, ledger.Entry{
			ID: uuid.Must(uuid.NewV7()), Stream: stream, Kind: kindSnapshot, Version: snapshotVersion,
			Key: uuid.NewSHA1(snapshotNamespace, []byte(s.name)), Body: body,
		})
	}
	return entries, after
}

// less is what c has more than old.
func (c Cell) less(old Cell) Cell {
	c.Decisions -= old.Decisions
	c.N -= old.N
	c.Squares -= old.Squares
	c.Favourable -= old.Favourable
	c.TP, c.FP, c.FN, c.TN = c.TP-old.TP, c.FP-old.FP, c.FN-old.FN, c.TN-old.TN
	c.Ends = Ends{
		Denied: c.Ends.Denied - old.Ends.Denied, Fallback: c.Ends.Fallback - old.Ends.Fallback,
		Held: c.Ends.Held - old.Ends.Held, Settled: c.Ends.Settled - old.Ends.Settled,
		Stopped: c.Ends.Stopped - old.Ends.Stopped, Abandoned: c.Ends.Abandoned - old.Ends.Abandoned,
		Failed: c.Ends.Failed - old.Ends.Failed,
	}
	return c
}

// Err tells whether the monitor's counts are whole: nil, or why the last snapshot could
// not be written, or why the others' can no longer be read, or that OnBreach panicked. A
// monitor with an error goes on counting, and its status is never OK.
func (m *Monitor) Err() error {
	if m == nil || m.cells == nil {
		return notCounted(nil, noMonitor) //nolint:staticcheck // there is no decision to name
	}
	if err := m.broken.Load(); err != nil {
		return *err
	}
	if m.shared == nil {
		return nil
	}
	if err := m.shared.follower.Err(); err != nil {
		return fmt.Errorf("fairness: the counts of other processes can no longer be read: %w", err)
	}
	if err := m.shared.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Close writes the last snapshot, stops following the ledger and takes the gauges down.
// With a ledger, counting goes on but the status is no longer OK.
func (m *Monitor) Close(ctx context.Context) error {
	err := m.Snapshot(ctx)
	if m == nil || m.cells == nil {
		return err
	}
	if m.shared != nil {
		m.shared.follower.Close()
	}
	if m.registration != nil {
		err = errors.Join(err, m.registration.Unregister())
	}
	return err
}
