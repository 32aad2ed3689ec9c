package oversight_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func TestEvidenceHasARecordBehindEveryLine(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, twoOf(holdAll(0, 0, "")))
	ids := openCases(t, desk, 2)
	lease := claim(t, desk, "rosa", ids[0])
	require.NoError(t, desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved, Comment: canary, Reasons: []string{"fine"}}))
	vote(t, desk, "ruth", ids[0], oversight.Approved)
	_, err := number(desk)(oversight.Resume(about(t.Context(), "anna"), ids[0]), 0)
	require.NoError(t, err)
	require.NoError(t, desk.Enrol(t.Context(), "olga", oversight.Member{Name: "rosa", Competence: "analyst", TrainedUntil: time.Now().AddDate(1, 0, 0)}))
	_, err = desk.Drill(t.Context(), "olga", func(ctx context.Context) error {
		_, err := number(desk)(about(ctx, canary), 3)
		return err
	})
	require.NoError(t, err)

	files := evidenceOf(t, desk)
	for name, data := range files {
		require.NotContains(t, string(data), canary, "%s holds no comment and no subject", name)
	}
	var manifest struct {
		Ledger ledger.Seq
		Files  []struct{ Name, SHA256 string }
	}
	require.NoError(t, json.Unmarshal(files["manifest.json"], &manifest))
	require.NotZero(t, manifest.Ledger)
	require.Len(t, manifest.Files, len(files)-1)
	for _, f := range manifest.Files {
		sum := sha256.Sum256(files[f.Name])
		require.Equal(t, hex.EncodeToString(sum[:]), f.SHA256, f.Name)
	}
	for _, duty := range oversight.Checklist() {
		require.NotEmpty(t, duty.Duty)
		require.NotEmpty(t, duty.Files, duty.ID)
		for _, name := range duty.Files {
			require.NotEmpty(t, files[name], "%s needs %s", duty.ID, name)
		}
	}
	report, err := ledger.VerifyExport(bytes.NewReader(files["log.export"]), strings.TrimSpace(string(files["log.key"])))
	require.NoError(t, err, "what examples/verify checks")
	require.GreaterOrEqual(t, report.Covered, manifest.Ledger)
	require.Contains(t, string(files["roster.jsonl"]), `"competence":"analyst"`)
	require.Contains(t, string(files["policy.json"]), `"need": 2`)
	require.Contains(t, string(files["verdicts.jsonl"]), `"reviewers":["rosa","ruth"]`)
	require.Contains(t, string(files["verdicts.jsonl"]), `"judgements":[{"who":"rosa","verdict":"approve","agreed":true,"reasons":["fine"]},{"who":"ruth"`)
	require.Contains(t, string(files["reviewers.json"]), `"Alpha": null`, "two who always agree: undefined, and not left out")
	require.Contains(t, string(files["deliveries.jsonl"]), `"kind":"case.delivered","case":"`+ids[0].String())
	require.Equal(t, 3, strings.Count(string(files["stops.jsonl"]), "\n"), "on, off and the drill")
	require.Contains(t, string(files["stops.jsonl"]), `"refused":true`)

	require.ErrorIs(t, desk.Evidence(t.Context(), nil, oversight.Window{}), oversight.ErrInvalid)
	require.ErrorIs(t, desk.Evidence(t.Context(), broken{}, oversight.Window{}), errBroken)
}

// What people do to a case, and the reasons they are asked for, stand in its history and in the evidence.
func TestHistoryAndEvidenceSayWhoActedAndWhy(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
	ctx := t.Context()
	id := openCases(t, desk, 1)[0]
	require.NoError(t, desk.Assign(ctx, "boss", id, "rosa"))
	lease, err := desk.Renew(ctx, claim(t, desk, "rosa", id))
	require.NoError(t, err)
	require.NoError(t, desk.Skip(ctx, lease, "I know the person"))
	require.NoError(t, desk.Escalate(ctx, claim(t, desk, "ruth", id), "a large sum"))
	require.NoError(t, desk.Release(ctx, claim(t, desk, "rhea", id)))
	require.NoError(t, desk.Invalidate(ctx, "olga", id, "opened by mistake"))
	gold, err := desk.Seed(ctx, "boss", oversight.Gold{System: "s", Case: oversight.Case{Input: 1}, Output: 1, Answer: oversight.Approved})
	require.NoError(t, err)
	seeded := func() string {
		file, err := desk.Get(ctx, gold)
		require.NoError(t, err)
		return file.Events[0].Who
	}
	require.Empty(t, seeded(), "it would give the case away")
	vote(t, desk, "rosa", gold, oversight.Approved)
	require.Equal(t, "boss", seeded())

	type act struct{ Kind, Who, To, Why string }
	want := []act{
		{"case.opened", "", "", ""},
		{"case.assigned", "boss", "rosa", ""},
		{"case.claimed", "rosa", "", ""},
		{"case.renewed", "rosa", "", ""},
		{"case.skipped", "rosa", "", "I know the person"},
		{"case.claimed", "ruth", "", ""},
		{"case.escalated", "ruth", "", "a large sum"},
		{"case.claimed", "rhea", "", ""},
		{"case.released", "rhea", "", ""},
		{"case.invalidated", "olga", "", "opened by mistake"},
	}
	file, err := desk.Get(ctx, id)
	require.NoError(t, err)
	var got []act
	for _, e := range file.Events {
		got = append(got, act{e.Kind, e.Who, e.To, e.Why})
	}
	require.Equal(t, want, got)

	first, second, _ := strings.Cut(string(evidenceOf(t, desk)["verdicts.jsonl"]), "\n")
	var line struct{ Events []act }
	require.NoError(t, json.Unmarshal([]byte(first), &line))
	require.Equal(t, want, line.Events)
	require.Contains(t, second, `"kind":"case.opened","who":"boss"`)
}

// evidenceOf is the files of the evidence, by name.
func evidenceOf(t *testing.T, desk *oversight.Desk) map[string][]byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, desk.Evidence(t.Context(), &out, oversight.Window{}))
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		files[f.Name], err = io.ReadAll(r)
		require.NoError(t, err)
	}
	return files
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
