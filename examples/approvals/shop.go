package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// refund is what the agent asks its tool for.
type refund struct {
	Customer string
	Order    int
	Cents    int
	Reason   string
}

func (r refund) String() string {
	return fmt.Sprintf("%s for order %d: %s", euros(r.Cents), r.Order, r.Reason)
}

type receipt struct{ Key string }

// message is what a customer writes.
type message struct {
	from  string
	order int
	text  string
	cents int // what they paid
}

var inbox = []message{
	{"customer-17", 1001, "The mug arrived broken.", 9_50},
	{"customer-23", 1002, "The bicycle never came.", 640_00},
	{"customer-42", 1003, "The tent never came.", 189_00},
	{"customer-17", 1004, "Two spoons arrived broken.", 4_00},
	{"customer-23", 1005, "The lamp arrived broken.", 35_00},
	{"customer-58", 1006, "The desk arrived broken.", 310_00},
}

// limit is up to which amount nobody is asked, in cents.
const limit = 50_00

// shop is the agent, its tool and the reviewer's terminal.
type shop struct {
	desk  *oversight.Desk
	pay   func(context.Context, refund) (receipt, error)
	out   io.Writer
	read  int         // of the inbox
	asked []uuid.UUID // in the order of asking: case N is asked[N-1]
}

func open(ctx context.Context, l *ledger.Ledger, out io.Writer) (*shop, error) {
	desk, err := oversight.New(ctx, l, oversight.Policy{
		Rate: 0.05, // of the small ones too, some are looked at afterwards
		Rules: []oversight.Rule{
			{Name: "large refund", When: func(c oversight.Case) bool { return c.Score > limit }, Hold: true},
		},
	}, nil)
	if err != nil {
		return nil, err
	}
	s := &shop{desk: desk, out: out}
	s.pay = oversight.Approve(s.bank, desk, func(r refund) oversight.Case {
		return oversight.Case{Key: strconv.Itoa(r.Order), Title: r.String(), Score: float64(r.Cents)}
	})
	return s, nil
}

// bank pays. A real one takes the decision's ID as idempotency key, so that not even a broken connection pays twice.
func (s *shop) bank(ctx context.Context, r refund) (receipt, error) {
	key := fairlead.DecisionID(ctx).String()
	fmt.Fprintf(s.out, "  bank: paid %s to %s\n", euros(r.Cents), r.Customer)
	return receipt{Key: key}, nil
}

// do carries out one command of the person at the terminal.
func (s *shop) do(ctx context.Context, command, rest string) error {
	switch command {
	case "":
		return nil
	case "next":
		return s.next(ctx)
	case "list":
		return s.list(ctx)
	case "approve", "reject":
		return s.judge(ctx, command, rest)
	case "stop":
		return s.desk.Stop(ctx, "olga", rest)
	case "start":
		if err := s.desk.Start(ctx, "olga", rest); err != nil {
			return err
		}
		return s.deliver(ctx) // what was approved meanwhile
	}
	return fmt.Errorf("no command %q; there are:\n%s", command, usage)
}

// next is the agent: it reads a message, decides, and calls its tool.
func (s *shop) next(ctx context.Context) error {
	if s.read == len(inbox) {
		return errors.New("agent: no more messages")
	}
	m := inbox[s.read]
	r := refund{Customer: m.from, Order: m.order, Cents: m.cents, Reason: strings.TrimSuffix(m.text, ".")}
	fmt.Fprintf(s.out, "  agent: %q, I refund %s\n", m.text, euros(r.Cents))
	_, err := s.pay(fairlead.WithSubject(ctx, r.Customer), r)
	pending, held := errors.AsType[*oversight.PendingError](err)
	switch {
	case held:
		s.asked = append(s.asked, pending.Case)
		fmt.Fprintf(s.out, "  agent: a person has to agree first (case %d)\n", len(s.asked))
	case errors.Is(err, oversight.ErrStopped):
		return err // the message stays unread
	case err != nil:
		return err
	}
	s.read++
	return nil
}

func (s *shop) list(ctx context.Context) error {
	items, err := s.desk.Pending(ctx, oversight.Filter{Held: true})
	for n, id := range s.asked {
		for _, item := range items {
			if item.Case == id {
				fmt.Fprintf(s.out, "  %d. %s\n", n+1, item.Title)
			}
		}
	}
	if len(items) == 0 {
		fmt.Fprintln(s.out, "  nothing waits for you")
	}
	return err
}

func (s *shop) judge(ctx context.Context, command, rest string) error {
	number, why, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(s.asked) {
		return errors.New("which case? list shows their numbers")
	}
	lease, err := s.desk.Claim(ctx, "olga", s.asked[n-1])
	if err != nil {
		return err
	}
	j := oversight.Judgement{Verdict: oversight.Approved, Comment: why}
	if command == "reject" {
		j.Verdict = oversight.Rejected
	}
	if err := s.desk.Submit(ctx, lease, j); err != nil {
		return err
	}
	return s.deliver(ctx)
}

// deliver carries out what has been decided. It may be called at any time, and again after a crash: what has run does not run twice.
func (s *shop) deliver(ctx context.Context) error {
	decided, err := s.desk.Undelivered(ctx, 0)
	for _, d := range decided {
		file, err := s.desk.Get(ctx, d.Case)
		if err != nil {
			return err
		}
		var r refund
		if err := json.Unmarshal(file.Input, &r); err != nil {
			return err
		}
		_, err = s.pay(oversight.Resume(fairlead.WithSubject(ctx, file.Subject), d.Case), r)
		switch {
		case errors.Is(err, oversight.ErrRejected):
			fmt.Fprintf(s.out, "  agent: to %s: %s\n", r.Customer, public(err))
		case err != nil:
			return err
		}
	}
	return err
}

// public is what a customer may read of a refusal.
func public(err error) string {
	if e, ok := errors.AsType[*oversight.RejectedError](err); ok {
		return e.Public()
	}
	return "Something went wrong."
}

func euros(cents int) string { return fmt.Sprintf("%d.%02d EUR", cents/100, cents%100) }
