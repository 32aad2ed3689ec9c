package rank

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// Defaults of MonitorOptions.
const (
	DefaultTolerance = 0.02 // of the attention, two points
	DefaultAlpha     = 0.05 // one false alarm in twenty monitors, over their whole lives
	DefaultDepth     = 100  // places
)

// maxMonitored bounds the groups of a Monitor.
const maxMonitored = 256

// MonitorOptions are the settings of NewMonitor.
type MonitorOptions struct {
	// Depth is how many places of a list are looked at; what comes after is what nobody
	// scrolls to. Default: DefaultDepth.
	Depth int

	// Tolerance is how far the mean share of the attention a group gets may lie from its
	// target, from 0 to below 1. Default: DefaultTolerance; negative means none.
	Tolerance float64

	// Alpha is the chance that an alarm is ever raised although no group is treated worse
	// or better than Tolerance allows; it is divided among the groups. Default:
	// DefaultAlpha.
	Alpha float64
}

// Monitor watches lists of items whose providers have groups, one list after the other:
// how much of the attention goes to each group, place i getting 1/log2(i+1). It keeps
// sums and no lists. A nil or zero Monitor refuses. It is safe for concurrent use.
//
// Its alarms come from a test by betting, which may be looked at after every list and
// assumes nothing about how lists hang together, as long as a fair system gives each
// group its target on average whatever came before.
type Monitor struct {
	target    Target
	names     []string
	index     map[string]int
	depth     int
	tolerance float64
	alpha     float64

	mu     sync.Mutex
	lists  int
	ndkl   float64
	groups []watched
}

type watched struct {
	attention, places float64
	bet               stats.Tolerant
	largest           float64
}

// NewMonitor makes a Monitor of the shares the groups should have: of the providers, of
// the candidates, or as decided. options may be nil.
func NewMonitor(target Target, options *MonitorOptions) (*Monitor, error) {
	if err := target.check(); err != nil {
		return nil, err
	}
	if len(target) > maxMonitored {
		return nil, fmt.Errorf("rank: more than %d groups", maxMonitored)
	}
	var o MonitorOptions
	if options != nil {
		o = *options
	}
	if o.Depth == 0 {
		o.Depth = DefaultDepth
	}
	if o.Alpha == 0 {
		o.Alpha = DefaultAlpha
	}
	switch {
	case o.Tolerance == 0:
		o.Tolerance = DefaultTolerance
	case o.Tolerance < 0:
		o.Tolerance = 0
	}
	if o.Depth < 1 || !(o.Alpha > 0 && o.Alpha < 1) || !(o.Tolerance < 1) {
		return nil, errors.New("rank: MonitorOptions: Depth must be at least 1, Alpha between 0 and 1, Tolerance below 1")
	}
	m := &Monitor{target: Target{}, depth: o.Depth, tolerance: o.Tolerance, alpha: o.Alpha, names: target.groups(), index: map[string]int{}}
	m.groups = make([]watched, len(m.names))
	for i, g := range m.names {
		m.target[g] = target[g]
		m.index[g] = i
		m.groups[i].bet.Gap, m.groups[i].largest = o.Tolerance, 1
	}
	return m, nil
}

// Observe counts one list, given as the groups of its items, the top first. A list that
// is empty or names a group without a target is an error and is not counted.
func (m *Monitor) Observe(ranking []string) error {
	if m == nil || m.target == nil {
		return errors.New("rank: no monitor: make one with rank.NewMonitor")
	}
	if len(ranking) == 0 {
		return errors.New("rank: the ranking is empty")
	}
	ranking = ranking[:min(m.depth, len(ranking))]
	attention, places := make([]float64, len(m.names)), make([]float64, len(m.names))
	var all float64
	for i, g := range ranking {
		k, ok := m.index[g]
		if !ok {
			return fmt.Errorf("rank: the group of place %d is not in the target", i+1)
		}
		w := discount(i + 1)
		all += w
		attention[k] += w
		places[k]++
	}
	d, err := NDKL(ranking, m.target)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lists++
	m.ndkl += d
	for i := range m.groups {
		w := &m.groups[i]
		share := attention[i] / all
		w.attention += share
		w.places += places[i] / float64(len(ranking))
		w.largest = max(w.largest, w.bet.Play(share-m.target[m.names[i]]))
	}
	return nil
}

// Standing is how one group has fared over all lists.
type Standing struct {
	Group     string  `json:"group"`
	Target    float64 `json:"target"`    // the share it should have
	Attention float64 `json:"attention"` // the mean share of the attention it got
	Places    float64 `json:"places"`    // the mean share of the places
	P         float64 `json:"p"`         // that it lies within the tolerance; valid at every look
	Alarm     bool    `json:"alarm"`     // that it does not is proven
}

// Report is what a Monitor saw.
type Report struct {
	Lists     int        `json:"lists"`
	NDKL      float64    `json:"ndkl"` // the mean over the lists; +Inf if a group without a target share had a place
	Standings []Standing `json:"standings"`
	Sentence  string     `json:"sentence"`
}

// MarshalJSON writes null for a mean that is not a number yet, or infinite.
func (r Report) MarshalJSON() ([]byte, error) {
	type plain Report
	out := struct {
		plain
		NDKL *float64 `json:"ndkl"`
	}{plain: plain(r)}
	if !math.IsNaN(r.NDKL) && !math.IsInf(r.NDKL, 0) {
		out.NDKL = &r.NDKL
	}
	return json.Marshal(out)
}

// Report tells how every group has fared, by group name. Before the first list there are
// no standings and NDKL is NaN.
func (m *Monitor) Report() Report {
	if m == nil || m.target == nil {
		return Report{NDKL: math.NaN(), Sentence: "There is no monitor."}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n := float64(m.lists)
	r := Report{Lists: m.lists, NDKL: m.ndkl / n}
	for i, g := range m.names {
		if m.lists == 0 {
			break
		}
		w := m.groups[i]
		p := min(1, float64(len(m.names))/w.largest)
		r.Standings = append(r.Standings, Standing{
			Group: g, Target: m.target[g], Attention: w.attention / n, Places: w.places / n, P: p, Alarm: p <= m.alpha,
		})
	}
	r.Sentence = m.sentence(r)
	return r
}

func (m *Monitor) sentence(r Report) string {
	if r.Lists == 0 {
		return "NOT ENOUGH DATA: no list has been counted yet."
	}
	alarms := slices.DeleteFunc(slices.Clone(r.Standings), func(s Standing) bool { return !s.Alarm })
	if len(alarms) == 0 {
		return fmt.Sprintf("No group is proven to get more than %.1f points of the attention more or less than its target, in %d lists. That is no proof that none does.",
			100*m.tolerance, r.Lists)
	}
	worst := alarms[0]
	for _, s := range alarms[1:] {
		if math.Abs(s.Attention-s.Target) > math.Abs(worst.Attention-worst.Target) {
			worst = s
		}
	}
	return fmt.Sprintf("ACTION: %s gets %.1f %% of the attention where its target is %.1f %%, in %d lists; that it is off by more than %.1f points is proven.",
		worst.Group, 100*worst.Attention, 100*worst.Target, r.Lists, 100*m.tolerance)
}
