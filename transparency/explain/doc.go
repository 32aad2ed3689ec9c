// Package explain says why a Go function answered as it did, by asking the function itself: it needs no model file and no training data,
// only a func and a few inputs to compare with. It imports nothing but the standard library.
//
// Most callers want [Shapley]: how much each field of an input moved the score away from that of a reference group, exactly where
// that can be computed and else with an interval. [Influence] is for histories ("because you bought X"), [Counterfactual]
// for "what would have to be different". What they return becomes [Factor]s, which a record of package transparency keeps.
package explain
