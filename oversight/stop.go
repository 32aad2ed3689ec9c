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

	entry uuid.UUID // that says so
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
	here := &Stopped{Who: who, Why: why, At: time.Now(), entry: uuid.Must(uuid.NewV7()), drill: drill}
	if !drill {
		k.state.halt.Store(here)
	} else if !k.state.halt.CompareAndSwap(nil, here) {
		return invalid("Drill: the stop switch is on already")
	}
	// Without an entry this process stays stopped. The fold lets go of that once the ledger says so, be it late.
	return k.switchTo(ctx, kindStopOn, here.entry, who, why, drill)
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
	err := k.switchTo(ctx, kindStopOff, uuid.Must(uuid.NewV7()), who, why, drill)
	if err != nil && !drill {
		return err
	}
	if here := k.state.halt.Load(); here != nil && (!drill || here.drill) { // the end of a drill ends no real stop
		k.state.halt.CompareAndSwap(here, nil)
	}
	return err
}

func (k *Desk) switchTo(ctx context.Context, kind string, id uuid.UUID, who, why string, drill bool) error {
	e := entry(kind, id, uuid.Nil, "", stopPublic{Drill: drill}, stopBody{Who: who, Why: why})
	if _, _, err := k.commit(ctx, e); err != nil {
		return unwritten(nil, "the stop switch", err)
	}
	return nil
}

// stopped is nil while calls may run.
func (k *Desk) stopped() *Stopped {
	s := k.state
	if on := s.halt.Load(); on != nil {
		return on
	}
	if on := s.stop.Load(); on != nil {
		return on
	}
	return s.tripped.Load()
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
