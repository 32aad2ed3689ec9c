// Package rank measures how groups fare in a ranked list, and reorders lists so that
// every group keeps its share of the places.
//
// A ranking is given as the groups of its items, the top first. Most callers want NDKL
// for one figure of the whole list, Skew for one group in the first k places, and
// Rerank with ConstSort to put a list right. FairTable and its Fails are the FA*IR
// test: may a list with so few protected people at the top have come about by chance?
//
// The figures describe one list. They say nothing about why it is as it is.
//
// The tables of FA*IR are those of fairsearchcore, but for the adjusted one where that
// tool computes the chance of failing without the last demand of the table, and so
// gives a table that fails fair rankings more often than asked for: here the chance is
// exact. AIF360's deterministic reranking returns the same item again and again when the
// unprivileged group leads, and its infeasible index stops one place short; neither is
// copied here.
package rank
