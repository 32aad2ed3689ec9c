package ledger

import (
	"runtime"
	"strings"
)

// inFold reports whether the calling goroutine is inside a fold, by looking for the one function that runs folds on its
// own stack. It costs about a microsecond, so it is asked only when the answer decides between an error and waiting
// for oneself. A goroutine that a fold starts and waits for is not seen: the context ends that wait.
func inFold() bool { return onStack(".(*Follower).runFold") }

func inReaction() bool { return onStack(".(*Follower).runReaction") }

func onStack(suffix string) bool {
	var pcs [64]uintptr
	for skip := 3; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		if n == 0 {
			return false
		}
		frames := runtime.CallersFrames(pcs[:n])
		for {
			frame, more := frames.Next()
			if strings.HasSuffix(frame.Function, suffix) && strings.Contains(frame.Function, "fairlead/ledger") {
				return true
			}
			if !more {
				break
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}
