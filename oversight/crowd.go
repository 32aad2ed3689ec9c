package oversight

// Where a Unit has several decisions they are drawn together or not at all, and one that is known to be drawn tells of those to come. A
// rate of such cases is still unbiased, but there are fewer independent ones than it seems.

// places is how many sums of weights a crowd keeps: units that share one are told apart by what is to be expected of chance.
const places = 1 << 12

// manyAlike is how many cases, on average, stand for one where no promise can be made for every look any more. Below it is what
// chance makes of units of one decision.
const manyAlike = 1.2

// crowd are the cases of a stratum that have a Unit, in memory that does not grow with them.
type crowd struct {
	sums    [places]float64 // of 1/p
	squares float64         // of 1/p²
}

func (t *tally) crowd(stratum string) *crowd {
	if t.crowds == nil {
		t.crowds = map[string]*crowd{}
	}
	c := t.crowds[stratum]
	if c == nil {
		c = &crowd{}
		t.crowds[stratum] = c
	}
	return c
}

func (c *crowd) add(unit string, weight float64) {
	c.sums[sipHash(0, 0, unit)%places] += weight
	c.squares += weight * weight
}

// alike is how many cases stand for one, on average, if all decisions of a unit are alike: the sum of the squared weights of units over
// that of cases (Kish, Survey Sampling (1965), chapter 5). A sum of squares over places is larger by what units meet there by chance,
// which is what the second term takes away.
func (t *tally) alike(stratum *string, squares float64) float64 {
	var all crowd
	for name, c := range t.crowds {
		if stratum == nil || *stratum == name {
			for i, w := range c.sums {
				all.sums[i] += w
			}
			all.squares += c.squares
		}
	}
	if all.squares == 0 {
		return 1
	}
	var sum, sumOfSquares float64
	for _, w := range all.sums {
		sum += w
		sumOfSquares += w * w
	}
	ofUnits := (sumOfSquares - sum*sum/places) * places / (places - 1)
	return max(1, (ofUnits+squares-all.squares)/squares)
}
