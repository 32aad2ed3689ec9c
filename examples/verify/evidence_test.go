package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// busy puts one of everything that evidence tells of on a log: two who agree, a quarrel that a third settles, a hidden answer that the
// reviewers give too, a verdict taken back, a delivery, a drill, a member of the roster, and a case that nobody has decided.
func busy(t *testing.T, log *ledger.Ledger) *oversight.Desk {
	t.Helper()
	rules := []oversight.Rule{{Name: "all", When: func(oversight.Case) bool { return true }, Rate: 1, Hold: true, Need: 2}}
	hold := func(p oversight.Policy) (*oversight.Desk, func(context.Context, int) (int, error)) {
		desk, err := oversight.New(t.Context(), log, p, nil)
		require.NoError(t, err)
		t.Cleanup(desk.Close)
		return desk, oversight.Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, desk, func(int, int) oversight.Case { return oversight.Case{} })
	}
	ctx := fairlead.WithSubject(t.Context(), "c-1")
	open := func(answer func(context.Context, int) (int, error), n int) uuid.UUID {
		t.Helper()
		_, err := answer(ctx, n)
		var pending *oversight.PendingError
		require.ErrorAs(t, err, &pending)
		return pending.Case
	}
	desk, answer := hold(oversight.Policy{Version: "7", Rules: rules})
	judge := func(who string, id uuid.UUID, v oversight.Verdict, output string) oversight.Lease {
		t.Helper()
		lease, err := desk.Claim(t.Context(), who, id)
		require.NoError(t, err)
		j := oversight.Judgement{Verdict: v, Reasons: []string{"looked"}}
		if output != "" {
			j.Output = json.RawMessage(output)
		}
		if f, err := desk.Get(t.Context(), id); assert.NoError(t, err) && f.Split {
			require.NoError(t, desk.Adjudicate(t.Context(), lease, j))
		} else {
			require.NoError(t, desk.Submit(t.Context(), lease, j))
		}
		return lease
	}
	agreed, quarrel := open(answer, 1), open(answer, 2)
	judge("rosa", agreed, oversight.Approved, "")
	judge("ruth", agreed, oversight.Approved, "")
	_, err := answer(oversight.Resume(ctx, agreed), 1)
	require.NoError(t, err)
	judge("rosa", quarrel, oversight.Approved, "")
	judge("ruth", quarrel, oversight.Rejected, "")
	judge("olga", quarrel, oversight.Replaced, "99")
	open(answer, 3)

	_, slow := hold(oversight.Policy{Version: "8", Undo: time.Minute, Rules: rules})
	back := open(slow, 4)
	judge("rosa", back, oversight.Rejected, "")
	require.NoError(t, desk.Undo(t.Context(), judge("ruth", back, oversight.Rejected, "")))
	judge("olga", back, oversight.Rejected, "")
	_, unseen := hold(oversight.Policy{Version: "9", Blind: 0.9, Rules: rules})
	for n := 5; ; n++ {
		same := open(unseen, n)
		if f, err := desk.Get(t.Context(), same); assert.NoError(t, err) && f.Blind {
			judge("rosa", same, oversight.Replaced, strconv.Itoa(n))
			judge("ruth", same, oversight.Replaced, strconv.Itoa(n))
			break
		}
	}

	_, err = desk.Drill(t.Context(), "olga", func(ctx context.Context) error {
		_, err := answer(fairlead.WithSubject(ctx, "c-2"), 1)
		return err
	})
	require.NoError(t, err)
	require.NoError(t, desk.Enrol(t.Context(), "olga", oversight.Member{Name: "rosa", Competence: "analyst", TrainedUntil: time.Now().AddDate(1, 0, 0)}))
	return desk
}

