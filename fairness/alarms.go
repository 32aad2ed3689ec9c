package fairness

import "github.com/fairlead-go/fairlead/internal/stats"

// Alarms picks the findings to act on out of many monitors' verdicts, so that on average
// at most the share alpha of what it picks is false, however the monitors depend on each
// other. It finds more than holding each monitor to its own limit, because strong
// evidence on some makes room for others; and it may be asked again at any time. Findings
// on uneven weights have no e-value and are never picked. Alpha outside (0, 1) picks
// nothing.
//
// Source: the e-BH procedure; Wang, Ramdas, JRSS B 84 (2022).
func Alarms(alpha float64, verdicts ...Verdict) []Finding {
	var all []Finding
	var evidence []float64
	for _, v := range verdicts {
		for _, f := range v.Findings {
			all = append(all, f)
			evidence = append(evidence, f.Evidence)
		}
	}
	var out []Finding
	for i, alarm := range stats.EBH(evidence, alpha) {
		if alarm {
			out = append(out, all[i])
		}
	}
	return out
}
