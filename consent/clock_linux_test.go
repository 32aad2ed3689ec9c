package consent_test

import (
	"syscall"
	"unsafe"
)

// sharedClock is CLOCK_MONOTONIC in nanoseconds: one clock for all processes of the machine, which nobody can set.
func sharedClock() int64 {
	const clockMonotonic = 1
	var now syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&now)), 0); errno != 0 {
		panic(errno)
	}
	return now.Nano()
}
