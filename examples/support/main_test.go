package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func Example() {
	if err := run(context.Background(), os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// typed  Refund order 8841 to maria.silva@example.pt, card 4111 1111 1111 1111
	// sent   Refund order 8841 to <EMAIL_ADDRESS_1>, card <CREDIT_CARD_1>
	// shown  I refunded order 8841. I noted maria.silva@example.pt and 4111 1111 1111 1111.
	//        (streamed in 13 pieces)
	//
	// typed  No, please write to pedro.silva@example.pt and not to maria.silva@example.pt
	// sent   No, please write to <EMAIL_ADDRESS_2> and not to <EMAIL_ADDRESS_1>
	// shown  Thank you. I noted pedro.silva@example.pt and maria.silva@example.pt.
	//        (streamed in 9 pieces)
	//
	// typed  What are your opening hours?
	// sent   What are your opening hours?
	// shown  From nine to five, every day but Sunday.
	//        (streamed in 10 pieces)
}

func TestNothingPersonalIsSent(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out))
	n := 0
	for line := range strings.SplitSeq(out.String(), "\n") {
		if text, ok := strings.CutPrefix(line, "sent "); ok {
			n++
			assert.NotContains(t, text, "@")
			assert.NotContains(t, text, "4111")
		}
		assert.False(t, strings.HasPrefix(line, "shown") && strings.Contains(line, "<"), "a placeholder was shown: %s", line)
	}
	assert.Len(t, typed, n)
}

func TestEndedEarly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, run(ctx, &strings.Builder{}))
}
