// Command lender is a small lender's website with all of Fairlead in it: a shop front where you act as one of 1,000 real credit
// applicants, and the pages that go with it: what people agreed to, what was decided about them and why, the reviewers' desk, and
// who gets loans by group.
//
//	go run ./examples/lender                       # http://127.0.0.1:8080, in a temporary directory
//	go run ./examples/lender -db DIR               # keeps what happens in DIR
//	go run ./examples/lender -postgres DSN -secret FILE -addr 127.0.0.1:8081   # one of several
//
// The guards are wired in house.go; the rest is a website. Signing in needs no password: it is a demo, for this machine alone.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "lender:", line(err))
		os.Exit(1)
	}
}

// line is an error in one line: drivers list every address they tried.
func line(err error) string { return strings.NewReplacer("\n", "; ", "\t", "").Replace(err.Error()) }

// patience is how long the end may take.
const patience = 10 * time.Second

type options struct {
	settings
	addr, dir, postgres, secret, traces, debug string
	demo                                       int
}

func parse(args []string, help io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("lender", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // a bad flag is one line, not a page
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8080", "serve at this `address`")
	flags.StringVar(&o.dir, "db", "", "keep everything in this `directory`, on SQLite (default: a temporary one)")
	flags.StringVar(&o.postgres, "postgres", "", "keep everything in this PostgreSQL `database`, for several instances; wants -secret")
	flags.StringVar(&o.secret, "secret", "", "the `file` with the secret that seals the log, made if it is not there (default: in the -db directory)")
	flags.StringVar(&o.traces, "traces", "off", "send the spans `where`: off, stdout or otlp (OTEL_EXPORTER_OTLP_ENDPOINT)")
	flags.IntVar(&o.demo, "demo", 1000, "load the first `n` applicants' demo data, those left out that are there already")
	flags.DurationVar(&o.undo, "undo", 10*time.Second, "how long a reviewer can take a verdict back")
	flags.Float64Var(&o.blind, "blind", 0, "the `share` of cases, under 1, whose answer reviewers do not see before they say theirs")
	flags.StringVar(&o.debug, "debug", "", "serve net/http/pprof at this `address`")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Serves a small lender's website with Fairlead's five guards and their pages.")
		flags.SetOutput(help)
		flags.PrintDefaults()
		return o, err
	case err != nil:
		return o, fmt.Errorf("%w (-h lists the flags)", err)
	case flags.NArg() > 0:
		return o, fmt.Errorf("takes no arguments, got %q (-h lists the flags)", flags.Args())
	case o.postgres != "" && o.dir != "":
		return o, errors.New("-db and -postgres name two databases; give one of them")
	case o.postgres != "" && o.secret == "":
		return o, errors.New("-postgres wants -secret FILE too, the same for all instances; it is made if it is not there")
	case o.demo < 0 || o.demo > 1000:
		return o, errors.New("-demo takes 0 to 1000")
	}
	return o, nil
}

// run serves until ctx ends, and then lets what is being answered finish and writes what has not been written.
func run(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	o, err := parse(args, out)
	if err != nil {
		return err
	}
	traces, flush, err := tracing(ctx, o.traces, out)
	if err != nil {
		return err
	}
	o.settings.traces = traces
	var ports net.ListenConfig
	listener, err := ports.Listen(ctx, "tcp", o.addr) // before anything is loaded: a port that is taken is known at once
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	defer func() { _ = listener.Close() }() // if it has not been served
	if err := debug(ctx, o.debug); err != nil {
		return err
	}
	finish := func(f func(context.Context) error) { // whatever happened, and also when ctx has ended
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		err = errors.Join(err, f(late))
	}
	defer finish(flush)
	store, err := openStore(ctx, o)
	if err != nil {
		return err
	}
	defer finish(store.close)
	h, err := build(ctx, store.log, store.secret, o.settings)
	if err != nil {
		return err
	}
	defer finish(h.close)
	if err := h.load(ctx, o.demo, bar(progress)); err != nil {
		if ctx.Err() != nil {
			return nil // interrupted: what was loaded stays, and the rest is loaded the next time
		}
		return fmt.Errorf("the demo data: %w", err)
	}
	return serve(ctx, h, listener, out, store.where)
}

func serve(ctx context.Context, h *house, listener net.Listener, out io.Writer, where string) error {
	pages, err := website(h)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: pages, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { h.deliver(working) })
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	fmt.Fprintf(out, "Everything is in %s. Open http://%s/ and take the tour; Ctrl-C ends it.\n", where, listener.Addr())
	select {
	case err = <-ended:
	case <-ctx.Done():
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		err = server.Shutdown(late)
	}
	stop()
	wg.Wait()
	return err
}

// debug serves the runtime's own figures at an address of their own.
func debug(ctx context.Context, addr string) error {
	if addr == "" {
		return nil
	}
	var ports net.ListenConfig
	listener, err := ports.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("-debug: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with the process
	return nil
}
