package privacy_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy"
)

// saying streams what say makes of the input, cut at the places given.
func saying(say func(string) string, cuts ...int) func(context.Context, string) iter.Seq2[string, error] {
	return func(_ context.Context, in string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			out, done := say(in), 0
			for _, cut := range cuts {
				cut = min(cut, len(out))
				if !yield(out[done:cut], nil) {
					return
				}
				done = cut
			}
			yield(out[done:], nil)
		}
	}
}

func gather(t *testing.T, seq iter.Seq2[string, error]) string {
	t.Helper()
	var b strings.Builder
	for piece, err := range seq {
		require.NoError(t, err)
		b.WriteString(piece)
	}
	return b.String()
}

func TestStreamsAreTheSameHoweverTheyAreCut(t *testing.T) {
	say := func(hidden string) string {
		return "a < b & c \\ d: " + strings.ToLower(hidden) + ` \<EMAIL\_ADDRESS\_1\> &lt;EMAIL_ADDRESS_1&gt; \u003cEMAIL_ADDRESS_2\u003e <EMAIL_ADDRESS_9> é😀 <EMAIL_`
	}
	in := mail + " and " + mail2
	whole, err := privacy.Wrap(func(_ context.Context, s string) (string, error) { return say(s), nil }, &privacy.Redactor{},
		(*privacy.Session).Hide, (*privacy.Session).Show)(t.Context(), in)
	require.NoError(t, err)
	require.Contains(t, whole, mail2)
	n := len(say("<EMAIL_ADDRESS_1> and <EMAIL_ADDRESS_2>"))
	for i := range n + 1 {
		got := gather(t, privacy.WrapText(saying(say, i), &privacy.Redactor{})(t.Context(), in))
		require.Equal(t, whole, got, "cut at %d", i)
	}
	every := make([]int, n)
	for i := range every {
		every[i] = i
	}
	require.Equal(t, whole, gather(t, privacy.WrapText(saying(say, every...), &privacy.Redactor{})(t.Context(), in)))
}

func TestStreamsOfAnythingAreTheSame(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	r := &privacy.Redactor{}
	for range 2000 {
		in := scrapText(rnd)
		var cuts []int
		for at := 0; at < 300; {
			at += rnd.IntN(7)
			cuts = append(cuts, at)
		}
		got := gather(t, privacy.WrapText(saying(func(s string) string { return s }, cuts...), r)(t.Context(), in))
		require.Equal(t, in, got)
	}
}

func TestStreamHoldsBackLittle(t *testing.T) {
	long := "<" + strings.Repeat("A", 5000)
	given, most := 0, 0
	next := func(context.Context, string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for i := range len(long) {
				given++
				if !yield(long[i:i+1], nil) {
					return
				}
			}
		}
	}
	shown := 0
	for piece, err := range privacy.WrapText(next, &privacy.Redactor{})(t.Context(), "x") {
		require.NoError(t, err)
		shown += len(piece)
		most = max(most, given-shown)
	}
	assert.Equal(t, len(long), shown)
	assert.LessOrEqual(t, most, 128)
}

type chunk struct {
	Text *string
	Done bool
}

func TestWrapStreamOfChunks(t *testing.T) {
	words := func(s string) *string { return &s }
	fail := errors.New("line went dead")
	next := func(_ context.Context, in string) iter.Seq2[chunk, error] {
		return func(yield func(chunk, error) bool) {
			_ = yield(chunk{Text: words("hello <EMAIL_")}, nil) && yield(chunk{Text: words("ADDRESS_1> <EM")}, nil) &&
				yield(chunk{Done: true}, nil) && yield(chunk{Text: words("more <")}, nil) && yield(chunk{}, fail)
		}
	}
	text := func(c *chunk) *string {
		if *c == (chunk{}) {
			c.Text = new(string)
		}
		return c.Text
	}
	ctx, trail := call.Track(t.Context())
	var got []string
	var last error
	for c, err := range privacy.WrapStream(next, &privacy.Redactor{}, (*privacy.Session).Hide, text)(ctx, mail) {
		if last = err; c.Text != nil {
			got = append(got, *c.Text)
		}
		if c.Done {
			got = append(got, "DONE")
		}
	}
	assert.Equal(t, []string{"hello ", mail + " ", "<EM", "DONE", "more ", "<", ""}, got)
	assert.Same(t, fail, last)
	assert.Equal(t, call.Failed, trail.Outcome())
}

func TestStreamFaults(t *testing.T) {
	in := "x " + mail
	for name, c := range map[string]struct {
		r    *privacy.Redactor
		text func(*string) *string
	}{
		"nil redactor": {nil, func(s *string) *string { return s }},
		"broken vault": {&privacy.Redactor{Vault: brokenVault{}}, func(s *string) *string { return s }},
		"text panics":  {&privacy.Redactor{}, func(*string) *string { panic(mail) }},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			for piece, err := range privacy.WrapStream(saying(strings.ToLower), c.r, (*privacy.Session).Hide, c.text)(t.Context(), in) {
				n++
				assert.Empty(t, piece)
				require.ErrorIs(t, err, privacy.ErrRefused)
				assert.NotContains(t, fmt.Sprintf("%+v", err), mail)
			}
			assert.Equal(t, 1, n)
		})
	}
	nowhere := func(s *string) *string {
		if *s == "" {
			return nil
		}
		return s
	}
	ctx, trail := call.Track(t.Context())
	var last error
	for _, err := range privacy.WrapStream(saying(func(string) string { return "<EM" }), &privacy.Redactor{}, (*privacy.Session).Hide, nowhere)(ctx, in) {
		last = err
	}
	assert.Equal(t, call.Failed, trail.Outcome())
	require.ErrorIs(t, last, privacy.ErrRefused, "an end that cannot be delivered is an error, not a loss")
	assert.Panics(t, func() { privacy.WrapText(nil, nil) })
}

func TestStreamLeftEarly(t *testing.T) {
	ctx, trail := call.Track(t.Context())
	seq := privacy.WrapText(saying(strings.ToUpper, 1, 2, 3), &privacy.Redactor{})(ctx, mail)
	for range 2 {
		for range seq {
			break
		}
		assert.Equal(t, call.Abandoned, trail.Outcome())
	}
	assert.Len(t, trail.All(), 2, "ranging again is a new decision")
}

func ExampleWrapText() {
	tokens := func(_ context.Context, prompt string) iter.Seq2[string, error] {
		fmt.Println("sent: ", prompt)
		return func(yield func(string, error) bool) {
			for _, token := range []string{"Dear ", "<EMAIL", "_ADDR", "ESS_1", ">, hello"} {
				if !yield(token, nil) {
					return
				}
			}
		}
	}
	for piece, err := range privacy.WrapText(tokens, &privacy.Redactor{})(context.Background(), "greet ines.rocha@example.org") {
		if err != nil {
			fmt.Println(err)
			return
		}
		if piece != "" {
			fmt.Printf("shown: %q\n", piece)
		}
	}
	// Output:
	// sent:  greet <EMAIL_ADDRESS_1>
	// shown: "Dear "
	// shown: "ines.rocha@example.org, hello"
}
