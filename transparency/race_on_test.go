//go:build race

package transparency_test

// raced: the race detector makes sync.Pool drop at random, so allocations say nothing.
const raced = true
