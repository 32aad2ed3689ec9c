package oversight

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// payloads are zero payloads of each kind that reads itself, in pairs.
func payloads() map[string][2]any {
	return map[string][2]any{
		"opened": {new(openedPublic), new(openedPublic)}, "head": {new(openedHead), new(openedHead)},
		"lease": {new(leasePublic), new(leasePublic)}, "by": {new(leaseBody), new(leaseBody)},
		"verdict": {new(decidedPublic), new(decidedPublic)}, "decided": {new(decidedBody), new(decidedBody)},
	}
}

// agree checks that what is read without reflection is what encoding/json reads.
func agree(t *testing.T, data []byte) {
	t.Helper()
	for name, p := range payloads() {
		got, want := unmarshal(data, p[0]), json.Unmarshal(data, p[1])
		require.Equal(t, want == nil, got == nil, "%s of %q: %v", name, data, want)
		if want == nil {
			require.Equal(t, p[1], p[0], "%s of %q", name, data)
		}
	}
}

var oddPayloads = []string{
	`{}`, ``, `{`, `null`, `[]`, `{"p":1}`, `{"p":01}`, `{"p":1.}`, `{"p":.5}`, `{"p":+1}`, `{"p":1e5}`, `{"p":1e}`, `{"p":-0.0e-3}`, `{"p":1e999}`,
	`{"p":0x1}`, `{"p":inf}`, `{"p":nan}`, `{"p":1.5e+2}`, `{"p":"1"}`, `{"p":null}`, `{"held":true}`, `{"held":1}`, `{"held":TRUE}`, `{"need":1.0}`,
	`{"need":99999999999999999999}`, `{"token":18446744073709551615}`, `{"token":-1}`, `{"token":1e3}`, `{"until":-5}`, `{"title":"a\u0041"}`,
	`{"title":"é"}`, "{\"title\":\"\xff\"}", `{"title":"a","title":"b"}`, `{"Title":"x"}`, `{"title":"x","nobody":1}`, ` {"title":"x"}`, `{"title" :"x"}`,
	`{"title":"x",}`, `{"title":"x"}}`, `{"digest":"AA=="}`, `{"digest":"A"}`, `{"digest":""}`, `{"digest":null}`, `{"digest":"AA==\n"}`,
	`{"gold":{"by":"x","answer":"approve"}}`, `{"reviewer":"r","reasons":["a"]}`, `{"reviewer":"r","output":{"a":[1,2]},"digest":"AA=="}`,
	`{"title":"tab	"}`, `{"p":00}`, `{"p":-}`, `{"p":0e1}`, `{"p":0.}`, `{"p":1_0}`, `{"p":Infinity}`, `{"score":0b1}`, `{"p":1e1.5}`, `{"p":1.5.5}`, `{"p":1-5}`,
}

func TestFlatPayloadsAreReadAsJSON(t *testing.T) {
	for _, text := range oddPayloads {
		agree(t, []byte(text))
	}
	full := openedPublic{
		Probability: 1e-7, Least: 1e-9, Rule: "r", Held: true, HoldRule: "h", Call: true, Stratum: "ß <b>", Policy: "p", KeyID: "k", System: "s", Type: "t", Version: "v",
		Deadline: -5, Fallback: Approved, Need: 3, Urgent: true, Undo: 7, Valid: 8, Remind: 9, Blind: true, BlindShare: 0.25, Began: 1,
		Function: "f", Lossy: true,
	}
	agree(t, mustJSON(full))
	full.Stratum = "plain"
	require.True(t, walk(mustJSON(full), new(openedPublic)), "every member is known")
	require.True(t, walk(mustJSON(leaseBody{Reviewer: "r", Why: "w"}), new(leaseBody)))
	require.True(t, walk(mustJSON(leasePublic{Token: 1, Until: 2}), new(leasePublic)))
	require.True(t, walk(mustJSON(decidedPublic{Token: 1, Verdict: Approved, Final: true}), new(decidedPublic)))
	require.True(t, walk(mustJSON(decidedBody{Reviewer: "r", Comment: "c", Digest: bytes.Repeat([]byte{2}, 32)}), new(decidedBody)))
	require.True(t, walk(mustJSON(openedHead{Unit: "u", Title: "t", Score: 0.5, Answer: []byte{1}, InputDigest: []byte{1}, Digest: []byte{1}}), new(openedHead)))
}

func FuzzFlatPayloads(f *testing.F) {
	for _, text := range oddPayloads {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { agree(t, data) })
}
