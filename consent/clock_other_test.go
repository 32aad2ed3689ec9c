//go:build !linux

package consent_test

import "time"

// sharedClock is a clock for all processes of the machine, in nanoseconds: the wall clock, which had better not be set meanwhile.
func sharedClock() int64 { return time.Now().UnixNano() }