// zipped is the evidence as a file, with its parts changed by edit and the table of contents made to fit, as a forger would.
func zipped(t *testing.T, desk *oversight.Desk, win oversight.Window, edit func(name, part string) string) string {
	t.Helper()
	var made bytes.Buffer
	require.NoError(t, desk.Evidence(t.Context(), &made, win))
	name := filepath.Join(t.TempDir(), "evidence.zip")
	if edit == nil {
		require.NoError(t, os.WriteFile(name, made.Bytes(), 0o600))
		return name
	}
	z, err := zip.NewReader(bytes.NewReader(made.Bytes()), int64(made.Len()))
	require.NoError(t, err)
	var out bytes.Buffer
	w, changed := zip.NewWriter(&out), false
	var manifest map[string]any
	files := []any{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		part, err := io.ReadAll(r)
		require.NoError(t, err)
		if f.Name == "manifest.json" {
			require.NoError(t, json.Unmarshal(part, &manifest))
			manifest["files"] = files
			part, err = json.Marshal(manifest)
			require.NoError(t, err)
		}
		now := edit(f.Name, string(part))
		changed = changed || now != string(part)
		sum := sha256.Sum256([]byte(now))
		files = append(files, map[string]string{"name": f.Name, "sha256": hex.EncodeToString(sum[:])})
		to, err := w.Create(f.Name)
		require.NoError(t, err)
		_, err = io.WriteString(to, now)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.True(t, changed, "the edit edits")
	require.NoError(t, os.WriteFile(name, out.Bytes(), 0o600))
	return name
}

// in edits one part.
func in(part, old, now string) func(string, string) string {
	re := regexp.MustCompile(old)
	return func(name, text string) string {
		if at := re.FindStringSubmatchIndex(text); name == part && at != nil {
			return text[:at[0]] + string(re.ExpandString(nil, now, text, at)) + text[at[1]:]
		}
		return text
	}
}

func TestEvidence(t *testing.T) {
	log := ledger.Memory(nil)
	desk := busy(t, log)
	dir := t.TempDir()
	kept, err := log.Checkpoint(t.Context())
	require.NoError(t, err)
	checkpoint := filepath.Join(dir, "checkpoint")
	require.NoError(t, os.WriteFile(checkpoint, kept, 0o600))
	for name, c := range map[string]struct {
		edit func(name, part string) string
		says string
	}{
		"a verdict":            {in("verdicts.jsonl", `"verdict":"approve","reviewers"`, `"verdict":"reject","reviewers"`), "nobody gave"},
		"a judgement":          {in("verdicts.jsonl", `"verdict":"reject","reviewers":\["rosa","olga"\],"judgements":\[{"who":"rosa","verdict":"reject"`, `"verdict":"reject","reviewers":["rosa","olga"],"judgements":[{"who":"rosa","verdict":"approve"`), "another judgement"},
		"the whole quarrel":    {in("verdicts.jsonl", `"verdict":"replace","agreed":false,"final":true`, `"verdict":"reject","agreed":false,"final":true`), "nobody gave"},
		"a case left out":      {in("verdicts.jsonl", `^.*\n`, ""), "1 entries case.opened of this time are in the log and not in the evidence"},
		"a stop left out":      {in("stops.jsonl", `^.*\n`, ""), "stop.on of this time are in the log and not"},
		"a time":               {in("stops.jsonl", `"at":"20`, `"at":"19`), "another time"},
		"a made-up stop":       {in("stops.jsonl", `^`, `{"seq":1000000,"at":"2026-01-01T00:00:00Z","kind":"stop.on"}`+"\n"), "1 lines are about positions that the log does not have"},
		"another entry's":      {in("roster.jsonl", `"seq":\d+`, `"seq":2`), "say different things about position 2"},
		"another kind":         {in("roster.jsonl", `roster.enrolled`, `roster.dismissed`), "another kind of entry"},
		"a likelier draw":      {in("verdicts.jsonl", `"probability":1`, `"probability":0.5`), "another draw"},
		"another policy":       {in("verdicts.jsonl", `"policy":"7"`, `"policy":"8"`), "another policy"},
		"no opening":           {in("verdicts.jsonl", `case.opened`, `case.claimed`), "does not begin"},
		"no JSON":              {in("verdicts.jsonl", `^{`, `[`), "verdicts.jsonl"},
		"a part missing":       {in("manifest.json", `"name":"estimate.json"`, `"name":"estimate"`), "estimate is missing"},
		"one part too many":    {in("manifest.json", `{"name":"estimate.json","sha256":"\w+"},?`, ``), "lists"},
		"a digest":             {in("manifest.json", `"sha256":"\w`, `"sha256":"_`), "was changed after"},
		"a shorter log":        {in("log.export", `(?s)^(.{400}).*`, "$1"), "cut off"},
		"a changed log":        {in("log.export", `stop\.on`, "stop.off"), "cut off"},
		"another key":          {in("log.key", `\w`, "x"), "another log"},
		"later than its log":   {in("manifest.json", `"ledger":\d+`, `"ledger":99999`), "checkpoints cover"},
		"a manifest that lies": {in("manifest.json", `^{`, `[`), "manifest.json"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, problems bytes.Buffer
			assert.Equal(t, 1, run([]string{"-evidence", zipped(t, desk, oversight.Window{}, c.edit), log.PublicKey()}, &out, &problems))
			assert.Contains(t, problems.String(), c.says)
			assert.NotContains(t, out.String(), "each is in the log")
		})
	}
	good := zipped(t, desk, oversight.Window{}, nil)
	var out, problems bytes.Buffer
	require.Zero(t, run([]string{"-evidence", good, log.PublicKey(), checkpoint}, &out, &problems), problems.String())
	assert.Contains(t, out.String(), "not even its owner")
	assert.Contains(t, out.String(), "No case that was opened in its time is left out.")
	assert.Regexp(t, `tells of \d+ cases and names \d\d+ entries`, out.String())

	past := zipped(t, desk, oversight.Window{To: time.Now().Add(-time.Hour)}, nil)
	out.Reset()
	require.Zero(t, run([]string{"-evidence", past, log.PublicKey()}, &out, &problems), problems.String())
	assert.Contains(t, out.String(), "tells of 0 cases")
	other := zipped(t, desk, oversight.Window{System: "another"}, nil)
	out.Reset()
	require.Zero(t, run([]string{"-evidence", other, log.PublicKey()}, &out, &problems), problems.String())
	assert.Contains(t, out.String(), "tells of 0 cases")

	_, err = log.Erase(t.Context(), "c-1")
	require.NoError(t, err)
	erased := zipped(t, desk, oversight.Window{}, nil)
	out.Reset()
	require.Zero(t, run([]string{"-evidence", erased, log.PublicKey()}, &out, &problems), problems.String())
	assert.Contains(t, out.String(), "tells of 1 cases", "that of the drill is about another person")
	assert.Contains(t, out.String(), "in the log and not in the evidence")

	assert.Equal(t, 2, run([]string{"-evidence", "-report", good, log.PublicKey()}, &out, &problems))
	assert.Equal(t, 1, run([]string{"-evidence", checkpoint, log.PublicKey()}, &out, &problems))
	assert.True(t, strings.HasSuffix(problems.String(), "no evidence as Desk.Evidence writes it: "+zip.ErrFormat.Error()+"\n"))
}
