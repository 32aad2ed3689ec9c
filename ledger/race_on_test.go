//go:build race

package ledger_test

// raceDetector makes sync.Pool drop things at random, so that allocations are not what they are.
const raceDetector = true
