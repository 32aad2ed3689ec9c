package oversight_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// An application names the person with fairlead.WithSubject, or an outer guard does.
var forAnna = call.WithSubject(context.Background(), "anna")

func ExampleWrap() {
	desk, err := oversight.New(context.Background(), ledger.Memory(nil), oversight.Policy{
		Rate: 0.02, // two in a hundred are reviewed after the fact
		Rules: []oversight.Rule{{
			Name: "unsure", When: func(c oversight.Case) bool { return c.Score < 0.5 }, Hold: true,
		}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	limit := func(_ context.Context, income int) (int, error) { return income / 10, nil }
	guarded := oversight.Wrap(limit, desk, func(income, _ int) oversight.Case {
		return oversight.Case{Title: "credit limit", Score: float64(income) / 10_000}
	})

	_, err = guarded(forAnna, 900)
	pending, _ := errors.AsType[*oversight.PendingError](err)
	fmt.Println(pending.Public())

	// Elsewhere, a reviewer.
	ctx := context.Background()
	lease, _ := desk.Claim(ctx, "rosa", uuid.Nil)
	file, _ := desk.Get(ctx, lease.Case)
	fmt.Printf("%s: input %s, output %s, because of %q\n", file.Title, file.Input, file.Output, file.HoldRule)
	_ = desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Replaced, Output: 120})

	// Later, the same call again.
	granted, err := guarded(oversight.Resume(forAnna, pending.Case), 900)
	fmt.Println(granted, err)
	// Output:
	// A person is looking at this. Please check again later.
	// credit limit: input 900, output 90, because of "unsure"
	// 120 <nil>
}

func ExampleApprove() {
	desk, _ := oversight.New(context.Background(), ledger.Memory(nil), oversight.Policy{
		Rate: oversight.RulesOnly,
		Rules: []oversight.Rule{{
			Name: "large", When: func(c oversight.Case) bool { return c.Score > 100 }, Hold: true,
		}},
	}, nil)
	pay := func(_ context.Context, euros int) (string, error) { return fmt.Sprintf("paid %d", euros), nil }
	refund := oversight.Approve(pay, desk, func(euros int) oversight.Case {
		return oversight.Case{Title: "refund", Score: float64(euros)}
	})
	fmt.Println(refund(forAnna, 20))

	_, err := refund(forAnna, 2000)
	fmt.Println(errors.Is(err, oversight.ErrPending))

	ctx := context.Background()
	lease, _ := desk.Claim(ctx, "rosa", uuid.Nil)
	_ = desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved})
	for range 2 { // it runs once
		fmt.Println(refund(oversight.Resume(forAnna, lease.Case), 2000))
	}
	// Output:
	// paid 20 <nil>
	// true
	// paid 2000 <nil>
	// paid 2000 <nil>
}

func ExampleDesk_Stop() {
	ctx := context.Background()
	desk, _ := oversight.New(ctx, ledger.Memory(nil), oversight.Policy{Rate: oversight.RulesOnly}, nil)
	guarded := oversight.Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, desk,
		func(int, int) oversight.Case { return oversight.Case{} })

	_ = desk.Stop(ctx, "olga", "odd answers since noon")
	_, err := guarded(forAnna, 1)
	fmt.Println(err)
	_ = desk.Start(ctx, "olga", "model rolled back")
	fmt.Println(guarded(forAnna, 1))
	// Output:
	// oversight: stopped: the stop switch is on; Desk.Start ends it
	// 1 <nil>
}

func ExampleDesk_Pending() {
	ctx := context.Background()
	desk, _ := oversight.New(ctx, ledger.Memory(nil), oversight.Policy{}, nil) // reviews everything after the fact
	guarded := oversight.Wrap(func(_ context.Context, n int) (int, error) { return 2 * n, nil }, desk,
		func(n, _ int) oversight.Case { return oversight.Case{Title: fmt.Sprint("doubling ", n)} })
	for n := range 3 {
		_, _ = guarded(forAnna, n)
	}
	items, _ := desk.Pending(ctx, oversight.Filter{})
	for _, i := range items {
		fmt.Println(i.Title, i.Held, i.Probability)
	}
	// Output:
	// doubling 0 false 1
	// doubling 1 false 1
	// doubling 2 false 1
}

// A client that asks a person before it sends.
func ExampleTransport() {
	log := ledger.Memory(nil)
	desk, _ := oversight.New(context.Background(), log, oversight.Policy{Rules: []oversight.Rule{
		{Name: "payments", Hold: true, When: func(c oversight.Case) bool { return c.Title == "POST" }},
	}}, nil)
	client := &http.Client{Transport: oversight.Transport(nil, desk, func(r *http.Request) oversight.Case {
		return oversight.Case{Title: r.Method}
	})}
	ctx, trail := call.Track(forAnna) // fairlead.Track
	r, _ := http.NewRequestWithContext(ctx, http.MethodPost, "https://bank.example/payments", strings.NewReader(`{"cents":5000}`))
	resp, _ := client.Do(r)
	fmt.Println(resp.StatusCode, errors.Is(trail.Err(), oversight.ErrPending))
	resp.Body.Close()
	// Output:
	// 403 true
}
