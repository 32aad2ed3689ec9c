package oversight

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// Stopped says who pressed the stop button.
type Stopped struct {
	Who string
	Why string
	At  time.Time
	Seq ledger.Seq // of the entry; 0: it could not be written, and this process alone is stopped

	drill bool
}

// State is what a desk looks like now.
type State struct {
	Stopped *Stopped  // nil: running
	Fresh   time.Time // when the ledger was last looked at
	Err     error     // why the desk does not follow its ledger any more; nil while it does
	Held    int       // open cases that somebody waits for
	Audit   int       // open cases that hold nothing
	Breaker BreakerState
}

// Stop refuses every guarded call from now on: in this process at once, also when the ledger cannot be written, and in every other
// process on the ledger as soon as it has looked. Calls whose function is running finish; what is held stays held.
func (k *Desk) Stop(ctx context.Context, who, why string) error {
	return k.press(ctx, who, why, false)
}

func (k *Desk) press(ctx context.Context, who, why string, drill bool) error {
	if !k.set() {
		return k.usable()
	}
	who = trimmed(who) // however it is written, the button works
	if err := named(who); err != nil {
		return err
	}
	// Whatever the reason looks like, too.
	why = cut(strings.ToValidUTF8(why, "\uFFFD"), maxWhy)
	here := &Stopped{Who: who, Why: why, At: time.Now(), drill: drill}
	if !drill {
		k.halt.Store(here)
	} else if !k.halt.CompareAndSwap(nil, here) {
		return invalid("Drill: the stop switch is on already")
	}
	if err := k.switchTo(ctx, kindStopOn, who, why, drill); err != nil {
		return err // and this process stays stopped
	}
	k.halt.CompareAndSwap(here, nil) // the ledger says so now
	return nil
}

// Start ends a stop, everywhere. A breaker begins afresh: what was decided before belongs to what was stopped.
func (k *Desk) Start(ctx context.Context, who, why string) error {
	return k.start(ctx, who, why, false)
}

func (k *Desk) start(ctx context.Context, who, why string, drill bool) error {
	if err := k.usable(); err != nil {
		return err
	}
	if err := named(who); err != nil {
		return err
	}
	why = cut(strings.ToValidUTF8(why, "\uFFFD"), maxWhy)
	if err := k.switchTo(ctx, kindStopOff, who, why, drill); err != nil {
		return err
	}
	if here := k.halt.Load(); here != nil && (!drill || here.drill) { // the end of a drill ends no real stop
		k.halt.CompareAndSwap(here, nil)
	}
	return nil
}

func (k *Desk) switchTo(ctx context.Context, kind, who, why string, drill bool) error {
	e := entry(kind, uuid.Must(uuid.NewV7()), uuid.Nil, "", stopPublic{Drill: drill}, stopBody{Who: who, Why: why})
	if _, _, err := k.commit(ctx, e); err != nil {
		return unwritten(nil, "the stop switch", err)
	}
	return nil
}

// stopped is nil while calls may run.
func (k *Desk) stopped() *Stopped {
	if s := k.halt.Load(); s != nil {
		return s
	}
	return k.state.stop.Load()
}

// State reads the switch and the size of the queue from memory.
func (k *Desk) State() State {
	if !k.set() {
		return State{Err: errNoDesk}
	}
	st := State{Fresh: k.follower.Fresh(), Err: k.follower.Err()}
	if s := k.stopped(); s != nil {
		own := *s
		st.Stopped = &own
	}
	k.state.mu.Lock()
	defer k.state.mu.Unlock()
	st.Held = k.state.held
	st.Breaker = k.state.breaker.state()
	st.Audit = len(k.state.open) - k.state.held
	return st
}
