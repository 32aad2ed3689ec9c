package privacy_test

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
)

// TestFieldsSayWhatANumberIs: a number that says nothing by itself is somebody's where the name of its field says so.
func TestFieldsSayWhatANumberIs(t *testing.T) {
	type form struct {
		SocialSecurityNumber string
		OrderRef             string
		Plain                map[string]string
	}
	const ssn, order = "536902481", "536902481"
	s := open(t, &privacy.Redactor{}, nil, "")
	got := privacy.HideTagged(s, form{ssn, order, map[string]string{"ssn": ssn, "order": order}})
	require.NoError(t, s.Err())
	assert.Equal(t, form{"<US_SSN_1>", order, map[string]string{"ssn": "<US_SSN_1>", "order": order}}, got)

	raw := json.RawMessage(`{"ssn":"` + ssn + `","order":"` + order + `","list":{"ssn":["` + ssn + `"]},"n":{"ssn":` + ssn + `}}`)
	assert.JSONEq(t, `{"ssn":"<US_SSN_1>","order":"`+order+`","list":{"ssn":["<US_SSN_1>"]},"n":{"ssn":"<US_SSN_1>"}}`, string(privacy.HideTagged(s, raw)))

	f := &far{answer: "{}"}
	res, err := privacy.Transport(f, &privacy.Redactor{}, nil).RoundTrip(post(t, "/v1/responses",
		`{"input":[{"arguments":"{\"ssn\":\"`+ssn+`\",\"order\":\"`+order+`\"}"}],"metadata":{"ssn":"`+ssn+`"}}`))
	require.NoError(t, err)
	_, err = io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, []string{`{"input":[{"arguments":"{\"ssn\":\"<US_SSN_1>\",\"order\":\"` + order + `\"}"}],"metadata":{"ssn":"<US_SSN_1>"}}`}, f.got)
}
