package fairness_test

import (
	"context"
	"fmt"

	"github.com/fairlead-go/fairlead/fairness"
)

type customer struct {
	Sex    string
	Age    int
	Income int
}

func (c customer) groups() fairness.Groups {
	if c.Age <= 25 {
		return fairness.Of(c.Sex, "<=25")
	}
	return fairness.Of(c.Sex, ">25")
}

func approve(_ context.Context, c customer) (bool, error) { return c.Income > 30000, nil }

func ExampleWrap() {
	ctx := context.Background()
	monitor, err := fairness.New(ctx, []string{"sex", "age"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	guarded := fairness.Wrap(approve, monitor, customer.groups,
		func(_ customer, approved bool) bool { return approved })

	for i := range 2000 {
		c := customer{Sex: "m", Age: 40, Income: 20000 + 10*i}
		if i%2 == 0 {
			c.Sex, c.Income = "f", 20000+6*i
		}
		if _, err := guarded(ctx, c); err != nil {
			fmt.Println(err)
		}
	}
	for _, row := range monitor.Table().By("sex").Rates(fairness.SelectionRate) {
		r := row.Rate
		fmt.Printf("%s %.0f of %.0f: %.2f (%.2f to %.2f)\n", row.Groups[0], r.Num, r.Den, r.Value, r.Low, r.High)
	}
	fmt.Println(monitor.Status().Sentence)
	// Output:
	// f 166 of 1000: 0.17 (0.14 to 0.19)
	// m 500 of 1000: 0.50 (0.47 to 0.53)
	// ACTION: people with sex=f get a favourable answer 0.33 times as often as people with sex=m (166 of 1,000 against 500 of 1,000); that some group stays below 0.80 is proven.
}

func ExampleMonitor_Observe() {
	ctx := context.Background()
	monitor, err := fairness.New(ctx, []string{"sex"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 100 {
		sex := []string{"f", "m"}[i%2]
		if err := monitor.Observe(ctx, fairness.Observation{Groups: fairness.Of(sex), Favourable: i%3 > 0}); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(monitor.Status().Sentence)
	// Output:
	// NOT ENOUGH DATA: by sex, the counts cannot tell yet; about 460 more decisions are needed.
}

func ExampleMonitor_End() {
	ctx := context.Background()
	monitor, err := fairness.New(ctx, []string{"sex"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = monitor.End(ctx, fairness.Of("f"), "held")
	_ = monitor.End(ctx, fairness.Of("f"), "denied")
	_ = monitor.Settle(ctx, fairness.Of("f"), "rejected") // the held one, decided
	row := monitor.Table().Cells[0]
	fmt.Println("denied", row.Ends.Denied, "waiting", row.Ends.Waiting(), "in the rate", row.N, "favourable", row.Favourable)
	// Output:
	// denied 1 waiting 0 in the rate 1 favourable 0
}

func ExampleTable_Ratio() {
	table := fairness.Table{Attributes: []string{"sex"}, Cells: []fairness.Cell{
		{Groups: []string{"f"}, Decisions: 100, N: 100, Squares: 100, Favourable: 30},
		{Groups: []string{"m"}, Decisions: 100, N: 100, Squares: 100, Favourable: 50},
		{Groups: []string{"x"}},
	}}
	gap := table.Ratio(fairness.SelectionRate, fairness.BetweenGroups())
	fmt.Printf("%v over %v: %.2f (%.2f to %.2f)\n", gap.Group.Groups, gap.Against.Groups, gap.Value, gap.Low, gap.High)
	fmt.Println("left out:", gap.LeftOut[0].Groups, gap.LeftOut[0].Why)
	// Output:
	// [f] over [m]: 0.60 (0.42 to 0.86)
	// left out: [x] the group has no decision
}

func ExampleProbe() {
	ctx := context.Background()
	// The model asks women for more. No figure of a group shows whether it does, or
	// whether women ask for other things; asking again with the sex changed does.
	model := func(_ context.Context, c customer) (bool, error) {
		return c.Income > 30000 || c.Sex == "m" && c.Income > 20000, nil
	}
	prober := fairness.Probe(model, func(_ customer, approved bool) bool { return approved },
		&fairness.ProbeOptions{SafeToRepeat: true, Rate: 1},
		fairness.Flip[customer]{Name: "sex", Change: func(c customer) customer {
			c.Sex = map[string]string{"f": "m", "m": "f"}[c.Sex]
			return c
		}})
	guarded := prober.Wrap(model)
	if _, err := guarded(ctx, customer{Sex: "f", Income: 25000}); err != nil {
		fmt.Println(err)
	}
	if err := prober.Close(ctx); err != nil { // waits for the probe
		fmt.Println(err)
	}
	f := prober.Flips()[0]
	fmt.Println(f.Name, "probed", f.Probes, "better with the other", f.Better)
	// Output:
	// sex probed 1 better with the other 1
}
