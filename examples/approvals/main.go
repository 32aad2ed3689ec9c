// Command approvals is an agent that wants to pay refunds: small ones pass, large ones wait for a person at the terminal, and a stop
// switch ends it all. The agent is a stand-in that reads its customers' messages by rule, so that it needs no key and no network;
// a model calls the same guarded function.
//
//	go run ./examples/approvals          # you are the reviewer
//	go run ./examples/approvals -script  # runs by itself
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/fairlead-go/fairlead/ledger"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "approvals:", err)
		os.Exit(1)
	}
}

// script is what a reviewer types in the unattended run.
const script = `next
next
next
list
approve 1
next
reject 2 the parcel is on its way
stop too many refunds today
next
start it was the sale
next
next
approve 3
list
quit
`

const usage = `next         the agent handles its next message
list         what waits for you
approve N    let it pay
reject N WHY do not
stop WHY     nothing is paid any more
start WHY    it is again
quit`

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("approvals", flag.ContinueOnError)
	flags.SetOutput(out)
	scripted := flags.Bool("script", false, "run unattended")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *scripted {
		in = strings.NewReader(script)
	}
	l := ledger.Memory(nil) // a shop opens its own database: ledger.Open
	defer l.Close()
	s, err := open(ctx, l, out)
	if err != nil {
		return err
	}
	defer s.desk.Close()
	fmt.Fprintln(out, usage)
	lines := bufio.NewScanner(in)
	for prompt(out); lines.Scan(); prompt(out) {
		if *scripted {
			fmt.Fprintln(out, lines.Text())
		}
		command, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		if command == "quit" || ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.do(ctx, command, rest); err != nil {
			fmt.Fprintln(out, " ", err)
		}
	}
	return lines.Err()
}

func prompt(out io.Writer) { fmt.Fprint(out, "> ") }
