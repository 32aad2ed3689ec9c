package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func audit(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(append([]string{"-html", filepath.Join(t.TempDir(), "a.html")}, args...), &out, io.Discard)
	return out.String(), err
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "own.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestTheThousandCases(t *testing.T) {
	html := filepath.Join(t.TempDir(), "audit.html")
	var out bytes.Buffer
	require.NoError(t, run([]string{"-html", html}, &out, io.Discard))
	for _, want := range []string{"female ", "310", "201", "64.8 %", "<=25", "190", "110", "57.9 %", ">25", "810", "590", "72.8 %", "lowest over highest: 0.795", "The report: " + html} {
		assert.Contains(t, out.String(), want)
	}
	page, err := os.ReadFile(html)
	require.NoError(t, err)
	assert.Contains(t, string(page), "<svg")
	assert.NotContains(t, string(page), "<script")
	assert.Contains(t, string(page), "57.9 %")
}

func TestOwnFile(t *testing.T) {
	out, err := audit(t, "-csv", filepath.Join("..", "credit", "german_credit.csv"), "-groups", "sex,age", "-outcome", "outcome")
	require.NoError(t, err)
	assert.Contains(t, out, `column "age" is cut at [27 33 42], its quartiles`)
	assert.Contains(t, out, "64.8 %")
	own := file(t, "\ufeffsex,age,approved\nf,30,yes\nm,70,no\nf,,yes\n,50,no\nm,61,yes\n")
	out, err = audit(t, "-csv", own, "-outcome", "approved", "-cut", "age=25,60")
	require.NoError(t, err)
	assert.Contains(t, out, ">25 to 60")
	assert.Contains(t, out, "NOT ENOUGH DATA")
	for _, args := range [][]string{{"-favourable", "no"}, {"-groups", "sex"}} {
		_, err = audit(t, append([]string{"-csv", own, "-outcome", "approved"}, args...)...)
		require.NoError(t, err)
	}
}

func TestWhatIsWrongIsSaidInOneLine(t *testing.T) {
	for want, args := range map[string][]string{
		`no column "gender": it has sex, approved`:     {"-csv", file(t, "sex,approved\nf,1\n"), "-groups", "gender", "-outcome", "approved"},
		`no column "outcome"`:                          {"-csv", file(t, "sex,approved\nf,1\n"), "-groups", "sex"},
		"the file is empty":                            {"-csv", file(t, "")},
		"a header and no row":                          {"-csv", file(t, "sex,outcome\n"), "-groups", "sex"},
		`column "sex" has one group only, "f"`:         {"-csv", file(t, "sex,outcome\nf,1\nf,0\n"), "-groups", "sex"},
		`line 3: column "outcome": "NaN" is no answer`: {"-csv", file(t, "sex,outcome\nf,1\nm,NaN\n"), "-groups", "sex"},
		`line 2: column "age": "nan" is no group`:      {"-csv", file(t, "age,outcome\nnan,1\n"), "-groups", "age"},
		`line 2: column "outcome": "" is no answer`:    {"-csv", file(t, "sex,outcome\nf,\n"), "-groups", "sex"},
		`cannot tell whether "maybe" is favourable`:    {"-csv", file(t, "sex,outcome\nf,maybe\n"), "-groups", "sex"},
		`never has the value "granted"`:                {"-csv", file(t, "sex,outcome\nf,1\n"), "-groups", "sex", "-favourable", "granted"},
		"broken CSV":                                   {"-csv", file(t, "sex,outcome\nf,1,2\n"), "-groups", "sex"},
		"not a CSV file":                               {"-csv", file(t, "\"sex\n")},
		"no such file":                                 {"-csv", "no-such-file.csv"},
		"-groups names no column":                      {"-groups", ","},
		"is not among the groups":                      {"-cut", "income=5"},
		`"x" is not a number, so it cannot be cut`:     {"-csv", file(t, "age,outcome\nx,1\n"), "-groups", "age", "-cut", "age=25"},
		"is not a flag":                                {"decisions.csv"},
		`"old" is not a number`:                        {"-cut", "age=old"},
		"the limits must rise":                         {"-cut", "age=60,25"},
		"no such file or directory":                    {"-html", filepath.Join(t.TempDir(), "no", "dir.html")},
		"fairness: 7 columns":                          {"-groups", "sex,age,checking,savings,history,employment,property"},
	} {
		_, err := audit(t, args...)
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "\n")
	}
	require.ErrorIs(t, run([]string{"-h"}, io.Discard, io.Discard), flag.ErrHelp)
}

// A file may say anything; a terminal obeys what it is sent.
func TestATerminalIsSentNoCommands(t *testing.T) {
	out, err := audit(t, "-csv", file(t, "sex,outcome\n\x1b[31mf,1\nm,0\n\x1b]0;owned\x07,1\n\x1b[31mf,1\nm,0\n"), "-groups", "sex")
	require.NoError(t, err)
	assert.NotContains(t, out, "\x1b")
	assert.NotContains(t, out, "\x07")
}
