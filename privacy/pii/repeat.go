package pii

// A text that repeats itself, such as a table of zeros or a text made to be
// slow, is decided once. A decision looks no further than the reach, so where
// the text has a period each round of it has the findings of the round before,
// until shortly before the period ends.

const (
	// maxPeriod is the longest period looked for.
	maxPeriod = 64
	// settled is how far back the text must repeat itself: the reach on both
	// sides of the findings of two whole periods.
	settled = reachLeft + reachRight + 3*maxPeriod
	// unsettled is how much is read before the period ends; a credential may be
	// nearly as long.
	unsettled = 768
	// dense is how many triggers within 1024 bytes make it worth looking.
	dense = 64
)

// pastRepeat looks at the text before the trigger at i and returns where to go
// on: i, or the same place in a later round.
func (s *sweep) pastRepeat(i int) int {
	text, from := s.text, s.denseFrom
	s.work, s.denseFrom = 0, i
	if i-from > 1024 || i < settled || len(text)-i < 2*unsettled || s.narrow {
		return i
	}
	period, low, high := 1, load(text[i-16:i-8]), load(text[i-8:i])
	for low != load(text[i-16-period:i-8-period]) || high != load(text[i-8-period:i-period]) {
		if period++; period > maxPeriod {
			return i
		}
	}
	if text[i-settled:i-period] != text[i-settled+period:i] {
		return i
	}
	// "http://http://": the findings may take turns.
	once := period
	first, past := s.lastRound(i, period)
	for ; first < 0; first, past = s.lastRound(i, period) {
		if period += once; period > maxPeriod {
			return i
		}
	}
	end := i
	for end+256 <= len(text) && text[end:end+256] == text[end-period:end-period+256] {
		end += 256
	}
	skip := (end - unsettled - i) / period * period
	if skip <= 0 {
		return i
	}
	s.repeatFindings(first, past, period, skip)
	s.shift(skip, i+skip)
	return i + skip
}

// lastRound returns the findings of the last whole round before i, as a range
// of s.out; -1 if the rounds before it have others. One round is not enough:
// two may be empty although the third never is. What starts within reach of i
// may not be decided yet and belongs to no round.
func (s *sweep) lastRound(i, period int) (first, past int) {
	out, edge := s.out, i-reachLeft
	past = len(out)
	for past > s.base && out[past-1].Start >= edge {
		past--
	}
	first = past
	for first > s.base && out[first-1].Start >= edge-period {
		first--
	}
	before, n := first, past-first
	for before > s.base && out[before-1].Start >= edge-3*maxPeriod {
		before--
	}
	if n > 0 && out[before].Start >= edge-3*maxPeriod+period {
		return -1, 0
	}
	for k := before; k < first; k++ {
		if out[k].moved(period) != out[k+n] {
			return -1, 0
		}
	}
	return first, past
}

// repeatFindings adds the findings first to past again for each round that is
// passed over, and moves those after them to the end.
func (s *sweep) repeatFindings(first, past, period, skip int) {
	open := len(s.out) - past
	for at := period; at <= skip && first < past; at += period {
		for k := first; k < past; k++ {
			s.out = append(s.out, s.out[k].moved(at))
		}
	}
	for k := range open {
		s.out = append(s.out, s.out[past+k].moved(skip))
	}
	s.out = append(s.out[:past], s.out[past+open:]...)
}

// moved returns the finding n bytes further on.
func (f Finding) moved(n int) Finding {
	f.Start += n
	f.End += n
	return f
}

// shift moves what the sweep remembers of places in the text.
func (s *sweep) shift(skip, to int) {
	s.skipped += skip
	s.lastSecret += skip
	s.certain += skip
	s.denseFrom = to
	if s.under < to {
		s.under = nextUnderscore(s.text, to)
	}
	p := &s.words
	p.at += skip
	p.past += skip
	p.from += skip
	for k := range p.back {
		p.back[k].start += skip
		p.back[k].end += skip
	}
}
