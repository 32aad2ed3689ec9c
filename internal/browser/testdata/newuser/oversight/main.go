// Command estimates says what a repair will cost. One guard stands around the function now.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// Ticket is what a customer of the repair shop writes.
type Ticket struct {
	Customer string
	Text     string
	Age      int // of the thing to repair, in years
	Member   string
}

// Quote is the answer.
type Quote struct {
	Price int
	Note  string
}

// Estimate is the function the shop has.
func Estimate(_ context.Context, t Ticket) (Quote, error) {
	log.Print("the model sees: ", t.Text)
	return Quote{Price: 20 + 15*t.Age, Note: "about: " + t.Text}, nil
}

const inbox = `[
	{"Customer": "c-1", "Text": "The lamp flickers. Write to me at someone@example.com.", "Age": 2, "Member": "yes"},
	{"Customer": "c-2", "Text": "The kettle leaks.", "Age": 9, "Member": "no"}
]`

func tickets() (all []Ticket, err error) {
	err = json.Unmarshal([]byte(inbox), &all)
	return all, err
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	ctx := context.Background()
	desk := must(oversight.New(ctx, ledger.Memory(nil), oversight.Policy{Rules: []oversight.Rule{{Name: "dear", Hold: true, When: func(c oversight.Case) bool { return c.Score > 100 }}}}, nil))
	estimate := oversight.Wrap(Estimate, desk, func(_ Ticket, q Quote) oversight.Case { return oversight.Case{Score: float64(q.Price)} })
	for _, t := range must(tickets()) {
		quote, err := estimate(fairlead.WithSubject(ctx, t.Customer), t)
		fmt.Println(t.Customer, quote.Price, quote.Note, err)
	}
}
