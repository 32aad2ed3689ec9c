package fairlead_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// shopper is what a shop knows of a customer.
type shopper struct {
	ID      string `privacy:"remove"`
	Message string // whatever people type: scanned
	Group   string `privacy:"-"`
}

func (s shopper) ask() consent.Ask { return consent.Ask{Subject: s.ID, Purpose: "offers"} }

// recommendShoes is the function the shop had before.
func recommendShoes(_ context.Context, s shopper) (string, error) {
	fmt.Println("the model sees:", s.Message)
	return "Running shoes, as you asked: " + s.Message, nil
}

func popular(context.Context, shopper) (string, error) { return "Our most popular shoes", nil }

// shop makes the engines on one ledger; one of its customers has agreed to offers.
func shop(ctx context.Context) (*consent.Gate, *fairness.Monitor, *transparency.Journal, *oversight.Desk) {
	log := ledger.Memory(nil)
	gate, err := consent.New(ctx, log, []consent.Purpose{{ID: "offers", Name: "Offers made for you"}}, nil)
	must(err)
	monitor, err := fairness.New(ctx, []string{"age"}, nil)
	must(err)
	journal, err := transparency.New(ctx, log, nil)
	must(err)
	desk, err := oversight.New(ctx, log, oversight.Policy{Rate: 0.02}, nil)
	must(err)
	_, err = gate.Grant(ctx, consent.Event{Subject: "customer-1", Purpose: "offers"})
	must(err)
	return gate, monitor, journal, desk
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func ExampleAround() {
	ctx := context.Background()
	gate, monitor, journal, desk := shop(ctx)

	recommend := fairlead.Around(recommendShoes).
		System(&fairlead.System{Name: "offers", Version: "3"}).
		Consent(gate, shopper.ask).
		Otherwise(popular).
		Fairness(monitor, func(s shopper) fairness.Groups { return fairness.Of(s.Group) }, func(shopper, string) bool { return true }).
		Privacy(&privacy.Redactor{}, privacy.HideTagged, privacy.ShowTagged).
		Transparency(journal, func(shopper, string) transparency.Explanation {
			return transparency.Explanation{Summary: "you asked for running shoes"}
		}).
		Oversight(desk, func(shopper, string) oversight.Case { return oversight.Case{} }).
		Func() // the same type as recommendShoes

	for _, s := range []shopper{
		{ID: "customer-1", Message: "write to me@example.com", Group: "over 25"},
		{ID: "customer-2", Message: "write to you@example.com", Group: "over 25"}, // has not agreed
	} {
		ctx, trail := fairlead.Track(ctx)
		offer, err := recommend(ctx, s)
		must(err)
		fmt.Println(trail.Outcome(), "-", offer)
		record, err := journal.Get(ctx, s.ID, trail.ID())
		must(err)
		fmt.Printf("on record: consent %v, %q\n", record.Consent.Allowed, record.Explanation.Summary)
	}
	// Output:
	// the model sees: write to <EMAIL_ADDRESS_1>
	// allowed - Running shoes, as you asked: write to me@example.com
	// on record: consent true, "you asked for running shoes"
	// fallback - Our most popular shoes
	// on record: consent false, ""
}

func ExampleAroundStream() {
	ctx := context.Background()
	gate, _, journal, _ := shop(ctx)
	chat := func(_ context.Context, _ shopper) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for _, word := range []string{"Running", "shoes", "it", "is"} {
				if !yield(word, nil) {
					return
				}
			}
		}
	}
	guarded := fairlead.AroundStream(chat).
		Consent(gate, shopper.ask).
		Transparency(journal, func(_ shopper, words []string) transparency.Explanation {
			return transparency.Explanation{Summary: fmt.Sprintf("said in %d words", len(words))}
		}).
		Func()

	tracked, trail := fairlead.Track(ctx)
	var said []string
	for word, err := range guarded(tracked, shopper{ID: "customer-1"}) {
		must(err)
		said = append(said, word)
	}
	fmt.Println(strings.Join(said, " "))
	record, err := journal.Get(ctx, "customer-1", trail.ID())
	must(err)
	fmt.Printf("%s: %s\n", trail.Outcome(), record.Explanation.Summary)

	for range guarded(tracked, shopper{ID: "customer-1"}) {
		break // stops reading
	}
	fmt.Println(trail.Outcome())
	for _, err := range guarded(tracked, shopper{ID: "customer-2"}) {
		fmt.Println(err)
	}
	// Output:
	// Running shoes it is
	// allowed: said in 4 words
	// abandoned
	// consent: denied: no_record (purpose offers)
}

