// Package audit holds the measures of a finished table that no live verdict needs: those
// of one group against the rest under their usual names in AIF360, SageMaker Clarify and
// LinkedIn's toolkit (Pair), how unevenly single people are treated (GeneralizedEntropy,
// Consistency), disparity within strata (ConditionalDisparity), inputs that stand for a
// group (Proxy, Correlation), gaps of means (MeanGap), and the weights, thresholds and
// bands that put a model right (Reweigh). For one look at a finished table there are the
// usual tests (Significance, Stratified, Exact), an interval for any measure (Bootstrap),
// and how many decisions a test needs (SampleSize).
//
// Most callers want Against and its Pair. The tables come from a fairness.Monitor or
// from fairness.Tabulate. A figure that the counts cannot support is not defined and
// says why; nothing here is NaN without saying so, and nothing is 0 for want of data.
//
// # Where others differ
//
// The figures are theirs to the last digits, except:
//
//   - Clarify calls 0/0 zero, and drops outcomes that only one side has from its
//     distances. Here such a figure is not defined. (LabelDistance)
//   - AIF360 lets NaN through, calls a false discovery rate of nobody 0, and divides its
//     generalised entropy of alpha 0 by the mean twice. Here the first two are not
//     defined, and the third follows the formula.
//   - AIF360's smoothed differential fairness of a classifier is that of the labels; here
//     SmoothedEDF is that of the answers and LabelEDF that of the labels.
package audit
