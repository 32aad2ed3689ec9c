package pii_test

import (
	"fmt"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

func ExampleScanner_Scan() {
	var s pii.Scanner // every kind, score 0.5 and more
	text := "Mail jo@example.org, card 4111 1111 1111 1111."
	for _, f := range s.Scan(nil, text) {
		fmt.Printf("%s %q %.1f\n", f.Kind, text[f.Start:f.End], f.Score)
	}
	// Output:
	// EMAIL_ADDRESS "jo@example.org" 1.0
	// CREDIT_CARD "4111 1111 1111 1111" 1.0
}

// A bare number says little in a sentence, and much in a column of its own.
func ExampleScanner_Field() {
	s := pii.Scanner{Kinds: []pii.Kind{pii.UKNHS}}
	fmt.Println(len(s.Scan(nil, "order 9434765919")))
	fmt.Println(len(s.Scan(nil, "NHS number 9434765919")))
	fmt.Println(len(s.Field(nil, "9434765919")))
	// Output:
	// 0
	// 1
	// 1
}

func ExampleScanner_Explain() {
	var s pii.Scanner
	text := "card 4111 1111 1111 1111"
	fmt.Println(s.Explain(text, s.Scan(nil, text)[0]))
	// Output:
	// CREDIT_CARD: it has the shape 12 to 19 digits, bare or grouped as on the card. It passes the check: issuer range with its lengths (Mastercard 2-series included), Luhn. Shape and check together score 1. Rule: ISO/IEC 7812-1 and the networks' published ranges.
}

func ExampleKinds() {
	for _, k := range pii.Kinds() {
		if k.Country == "FR" && k.Kind == pii.FRNIR {
			fmt.Println(k.Example, "-", k.Check)
		}
	}
	// Output:
	// 2 55 08 14 168 025 38 - sex and month, key 97 - n mod 97
}
