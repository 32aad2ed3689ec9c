package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/oversight"
)

// report prints what the run found, in fewer than sixty lines.
func (t *tour) report(ctx context.Context, out io.Writer) error {
	w := bufio.NewWriter(out)
	t.privacy(w)
	if err := t.counts(ctx, w); err != nil {
		return err
	}
	if err := t.fairness(w); err != nil {
		return err
	}
	if err := t.why(ctx, w); err != nil {
		return err
	}
	n, leaks := t.spans.count()
	fmt.Fprintf(w, "\nSpans: %d, one for each guarded call; %d held anything a customer typed or is known by.\n", n, leaks)
	if err := w.Flush(); err != nil {
		return err
	}
	if leaks > 0 {
		return fmt.Errorf("%d spans hold personal data", leaks)
	}
	return nil
}

func (t *tour) privacy(w io.Writer) {
	if t.shown == nil {
		fmt.Fprintln(w, "Nobody got the model's own answer.")
		return
	}
	fmt.Fprintln(w, "What leaves your program, for the first customer")
	first := t.shown.offers[0]
	fmt.Fprintf(w, "  typed  %s\n  sent   %s\n  shown  %s - %s\n", t.shown.customer.Message, t.shown.saw, first.Name, first.Note)
}

func (t *tour) counts(ctx context.Context, w io.Writer) error {
	recorded, sampled := 0, 0
	for _, c := range t.customers {
		for r, err := range t.house.journal.Find(ctx, c.ID) {
			if err != nil {
				return err
			}
			recorded++
			if r.Review.Sampled {
				sampled++
			}
		}
	}
	var reasons []string
	for reason, n := range t.denials {
		reasons = append(reasons, fmt.Sprintf("%d %s", n, words[reason]))
	}
	slices.Sort(reasons)
	o := t.outcomes
	fmt.Fprintf(w, "\n%d people asked for an offer\n", len(t.customers))
	if o[fairlead.Fallback] > 0 {
		fmt.Fprintf(w, "  %4d refused by consent: %s; they got the popular offers\n", o[fairlead.Fallback], strings.Join(reasons, ", "))
	}
	fmt.Fprintf(w, "  %4d answered, each with a record of why (%d records in all)\n", len(t.customers)-o[fairlead.Fallback], recorded)
	fmt.Fprintf(w, "  %4d drawn for review: every low score, and 2 in 100 of the rest\n", sampled)
	fmt.Fprintf(w, "  %4d held until a person had looked: %d approved, %d replaced, %d rejected\n",
		len(t.held), len(t.held)-o[fairlead.Replaced]-o[fairlead.Rejected], o[fairlead.Replaced], o[fairlead.Rejected])
	open, err := t.house.desk.Pending(ctx, oversight.Filter{})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  %4d still to be looked at, after the fact\n", len(open))
	return nil
}

// words says a reason as an owner would.
var words = map[consent.Reason]string{
	consent.ReasonNoRecord:  "never agreed",
	consent.ReasonWithdrawn: "took it back",
	consent.ReasonExpired:   "agreed too long ago",
}

func (t *tour) fairness(w io.Writer) error {
	table := t.house.monitor.Table()
	fmt.Fprintf(w, "\nWho is offered the loan             rate   95 %% interval   ratio to the highest\n")
	for _, attributes := range [][]string{{"sex"}, {"age"}, {"sex", "age"}} {
		rows := table.By(attributes...).Rates(fairness.SelectionRate)
		highest := 0.0
		for _, row := range rows {
			if row.Rate.Defined {
				highest = max(highest, row.Rate.Value)
			}
		}
		for _, row := range rows {
			r := row.Rate
			if !r.Defined {
				fmt.Fprintf(w, "  %-22s %s\n", strings.Join(row.Groups, ", "), r.Why)
				continue
			}
			fmt.Fprintf(w, "  %-22s %3.0f of %-4.0f %4.0f %%   %2.0f to %2.0f %%          %.2f\n", strings.Join(row.Groups, ", "),
				r.Num, r.Den, 100*r.Value, 100*r.Low, 100*r.High, r.Value/max(highest, r.Value, math.SmallestNonzeroFloat64))
		}
	}
	ratio := table.By("age").Ratio(fairness.SelectionRate, fairness.BetweenGroups())
	if ratio.Defined {
		fmt.Fprintf(w, "  four-fifths rule, by age: %.2f, 95 %% interval %.2f to %.2f\n", ratio.Value, ratio.Low, ratio.High)
	}
	for _, f := range t.house.monitor.Status().Findings {
		fmt.Fprintf(w, "  %s\n", f.Sentence)
	}
	var beside []string
	for _, cell := range table.By("age").Cells {
		beside = append(beside, fmt.Sprintf("%s %d", strings.Join(cell.Groups, ", "), cell.Ends.Total()))
	}
	fmt.Fprintf(w, "  Never reached the model, and stand beside the rate: %s.\n", strings.Join(beside, "; "))
	fmt.Fprintln(w, "  (The source's coding of sex is unreliable: this shows how the tool works, and nothing about lending.)")
	return nil
}

// why answers a customer's question from the record alone.
func (t *tour) why(ctx context.Context, w io.Writer) error {
	if t.shown == nil {
		return nil
	}
	record, err := t.house.journal.Get(ctx, t.shown.customer.ID, t.shown.decision)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nWhy did I get this? (record %s)\n  %s\n", record.ID, record.Why())
	return nil
}
