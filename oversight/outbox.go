package oversight

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// Delivery is a decided case whose answer has not gone out, or whose call has not run: the queue for what resumes them. A call that is
// resumed runs under its case's ID, the idempotency key of its effect.
type Delivery struct {
	Case    uuid.UUID
	System  string
	Call    bool // a call waits to run, not an answer to be delivered
	Verdict Verdict
	Expired bool      // the verdict is the deadline's
	Decided time.Time // since when it waits
	Lapses  time.Time // when it leaves this list: what was approved is then too old to be delivered
}

// Format prints the case's ID under every verb.
func (d Delivery) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "oversight.Delivery("+d.Case.String()+")")
}

// LogValue is Format for slog.
func (d Delivery) LogValue() slog.Value {
	return slog.StringValue("oversight.Delivery(" + d.Case.String() + ")")
}

// maxOwed bounds the decided cases that wait for somebody to come for them, in memory; the oldest give way and can still be resumed.
const maxOwed = 1 << 17

// Undelivered lists the decided cases that nobody has resumed yet and whose verdict has not lapsed, in the order of their verdicts, at
// most limit (0: DefaultLimit). Call the guarded function under Resume for each; what has been listed twice is delivered once.
func (k *Desk) Undelivered(ctx context.Context, limit int) ([]Delivery, error) {
	return k.owing(ctx, limit, false)
}

// Interrupted lists the approved calls that were begun and whose result is not known, as Undelivered lists the others: they run now, or
// their process has ended, and nobody knows whether the effect happened. They are not run again: look what they did, and say so by
// [Desk.Resolve].
func (k *Desk) Interrupted(ctx context.Context, limit int) ([]Delivery, error) {
	return k.owing(ctx, limit, true)
}

func (k *Desk) owing(ctx context.Context, limit int, begun bool) ([]Delivery, error) {
	if err := k.usable(); err != nil {
		return nil, err
	}
	if _, err := k.Expire(ctx); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = DefaultLimit
	}
	now := time.Now()
	s := k.state
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []Delivery
	for _, d := range s.out.all() {
		if len(due) == limit {
			break
		}
		if d.begun == begun && !d.lapsed(now) {
			due = append(due, d.Delivery)
		}
	}
	return due, nil
}

// outbox is what the fold knows of decided cases that have not been delivered, in the order of the verdicts.
type outbox struct{ ordered[*owed] }

type owed struct {
	Delivery
	mark   ledger.Mark
	opened time.Time
	begun  bool
}

func (d *owed) lapsed(now time.Time) bool { return now.After(d.Lapses) }

// add takes a decided case, and gives up those whose verdicts have lapsed by then.
func (o *outbox) add(r *record) {
	if !r.Held || r.gold {
		return
	}
	d := &owed{mark: r.mark, opened: r.opened, Delivery: Delivery{
		Case: r.id, System: r.System, Call: r.Call, Verdict: r.verdict.Verdict, Expired: r.verdict.expired, Decided: r.verdict.at,
		Lapses: r.verdict.at.Add(time.Duration(r.Valid)),
	}}
	for id, old := range o.all() {
		if o.len() < maxOwed && !old.lapsed(r.now) {
			break
		}
		o.remove(id)
	}
	o.ordered.add(r.id, d)
}

// take notes what became of one.
func (o *outbox) take(e ledger.Entry) {
	switch d := o.get(e.Key); {
	case d == nil:
	case e.Kind == kindIntent:
		d.begun = true
	default:
		o.remove(e.Key)
	}
}

// forget drops the cases of an erased person.
func (o *outbox) forget(mark ledger.Mark) {
	for id, d := range o.all() {
		if d.mark == mark {
			o.remove(id)
		}
	}
}
