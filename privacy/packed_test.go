package privacy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

func TestPackedIsWhatWasPutIn(t *testing.T) {
	all := []Entry{
		{Name: "EMAIL_ADDRESS_1", Kind: pii.EmailAddress, Value: "a@b.de"},
		{Name: "PLACE_7"}, // a placeholder that is nobody's
		{Name: "PERSON_1", Kind: "PERSON", Value: strings.Repeat("x", 127)},
		{Name: "PERSON_2", Kind: "PERSON", Value: strings.Repeat("y", 128)},
		{Name: strings.Repeat("N", maxName), Kind: pii.Kind(strings.Repeat("k", 300)), Value: strings.Repeat("\xff\x80\x00", 1<<16)},
		{},
	}
	for cut := range len(all) + 1 {
		var p packed
		p = p.with(all[:cut]).with(all[cut:])
		for first := range len(all) {
			assert.Equal(t, all[first:], p.from(first, len(all)), "%d, %d", cut, first)
		}
		assert.Empty(t, p.from(len(all), len(all)))
	}
}

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
