// Package fairness watches whether people of different groups get favourable answers
// equally often, while the decisions are made.
//
// Most callers want Wrap:
//
//	monitor, err := fairness.New(ctx, []string{"sex", "age"}, nil)
//	recommend = fairness.Wrap(recommend, monitor,
//		func(c Customer) fairness.Groups { return fairness.Of(c.Sex, c.AgeBand()) },
//		func(c Customer, offers []Offer) bool { return len(offers) > 0 })
//	...
//	fmt.Println(monitor.Status().Sentence)
//
// A Monitor counts; it keeps no people and no decisions. Its Table is the counts of
// every combination of groups, from which rates, gaps and verdicts are computed when
// asked for, with intervals, by any of the attributes. Tables of several processes
// are added with Merge, or by the ledger they share (Options.Ledger), which keeps the
// counts over restarts too. History tells how they came about over time; package report
// shows all of it on a page that stays up to date.
//
// WrapOr runs something else while a breach is proven; Monitor.Breached lets a rule of
// oversight hold the calls for a person instead; Options.OnBreach tells somebody.
//
// # What a verdict means
//
// Status is ACTION when it is proven that some group's rate is below four fifths of
// another's, WATCH when it is proven that rates are more than two points apart, OK when
// it is proven that no ratio is below four fifths, and NOT_ENOUGH_DATA otherwise, with
// an estimate of how many more decisions are needed. A group without data is never OK.
//
// Proven means by a test that may be looked at after every decision: the chance that a
// fair system is ever called unfair is at most Limits.Alpha. A common significance
// test, looked at again and again, calls more than half of all fair systems unfair
// sooner or later. The tests assume that each group's own rate is constant.
//
// # Edge rules, and where others differ
//
// A rate of nothing is undefined with a reason, never 0; a gap names the groups it
// left out. People of unknown group are counted, shown and left out of comparisons.
// The figures are those of Fairlearn to the last digits, except that it gives a group
// without positives a true positive rate of 0, and so makes a worst-case gap out of an
// empty group. Here that group is left out by name. The measures of AIF360, Clarify and
// LiFT, and where they differ, are in package audit; ranked lists are in package rank;
// what people read is in package report.
//
// # Drift
//
// Verdicts assume that each group's own rate stays as it is. If rates drift and the mix
// of groups changes with them, a verdict on the counts may be misled. Two things are not:
// Periods, which judges a monitor for each period, say a quarter, together; and
// Options.Bets, which play two groups against each other in the order of arrival, cover
// any drift that both share, and find a change after a long good time. Alarms picks among
// the verdicts of many monitors.
//
// # Whose fault it is
//
// A gap between groups may come from who asks for what. Probe asks the function itself
// again with nothing changed but the group.
//
// Four fifths is a rule of thumb of United States law (29 CFR 1607.4 D), not a
// definition of fairness, and nothing here is legal advice.
package fairness
