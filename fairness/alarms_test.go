package fairness

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAlarms(t *testing.T) {
	table := func(yes float64) Verdict {
		v, err := Table{Attributes: []string{"sex"}, Cells: []Cell{cellOf(yes, 1000-yes, "f"), cellOf(500, 500, "m")}}.Status(nil)
		require.NoError(t, err)
		return v
	}
	unfair, fair := table(200), table(480)
	require.Greater(t, unfair.Findings[0].Evidence, 10.0)
	require.Less(t, fair.Findings[0].Evidence, 0.0)
	got := Alarms(0.05, fair, unfair, fair, table(210))
	require.Len(t, got, 2)
	assert.Equal(t, Action, got[0].Status)
	assert.Empty(t, Alarms(0.05))
	assert.Empty(t, Alarms(0, unfair))
	assert.Empty(t, Alarms(0.05, Verdict{}))
}
