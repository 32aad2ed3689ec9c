package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The unattended run, after the list of commands.
func Example() {
	var out bytes.Buffer
	if err := run(context.Background(), []string{"-script"}, nil, &out); err != nil {
		panic(err)
	}
	_, story, _ := strings.Cut(out.String(), "quit\n")
	fmt.Print(story)
	// Output:
	// > next
	//   agent: "The mug arrived broken.", I refund 9.50 EUR
	//   bank: paid 9.50 EUR to customer-17
	// > next
	//   agent: "The bicycle never came.", I refund 640.00 EUR
	//   agent: a person has to agree first (case 1)
	// > next
	//   agent: "The tent never came.", I refund 189.00 EUR
	//   agent: a person has to agree first (case 2)
	// > list
	//   1. 640.00 EUR for order 1002: The bicycle never came
	//   2. 189.00 EUR for order 1003: The tent never came
	// > approve 1
	//   bank: paid 640.00 EUR to customer-23
	// > next
	//   agent: "Two spoons arrived broken.", I refund 4.00 EUR
	//   bank: paid 4.00 EUR to customer-17
	// > reject 2 the parcel is on its way
	//   agent: to customer-42: A person looked at this and decided against it.
	// > stop too many refunds today
	// > next
	//   agent: "The lamp arrived broken.", I refund 35.00 EUR
	//   oversight: stopped: the stop switch is on; Desk.Start ends it
	// > start it was the sale
	// > next
	//   agent: "The lamp arrived broken.", I refund 35.00 EUR
	//   bank: paid 35.00 EUR to customer-23
	// > next
	//   agent: "The desk arrived broken.", I refund 310.00 EUR
	//   agent: a person has to agree first (case 3)
	// > approve 3
	//   bank: paid 310.00 EUR to customer-58
	// > list
	//   nothing waits for you
	// > quit
}

func TestReviewerWhoMistypes(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, strings.NewReader("approve 7\nshout\napprove\n\nreject 0 no\n"), &out))
	require.Equal(t, 3, strings.Count(out.String(), "which case?"))
	require.Contains(t, out.String(), `no command "shout"`)
	require.Error(t, run(t.Context(), []string{"-nonsense"}, nil, &out))
}

// Whatever the reviewer types, no refund is paid twice, and none above the limit without an approval.
func TestNothingIsPaidTwice(t *testing.T) {
	var out bytes.Buffer
	again := strings.Repeat("next\n", 7) + "approve 1\napprove 1\nreject 1 no\napprove 2\napprove 3\napprove 3\n"
	require.NoError(t, run(t.Context(), nil, strings.NewReader(again), &out))
	for _, paid := range []string{"paid 640.00", "paid 189.00", "paid 310.00", "paid 9.50", "paid 4.00", "paid 35.00"} {
		require.Equal(t, 1, strings.Count(out.String(), paid), paid)
	}
	require.Contains(t, out.String(), "no more messages")
}
