package fairness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"go.opentelemetry.io/otel/metric"

	"github.com/fairlead-go/fairlead/ledger"
)

// DefaultMaxCells is how many combinations of groups a monitor counts one by one.
// What comes after them is counted together and keeps the status from OK.
const DefaultMaxCells = 4096

// maxWeight keeps the sum of squares far from overflow.
const maxWeight = 1e6

// Monitor counts decisions by group while they are made. It stores counts, never
// people. Make one with New; a nil or zero Monitor refuses. All methods are safe for
// concurrent use.
type Monitor struct {
	attributes []string
	cells      *cells
	limits     Limits
	shared     *shared // nil without a ledger
	every      uint64  // a snapshot is due when a counter passes a multiple; a power of two, less one
	checkEvery uint64  // the same for looking at the status
	mask       uint64  // the smallest of these and historyTick: what the hot path looks at

	onBreach     func(Verdict)
	breached     atomic.Bool // as of the last look, Status included
	told         atomic.Bool // as of the last check: somebody who looks must not silence OnBreach
	checking     sync.Mutex
	ticks        atomic.Int64          // since the last check
	broken       atomic.Pointer[error] // that OnBreach panicked
	registration metric.Registration   // of the gauges
	name         string                // as the gauges and the event have it
	delivered    deliveries
	history      *history
	bets         []*bettor
}

const noMonitor = "no monitor: make one with fairness.New and pass it on"

// Options are the settings of New.
type Options struct {
	// Limits are what Status holds the rates against. Default: four fifths, two
	// points, a 5 % chance of ever raising a false alarm.
	Limits Limits

	// MaxCells bounds the number of combinations of groups counted one by one, from 1
	// to 1,048,576. Default: DefaultMaxCells.
	MaxCells int

	// OnBreach is called when the status turns to ACTION, once each time, by the call that
	// was counted last: it should hand over and return. A panic of it ends up in Err.
	// Default: nothing is called; see Breached.
	OnBreach func(Verdict)

	// CheckEvery is after how many decisions of one combination of groups the status is
	// looked at for OnBreach and Breached, less often where there are many; rounded up to
	// a power of two. Default: DefaultCheckEvery with OnBreach, else never: Breached then
	// is what Status said last.
	CheckEvery int

	// Bets are pairs of groups to be watched in the order of arrival as well. Default:
	// none.
	Bets []Bet

	// ChangeAfter is how many plays a Bet plays between two false alarms of a change, on
	// average at least. Default: DefaultChangeAfter.
	ChangeAfter int

	// MeterProvider makes the gauges of gap, ratio and breach. Default: the global one.
	MeterProvider metric.MeterProvider

	// Ledger keeps the counts over restarts and adds up those of all processes that use
	// it. Default: none, the counts live as long as the process.
	Ledger *ledger.Ledger

	// Name tells monitors of one ledger apart: those of one name are added up. Default:
	// the attributes.
	Name string

	// SnapshotEvery is after how many decisions of one combination of groups the counts
	// are written to the ledger, by the call that was counted last; rounded up to a power
	// of two. Default: DefaultSnapshotEvery.
	SnapshotEvery int
}

// New makes a monitor for the attributes, say "sex" and "age": one to MaxAttributes
// names, none empty, none twice. options may be nil.
func New(ctx context.Context, attributes []string, options *Options) (*Monitor, error) {
	if len(attributes) == 0 || len(attributes) > MaxAttributes {
		return nil, fmt.Errorf("fairness: %d attributes: name between 1 and %d", len(attributes), MaxAttributes)
	}
	for i, name := range attributes {
		switch {
		case name == "" || len(name) > maxValue || !utf8.ValidString(name):
			return nil, fmt.Errorf("fairness: attribute %d: the name must be valid UTF-8 of 1 to %d bytes", i+1, maxValue)
		case slices.Contains(attributes[:i], name):
			return nil, fmt.Errorf("fairness: attribute %d repeats the name %q", i+1, name)
		}
	}
	if ctx != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("fairness: not started: %w", ctx.Err())
	}
	var o Options
	if options != nil {
		o = *options
	}
	if o.MaxCells == 0 {
		o.MaxCells = DefaultMaxCells
	}
	if o.MaxCells < 1 || o.MaxCells > 1<<20 {
		return nil, errors.New("fairness: Options.MaxCells must lie between 1 and 1,048,576")
	}
	limits, err := o.Limits.complete()
	if err != nil {
		return nil, err
	}
	if err := limits.fit(attributes); err != nil {
		return nil, err
	}
	limits.Expect = maps.Clone(limits.Expect) // the caller may go on with its own
	every, err := powerOfTwo("SnapshotEvery", o.SnapshotEvery, DefaultSnapshotEvery, o.Ledger != nil)
	if err != nil {
		return nil, err
	}
	check, err := powerOfTwo("CheckEvery", o.CheckEvery, DefaultCheckEvery, o.OnBreach != nil || o.CheckEvery > 0)
	if err != nil {
		return nil, err
	}
	bets, err := newBettors(attributes, o, limits)
	if err != nil {
		return nil, err
	}
	if o.Name == "" {
		o.Name = strings.Join(attributes, ",")
	}
	m := &Monitor{
		attributes: slices.Clone(attributes), cells: newCells(len(attributes), o.MaxCells), limits: limits,
		name: o.Name, every: every, checkEvery: check, mask: min(every, check, historyTick), history: newHistory(len(attributes)), onBreach: o.OnBreach, bets: bets,
	}
	if o.Ledger != nil {
		if err := m.share(ctx, o.Ledger, o.Name); err != nil {
			return nil, err
		}
		m.check(ctx) // a breach outlives a restart
	}
	if err := m.observe(o.MeterProvider, o.Name); err != nil {
		if m.shared != nil {
			m.shared.follower.Close()
		}
		return nil, err
	}
	return m, nil
}

