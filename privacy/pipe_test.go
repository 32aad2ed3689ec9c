package privacy_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// longText strings scraps and plain words together to n bytes or more.
func longText(rnd *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(scraps[rnd.IntN(len(scraps))])
		b.WriteString([]string{" ", "\n", ", ", " and some words that mean nothing to anybody ", ""}[rnd.IntN(5)])
	}
	return b.String()
}

// write sends text through a Writer in pieces of the sizes that next gives.
func write(ctx context.Context, t testing.TB, r *privacy.Redactor, text string, next func() int) string {
	t.Helper()
	var out bytes.Buffer
	w := r.Writer(ctx, &out)
	for len(text) > 0 {
		n := min(max(1, next()), len(text))
		got, err := w.Write([]byte(text[:n]))
		require.NoError(t, err)
		require.Equal(t, n, got)
		text = text[n:]
	}
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
	return out.String()
}

func TestWriterIsTheSameHoweverItIsCut(t *testing.T) {
	r := &privacy.Redactor{}
	rnd := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		text := longText(rnd, 100+rnd.IntN(1500))
		s := open(t, r, nil, "")
		whole := s.Hide(text)
		require.NoError(t, s.Err())
		for _, size := range []int{1, 7, 64, 300, 5000} {
			require.Equal(t, whole, write(t.Context(), t, r, text, func() int { return size }), "%q in pieces of %d", text, size)
		}
		require.Equal(t, whole, write(t.Context(), t, r, text, func() int { return rnd.IntN(200) }))
		got, err := io.ReadAll(iotest.OneByteReader(r.Reader(t.Context(), iotest.HalfReader(strings.NewReader(text)))))
		require.NoError(t, err)
		require.Equal(t, whole, string(got))
	}
}

func TestWriterAtEveryCut(t *testing.T) {
	r := &privacy.Redactor{}
	text := strings.Repeat("words before it ", 20) + mail + " é <EMAIL_ADDRESS_2> " + card + " " + mail2 + strings.Repeat(" and after", 30)
	whole, err := r.Text(t.Context(), text)
	require.NoError(t, err)
	for cut := range len(text) {
		first := true
		got := write(t.Context(), t, r, text, func() int {
			if first {
				first = false
				return cut
			}
			return len(text)
		})
		require.Equal(t, whole, got, "cut at %d", cut)
	}
}

func TestWriterHoldsBackLittle(t *testing.T) {
	var out bytes.Buffer
	w := (&privacy.Redactor{}).Writer(t.Context(), &out)
	text := strings.Repeat("nothing personal in here, only words; ", 200)
	for i := range len(text) {
		_, err := w.Write([]byte{text[i]})
		require.NoError(t, err)
		require.LessOrEqual(t, i+1-out.Len(), 256)
	}
	require.NoError(t, w.Close())
	assert.Equal(t, text, out.String())
}

// TestWriterSeesLongLiteralsWhole, which reach further than anything the scanner finds by itself.
func TestWriterSeesLongLiteralsWhole(t *testing.T) {
	long := strings.Repeat("secret words ", 40) + "end"
	r := &privacy.Redactor{Scanner: pii.Scanner{Deny: []pii.Literal{{Text: long}}}}
	for _, text := range []string{"before " + long + " after" + strings.Repeat(" x", 300), long, long + "s", strings.Repeat("x ", 400) + long} {
		whole, err := r.Text(t.Context(), text)
		require.NoError(t, err)
		for _, size := range []int{1, 7, 300} {
			require.Equal(t, whole, write(t.Context(), t, r, text, func() int { return size }))
		}
	}
}

// TestWriterInsideALongPiece gives the same for every way of cutting, and up to the same length.
func TestWriterInsideALongPiece(t *testing.T) {
	r := &privacy.Redactor{}
	for n, fits := range map[int]bool{3_000: true, 60_000: true, 70_000: false} {
		text := "see https://example.org/" + strings.Repeat("a/", n/2) + " and " + mail
		for _, size := range []int{1, 50, 100_000} {
			var out bytes.Buffer
			w := r.Writer(t.Context(), &out)
			for from := 0; from < len(text); from += size {
				if _, err := w.Write([]byte(text[from:min(from+size, len(text))])); err != nil {
					break
				}
			}
			if err := w.Close(); fits {
				require.NoError(t, err)
				require.Equal(t, "see <URL_1> and <EMAIL_ADDRESS_1>", out.String())
			} else if size < n { // given at once, it is seen at once
				require.ErrorIs(t, err, privacy.ErrRefused)
			}
			require.NotContains(t, out.String(), "example.org")
		}
	}
}

