package stats

import "math"

// BetaCDF is the regularised incomplete beta function I_x(a, b): the chance that a
// Beta(a, b) variable is at most x. NaN unless a, b > 0 and x in [0, 1].
//
// Source: continued fraction DLMF 8.17.22, evaluated by Lentz's method.
func BetaCDF(a, b, x float64) float64 {
	switch {
	case !(a > 0 && b > 0 && x >= 0 && x <= 1):
		return math.NaN()
	case x == 0 || x == 1:
		return x
	case x > (a+1)/(a+b+2):
		return 1 - BetaCDF(b, a, 1-x)
	}
	const tiny = 1e-300
	front := math.Exp(a*math.Log(x)+b*math.Log1p(-x)-LogBeta(a, b)) / a
	c, d := 1.0, 1-(a+b)*x/(a+1)
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	h := d
	for m := 1.0; m < 1e5; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		var step float64
		for _, k := range [2]float64{even, odd} {
			if d = 1 + k*d; math.Abs(d) < tiny {
				d = tiny
			}
			if c = 1 + k/c; math.Abs(c) < tiny {
				c = tiny
			}
			d = 1 / d
			step = d * c
			h *= step
		}
		if math.Abs(step-1) < 1e-16 {
			break
		}
	}
	return front * h
}

// BetaQuantile is the x with BetaCDF(a, b, x) = p.
func BetaQuantile(a, b, p float64) float64 {
	if !(a > 0 && b > 0 && p >= 0 && p <= 1) {
		return math.NaN()
	}
	low, high := 0.0, 1.0
	for range 1100 { // halving reaches neighbouring numbers sooner, except next to 0
		mid := low + (high-low)/2
		if mid == low || mid == high {
			break
		}
		if BetaCDF(a, b, mid) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// ChiSquareTail is the chance that a chi-square variable with df degrees of freedom
// exceeds x. NaN unless df > 0 and x >= 0.
//
// Source: incomplete gamma function, series DLMF 8.11.4 and continued fraction 8.9.2.
func ChiSquareTail(x, df float64) float64 {
	if !(df > 0 && x >= 0) {
		return math.NaN()
	}
	if x == 0 {
		return 1
	}
	a, x := df/2, x/2
	lg, _ := math.Lgamma(a)
	front := math.Exp(a*math.Log(x) - x - lg)
	if x < a+1 {
		term := 1 / a
		sum := term
		for n := 1.0; n < 1e5 && term > sum*1e-17; n++ {
			term *= x / (a + n)
			sum += term
		}
		return 1 - front*sum
	}
	const tiny = 1e-300
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for n := 1.0; n < 1e5; n++ {
		k := -n * (n - a)
		b += 2
		if d = k*d + b; math.Abs(d) < tiny {
			d = tiny
		}
		if c = b + k/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		h *= d * c
		if math.Abs(d*c-1) < 1e-16 {
			break
		}
	}
	return front * h
}

// NormalTail is the chance that a standard normal variable lies farther from 0 than z:
// the two-sided p-value.
func NormalTail(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }
