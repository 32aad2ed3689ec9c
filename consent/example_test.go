package consent_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
)

func exampleGate(ctx context.Context) *consent.Gate {
	gate, err := consent.New(ctx, ledger.Memory(nil), []consent.Purpose{{
		ID: "offers", Name: "Offers made for you",
		Notice: consent.Notice{Version: 1, Text: "We look at what you bought to choose offers for you."},
	}}, nil)
	if err != nil {
		panic(err)
	}
	return gate
}

func ExampleWrap() {
	ctx := context.Background()
	gate := exampleGate(ctx)
	recommend := consent.Wrap(
		func(_ context.Context, customer string) (string, error) { return "tea, because you bought a pot", nil },
		gate,
		func(customer string) consent.Ask { return consent.Ask{Subject: customer, Purpose: "offers"} },
	)

	_, err := recommend(ctx, "customer-1")
	var denied *consent.DeniedError
	if errors.As(err, &denied) {
		fmt.Println(denied.Reason, "-", denied.Public())
	}
	_, _ = gate.Grant(ctx, consent.Event{Subject: "customer-1", Purpose: "offers"})
	offer, err := recommend(ctx, "customer-1")
	fmt.Println(offer, err)
	// Output:
	// no_record - You have not agreed to this use of your data, so we did not use it.
	// tea, because you bought a pot <nil>
}

func ExampleWrapOr() {
	ctx := context.Background()
	recommend := consent.WrapOr(
		func(context.Context, string) (string, error) { return "made for you", nil },
		exampleGate(ctx),
		func(customer string) consent.Ask { return consent.Ask{Subject: customer, Purpose: "offers"} },
		func(context.Context, string) (string, error) { return "popular with everybody", nil },
	)
	fmt.Println(recommend(ctx, "customer-1"))
	// Output: popular with everybody <nil>
}

func ExampleGate_Withdraw() {
	ctx := context.Background()
	gate := exampleGate(ctx)
	_, _ = gate.Grant(ctx, consent.Event{Subject: "customer-1", Purpose: "offers"})
	_, _ = gate.Withdraw(ctx, consent.Event{Subject: "customer-1", Purpose: "offers"})
	answer, _ := gate.Check(ctx, consent.Ask{Subject: "customer-1", Purpose: "offers"})
	fmt.Println(answer.Allowed, answer.Reason)
	history, _ := gate.History(ctx, "customer-1")
	for _, e := range history {
		fmt.Println(e.Kind, e.Purpose)
	}
	// Output:
	// false withdrawn
	// granted offers
	// withdrawn offers
}

func ExampleGate_Minimize() {
	type customer struct {
		Name   string
		Bought []string `consent:"offers"`
	}
	ctx := context.Background()
	c := customer{Name: "a customer", Bought: []string{"tea"}}
	err := exampleGate(ctx).Minimize(ctx, "customer-1", &c)
	fmt.Println(c.Name, len(c.Bought), err)
	// Output: a customer 0 <nil>
}

func ExampleGate_Receipt() {
	ctx := context.Background()
	_, key, _ := ed25519.GenerateKey(nil) // the application's own, or one in a key management service
	gate, err := consent.New(ctx, ledger.Memory(nil), []consent.Purpose{{
		ID: "offers", Name: "Offers made for you", Data: []string{"what you bought"}, Keep: "P1Y",
		Notice: consent.Notice{Text: "We look at what you bought to choose offers for you.", Language: "en"},
	}}, &consent.Options{Controller: &consent.Controller{
		Name: "Example Shop", Address: "1 Harbour Street, Example", Contact: "privacy@shop.example", Jurisdiction: "EU",
		Storage: []string{"EU"}, Withdrawal: "https://shop.example/choices", Signer: key,
	}})
	if err != nil {
		panic(err)
	}
	said, _ := gate.Grant(ctx, consent.Event{Subject: "customer-1", Purpose: "offers"})
	receipt, _ := gate.Receipt(ctx, "customer-1", said.Seq)

	checked, err := consent.VerifyReceipt(receipt, key.Public().(ed25519.PublicKey))
	fmt.Println(checked.Event.Kind, checked.Event.Purpose, err)
	// Output: granted offers <nil>
}

func ExampleGate_Erase() {
	ctx := context.Background()
	gate, _ := consent.New(ctx, ledger.Memory(nil), []consent.Purpose{{ID: "safety", Bases: []consent.Basis{consent.BasisLegitimateInterests}}}, nil)
	_, _ = gate.Object(ctx, consent.Event{Subject: "customer-1", Purpose: "safety"})
	_, _ = gate.Erase(ctx, "customer-1")
	answer, _ := gate.Check(ctx, consent.Ask{Subject: "customer-1", Purpose: "safety"})
	history, _ := gate.History(ctx, "customer-1")
	fmt.Println(answer.Allowed, answer.Reason, len(history))
	// Output: false objected 0
}

func ExampleGate_MayAsk() {
	ctx := context.Background()
	gate, _ := consent.New(ctx, ledger.Memory(nil), []consent.Purpose{{ID: "offers", Cooldown: 365 * 24 * time.Hour}}, nil)
	before, _ := gate.MayAsk(ctx, consent.Ask{Subject: "customer-1", Purpose: "offers"})
	_, _ = gate.Record(ctx, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Refused})
	after, _ := gate.MayAsk(ctx, consent.Ask{Subject: "customer-1", Purpose: "offers"})
	fmt.Println(before, after)
	// Output: true false
}
