package stats

// Change finds that two groups' rates have come to differ by more than Gap, after
// however long a time in which they did not. It is a Detector over bets: one for each
// direction and each of a few fixed stakes, averaged, because a stake that is learnt
// would have been learnt in the good period. While the rates differ by no more than Gap
// the expected number of plays until it reaches c is at least c. The zero Change has no
// tolerance and is ready for use; it is not safe for concurrent use.
//
// Source: Shin, Ramdas, Rinaldo, "E-detectors", NEJSDS 2 (2024).
type Change struct {
	Gap         float64 // in [0, 1)
	above, less [len(stakes)]Detector
}

// stakes are shares of what can at most be staked without ruin.
var stakes = [...]float64{0.05, 0.15, 0.45}

// Play plays one difference in [-1, 1] and returns the evidence, as Sum.
func (c *Change) Play(gap float64) float64 {
	if gap >= -1 && gap <= 1 && c.Gap >= 0 && c.Gap < 1 {
		for i, s := range stakes {
			s /= 1 + c.Gap
			c.above[i].Step(1 + s*(gap-c.Gap))
			c.less[i].Step(1 + s*(-gap-c.Gap))
		}
	}
	return c.Sum()
}

// Sum is the evidence for a change: alarm when it reaches c.
func (c *Change) Sum() float64 {
	var sum float64
	for i := range stakes {
		sum += c.above[i].sum + c.less[i].sum
	}
	return sum / (2 * float64(len(stakes)))
}

// Restart forgets the evidence, after an alarm.
func (c *Change) Restart() { *c = Change{Gap: c.Gap} }