// never is the mask that no counter reaches.
const never = math.MaxUint64

// powerOfTwo rounds an option up to a power of two and returns it less one, as a mask;
// one that no counter ever reaches if it is off.
func powerOfTwo(name string, v, initial int, on bool) (uint64, error) {
	if v == 0 {
		v = initial
	}
	if v < 1 || v > 1<<40 {
		return 0, errors.New("fairness: Options." + name + " must be at least 1")
	}
	if !on {
		return never, nil
	}
	return 1<<bits.Len(uint(v-1)) - 1, nil
}

// Observation is one decision about one person.
type Observation struct {
	// Groups the person belongs to. Default: what WithGroups put into the context.
	Groups Groups

	// Favourable says that the person got the answer people want. Default: false.
	Favourable bool

	// Weight of this decision in the rates, from above 0 to 1,000,000, chosen without
	// regard to the answer: a sampling weight, or the probability that the person
	// belongs to the group (then observe once for each group). Default: 0 means 1.
	Weight float64
}

// Observe counts one decision that was delivered. It allocates nothing once the
// combination of groups has been seen, and counts also when ctx has been cancelled:
// the decision was made all the same. Errors match ErrNotCounted.
func (m *Monitor) Observe(ctx context.Context, o Observation) error {
	p, err := m.place(ctx, &o.Groups)
	if err != nil {
		return err
	}
	if o.Weight == 0 || o.Weight == 1 {
		c := p.counts()
		counter := &c.no
		if o.Favourable {
			counter = &c.yes
		}
		if n := counter.Add(1); n&m.mask == 0 {
			m.due(ctx, n)
		}
		for _, b := range m.bets {
			b.observe(&o.Groups, o.Favourable)
		}
		return nil
	}
	if !(o.Weight > 0 && o.Weight <= maxWeight) {
		return notCounted(ctx, "the weight must lie between 0 and 1,000,000")
	}
	u := &p.cell().uneven
	// The whole before its parts, and read the other way round: see cell.snapshot.
	n := u.count.Add(1)
	u.squares.add(o.Weight * o.Weight)
	u.total.add(o.Weight)
	if o.Favourable {
		u.favourable.add(o.Weight)
	}
	if n&m.mask == 0 {
		m.due(ctx, n)
	}
	return nil
}

// Label counts what turned out to be true about a decision that Observe counted
// before: whether the person did repay, did buy, was suited. Pass the same groups, the
// same answer and the same weight again, once; the monitor keeps no list of people to
// look them up in. Rates that need the truth (TPR, precision, ...) are made of labelled
// decisions only.
func (m *Monitor) Label(ctx context.Context, o Observation, truth bool) error {
	c, err := m.cell(ctx, &o.Groups)
	if err != nil {
		return err
	}
	w := o.Weight
	if w == 0 {
		w = 1
	}
	if !(w > 0 && w <= maxWeight) {
		return notCounted(ctx, "the weight must lie between 0 and 1,000,000")
	}
	c.truth[truthIndex(o.Favourable, truth)].add(w)
	return nil
}

const (
	trueNegative = iota
	falseNegative
	falsePositive
	truePositive
)

func truthIndex(favourable, truth bool) int {
	i := trueNegative
	if favourable {
		i += falsePositive
	}
	if truth {
		i += falseNegative
	}
	return i
}

// place finds where to count g, after completing it from ctx.
func (m *Monitor) place(ctx context.Context, g *Groups) (place, error) {
	if m == nil || m.cells == nil {
		return place{}, notCounted(ctx, noMonitor)
	}
	g.complete(ctx, len(m.attributes))
	if int(g.n) != len(m.attributes) {
		return place{}, notCounted(ctx, fmt.Sprintf("%d group values for %d attributes: give fairness.Of one value for each attribute of fairness.New",
			g.n, len(m.attributes)))
	}
	p, why := m.cells.at(g)
	if why != "" {
		return place{}, notCounted(ctx, why)
	}
	return p, nil
}

// cell is what is known of g besides its counts.
func (m *Monitor) cell(ctx context.Context, g *Groups) (*cell, error) {
	p, err := m.place(ctx, g)
	if err != nil {
		return nil, err
	}
	return p.cell(), nil
}

// invalid says why g cannot name a group, "" if it can.
func (g *Groups) invalid() string {
	for i := range g.n {
		if len(g.value[i]) > maxValue {
			return fmt.Sprintf("group value %d is longer than %d bytes: give the name of a group", i+1, maxValue)
		}
		if !utf8.ValidString(g.value[i]) {
			return fmt.Sprintf("group value %d is not valid UTF-8", i+1)
		}
	}
	return ""
}

// Limits returns those given to New, with the defaults filled in.
func (m *Monitor) Limits() Limits {
	if m == nil || m.cells == nil {
		return Limits{}
	}
	l := m.limits
	l.Expect = maps.Clone(l.Expect)
	return l
}

// Attributes returns the names given to New.
func (m *Monitor) Attributes() []string {
	if m == nil {
		return nil
	}
	return slices.Clone(m.attributes)
}
