package fairness

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAFindingSpeaksAnyLanguage(t *testing.T) {
	m := newMonitor(t, nil, "sex")
	observe(t, m, 1300, true, "f")
	observe(t, m, 2700, false, "f")
	observe(t, m, 2500, true, "m")
	observe(t, m, 1500, false, "m")
	f := m.Status().Findings[0]
	german := func(message string, args ...any) string {
		switch {
		case message == "1,234.5":
			return "1.234,5"
		case strings.HasPrefix(message, "people with %[1]s get a favourable answer %[2]s times"):
			message = "bei %[3]s öfter als bei %[1]s (%[2]s; %[4]s, %[5]s; unter %[6]s)"
		case message == "%[1]s of %[2]s":
			message = "%[1]s von %[2]s"
		}
		if len(args) == 0 {
			return message
		}
		return fmt.Sprintf(message, args...)
	}
	sentence, next := f.Say(german)
	assert.Equal(t, "bei sex=m öfter als bei sex=f (0,52; 1.300 von 4.000, 2.500 von 4.000; unter 0,80)", sentence)
	assert.Equal(t, f.Next, strings.Replace(next, "1.200", "1,200", 1), "what is not translated stays English")
	sentence, next = f.Say(english)
	assert.Equal(t, f.Sentence, "ACTION: "+sentence)
	assert.Equal(t, f.Next, next)

	b, err := json.Marshal(f)
	require.NoError(t, err)
	var read Finding
	require.NoError(t, json.Unmarshal(b, &read))
	again, next := read.Say(german)
	assert.Equal(t, sentence, again, "one that was read has its sentence only")
	assert.Equal(t, f.Next, next)
}
