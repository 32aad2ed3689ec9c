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
