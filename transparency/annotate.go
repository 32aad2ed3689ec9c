package transparency

import (
	"context"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// Bounds of what Annotate adds to one record.
const (
	maxNotes = 256
	maxNoted = 64 << 10 // bytes of all of them
	maxText  = 1 << 10  // bytes of a name or a value; longer ones are cut
)

// recording is the context of one recorded call: where Annotate finds the record that is being made.
type recording struct {
	context.Context
	journal *Journal
	d       *call.Decision

	mu     sync.Mutex
	sealed bool // the record is written: a note that comes later has nowhere to go
	xdone  bool
	spared bool  // Options.ExplainShare left the explanation out
	noted  int32 // bytes of notes
	notes  []Factor
	lost   int
	x      Explanation
	xerr   error

	input    Content
	sent     *Content // of a stream or an HTTP answer: what was delivered so far; else nil
	earlier  *Record  // on a resumed call: what was recorded when it was held
	settling bool     // the record is being made
	outside  bool     // the code of a stream's consumer is running
	foreign  bool     // somebody resumes another's case
}

type recordingKey struct{}

// Value answers for the recording and passes every other key on.
func (rec *recording) Value(key any) any {
	if _, ok := key.(recordingKey); ok {
		return rec
	}
	return rec.Context.Value(key)
}

// Format keeps a printed context free of what the recording holds.
func (rec *recording) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "transparency.recording") }

// String is for the context package, which prints its parents by it.
func (rec *recording) String() string { return "transparency.recording" }

// Annotate adds factors to the record of the innermost recorded call that ctx belongs to: from inside the wrapped function, what
// it alone knows. It is safe from many goroutines. A record holds 256 notes of 64 KiB together, counts those above, and cuts names and
// values at 1 KiB. Outside a recorded call, and after the record was written, it does nothing.
func Annotate(ctx context.Context, factors ...Factor) {
	if ctx == nil {
		return
	}
	rec, _ := ctx.Value(recordingKey{}).(*recording)
	if rec == nil {
		return
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.sealed {
		return
	}
	for _, f := range factors {
		f.Name, f.Value = cut(f.Name, maxText), cut(f.Value, maxText)
		f.Direction = explain.Direction(cut(string(f.Direction), maxText))
		size := len(f.Name) + len(f.Value) + len(f.Direction)
		if len(rec.notes) == maxNotes || int(rec.noted)+size > maxNoted {
			rec.lost++
			continue
		}
		rec.noted += int32(size)
		rec.notes = append(rec.notes, f)
	}
}

// seal takes the notes and lets no more in.
func (rec *recording) seal() (notes []Factor, lost int) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.sealed = true
	return rec.notes, rec.lost
}

// cut shortens s to at most n bytes without breaking a rune.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
