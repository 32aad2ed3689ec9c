package transparency

import (
	"context"
	"time"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Mode says what becomes of an answer when something about its record goes wrong.
type Mode string

// The modes.
const (
	// Refuse withholds the answer. It is the zero Mode.
	Refuse Mode = ""
	// Drop delivers the answer. What is missing is counted ([Journal.Dropped]) or said in the record.
	Drop Mode = "drop"
)

// Dropped is how many answers this Journal let out without their record, because Options.OnError says so. It is always 0
// with the default mode. The span of such a call has the event transparency.dropped, and the metric
// fairlead.transparency.dropped counts them.
func (j *Journal) Dropped() uint64 {
	if j == nil {
		return 0
	}
	return j.dropped.Load()
}

// Written is how many entries this Journal has put into the log, those that were there already not counted. Over all journals of a log
// that holds nothing else it adds up to the entries that ledger.Report counts: fewer in the log are a loss. (An entry that two processes
// write in the same moment, such as a record with an ID given by hand, may be counted by both.)
func (j *Journal) Written() uint64 {
	if j == nil {
		return 0
	}
	return j.written.Load()
}

// lenient counts a record that could not be made, and says whether its answer goes out all the same.
func (j *Journal) lenient(ctx context.Context) bool {
	if j.o.OnError != Drop {
		return false
	}
	j.dropped.Add(1)
	tellDropped(ctx)
	return true
}

// explainer is a call that can run its explain function. It is an interface and no func because a closure that may end up in a
// goroutine would cost every call an allocation.
type explainer interface{ explained() (Explanation, error) }

// within runs explain for at most limit; 0: as long as it takes. An explain function that does not return keeps its goroutine.
func within(d *call.Decision, limit time.Duration, e explainer) (Explanation, error) {
	if limit <= 0 {
		return e.explained()
	}
	type made struct {
		x   Explanation
		err error
	}
	done := make(chan made, 1)
	go func() {
		m := made{err: call.Refuse(d, call.StageTransparency, "the explain function left its goroutine", nil)}
		defer func() { done <- m }()
		m.x, m.err = e.explained()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case m := <-done:
		return m.x, m.err
	case <-timer.C:
		return Explanation{}, call.Refuse(d, call.StageTransparency, "the explain function took longer than Options.ExplainWithin", nil)
	}
}
