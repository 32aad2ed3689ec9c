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
		for first := range all {
			assert.Equal(t, all[first:], p.from(first, len(all)), "%d, %d", cut, first)
		}
		assert.Empty(t, p.from(len(all), len(all)))
	}
}
