package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/oversight"
)

// What reviewers decide reaches the customer by calling the guarded function again under oversight.Resume: the model does not run a
// second time. The process that opened a case delivers it; another one steps in when that has not happened for a while.
const (
	deliverEvery = time.Second
	deliverLate  = 10 * time.Second
)

// notice hears of every case that is opened or decided, here or in another process. It must be quick.
func (h *house) notice(n oversight.Notice) {
	if n.Kind != oversight.NoticeDecided {
		return
	}
	select {
	case h.kick <- struct{}{}:
	default: // it will look anyway
	}
}

// deliver delivers what has been decided, and writes what the monitor has counted, until ctx ends.
func (h *house) deliver(ctx context.Context) {
	tick := time.NewTicker(deliverEvery)
	defer tick.Stop()
	for {
		h.deliverAll(ctx)
		_ = h.monitor.Snapshot(ctx) // what could not be written is kept, and written by the next one
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-h.kick:
		}
	}
}

func (h *house) deliverAll(ctx context.Context) {
	decided, err := h.desk.Undelivered(ctx, 0)
	if err != nil {
		return // the ledger is away: the pages say so
	}
	for _, d := range decided {
		if _, mine := h.mine.Load(d.Case); !mine && time.Since(d.Decided) < deliverLate {
			continue
		}
		switch err := h.resume(ctx, d); {
		case err == nil, errors.Is(err, oversight.ErrRejected):
			h.mine.Delete(d.Case)
		case errors.Is(err, oversight.ErrStopped), errors.Is(err, oversight.ErrPending), ctx.Err() != nil:
		default: // errors of this module hold nothing about anybody
			slog.Warn("a decided case could not be delivered", "case", d.Case, "error", err)
		}
	}
}

// resume calls the guarded function for a decided case, with the input it had.
func (h *house) resume(ctx context.Context, d oversight.Delivery) error {
	file, err := h.desk.Get(ctx, d.Case)
	if err != nil {
		return err
	}
	a, err := h.again(ctx, file.Subject, file.Session, file.Input)
	if err != nil {
		return err
	}
	_, err = h.decide(oversight.Resume(ctx, d.Case), a)
	return err
}

// again is the application a case was opened about. What the model saw of it is kept with the case; what it did not see, the lender
// knows anyway or the privacy session does.
func (h *house) again(ctx context.Context, subject, session string, input json.RawMessage) (Application, error) {
	var saw Application
	if err := json.Unmarshal(input, &saw); err != nil {
		return saw, err
	}
	who, ok := h.applicant(subject)
	if !ok {
		return saw, errors.New("nobody of that name")
	}
	message, err := h.redactor.Reveal(ctx, subject, session, saw.Message)
	if err != nil {
		return saw, err
	}
	a := apply(who)
	a.Message, a.Amount, a.Months, a.About = message, saw.Amount, saw.Months, saw.About
	return a, nil
}

// ask has an application decided, and says which decision it was. err may be that a person has to look first.
func (h *house) ask(ctx context.Context, a Application) (*fairlead.Trail, error) {
	ctx, trail := fairlead.Track(ctx)
	_, err := h.decide(ctx, a)
	if pending, held := errors.AsType[*oversight.PendingError](err); held {
		h.mine.Store(pending.Case, true)
	}
	return trail, err
}
