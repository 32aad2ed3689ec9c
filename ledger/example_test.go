package ledger_test

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

func ExampleMemory() {
	ctx := context.Background()
	log := ledger.Memory(nil)
	defer log.Close()
	_, _ = log.Append(ctx, ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: "c-17", Body: []byte("tea")})
	for e, err := range log.Find(ctx, "c-17") {
		fmt.Println(e, string(e.Body), err)
	}
	// Output: ledger.Entry(1 shop shop.ordered) tea <nil>
}

func ExampleLedger_Append() {
	ctx := context.Background()
	log := ledger.Memory(nil)
	order := ledger.Entry{
		ID:     uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://shop.example/orders/9")), // the same on every retry
		Stream: "shop", Kind: "shop.ordered", Subject: "c-17", Body: []byte("tea"),
	}
	first, _ := log.Append(ctx, order)
	again, _ := log.Append(ctx, order)
	fmt.Println(first, again)
	// Output: 1 1
}

func ExampleLedger_Follow() {
	ctx := context.Background()
	log := ledger.Memory(nil)
	stock := 10
	shop, err := log.Follow(ctx, []string{"shop"}, func(e ledger.Entry, now time.Time) error {
		switch {
		case e.Kind == "shop.ordered":
			stock--
		case e.Critical:
			return ledger.ErrUpgrade
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	shop.After(func(e ledger.Entry) { fmt.Println("react to", e.Kind) })
	_, _ = log.Append(ctx, ledger.Entry{Stream: "shop", Kind: "shop.ordered"})
	fmt.Println("in stock:", stock)
	_, _ = log.Append(ctx, ledger.Entry{Stream: "shop", Kind: "shop.abolished", Critical: true})
	fmt.Println(shop.Err())
	// Output:
	// react to shop.ordered
	// in stock: 9
	// ledger: written by a newer release (follow) at 2
}
