package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// luminance is WCAG 2.2's relative luminance of a colour, "#rrggbb".
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	require.NoError(t, err, colour)
	part := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Text is read at 4.5 to 1 (WCAG 1.4.3), edges of controls, marks and the focus at 3 to 1 (1.4.11), in the light and in the dark.
func TestContrast(t *testing.T) {
	css := string(assets().style.plain)
	roots := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(css, 2)
	require.Len(t, roots, 2)
	property := regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
	for i, theme := range []string{"light", "dark"} {
		of := map[string]string{}
		for _, m := range property.FindAllStringSubmatch(roots[i][1], -1) {
			of[m[1]] = m[2]
		}
		require.Greater(t, len(of), 20, theme)
		check := func(least float64, ink string, on ...string) {
			for _, ground := range on {
				c := contrast(t, of[ink], of[ground])
				assert.GreaterOrEqual(t, c, least, "%s: %s on %s is %.2f", theme, ink, ground, c)
			}
		}
		grounds := []string{"page", "card", "sunk"}
		for _, ink := range []string{"ink", "soft", "accent", "accent-strong"} {
			check(4.5, ink, grounds...)
		}
		check(4.5, "ink", "ins", "del", "ok-bg", "warn-bg", "bad-bg", "info-bg")
		for _, state := range []string{"ok", "warn", "bad", "info"} {
			check(4.5, state, state+"-bg", "card", "page")
			check(4.5, "soft", state+"-bg")
		}
		check(4.5, "on-accent", "accent", "accent-strong")
		check(4.5, "on-danger", "danger", "danger-strong")
		check(3, "edge", grounds...)
		check(3, "focus", grounds...)
	}
}
