// Command quickstart runs Fairlead's main job: a lender's recommendation function, wrapped by the five guards, over 1,000 real
// credit applications. It needs no key, no database and no network.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/oversight"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

type options struct {
	data  string
	trace bool
	otlp  string
}

func parse(args []string, help io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // a bad flag is one line, not a page
	flags.StringVar(&o.data, "data", "", "a `file` in the format of examples/credit/german_credit.csv (default: that file)")
	flags.BoolVar(&o.trace, "trace", false, "print each span")
	flags.StringVar(&o.otlp, "otlp", "", "send the spans to the collector at `URL`, such as http://localhost:4318/v1/traces")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Runs 1,000 credit applications through a recommendation function with Fairlead's five guards around it.")
		flags.SetOutput(help)
		flags.PrintDefaults()
		return o, err
	case err != nil:
		return o, fmt.Errorf("%w (-h lists the flags)", err)
	case flags.NArg() > 0:
		return o, fmt.Errorf("takes no arguments, got %q (-h lists the flags)", flags.Args())
	}
	return o, nil
}

func applicants(file string) ([]credit.Applicant, error) {
	if file == "" {
		return credit.Builtin()
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := credit.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return all, nil
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	o, err := parse(args, out)
	if err != nil {
		return err
	}
	all, err := applicants(o.data)
	if err != nil {
		return err
	}
	cs := customers(all)
	var print io.Writer
	if o.trace {
		print = out
	}
	seen := watch(cs, print)
	tp, flush, err := provider(ctx, seen, o.otlp)
	if err != nil {
		return err
	}
	t := tour{customers: cs, spans: seen, outcomes: map[fairlead.Outcome]int{}, denials: map[consent.Reason]int{}}
	err = t.walk(ctx, &fairlead.System{Name: "offers", Version: "1", TracerProvider: tp}, progress)
	// The spans of a run that was interrupted are sent as well.
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if flushed := flush(late); err == nil {
		err = flushed
	}
	if err != nil {
		return err
	}
	return t.report(ctx, out)
}

// tour is one run over all customers, and what it found.
type tour struct {
	customers []Customer
	house     *house
	spans     *spans

	shown    *shown // the first customer who got the model's own answer; nil if nobody did
	saw      string // what the model saw last
	outcomes map[fairlead.Outcome]int
	denials  map[consent.Reason]int
	held     []held
	took     time.Duration
}

// shown is what became of one call.
type shown struct {
	customer Customer
	saw      string // what the model saw of the message
	offers   []Offer
	decision uuid.UUID
}

// walk calls the guarded function for every customer in order, and then has the held cases reviewed.
func (t *tour) walk(ctx context.Context, sys *fairlead.System, progress io.Writer) error {
	model := func(ctx context.Context, c Customer) ([]Offer, error) {
		t.saw = c.Message
		return Recommend(ctx, c)
	}
	var err error
	if t.house, err = build(ctx, model, sys); err != nil {
		return err
	}
	if err := t.house.ask(ctx, t.customers); err != nil {
		return err
	}
	began := time.Now()
	shown := began
	for i, c := range t.customers {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("interrupted after %d of %d customers", i, len(t.customers))
		}
		if err := t.call(ctx, c); err != nil {
			return fmt.Errorf("row %d: %w", c.Row, err)
		}
		if now := time.Now(); now.Sub(shown) > 2*time.Second {
			shown = now
			fmt.Fprintf(progress, "%d of %d customers\n", i+1, len(t.customers))
		}
	}
	if err := t.house.review(ctx, t.held, t.outcomes); err != nil {
		return err
	}
	t.took = time.Since(began)
	return nil
}

func (t *tour) call(ctx context.Context, c Customer) error {
	ctx, trail := fairlead.Track(ctx)
	offers, err := t.house.recommend(ctx, c)
	if pending := (*oversight.PendingError)(nil); errors.As(err, &pending) {
		t.held = append(t.held, held{id: pending.Case, customer: c})
		return nil
	}
	if err != nil {
		return err
	}
	t.outcomes[trail.Outcome()]++
	if trail.Outcome() == fairlead.Fallback {
		answer, _ := t.house.gate.Check(ctx, c.Ask())
		t.denials[answer.Reason]++
	}
	if t.shown == nil && trail.Outcome() == fairlead.Allowed {
		t.shown = &shown{customer: c, saw: t.saw, offers: offers, decision: trail.ID()}
	}
	return nil
}

func customerID(row int) string { return fmt.Sprintf("customer-%04d", row) }
