package privacy

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestManyTextsAtOnce: an answer that begins more texts than any model does costs bounded memory and loses no byte.
func TestManyTextsAtOnce(t *testing.T) {
	s := newSession(t.Context(), &Redactor{}, nil, nil)
	var b strings.Builder
	const texts = 20 * maxSlots
	for i := range texts {
		fmt.Fprintf(&b, "data: {\"choices\":[{\"index\":%d,\"delta\":{\"content\":\"a <EM\"}}]}\n\n", i)
	}
	body := newStreamBody(io.NopCloser(strings.NewReader(b.String())), &wire{s: s, o: &TransportOptions{}}, events, 1<<20)
	most := 0
	var out strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := body.Read(buf)
		out.Write(buf[:n])
		most = max(most, len(body.slots))
		if err == io.EOF { //nolint:errorlint // the very value
			break
		}
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, most, maxSlots)
	assert.Equal(t, texts, strings.Count(out.String(), `"a "`))
	assert.Equal(t, texts, strings.Count(out.String(), `"<EM"`))
	for _, i := range []int{0, maxSlots, texts - 1} {
		assert.Equal(t, 2, strings.Count(out.String(), fmt.Sprintf(`"index":%d,`, i)))
	}
}

// TestPlacesAreBounded: what is looked up for every leaf does not grow with what stands around it.
func TestPlacesAreBounded(t *testing.T) {
	long := strings.Repeat("k", 1<<20)
	src := `{"` + long + `":[` + strings.Repeat(`"x",`, 50_000) + `"x"],"a":` + strings.Repeat(`{"deep":`, 5000) + `"x"` + strings.Repeat("}", 5000) + "}"
	longest, leaves := 0, 0
	_, _, err := edit([]byte(src), func(l *leaf) (string, bool) {
		longest = max(longest, len(l.at), len(l.exact))
		if !l.key {
			leaves++
		}
		return "", false
	})
	require.NoError(t, err)
	assert.Equal(t, 50_002, leaves)
	assert.LessOrEqual(t, longest, maxPlace+maxStep+2)

	var at []string
	_, _, err = edit([]byte(`{"`+strings.Repeat("a", 70)+`":{"thinking":"x"}}`), func(l *leaf) (string, bool) {
		at = append(at, string(l.last()))
		return "", false
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"", strings.Repeat("a", maxStep) + "\x00", "thinking"}, at)
}

// TestAnEndlessEventIsBounded: an event that never ends, in one line or in many, costs no more memory than a body may have; what came
// before it is delivered, and so is what was held back.
func TestAnEndlessEventIsBounded(t *testing.T) {
	const most = 1 << 14
	good := "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a <EM\"}}]}\n\n"
	for what, endless := range map[string]string{
		"one line":             "data: " + strings.Repeat("x", 4*most) + "\n\n",
		"a line after another": "data: short\ndata: " + strings.Repeat("x", 4*most) + "\n\n",
		"short lines":          strings.Repeat("data: x\n", most),
		"comments":             strings.Repeat(": still here\n", most),
	} {
		t.Run(what, func(t *testing.T) {
			s := newSession(t.Context(), &Redactor{}, nil, nil)
			body := newStreamBody(io.NopCloser(strings.NewReader(good+endless)), &wire{s: s, o: &TransportOptions{}}, events, most)
			got, err := io.ReadAll(body)
			require.ErrorIs(t, err, errLongEvent)
			assert.LessOrEqual(t, cap(body.raw), 2*most)
			assert.Contains(t, string(got), `"a "`)
			assert.Contains(t, string(got), `"<EM"`)
			assert.NotContains(t, string(got), "xx")
		})
	}
}
