package oversight

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type inner struct{ hidden int }

type node struct{ next *node }

func mustDigest(t testing.TB, v any) digest {
	t.Helper()
	d, err := digestOf(v)
	require.NoError(t, err)
	return d
}

func TestDigestTellsValuesApart(t *testing.T) {
	one := 1
	values := []any{
		nil, 0, 1, int64(1), uint(1), "1", "", true, false, 1.0, complex(1, 0),
		[]int{1},
		[]int{1, 0},
		[2]int{1, 0},
		[]string{"ab", "c"},
		[]string{"a", "bc"},
		[]byte("ab"),
		map[string]int{"a": 1},
		map[string]int{"b": 1},
		map[string]int{"a": 2},
		inner{1},
		inner{2},
		&inner{1}, &one,
		struct{ A any }{1},
		struct{ A any }{"1"},
		time.Unix(1, 0), time.Unix(2, 0), (*int)(nil),
	}
	seen := map[digest]int{}
	for i, v := range values {
		d := mustDigest(t, v)
		if j, ok := seen[d]; ok {
			t.Errorf("%T %v and %T %v have one digest", values[j], values[j], v, v)
		}
		seen[d] = i
	}
}

func TestDigestIsTheSameForTheSameValue(t *testing.T) {
	at := time.Now()
	for _, pair := range [][2]any{
		{map[string]int{"a": 1, "b": 2, "c": 3}, map[string]int{"c": 3, "b": 2, "a": 1}},
		{[]int(nil), []int{}},
		{at, at.Round(0).UTC()},
		{inner{7}, inner{7}},
		{&inner{7}, &inner{7}},
		{[]any{1, "x", nil}, []any{1, "x", nil}},
	} {
		assert.Equal(t, mustDigest(t, pair[0]), mustDigest(t, pair[1]))
	}
}

func TestDigestRefusesWhatItCannotSee(t *testing.T) {
	loop := &node{}
	loop.next = loop
	wide := []any{}
	for range 64 { // 2^63 ways to one value
		wide = []any{wide, wide}
	}
	for name, v := range map[string]any{
		"function": func() {}, "channel": make(chan int), "inside": struct{ F func() }{func() {}},
		"cycle": loop, "wide": wide,
	} {
		_, err := digestOf(v)
		require.Error(t, err, name)
	}
	_, err := digestOf(struct{ F func() }{})
	assert.NoError(t, err, "a nil function is a value like any other")
}

// Length prefixes: no two lists of fields give the same bytes.
func FuzzFieldsAreInjective(f *testing.F) {
	f.Add("ab", "c", "a", "bc")
	f.Add("", "x", "x", "")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		one, two := newFields("t"), newFields("t")
		one.text(a)
		one.text(b)
		two.text(c)
		two.text(d)
		if (one.sum() == two.sum()) != (a == c && b == d) {
			t.Fatalf("(%q, %q) and (%q, %q)", a, b, c, d)
		}
	})
}
