package stats

import "math"

// LogBeta is ln B(a, b) for a, b > 0, else NaN. It keeps its relative accuracy for
// large arguments by Stirling's series, where a difference of log-gammas would not.
func LogBeta(a, b float64) float64 {
	if !(a > 0 && b > 0) {
		return math.NaN()
	}
	if a > b {
		a, b = b, a
	}
	if b < 10 {
		la, _ := math.Lgamma(a)
		lb, _ := math.Lgamma(b)
		lab, _ := math.Lgamma(a + b)
		return la + lb - lab
	}
	share := a / (a + b)
	if a < 10 {
		la, _ := math.Lgamma(a)
		return la + stirling(b) - stirling(a+b) + a - a*math.Log(a+b) + (b-0.5)*math.Log1p(-share)
	}
	return halfLog2Pi + stirling(a) + stirling(b) - stirling(a+b) -
		0.5*math.Log(b) + (a-0.5)*math.Log(share) + b*math.Log1p(-share)
}

const halfLog2Pi = 0.91893853320467274178032973640562

// stirling is what Stirling's formula leaves of ln Gamma(x): the difference to
// (x-1/2) ln x - x + ln(2 pi)/2. From 10 on seven terms are exact to 1e-16.
//
// Source: DLMF 5.11.1.
func stirling(x float64) float64 {
	if x < 10 {
		l, _ := math.Lgamma(x)
		return l - ((x-0.5)*math.Log(x) - x + halfLog2Pi)
	}
	y := 1 / (x * x)
	return (1.0/12 - y*(1.0/360-y*(1.0/1260-y*(1.0/1680-y*(1.0/1188-y*(691.0/360360-y/156)))))) / x
}

// mixture is the log-likelihood of c under a Jeffreys mixture of all rates, less
// that under the best single rate: ln B(1/2+yes, 1/2+no) - ln pi - yes ln(yes/n) -
// no ln(no/n). It is never positive and falls like -ln(n)/2. Written so that the
// large terms cancel on paper instead of in floating point, it stays exact for
// billions of counts.
func mixture(c Count) float64 {
	n := c.N()
	if n <= 0 {
		return 0
	}
	return grow(c.Yes, 0.5) + grow(c.No, 0.5) - grow(n, 1) - 0.5*math.Log(n+1) + halfLog2Pi +
		stirling(c.Yes+0.5) + stirling(c.No+0.5) - stirling(n+1) - math.Log(math.Pi)
}

// grow is x ln((x+d)/x), 0 at x = 0.
func grow(x, d float64) float64 {
	if x <= 0 {
		return 0
	}
	return x * math.Log1p(d/x)
}

// divergence is N times the Kullback-Leibler divergence of the rate p from the
// observed one: how much likelihood c loses under p against its own rate. It is 0
// at the own rate and infinite where p makes an observation impossible.
func divergence(c Count, p float64) float64 {
	n := c.N()
	if n <= 0 {
		return 0
	}
	var d float64
	if c.Yes > 0 {
		d += c.Yes * math.Log(c.Yes/n/p)
	}
	if c.No > 0 {
		d += c.No * math.Log(c.No/n/(1-p))
	}
	return max(0, d)
}
