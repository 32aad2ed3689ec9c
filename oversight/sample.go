package oversight

import (
	"math"
	"time"

	"github.com/google/uuid"
)

// sampler decides which calls people see. One keyed hash of the unit decides for all rules together, so that the probability of a
// case is exactly the largest of its rules' rates, and what a lower rate draws a higher rate draws too. The key is secret:
// with a hash anyone can compute, whoever chooses the units can dodge review.
type sampler struct {
	k0, k1 uint64
	b0, b1 uint64  // of the draw for the blind arm, which has to be independent of the first
	hidden uint64  // limit of that draw
	rate   float64 // 0: rules only
	limit  uint64
	least  float64 // the smallest rate that any decision has, of those that can be drawn
	rules  []sampleRule
	budget float64 // cases an hour; 0: without
	wanted hourly
	floors map[string]*floor
}

type sampleRule struct {
	Rule
	limit uint64
}

// draw is what the sampler says about one call.
type draw struct {
	p       float64 // with which probability the call was to be drawn, in [0, 1]
	least   float64 // the smallest probability that any other call could have had in its place
	rule    string  // the rule that set p; "" for the policy's own rate, its budget or a floor
	hold    string  // the rule that holds it; "" if it is not held
	need    int     // how many reviewers must agree; 0: one
	urgent  bool
	sampled bool
}

func newSampler(key [keySize]byte, p *Policy) *sampler {
	s := &sampler{rate: max(p.Rate, 0), least: p.least(), budget: p.Budget}
	// The hash is used for this one purpose under a key of its own, so that another use of the same key shows nothing.
	k0, k1 := le64(key[:8]), le64(key[8:])
	s.k0 = sipHash(k0, k1, "fairlead/oversight/sample/0")
	s.k1 = sipHash(k0, k1, "fairlead/oversight/sample/1")
	s.b0 = sipHash(k0, k1, "fairlead/oversight/blind/0")
	s.b1 = sipHash(k0, k1, "fairlead/oversight/blind/1")
	s.hidden = limit(p.Blind)
	s.limit = limit(s.rate)
	for _, r := range p.Rules {
		s.rules = append(s.rules, sampleRule{Rule: r, limit: limit(r.Rate)})
	}
	if len(p.Floors) > 0 {
		s.floors = make(map[string]*floor, len(p.Floors))
		for stratum, least := range p.Floors {
			s.floors[stratum] = &floor{least: least}
		}
	}
	return s
}

// limit is the number of hash values out of 2^64 that a rate draws; for a rate of 1 it is one short, which drawn puts right.
func limit(rate float64) uint64 {
	if rate >= 1 {
		return math.MaxUint64
	}
	return uint64(math.Ldexp(rate, 64)) // exact: a float64 below 1 is at most 1 - 2^-53
}

func drawn(h, limit uint64) bool { return h < limit || limit == math.MaxUint64 }

// draw decides for one case; id stands in for an empty unit, and at is when the decision began.
func (s *sampler) draw(c *Case, id uuid.UUID, at time.Time) draw {
	h := s.hash(c, id)
	d := draw{p: s.rate, least: s.least}
	top, held := s.limit, 0.0
	for i := range s.rules {
		r := &s.rules[i]
		if !r.When(*c) {
			continue
		}
		if drawn(h, r.limit) {
			d.need, d.urgent = max(d.need, r.Need), d.urgent || r.Urgent
		}
		if r.Hold {
			held = max(held, r.Rate)
			if d.hold == "" && drawn(h, r.limit) {
				d.hold = r.Name
			}
		}
		if r.Rate > d.p {
			d.p, d.rule, top = r.Rate, r.Name, r.limit
		}
	}
	if s.budget > 0 || s.floors != nil {
		// A hold is not rationed: a person is needed there however many others there are.
		p, cut := s.rationed(d.p, c.Stratum, at)
		d.least *= cut
		if p = max(held, p); p != d.p {
			d.p, top = p, limit(p)
		}
	}
	d.sampled = drawn(h, top)
	return d
}

// blind says whether reviewers of a case see the answer only after their own.
func (s *sampler) blind(id uuid.UUID) bool { return drawn(sipHash(s.b0, s.b1, id[:]), s.hidden) }

func (s *sampler) hash(c *Case, id uuid.UUID) uint64 {
	switch {
	case c.Unit != "":
		return sipHash(s.k0, s.k1, c.Unit)
	case c.Key != "":
		return sipHash(s.k0, s.k1, c.Key) // a retry under the same key cannot draw again
	}
	return sipHash(s.k0, s.k1, id[:])
}

func le64(b []byte) uint64 {
	var v uint64
	for i := range 8 {
		v |= uint64(b[i]) << (8 * i)
	}
	return v
}
