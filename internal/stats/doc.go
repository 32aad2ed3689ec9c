// Package stats holds the statistics under fairness and oversight: intervals for
// rates, and tests that may be looked at as often as one likes.
//
// Two families, not to be mixed up:
//
//   - Intervals and p-values of fixed size (Wilson, ClopperPearson, Newcombe, Katz,
//     PooledZ, Fisher, MantelHaenszel, Bootstrap) are right for one look at a finished
//     table. They are narrow, and wrong when looked at again and again.
//   - Confidence sequences and e-processes (ConfSeq, DrawnSeq, LogE, LogERatio,
//     LogEUneven, LogEGap, Betting) are right at every look at once. All but Betting are
//     functions of counts only, so they do not depend on the order of arrival, survive a
//     restart, and the counts of many processes can be added before the test is made.
//
// Every function is pure, uses the standard library only, and takes counts as
// float64: whole numbers are exact up to 2^53. Counts that are negative, NaN or
// infinite never narrow an interval and never raise evidence: the answer is then
// the interval [0, 1] or a log e-value of minus infinity.
package stats
