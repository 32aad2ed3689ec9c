package pii

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDigitsOfOtherScriptsDoNotHide(t *testing.T) {
	full := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '０'
			}
			return r
		}, s)
	}
	arabic := func(base rune) func(string) string {
		return func(s string) string {
			return strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r - '0' + base
				}
				return r
			}, s)
		}
	}
	between := func(sign string) func(string) string {
		return func(s string) string { return s[:3] + sign + s[3:7] + sign + s[7:] }
	}
	for _, piece := range []string{"4111 1111 1111 1111", "4111111111111111", "899-99-9998", "+1 202-555-0143", "86 095 742 719"} {
		for name, write := range map[string]func(string) string{
			"full-width": full, "Arabic-Indic": arabic('٠'), "Persian": arabic('۰'), "zero-width space": between("\u200b"),
			"soft hyphen": between("\u00ad"), "word joiner": between("\u2060"), "byte order mark": between("\ufeff"),
			"half": func(s string) string { return s[:6] + full(s[6:]) },
		} {
			want := write(piece)
			for _, text := range []string{want, "it is " + want + ".", "号码" + want + "。", strings.Repeat("quiet words ", 30) + want + strings.Repeat(" quiet words", 30)} {
				var s Scanner
				assert.Equal(t, []string{want}, pieces(text, s.Scan(nil, text)), "%s %q", name, text)
			}
		}
	}
	s := Scanner{Kinds: []Kind{UKNHS}}
	bare := full("9434765919")
	assert.Equal(t, []string{bare}, pieces(bare, s.Field(nil, bare)))
	assert.Empty(t, s.Scan(nil, bare))
}

func TestManyOtherDigitsStayLinear(t *testing.T) {
	var s Scanner
	for _, unit := range []string{"１ ", "４１１１", "٤١١١ ", "4\u200b", "１２３-４５-"} {
		text := strings.Repeat(unit, 1<<14/len(unit))
		checkFindings(t, text, s.Scan(nil, text))
		steps := testing.AllocsPerRun(1, func() { s.Scan(nil, text) })
		assert.Less(t, steps, float64(len(text)/16), "windows for %q", unit)
	}
}
