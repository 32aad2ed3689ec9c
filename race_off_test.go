//go:build !race

package fairlead_test

const raceEnabled = false
