package privacy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// Texts that cost their length squared if every place in them is looked at to the end: hours, then, where now it is a moment.

func TestDecryptIsLinear(t *testing.T) {
	r := &privacy.Redactor{Key: []byte("0123456789abcdef"), Default: privacy.Encrypt{}}
	sealed, err := r.Text(t.Context(), mail)
	require.NoError(t, err)
	for _, odd := range []string{"<", "<A~", "<A", "~>", "<~", "<" + strings.Repeat("A", 65)} {
		filler := strings.Repeat(odd, 1_000_000/len(odd))
		if strings.HasSuffix(odd, ">") {
			got, err := r.Decrypt(t.Context(), "", filler+sealed+filler)
			require.NoError(t, err, odd)
			assert.Equal(t, filler+mail+filler, got, odd)
			continue
		}
		got, err := r.Decrypt(t.Context(), "", sealed+filler)
		require.NoError(t, err, odd)
		assert.Equal(t, mail+filler, got, odd)
	}
	_, err = r.Decrypt(t.Context(), "", strings.Repeat("<A~", 1000)+sealed)
	require.ErrorIs(t, err, privacy.ErrRefused, "a piece that was changed")
}

func TestBreakingUpIsLinear(t *testing.T) {
	s := open(t, &privacy.Redactor{Operators: map[pii.Kind]privacy.Operator{pii.EmailAddress: privacy.Remove{}}}, nil, "")
	const n = 200_000
	got := s.Hide(strings.Repeat("<X_1 "+mail+" > ", n))
	require.NoError(t, s.Err())
	assert.Equal(t, strings.Repeat("(X_1  > ", n), got, "what became a placeholder only when a piece was removed is none")
	assert.Equal(t, got, s.Show(got))
}
