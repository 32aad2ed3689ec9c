package privacy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRollFindsAlike: a conversation's memory answers alike while it is a list and when it has become maps, and after its last entries
// were taken back.
func TestRollFindsAlike(t *testing.T) {
	for _, n := range []int{1, few - 1, few, few + 1, 3 * few} {
		var b book
		name := func(i int) string { return b.entries[i].Name }
		for i := range n {
			if i%5 == 4 {
				b.add(Entry{Name: "FOREIGN_" + strings.Repeat("I", i)})
				continue
			}
			b.add(Entry{Name: b.number("PERSON"), Kind: "PERSON", Value: strings.Repeat("v", i+1)})
		}
		kept := len(b.entries)
		for i := range 2 * few {
			b.add(Entry{Name: b.number("CITY"), Kind: "CITY", Value: strings.Repeat("w", i+1)})
		}
		assert.True(t, b.hasNumbered("CITY"))
		b.takeBack(kept)
		assert.Len(t, b.entries, kept)
		assert.False(t, b.hasNumbered("CITY"))
		assert.True(t, b.hasNumbered("PERSON"))
		_, known := b.value("CITY_1")
		assert.False(t, known)
		_, known = b.name("CITY", "w")
		assert.False(t, known)
		assert.Equal(t, "CITY_1", b.number("CITY"), "the first free one again")
		for i, e := range b.entries {
			value, known := b.value(e.Name)
			assert.True(t, known)
			assert.Equal(t, e.Value, value)
			if e.Value == "" {
				_, known = b.name(e.Kind, "")
				assert.False(t, known, "nobody's")
				continue
			}
			got, known := b.name(e.Kind, e.Value)
			assert.True(t, known)
			assert.Equal(t, name(i), got)
			_, known = b.name("OTHER", e.Value)
			assert.False(t, known, "another kind")
		}
	}
}
