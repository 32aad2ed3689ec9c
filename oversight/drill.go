package oversight

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// Drill is the record of a test of the stop button.
type Drill struct {
	Who     string        `json:"who"`
	At      time.Time     `json:"at"`
	Refused bool          `json:"refused"` // the call made after Stop was refused
	Again   bool          `json:"again"`   // the call made after Start was not
	Took    time.Duration `json:"took"`    // from pressing the button to the refusal, in nanoseconds
	Seq     ledger.Seq    `json:"-"`       // of its record
}

// Drill presses the stop button, makes a guarded call by probe, which must be refused, and lets go again; what happened is an entry of
// kind stop.drilled. Real calls made meanwhile are refused too. probe should call a guarded function of this ledger, in this
// process or through another one, and return its error. ErrInvalid: stopped already. Whoever presses the real button
// meanwhile, or the breaker, is not undone by the end of the drill. The desk stays stopped if the drill's own start fails.
func (k *Desk) Drill(ctx context.Context, who string, probe func(context.Context) error) (Drill, error) {
	if err := k.usable(); err != nil {
		return Drill{}, err
	}
	if probe == nil {
		return Drill{}, invalid("Drill needs a probe: a function that makes a guarded call")
	}
	if k.stopped() != nil {
		return Drill{}, invalid("Drill: the stop switch is on already")
	}
	now := time.Now()
	if err := k.press(ctx, who, "drill", true); err != nil {
		return Drill{}, err
	}
	d := Drill{Who: who, At: now.UTC()}
	err := try(ctx, probe)
	d.Refused, d.Took = errors.Is(err, ErrStopped), time.Since(now)
	if err := k.start(context.WithoutCancel(ctx), who, "drill", true); err != nil {
		return d, err
	}
	d.Again = !errors.Is(try(ctx, probe), ErrStopped)
	e := entry(kindDrilled, uuid.Must(uuid.NewV7()), uuid.Nil, "", nil, d)
	_, seq, err := k.commit(ctx, e)
	if err != nil {
		return d, unwritten(nil, "the drill", err)
	}
	d.Seq = seq
	return d, nil
}

// try keeps a probe that panics from leaving the button pressed.
func try(ctx context.Context, probe func(context.Context) error) error {
	_, err := guard(func() ([]byte, error) { return nil, probe(ctx) })
	return err
}
