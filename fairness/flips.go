package fairness

import (
	"fmt"
	"sync"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// FlipCount is what became of one flip so far. Rate and Noise are confidence sequences:
// they hold at every look, however often one looks.
type FlipCount struct {
	Name    string   `json:"name"`
	Probes  uint64   `json:"probes"`  // compared in full
	Better  uint64   `json:"better"`  // the changed input got the favourable answer, the real one did not
	Worse   uint64   `json:"worse"`   // the other way round
	Changed uint64   `json:"changed"` // Better and Worse together
	Rate    Sequence `json:"rate"`    // Changed of Probes
	Again   uint64   `json:"again"`   // the real input, asked a second time, got another answer
	Noise   Sequence `json:"noise"`   // Again of Probes: a model that throws dice flips by itself
	Missed  uint64   `json:"missed"`  // an error, a refusal, a panic or a time-out
}

// Sentence says it in words. It calls the attribute the cause only if the answer changes
// more often with it than without any change, which is proven if the sequences do not
// overlap.
func (f FlipCount) Sentence() string {
	if f.Probes == 0 {
		return fmt.Sprintf("%s: nothing has been probed yet.", f.Name)
	}
	verdict := "that it matters is not proven"
	if f.Rate.Low > f.Noise.High {
		verdict = "that it matters is proven"
	}
	return fmt.Sprintf("%s: changing it alone changed the answer in %s of %s probes (%.1f %%, %.1f to %.1f %% at any look); asking again unchanged did in %s; %s.",
		f.Name, number(float64(f.Changed)), number(float64(f.Probes)), 100*f.Rate.Value, 100*f.Rate.Low, 100*f.Rate.High,
		number(float64(f.Again)), verdict)
}

// flipCounts adds up probes.
type flipCounts struct {
	mu     sync.Mutex
	counts []FlipCount
}

// add counts one finished probe: what the real input got, twice, and what each changed
// one got; got[i] is nil where the run ended without an answer.
func (c *flipCounts) add(first, again *bool, got []*bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.counts {
		f := &c.counts[i]
		if first == nil || again == nil || got[i] == nil {
			f.Missed++
			continue
		}
		f.Probes++
		if *first != *again {
			f.Again++
		}
		if *first != *got[i] {
			f.Changed++
			if *got[i] {
				f.Better++
			} else {
				f.Worse++
			}
		}
	}
}

func (c *flipCounts) all() []FlipCount {
	c.mu.Lock()
	out := append([]FlipCount(nil), c.counts...)
	c.mu.Unlock()
	for i := range out {
		f := &out[i]
		f.Rate, f.Noise = shareSeq(f.Changed, f.Probes), shareSeq(f.Again, f.Probes)
	}
	return out
}

// shareSeq is a share with its confidence sequence at the default alpha.
func shareSeq(yes, n uint64) Sequence {
	if n == 0 {
		return unknown()
	}
	i := stats.ConfSeq(stats.Count{Yes: float64(yes), No: float64(n - yes)}, DefaultAlpha/2)
	return Sequence{Value: float64(yes) / float64(n), Low: i.Low, High: i.High, Defined: true}
}