// Wrap makes one decision of guards that are nested by hand, and names it.
func ExampleWrap() {
	ctx := context.Background()
	gate, _, journal, _ := shop(ctx)
	why := func(shopper, string) transparency.Explanation { return transparency.Explanation{} }
	f := consent.Wrap(transparency.Wrap(popular, journal, why), gate, shopper.ask)
	f = fairlead.Wrap(f, &fairlead.System{Name: "offers", Version: "3"})

	ctx, trail := fairlead.Track(ctx)
	offer, err := f(ctx, shopper{ID: "customer-1"})
	must(err)
	record, err := journal.Get(ctx, "customer-1", trail.ID())
	must(err)
	fmt.Println(offer, "by", record.System, record.Version)
	// Output: Our most popular shoes by offers 3
}

// Begin is for adapters that are no function of one input and one output, such as a queue's worker.
func ExampleBegin() {
	gate, _, _, _ := shop(context.Background())
	work := func(ctx context.Context, customer string) (err error) {
		ctx, end := fairlead.Begin(ctx, &fairlead.System{Name: "newsletter"})
		defer func() { end(err) }()
		if _, err := gate.Check(ctx, consent.Ask{Subject: customer, Purpose: "offers"}); err != nil {
			return err
		}
		return nil // send it
	}
	for _, customer := range []string{"customer-1", "customer-2"} {
		ctx, trail := fairlead.Track(context.Background())
		err := work(ctx, customer)
		fmt.Println(trail.Outcome(), err)
	}
	// Output:
	// allowed <nil>
	// denied consent: denied: no_record (purpose offers)
}

// A trail says which decisions were made, from outside the call; DecisionID says it from inside.
func ExampleTrack() {
	gate, _, _, _ := shop(context.Background())
	f := consent.Wrap(func(ctx context.Context, _ shopper) (string, error) {
		return fairlead.DecisionID(ctx).String(), nil
	}, gate, shopper.ask)

	ctx, trail := fairlead.Track(context.Background())
	inside, _ := f(ctx, shopper{ID: "customer-1"})
	fmt.Println(trail.Outcome(), trail.ID().String() == inside)
	_, err := f(ctx, shopper{ID: "customer-2"})
	fmt.Println(trail.Outcome(), errors.Is(trail.Err(), err), len(trail.All()))
	// Output:
	// allowed true
	// denied true 2
}

func ExampleOutcomeOf() {
	gate, _, _, _ := shop(context.Background())
	f := consent.Wrap(popular, gate, shopper.ask)
	_, err := f(context.Background(), shopper{ID: "customer-2"})
	switch fairlead.OutcomeOf(err) {
	case fairlead.Denied:
		fmt.Println("ask the customer first")
	case fairlead.Held:
		fmt.Println("come back later")
	}
	// Output: ask the customer first
}

func ExampleWriteError() {
	gate, _, _, _ := shop(context.Background())
	f := consent.Wrap(popular, gate, shopper.ask)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		offer, err := f(r.Context(), shopper{ID: r.Header.Get("Customer")})
		if err != nil {
			fairlead.WriteError(w, fmt.Errorf("offers of %s: %w", r.Header.Get("Customer"), err))
			return
		}
		fmt.Fprintln(w, offer)
	})
	r := httptest.NewRequest(http.MethodGet, "/offers", nil)
	r.Header.Set("Customer", "customer-2")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	var problem struct{ Title, Detail string }
	must(json.Unmarshal(w.Body.Bytes(), &problem))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	fmt.Printf("%s: %s\n", problem.Title, problem.Detail)
	// Output:
	// 403 application/problem+json
	// Forbidden: You have not agreed to this use of your data, so we did not use it.
}
