package oversight

import (
	linked "container/list"
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
	for el := s.out.order.Front(); el != nil && len(due) < limit; el = el.Next() {
		if d := el.Value.(*owed); d.begun == begun && !d.lapsed(now) { //nolint:forcetypeassert // nothing else is in it
			due = append(due, d.Delivery)
		}
	}
	return due, nil
}

// outbox is what the fold knows of decided cases that have not been delivered.
type outbox struct {
	order linked.List // of *owed, in the order of the verdicts
	byID  map[uuid.UUID]*linked.Element
}

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
	for el := o.order.Front(); el != nil && (o.order.Len() >= maxOwed || el.Value.(*owed).lapsed(r.now)); el = o.order.Front() { //nolint:forcetypeassert // as above
		o.remove(el)
	}
	if o.byID == nil {
		o.byID = map[uuid.UUID]*linked.Element{}
	}
	o.byID[r.id] = o.order.PushBack(d)
}

// take notes what became of one.
func (o *outbox) take(e ledger.Entry) {
	el := o.byID[e.Key]
	if el == nil {
		return
	}
	if e.Kind == kindIntent {
		el.Value.(*owed).begun = true //nolint:forcetypeassert // as above
		return
	}
	o.remove(el)
}

func (o *outbox) remove(el *linked.Element) {
	delete(o.byID, el.Value.(*owed).Case) //nolint:forcetypeassert // as above
	o.order.Remove(el)
	if o.order.Len() == 0 {
		o.byID = nil // a map that has been large stays so
	}
}

// forget drops the cases of an erased person.
func (o *outbox) forget(mark ledger.Mark) {
	var next *linked.Element
	for el := o.order.Front(); el != nil; el = next {
		next = el.Next()
		if el.Value.(*owed).mark == mark { //nolint:forcetypeassert // as above
			o.remove(el)
		}
	}
}
