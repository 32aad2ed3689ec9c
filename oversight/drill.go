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
	Took    time.Duration `json:"took"`    // from pressing the button to the first refusal, in nanoseconds
	Seq     ledger.Seq    `json:"-"`       // of its record
}

// Drill presses the stop button, makes guarded calls by probe until one is refused, and lets go again, until one is not; what happened
// is an entry of kind stop.drilled. Real calls made meanwhile are refused too. probe should call a guarded function of this ledger, in
// this process or through another one, and return its error; another process has a second to hear of it, in which probe is called every
// 10 ms, and may run what it guards. ErrInvalid: stopped already. Whoever presses the real button meanwhile, or the breaker, is not
// undone by the end of the drill. A drill that cannot be written ends; the desk stays stopped if its own start cannot.
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
	ends, cancel := context.WithTimeout(context.WithoutCancel(ctx), drillTimeout) // whatever becomes of its caller
	defer cancel()
	if err := k.press(ctx, who, "drill", true); err != nil {
		if !errors.Is(err, ErrInvalid) {
			_ = k.start(ends, who, "drill", true) // what could not be written may have been, all the same
		}
		return Drill{}, err
	}
	d := Drill{Who: who, At: now.UTC()}
	d.Refused = probed(ctx, probe, true)
	d.Took = time.Since(now)
	if err := k.start(ends, who, "drill", true); err != nil {
		return d, err
	}
	d.Again = probed(ctx, probe, false)
	e := entry(kindDrilled, uuid.Must(uuid.NewV7()), uuid.Nil, "", nil, d)
	_, seq, err := k.commit(ctx, e)
	if err != nil {
		return d, unwritten(nil, "the drill", err)
	}
	d.Seq = seq
	return d, nil
}

const (
	drillTimeout = 10 * time.Second      // for its end to be written
	hears        = time.Second           // within which another process knows what the switch says
	probeEvery   = 10 * time.Millisecond // for it to be asked
)

// probed calls probe until it is refused, or until it is not, and says whether that came about.
func probed(ctx context.Context, probe func(context.Context) error, refused bool) bool {
	for began := time.Now(); ; {
		if errors.Is(try(ctx, probe), ErrStopped) == refused {
			return true
		}
		if time.Since(began) > hears {
			return false
		}
		select {
		case <-time.After(probeEvery):
		case <-ctx.Done():
			return false
		}
	}
}

// try keeps a probe that panics from leaving the button pressed.
func try(ctx context.Context, probe func(context.Context) error) error {
	_, err := guard(func() ([]byte, error) { return nil, probe(ctx) })
	return err
}
