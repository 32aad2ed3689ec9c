package privacy

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomJSON writes a document with odd spaces, numbers and escapes.
func randomJSON(rnd *rand.Rand, b *strings.Builder, depth int) {
	space := func() { b.WriteString([]string{"", "", " ", "\n\t", "\r\n"}[rnd.IntN(5)]) }
	str := func() {
		b.WriteByte('"')
		for range rnd.IntN(4) {
			b.WriteString([]string{"a", "é", "😀", `\"`, `\\`, `\/`, `\u0040`, `\ud83d\ude00`, `\ud800`, `\n`, "{", "]", ":", ",", "bob@example.org", "<X_1>", "\xff", " "}[rnd.IntN(18)])
		}
		b.WriteByte('"')
	}
	space()
	switch n := rnd.IntN(9); {
	case n < 2 && depth < 5:
		b.WriteByte('{')
		for i := range rnd.IntN(4) {
			if i > 0 {
				b.WriteByte(',')
			}
			space()
			str()
			space()
			b.WriteByte(':')
			randomJSON(rnd, b, depth+1)
		}
		space()
		b.WriteByte('}')
	case n < 4 && depth < 5:
		b.WriteByte('[')
		for i := range rnd.IntN(4) {
			if i > 0 {
				b.WriteByte(',')
			}
			randomJSON(rnd, b, depth+1)
		}
		space()
		b.WriteByte(']')
	case n < 7:
		str()
	default:
		b.WriteString([]string{"0", "-1.50e+10", "123456789012345678901234567890", "true", "false", "null", "1E5"}[rnd.IntN(7)])
	}
	space()
}

// TestOtherBytesStay edits documents and takes the edits back by offset: everything else is as it was.
func TestOtherBytesStay(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	bodies := 20_000
	if os.Getenv("FAIRLEAD_EXAM") != "" { // make exam-privacy
		bodies = 1_000_000
	}
	for range bodies {
		var b strings.Builder
		randomJSON(rnd, &b, 0)
		src := []byte(b.String())
		same, changed, err := edit(src, func(*leaf) (string, bool) { return "", false })
		require.NoError(t, err)
		require.False(t, changed)
		require.Equal(t, src, same)

		// Writing every leaf anew as a mark leaves exactly the bytes between the leaves.
		marked, _, err := edit(src, func(*leaf) (string, bool) { return "mark", true })
		require.NoError(t, err)
		rest := src
		for _, l := range bytes.SplitAfter(marked, []byte(`"mark"`)) {
			between, isLeaf := bytes.CutSuffix(l, []byte(`"mark"`))
			require.True(t, bytes.HasPrefix(rest, between), "%s", src)
			rest = rest[len(between):]
			if isLeaf {
				rest = rest[rawLeaf(rest):]
			}
		}
		require.Empty(t, rest)

		// Writing every string anew as itself changes no meaning and no byte that is not UTF-8.
		again, _, err := edit(src, func(l *leaf) (string, bool) { return l.value, !l.number && !l.word })
		require.NoError(t, err)
		var want, got any
		require.NoError(t, json.Unmarshal(src, &want))
		require.NoError(t, json.Unmarshal(again, &got))
		require.Equal(t, want, got, "%s", src)
	}
}

// TestValidIsWhatIsValidElsewhere compares with encoding/json on documents with a few bytes changed, and on very deep ones.
func TestValidIsWhatIsValidElsewhere(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	valid := 0
	agree := func(src []byte) {
		_, _, err := edit(src, func(*leaf) (string, bool) { return "", false })
		require.Equal(t, json.Valid(src), err == nil, "%q", src)
		if err == nil {
			valid++
		}
	}
	const n, odd = 50_000, "{}[]\",:tfnu0-.eE+ \n\\x\x00\xed"
	for range n {
		var b strings.Builder
		randomJSON(rnd, &b, 0)
		src := []byte(b.String())
		for range 1 + rnd.IntN(2) {
			at := rnd.IntN(len(src))
			switch rnd.IntN(3) {
			case 0:
				src[at] = odd[rnd.IntN(len(odd))]
			case 1:
				src = append(src[:at:at], src[at+1:]...)
			default:
				src = append(src[:at:at], src[max(0, at-1):]...)
			}
			if len(src) == 0 {
				break
			}
		}
		agree(src)
	}
	assert.Greater(t, valid, n/10)
	assert.Less(t, valid, n*9/10)
	for _, depth := range []int{9_999, 10_000, 10_001} {
		agree([]byte(strings.Repeat("[", depth) + strings.Repeat("]", depth)))
		agree([]byte(strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth)))
	}
}

// rawLeaf is the length of the scalar that src begins with.
func rawLeaf(src []byte) int {
	if src[0] == '"' {
		end, _ := stringEnd(string(src), 0)
		return end
	}
	n := 0
	for n < len(src) && (isAlnum(src[n]) || strings.IndexByte("+-.", src[n]) >= 0) {
		n++
	}
	return n
}

func FuzzEdit(f *testing.F) {
	for _, seed := range []string{`{"a":"b\u0040c"}`, `[1,{"a":[null,"\ud800x"]}]`, `"x"`, ` 7 `, `{"":{"":""}}`, `{"a.b":{"*":1}}`, "{", "\xff", "[1,]", `{"a":1,}`, "01", "-", "1.e3", "1e+", `"\u00g0"`, `"\x"`, "\"a\nb\"", "tru", "[]]", "1 2", "", `{"a" 1}`, "\"\xed\xa0\x80\u0041\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		same, _, err := edit(src, func(*leaf) (string, bool) { return "", false })
		require.Equal(t, json.Valid(src), err == nil)
		if err != nil {
			return
		}
		require.Equal(t, src, append([]byte{}, same...))
		again, _, err := edit(src, func(l *leaf) (string, bool) { return l.value, !l.number && !l.word })
		require.NoError(t, err)
		var want, got any
		if json.Unmarshal(src, &want) == nil {
			require.NoError(t, json.Unmarshal(again, &got))
			require.Equal(t, want, got)
		}
		w := &wire{s: newSession(t.Context(), &Redactor{}, nil, nil), o: &TransportOptions{PassUninspected: true}}
		hidden, _, err := edit(src, w.outgoing)
		require.NoError(t, err)
		require.NoError(t, w.s.Err())
		require.True(t, json.Valid(hidden))
	})
}

func TestPlacesInJSON(t *testing.T) {
	var at []string
	_, _, err := edit([]byte(`{"a":[{"b":1},"c"],"d.e":{"*x":true},"":null}`), func(l *leaf) (string, bool) {
		if !l.key {
			at = append(at, string(l.at)+"|"+string(l.exact)+"|"+string(l.last()))
		}
		return "", false
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"a.*.b|a.0.b|b", "a.*|a.1|*", "d\x00e.\x00x|d\x00e.\x00x|\x00x", "||"}, at)

	deep := strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)
	_, _, err = edit([]byte(deep), func(*leaf) (string, bool) { return "", false })
	require.NoError(t, err)
	_, _, err = edit([]byte(strconv.Itoa(7)), func(l *leaf) (string, bool) { return "x", l.number })
	require.NoError(t, err)
}

func TestOpaque(t *testing.T) {
	assert.True(t, opaque("data:image/png;base64,AA"))
	assert.True(t, opaque(strings.Repeat("QUJD", 64)))
	assert.False(t, opaque(strings.Repeat("word ", 100)))
	assert.False(t, opaque("QUJD"))
	assert.False(t, opaque("data: the numbers"))
}
