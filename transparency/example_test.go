package transparency_test

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

type customer struct {
	ID     string
	Bought []string
}

func recommend(_ context.Context, c customer) ([]string, error) {
	return []string{"laces for " + c.Bought[0]}, nil
}

func ExampleWrap() {
	ctx := context.Background()
	l := ledger.Memory(nil)
	journal, _ := transparency.New(ctx, l, nil)

	guarded := transparency.Wrap(recommend, journal, func(c customer, offers []string) transparency.Explanation {
		return transparency.Explanation{
			Subject: c.ID,
			Factors: []transparency.Factor{{Name: "your purchases", Value: c.Bought[0], Weight: 0.8}},
			Result:  offers[0],
		}
	})
	offers, err := guarded(ctx, customer{ID: "c-17", Bought: []string{"running shoes"}})
	fmt.Println(offers, err)

	for record, err := range journal.Find(ctx, "c-17") {
		fmt.Println(record.Outcome, record.Explanation.Result, err)
		fmt.Println(record.Why())
	}
	// Output:
	// [laces for running shoes] <nil>
	// allowed laces for running shoes <nil>
	// Mostly because of your purchases (running shoes).
}

func ExampleWrapStream() {
	ctx := context.Background()
	journal, _ := transparency.New(ctx, ledger.Memory(nil), nil)
	words := func(context.Context, customer) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			_ = yield("new ", nil) && yield("laces", nil)
		}
	}
	guarded := transparency.WrapStream(words, journal, func(c customer, chunks []string) transparency.Explanation {
		return transparency.Explanation{Subject: c.ID, Summary: fmt.Sprintf("You asked, and got %d words", len(chunks))}
	})
	for word, err := range guarded(ctx, customer{ID: "c-17"}) {
		fmt.Println(word, err)
	}
	for record := range journal.Find(ctx, "c-17") {
		same, _ := record.Output.Digest.Matches("new ", "laces")
		fmt.Println(record.Outcome, record.Output.Chunks, same, record.Why())
	}
	// Output:
	// new  <nil>
	// laces <nil>
	// allowed 2 true You asked, and got 2 words.
}

func ExampleAnnotate() {
	ctx := context.Background()
	journal, _ := transparency.New(ctx, ledger.Memory(nil), nil)
	guarded := transparency.Wrap(func(ctx context.Context, c customer) (string, error) {
		transparency.Annotate(ctx, transparency.Factor{Name: "the weather", Value: "rain"})
		return "an umbrella", nil
	}, journal, func(c customer, _ string) transparency.Explanation { return transparency.Explanation{Subject: c.ID} })
	_, _ = guarded(ctx, customer{ID: "c-17"})
	for record := range journal.Find(ctx, "c-17") {
		fmt.Println(record.Why())
	}
	// Output:
	// Mostly because of the weather (rain).
}

func ExampleJournal_Get() {
	ctx := context.Background()
	journal, _ := transparency.New(ctx, ledger.Memory(nil), nil)
	id, _ := journal.Record(ctx, transparency.Record{
		Subject: "c-17", System: "credit", Outcome: "rejected",
		Explanation: transparency.Explanation{Summary: "Your income is below what this loan needs"},
	})
	mine, _ := journal.Get(ctx, "c-17", id)
	fmt.Println(mine.Why())
	_, err := journal.Get(ctx, "c-18", id)
	fmt.Println(err)
	// Output:
	// Your income is below what this loan needs.
	// transparency: not found
}

func ExampleTransport() {
	ctx := context.Background()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "laces") }))
	defer service.Close()
	journal, _ := transparency.New(ctx, ledger.Memory(nil), nil)
	client := &http.Client{Transport: transparency.Transport(nil, journal, func(x transparency.Exchange) transparency.Explanation {
		return transparency.Explanation{Subject: "c-17", Summary: "You asked our adviser", Result: string(x.Received)}
	})}

	request, _ := http.NewRequestWithContext(ctx, http.MethodPost, service.URL, strings.NewReader("what next?"))
	response, err := client.Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	for record := range journal.Find(ctx, "c-17") {
		fmt.Println(record.Outcome, record.Explanation.Result, record.Input.Digest.MatchesBytes([]byte("what next?")))
	}
	// Output:
	// allowed laces true
}
