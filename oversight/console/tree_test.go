package console

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is taken apart and put together again is the same JSON, in the same order.
func FuzzTree(f *testing.F) {
	for _, seed := range []string{
		`{"b":1e1,"a":[true,null,{"c":"\u2028<b>"}],"":{}}`, `[]`, `"x"`, `-0.0`, `1e999`, `{"a":1,"a":2}`, `{"a.b":1,"a":{"b":2}}`, `[[[[1]]]]`, ` {} x`, `{"a"`, ``,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tr, err := parseTree([]byte(text))
		if err != nil {
			return
		}
		require.True(t, json.Valid([]byte(text)), "only JSON is taken")
		again, err := parseTree(tr.json())
		require.NoError(t, err)
		require.Equal(t, string(tr.json()), string(again.json()))
		require.Equal(t, tr.leaves(), again.leaves())
		for _, c := range diff([]byte(text), tr.json()) {
			require.True(t, c.Same())
		}
		for _, field := range form([]byte(text)) {
			require.NotEmpty(t, field.Kind)
		}
	})
}

func TestDiff(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		want                []change
	}{
		{"a value", `{"a":1,"b":"x"}`, `{"b":"y","a":1}`, []change{{"a", "1", "1", true, true}, {"b", `"x"`, `"y"`, true, true}}},
		{"a field more and one less", `{"a":1}`, `{"b":2}`, []change{{"a", "1", "", true, false}, {"b", "", "2", false, true}}},
		{"a list", `[1,2]`, `[1]`, []change{{"[0]", "1", "1", true, true}, {"[1]", "2", "", true, false}}},
		{"the same path twice", `{"a.b":1,"a":{"b":2}}`, `{"a.b":1,"a":{"b":3}}`, []change{{"a.b", "1", "1", true, true}, {"a.b", "2", "3", true, true}}},
		{"no answer before", ``, `{"a":1}`, []change{{"", "", "{\n  \"a\": 1\n}", false, true}}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, diff([]byte(c.before), []byte(c.after))) })
	}
}

func TestWhatIsTooLargeIsShownWhole(t *testing.T) {
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	wide := "[" + strings.Repeat("1,", maxNodes) + "1]"
	for _, text := range []string{deep, wide, "not JSON"} {
		_, err := parseTree([]byte(text))
		require.Error(t, err)
		assert.Nil(t, form([]byte(text)))
		assert.Len(t, diff([]byte(text), []byte(`{}`)), 1)
	}
	assert.Nil(t, form([]byte("["+strings.Repeat("1,", maxFields)+"1]")))
	assert.Nil(t, form([]byte("[]")), "nothing to type into")
	assert.Len(t, form([]byte("["+strings.Repeat("1,", maxFields-1)+"1]")), maxFields)
}
