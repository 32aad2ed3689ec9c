package oversight

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// A reviewer who has seen the machine's answer tends to agree with it. How much of the agreement is that, is the difference to the
// cases where they could not see it: which those are is drawn by chance, so nothing else differs.

// hides says whether the answer is kept from reviewers: until the case is decided, or somebody has to settle it.
func (r *record) hides() bool { return r.Blind && !r.decided() && !r.split }

// answerOf is the digest of JSON that does not depend on how it is written: not on spaces, the order of fields, or 1.0 for 1.
func answerOf(data []byte) digest {
	h := newFields("answer")
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) == nil {
		if same, err := json.Marshal(plain(v)); err == nil { // sorts the keys of objects
			data = same
		}
	}
	h.bytes(data)
	return h.sum()
}

// plain writes every number that a float64 holds exactly in one way.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil && math.Abs(f) < 1<<53 {
			return json.Number(strconv.FormatFloat(f+0, 'g', -1, 64)) // of the two zeros one
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = plain(v[key])
		}
	}
	return v
}

// Bias says how much more reviewers agree with an answer that they see than with one that is hidden from them (Policy.Blind). It is a
// direct measure of automation bias: which answers are hidden is drawn by chance. Keep the share the same over a window.
type Bias struct {
	Defined       bool // there are judgements of both kinds
	Shown, Hidden Share
	Difference    float64 // of the two rates
	Low, High     float64 // its interval, at the window's confidence
}

// Share is how many of a number of judgements agreed with the machine.
type Share struct {
	Judged, Agreed int
	Rate           float64 // 0 if nothing was judged
}

func (s *Share) add(agreed bool) {
	s.Judged++
	if agreed {
		s.Agreed++
	}
	s.Rate = float64(s.Agreed) / float64(s.Judged)
}

func (s *Share) count() stats.Count {
	return stats.Count{Yes: float64(s.Agreed), No: float64(s.Judged - s.Agreed)}
}

// see takes the judgements of a case that might have been of either kind; settling a difference is not one, as it is made in sight of
// everything.
func (b *Bias) see(f *dossier) {
	if f.BlindShare == 0 || !f.drawn() {
		return
	}
	for _, v := range f.votes {
		switch {
		case v.final:
		case f.Blind:
			b.Hidden.add(v.verdict == Approved)
		default:
			b.Shown.add(v.verdict == Approved)
		}
	}
}

func (b *Bias) finish(conf float64) {
	if b.Shown.Judged == 0 || b.Hidden.Judged == 0 {
		b.Low, b.High = -1, 1
		return
	}
	b.Defined = true
	b.Difference = b.Shown.Rate - b.Hidden.Rate
	i := stats.Newcombe(b.Shown.count(), b.Hidden.count(), conf)
	b.Low, b.High = i.Low, i.High
}
