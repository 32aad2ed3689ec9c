package stats

import "math"

// Newcombe is the interval of the difference of two independent rates, a's less b's,
// at confidence conf, from their Wilson intervals by square-and-add. For one look
// only. An empty count gives [-1, 1].
//
// Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
func Newcombe(a, b Count, conf float64) Interval {
	if !a.valid() || !b.valid() || a.N() <= 0 || b.N() <= 0 || math.IsNaN(Z(conf)) {
		return Interval{-1, 1}
	}
	pa, pb := a.Rate(), b.Rate()
	wa, wb := Wilson(a, conf), Wilson(b, conf)
	return Interval{
		Low:  max(-1, pa-pb-math.Hypot(pa-wa.Low, wb.High-pb)),
		High: min(1, pa-pb+math.Hypot(wa.High-pa, pb-wb.Low)),
	}
}

// Katz is the interval of the ratio of two independent rates, a's over b's, at
// confidence conf, normal in the logarithm. Half a case is added to each cell when one
// is 0. For one look only. An empty count gives [0, +Inf].
//
// Source: Katz, Baptista, Azen, Pike, Biometrics 34 (1978) 469-474.
func Katz(a, b Count, conf float64) Interval {
	z := Z(conf)
	if !a.valid() || !b.valid() || a.N() <= 0 || b.N() <= 0 || math.IsNaN(z) {
		return Interval{0, math.Inf(1)}
	}
	noA, noB := a.Yes == 0, b.Yes == 0
	if noA || noB || a.No == 0 || b.No == 0 {
		a, b = Count{a.Yes + 0.5, a.No + 0.5}, Count{b.Yes + 0.5, b.No + 0.5}
	}
	// 1/x - 1/n without the cancellation
	half := z * math.Sqrt(a.No/(a.Yes*a.N())+b.No/(b.Yes*b.N()))
	log := math.Log(a.Yes/a.N()) - math.Log(b.Yes/b.N())
	out := Interval{math.Exp(log - half), math.Exp(log + half)}
	if noA {
		out.Low = 0 // the half case must not put the observed ratio outside
	}
	if noB {
		out.High = math.Inf(1)
	}
	return out
}
