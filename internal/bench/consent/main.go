// Command consent measures Gate.Check beside what a Go program would use in its
// place: casbin and cedar-go, each asked whether one of a number of customers
// agreed to one purpose. All run in turn in one process; a time is the best of
// the rounds, by CPU time, so that a busy machine changes it little.
//
//	go run ./consent             100,000 customers
//	go run ./consent -people 1000
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/cedar-policy/cedar-go"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
)

const (
	rounds = 5
	span   = 200 * time.Millisecond // of one round
)

// contender says whether the customer of that number agreed.
type contender struct {
	name  string
	allow func(i int) bool
}

func customer(i int) string { return fmt.Sprintf("customer-%08d", i) }

func fairlead(people int) (contender, error) {
	ctx := context.Background()
	log := ledger.Memory(nil)
	gate, err := consent.New(ctx, log, []consent.Purpose{{ID: "offers"}}, nil)
	if err != nil {
		return contender{}, err
	}
	names := make([]string, people)
	for i := range names {
		names[i] = customer(i)
		if _, err := gate.Grant(ctx, consent.Event{Subject: names[i], Purpose: "offers"}); err != nil {
			return contender{}, err
		}
	}
	return contender{"consent.Gate.Check", func(i int) bool {
		answer, _ := gate.Check(ctx, consent.Ask{Subject: names[i], Purpose: "offers"})
		return answer.Allowed
	}}, nil
}

// withCasbin asks HasPolicy, casbin's look into its table, and not Enforce, which evaluates an expression for each row.
func withCasbin(people int) (contender, error) {
	m, err := model.NewModelFromString("[request_definition]\nr = sub, obj\n[policy_definition]\np = sub, obj\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = r.sub == p.sub && r.obj == p.obj\n")
	if err != nil {
		return contender{}, err
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return contender{}, err
	}
	names := make([]string, people)
	rules := make([][]string, people)
	for i := range names {
		names[i] = customer(i)
		rules[i] = []string{names[i], "offers"}
	}
	if _, err := e.AddPolicies(rules); err != nil {
		return contender{}, err
	}
	return contender{"casbin HasPolicy", func(i int) bool {
		ok, _ := e.HasPolicy(names[i], "offers")
		return ok
	}}, nil
}

// withCedar asks whether the customer, an entity, is a member of the group of those who agreed: one policy, as cedar has it.
func withCedar(people int) (contender, error) {
	policies, err := cedar.NewPolicySetFromBytes("consent", []byte(`permit (principal in Agreed::"offers", action == Action::"use", resource == Purpose::"offers");`))
	if err != nil {
		return contender{}, err
	}
	group := cedar.NewEntityUID("Agreed", "offers")
	entities := cedar.EntityMap{}
	who := make([]cedar.EntityUID, people)
	for i := range who {
		who[i] = cedar.NewEntityUID("Customer", cedar.String(customer(i)))
		entities[who[i]] = cedar.Entity{UID: who[i], Parents: cedar.NewEntityUIDSet(group)}
	}
	action, purpose := cedar.NewEntityUID("Action", "use"), cedar.NewEntityUID("Purpose", "offers")
	return contender{"cedar-go Authorize", func(i int) bool {
		decision, _ := cedar.Authorize(policies, entities, cedar.Request{Principal: who[i], Action: action, Resource: purpose})
		return decision == cedar.Allow
	}}, nil
}

func main() {
	people := flag.Int("people", 100_000, "how many customers agreed")
	flag.Parse()
	if err := run(*people); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(people int) error {
	all := []contender{{"one reading of the monotonic clock", clock()}}
	for _, make := range []func(int) (contender, error){fairlead, withCasbin, withCedar} {
		c, err := make(people)
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	fmt.Printf("%d customers; CPU time of one answer, best of %d rounds\n%-36s %10s %10s\n", people, rounds, "", "warm", "spread")
	for _, c := range all {
		warm, spread := time.Duration(1<<62), time.Duration(1<<62)
		for range rounds {
			warm = min(warm, measure(c, people, 0))
			spread = min(spread, measure(c, people, 7919)) // a prime: every customer, in an order no cache foresees
		}
		fmt.Printf("%-36s %10v %10v\n", c.name, warm, spread)
	}
	return nil
}

// clock is what the others stand beside: no check that looks at the time can be faster.
func clock() func(int) bool {
	start := time.Now()
	return func(int) bool { return time.Since(start) >= 0 }
}

func measure(c contender, people, step int) time.Duration {
	const stride = 1000
	i, n := 0, 0
	began, before := time.Now(), cpu()
	for time.Since(began) < span {
		for range stride {
			if !c.allow(i) {
				panic(c.name + " denies what was agreed to")
			}
			if i += step; i >= people {
				i %= people
			}
		}
		n += stride
	}
	return (cpu() - before) / time.Duration(n)
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