// BenchmarkWriterInsideALongPiece writes a URL of 60 KB byte by byte.
func BenchmarkWriterInsideALongPiece(b *testing.B) {
	text := []byte("https://example.org/" + strings.Repeat("a/", 30_000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		w := (&privacy.Redactor{}).Writer(b.Context(), io.Discard)
		for i := range text {
			if _, err := w.Write(text[i : i+1]); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func TestStreamsInASession(t *testing.T) {
	r := &privacy.Redactor{}
	s := open(t, r, nil, "talk")
	ctx := privacy.WithSession(t.Context(), s)
	s.Hide(mail2)
	long := strings.Repeat("words ", 100)
	got := write(ctx, t, r, long+mail+" "+mail2+" "+long, func() int { return 10 })
	assert.Equal(t, long+"<EMAIL_ADDRESS_2> <EMAIL_ADDRESS_1> "+long, got)
	assert.Equal(t, mail, s.Show("<EMAIL_ADDRESS_2>"))
}

func TestStreamFaultsOfPipes(t *testing.T) {
	dead := errors.New("line went dead")
	got, err := io.ReadAll((&privacy.Redactor{}).Reader(t.Context(), io.MultiReader(strings.NewReader("to "+mail), iotest.ErrReader(dead))))
	require.ErrorIs(t, err, dead)
	assert.Equal(t, "to <EMAIL_ADDRESS_1>", string(got), "what came before the fault is not lost, and hidden")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx context.Context
		r   *privacy.Redactor
	}{
		"nil":          {t.Context(), nil},
		"recognizers":  {t.Context(), &privacy.Redactor{Recognizers: []privacy.Recognizer{findName("x", 1)}}},
		"ended":        {ended, &privacy.Redactor{}},
		"zero session": {privacy.WithSession(t.Context(), nil), &privacy.Redactor{}},
	} {
		var out bytes.Buffer
		w := c.r.Writer(c.ctx, &out)
		_, err := w.Write([]byte(strings.Repeat(mail+" ", 100)))
		require.ErrorIs(t, err, privacy.ErrRefused, name)
		require.Error(t, w.Close())
		assert.Empty(t, out.String())
		_, err = io.ReadAll(c.r.Reader(c.ctx, strings.NewReader(mail)))
		require.ErrorIs(t, err, privacy.ErrRefused, name)
	}
	w := (&privacy.Redactor{}).Writer(t.Context(), brokenWriter{})
	_, err = w.Write([]byte(strings.Repeat("words ", 100)))
	require.ErrorIs(t, err, io.ErrShortWrite)
	require.ErrorIs(t, w.Close(), io.ErrShortWrite)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestPipesCountWhatTheyHide(t *testing.T) {
	ctx, scope := call.Enter(t.Context(), call.StageBoundary, call.NewSite(nil, nil))
	var err error
	defer scope.Exit(&err)
	write(ctx, t, &privacy.Redactor{}, mail+" "+mail2, func() int { return 3 })
	assert.Equal(t, []call.Count{{Kind: "EMAIL_ADDRESS", N: 2}}, scope.Decision().Facts().Hidden)
}

func TestLogHandler(t *testing.T) {
	var out bytes.Buffer
	r := &privacy.Redactor{}
	log := slog.New(r.LogHandler(slog.NewTextHandler(&out, nil))).With("who", mail).WithGroup("g").With("card", card)
	log.Info("mail from "+mail, "to", mail2, "n", 7)
	log.Debug("off " + mail)
	line := out.String()
	for _, canary := range []string{mail, mail2, card} {
		assert.NotContains(t, line, canary)
	}
	assert.Contains(t, line, `msg="mail from <EMAIL_ADDRESS>" who=<EMAIL_ADDRESS> g.card=<CREDIT_CARD> g.to=<EMAIL_ADDRESS> g.n=7`)
	assert.Panics(t, func() { r.LogHandler(nil) })
	out.Reset()
	slog.New((*privacy.Redactor)(nil).LogHandler(slog.NewTextHandler(&out, nil))).Info(mail)
	assert.NotContains(t, out.String(), mail)
}
