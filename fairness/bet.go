package fairness

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// DefaultChangeAfter is how many plays a Bet plays between two false alarms of a change,
// on average at least.
const DefaultChangeAfter = 10_000

// maxBets bounds what a decision can cost.
const maxBets = 64

// Bet watches two groups in the order in which their decisions come in, besides the
// counts. It needs no group's rate to stay as it is: rates may drift together as they
// like; and it finds a change after a long good period, which counts are slow to see. It
// lives in this process only: it starts anew after a restart, and is not added to those
// of other processes.
//
// Decisions of weight 1 are played; the others are not.
type Bet struct {
	Attribute string `json:"attribute"` // one of the monitor's. Required.
	Group     string `json:"group"`     // Required.
	Against   string `json:"against"`   // Required.
}

// BetCount is how a Bet stands.
type BetCount struct {
	Bet
	Plays   uint64    `json:"plays"`   // comparisons of the decisions since the one before, of both groups
	P       float64   `json:"p"`       // that the rates never differ by more than Limits.Gap; valid at every look
	Proven  bool      `json:"proven"`  // that they do is
	Changes uint64    `json:"changes"` // how often a change for the worse was found after a good time
	Last    time.Time `json:"last,omitzero"`
}

// Sentence says it in words.
func (b BetCount) Sentence() string { return b.Say(english) }

// Say is Sentence in another language; see [Finding.Say].
func (b BetCount) Say(t func(message string, args ...any) string) string {
	group, against := b.Attribute+"="+b.Group, b.Attribute+"="+b.Against
	text := t("that the rates of %[1]s and %[2]s have ever differed by more than the limit is not proven", group, against)
	if b.Proven {
		text = t("that the rates of %[1]s and %[2]s have differed by more than the limit is proven, whatever the drift", group, against)
	}
	if b.Changes > 0 {
		last := b.Last.UTC()
		text += "; " + t("they came to differ last on %s", t("%[1]d %[2]s %[3]d", last.Day(), t(last.Month().String()), last.Year())+last.Format(", 15:04 MST"))
	}
	return text + "."
}

// bettor plays one Bet.
type bettor struct {
	bet   Bet
	at    int     // of the attribute
	bets  float64 // how many there are: each has its share of alpha
	alpha float64
	after float64

	mu      sync.Mutex
	yes, n  [2]float64 // of both groups, since the last play
	plays   uint64
	wealth  stats.Tolerant
	largest float64
	change  stats.Change
	changes uint64
	last    time.Time
}

// newBettors checks the bets of the options.
func newBettors(attributes []string, o Options, l Limits) ([]*bettor, error) {
	if len(o.Bets) > maxBets {
		return nil, fmt.Errorf("fairness: more than %d Options.Bets", maxBets)
	}
	after := o.ChangeAfter
	if after == 0 {
		after = DefaultChangeAfter
	}
	if after < 2 {
		return nil, errors.New("fairness: Options.ChangeAfter must be at least 2")
	}
	var out []*bettor
	for i, b := range o.Bets {
		at := slices.Index(attributes, b.Attribute)
		switch {
		case at < 0:
			return nil, fmt.Errorf("fairness: Options.Bets: bet %d is on the attribute %s, which the monitor does not have", i+1, strconv.Quote(b.Attribute))
		case b.Group == "" || b.Against == "" || b.Group == b.Against:
			return nil, fmt.Errorf("fairness: Options.Bets: bet %d needs two different groups", i+1)
		}
		// All bets together keep the limit's alpha.
		out = append(out, &bettor{
			bet: b, at: at, bets: float64(len(o.Bets)), alpha: l.Alpha, after: float64(after), largest: 1,
			wealth: stats.Tolerant{Gap: l.Gap}, change: stats.Change{Gap: l.Gap},
		})
	}
	return out, nil
}

// observe plays when both groups have had a decision since the last time: on the mean of
// each, so that the groups need not come in turns.
func (b *bettor) observe(g *Groups, favourable bool) {
	side := 0
	switch g.value[b.at] {
	case b.bet.Group:
	case b.bet.Against:
		side = 1
	default:
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n[side]++
	if favourable {
		b.yes[side]++
	}
	if b.n[0] == 0 || b.n[1] == 0 {
		return
	}
	gap := b.yes[0]/b.n[0] - b.yes[1]/b.n[1]
	b.yes, b.n = [2]float64{}, [2]float64{}
	b.plays++
	b.largest = max(b.largest, b.wealth.Play(gap))
	if b.change.Play(gap) >= b.after {
		b.changes++
		b.last = time.Now()
		b.change.Restart()
	}
}

func (b *bettor) count() BetCount {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := min(1, b.bets/b.largest)
	return BetCount{Bet: b.bet, Plays: b.plays, P: p, Proven: p <= b.alpha, Changes: b.changes, Last: b.last}
}

// Bets tells how Options.Bets stand, in their order.
func (m *Monitor) Bets() []BetCount {
	if m == nil {
		return nil
	}
	var out []BetCount
	for _, b := range m.bets {
		out = append(out, b.count())
	}
	return out
}

// withBets adds how the bets stand. What the counts call fair, or cannot tell, is not
// fair while a bet has proven a gap.
func (m *Monitor) withBets(v Verdict) Verdict {
	v.Bets = m.Bets()
	for _, b := range v.Bets {
		if b.Proven && v.Status.rank() > Watch.rank() {
			v.Status, v.Sentence = Watch, "WATCH: "+b.Sentence()
		}
	}
	return v
}
