package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/transparency"
)

func TestARefusedApplicantLearnsWhyAndTheChangeIsCaught(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, 5, file))
	for _, want := range []string{
		"Applicant 5 asked for 4870 DM over 24 months: loan refused, with -6.7 points where 15 are needed.",
		"The main reasons: the balance of your checking account is low",
		"the answer would have been another with ",
		"recomputed from the record they are the same: true",
		"the function says the same: true",
		"Each of the report's 1 entries is proved to be in the log.",
		"the table refuses",
		"IT WAS TAMPERED WITH",
		"at 2: ",
	} {
		assert.Contains(t, out.String(), want)
	}
	js, err := os.ReadFile(file)
	require.NoError(t, err)
	var report transparency.SubjectReport
	require.NoError(t, json.Unmarshal(js, &report))
	require.NoError(t, report.Check(report.PublicKey))
}

func TestAnApprovedApplicantAndOneWhoIsNone(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, 3, ""))
	assert.Contains(t, out.String(), "loan approved")
	assert.NotContains(t, out.String(), "main reasons")
	require.ErrorContains(t, run(t.Context(), &out, 1001, ""), "-row takes 1 to 1000")
}
