package privacy_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
)

func open(t testing.TB, r *privacy.Redactor, v privacy.Vault, id string) *privacy.Session {
	t.Helper()
	s, err := r.Session(context.Background(), v, id)
	require.NoError(t, err)
	return s
}

func TestPlaceholdersAreStable(t *testing.T) {
	s := open(t, &privacy.Redactor{}, nil, "")
	assert.Equal(t, "<EMAIL_ADDRESS_1> and <EMAIL_ADDRESS_2>", s.Hide(mail+" and "+mail2))
	assert.Equal(t, "<EMAIL_ADDRESS_2>, <CREDIT_CARD_1>, <EMAIL_ADDRESS_1>", s.Hide(mail2+", "+card+", "+mail))
	assert.NoError(t, s.Err())
}

func TestShowReadsAlteredPlaceholders(t *testing.T) {
	s := open(t, &privacy.Redactor{Operators: nil}, nil, "")
	s.Hide(mail)
	for altered, want := range map[string]string{
		"<EMAIL_ADDRESS_1>":                  mail,
		"<email_address_1>":                  mail,
		"< Email Address 1 >":                mail,
		"<EMAIL-ADDRESS-1>":                  mail,
		`<EMAIL\_ADDRESS\_1>`:                mail,
		`\<EMAIL\_ADDRESS\_1\>`:              mail,
		"&lt;EMAIL_ADDRESS_1&gt;":            mail,
		`\u003cEMAIL_ADDRESS_1\u003e`:        mail,
		`\u003CEMAIL_ADDRESS_1\u003E`:        mail,
		"mailto:%3CEMAIL_ADDRESS_1%3e":       "mailto:ines.rocha%40example.org",
		"<<EMAIL_ADDRESS_1>>":                "<" + mail + ">",
		`C:\<EMAIL_ADDRESS_1>`:               `C:\` + mail,
		"<EMAIL_ADDRESS_2>":                  "<EMAIL_ADDRESS_2>",
		"<EMAIL_ADDRESS_01>":                 "<EMAIL_ADDRESS_01>",
		"<EMAIL_ADDRESS>":                    "<EMAIL_ADDRESS>",
		"EMAIL_ADDRESS_1":                    "EMAIL_ADDRESS_1",
		"<PHONE_NUMBER_1>":                   "<PHONE_NUMBER_1>",
		"<EMAIL_ADDRESS_1":                   "<EMAIL_ADDRESS_1",
		"<" + strings.Repeat("A", 200) + ">": "<" + strings.Repeat("A", 200) + ">",
	} {
		assert.Equal(t, want, s.Show(altered), altered)
	}
	require.NoError(t, s.Err())
	assert.Equal(t, 1, s.Missed(), "only <EMAIL_ADDRESS_2> has the form of one of this session's")
}

func TestShowWritesInTheNotationItFinds(t *testing.T) {
	type note struct {
		Text string `privacy:"name"`
	}
	s := open(t, &privacy.Redactor{}, nil, "")
	privacy.HideTagged(s, note{`Ana "la <jefa>" & cía`})
	assert.Equal(t, `Ana "la <jefa>" & cía`, s.Show("<PERSON_1>"))
	assert.Equal(t, `Ana &#34;la &lt;jefa&gt;&#34; &amp; cía`, s.Show("&lt;PERSON_1&gt;"))
	assert.Equal(t, `Ana \"la <jefa>\" & cía`, s.Show(`\u003cPERSON_1\u003e`))
	assert.Equal(t, `?to=Ana%20%22la%20%3Cjefa%3E%22%20%26%20c%C3%ADa`, s.Show(`?to=%3CPERSON_1%3E`))
}

func TestForeignPlaceholdersAreNotConfused(t *testing.T) {
	s := open(t, &privacy.Redactor{}, nil, "")
	first := "<EMAIL_ADDRESS_1> is what I typed, " + mail + " is mine"
	assert.Equal(t, "<EMAIL_ADDRESS_1> is what I typed, <EMAIL_ADDRESS_2> is mine", s.Hide(first))
	assert.Equal(t, first, s.Show(s.Hide(first)))

	second := "and what is <email_address_2> then?"
	assert.Equal(t, "and what is <PLACEHOLDER_1> then?", s.Hide(second))
	assert.Equal(t, second, s.Show(s.Hide(second)))
	assert.Equal(t, "<PLACEHOLDER_1>", s.Show(s.Hide("<PLACEHOLDER_1>")))
	require.NoError(t, s.Err())
}

// scraps are what texts of the round-trip tests are made of: personal data, placeholders in every form, and what stands between.
var scraps = []string{
	mail, mail2, card, "078-05-1120", "+14155550132", "GB82 WEST 1234 5698 7654 32", "192.0.2.17", "https://example.org/a?b=<EMAIL_ADDRESS_1>",
	"<EMAIL_ADDRESS_1>", "<EMAIL_ADDRESS_2>", "<email address 1>", `\<EMAIL\_ADDRESS\_1\>`, "&lt;EMAIL_ADDRESS_1&gt;",
	`\u003cEMAIL_ADDRESS_3\u003e`, "%3CEMAIL_ADDRESS_1%3E", "%3", "<PLACEHOLDER_1>", "<PLACEHOLDER_2>", "<CREDIT_CARD_1", "EMAIL_ADDRESS_1>", "<", ">", `\`, "&lt;", "&gt;", `\u003c`,
	"_", " ", "1", "\xff", "\xed\xa0\x80", "é", "\n", "\x00", "plain words", "<A-078-05-1120>", `"`, "<EMAIL_ADDRESS_ABCDEFGHIJKLMNOP>",
}

func scrapText(rnd *rand.Rand) string {
	var b strings.Builder
	for range 1 + rnd.IntN(12) {
		b.WriteString(scraps[rnd.IntN(len(scraps))])
		if rnd.IntN(3) == 0 {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func TestShowIsTheInverseOfHide(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	r := &privacy.Redactor{}
	for range 3000 {
		s := open(t, r, nil, "")
		var texts, hidden []string
		for range 4 {
			x := scrapText(rnd)
			texts, hidden = append(texts, x), append(hidden, s.Hide(x))
		}
		for i := range texts {
			require.Equal(t, texts[i], s.Show(hidden[i]), "%q", texts)
		}
		require.NoError(t, s.Err())
	}
}

func FuzzShowIsTheInverseOfHide(f *testing.F) {
	f.Add("mail "+mail, "<EMAIL_ADDRESS_1>")
	f.Add("<EMAIL_ADDRESS_1> "+mail, `\<EMAIL_ADDRESS_1\>`)
	f.Add(card, "&Lt;CREDIT CARD 1&gt;0@0.AA")
	f.Add(card, `\U003cCREDIT CARD 1>0@0.AA`)
	f.Add("\xff"+card, "&lt;CREDIT_CARD_1&gt;"+mail2)
	r := &privacy.Redactor{}
	f.Fuzz(func(t *testing.T, a, b string) {
		s, err := r.Session(context.Background(), &privacy.Memory{}, "x")
		require.NoError(t, err)
		ha, hb := s.Hide(a), s.Hide(b)
		require.NoError(t, s.Err())
		require.Equal(t, a, s.Show(ha))
		require.Equal(t, b, s.Show(hb))
		require.Equal(t, a+b, s.Show(ha)+s.Show(hb))
	})
}

func TestConversationsOverOneVault(t *testing.T) {
	v := &privacy.Memory{}
	one, two := &privacy.Redactor{Vault: v}, &privacy.Redactor{Vault: v} // as in two processes
	a := open(t, one, nil, "talk-7")
	assert.Equal(t, "<EMAIL_ADDRESS_1>", a.Hide(mail))
	b := open(t, two, nil, "talk-7")
	assert.Equal(t, "<EMAIL_ADDRESS_2>", b.Hide(mail2))
	assert.Equal(t, "<EMAIL_ADDRESS_2> <EMAIL_ADDRESS_1> <CREDIT_CARD_1>", a.Hide(mail2+" "+mail+" "+card), "what b gave out meanwhile holds here")
	assert.Equal(t, card, b.Show("<CREDIT_CARD_1>"), "what a gave out meanwhile is looked up")
	require.NoError(t, a.Err())
	require.NoError(t, b.Err())
}

func TestWithSessionSharesOneMemory(t *testing.T) {
	r := &privacy.Redactor{}
	s := open(t, r, nil, "talk-8")
	ctx := privacy.WithSession(t.Context(), s)
	var seen []string
	guarded := privacy.Wrap(func(_ context.Context, in string) (string, error) {
		seen = append(seen, in)
		return in, nil
	}, r, (*privacy.Session).Hide, (*privacy.Session).Show)
	for _, in := range []string{mail, mail2, mail} {
		out, err := guarded(ctx, in)
		require.NoError(t, err)
		assert.Equal(t, in, out)
	}
	assert.Equal(t, []string{"<EMAIL_ADDRESS_1>", "<EMAIL_ADDRESS_2>", "<EMAIL_ADDRESS_1>"}, seen)
	out, err := r.Text(ctx, "again "+mail2)
	require.NoError(t, err)
	assert.Equal(t, "again <EMAIL_ADDRESS_2>", out)

	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = guarded(ended, card)
	require.ErrorIs(t, err, context.Canceled)
	out, err = guarded(ctx, card)
	require.NoError(t, err, "one call's error does not stick to the conversation")
	assert.Equal(t, card, out)
}

func TestSessionFrom(t *testing.T) {
	_, ok := privacy.SessionFrom(t.Context())
	assert.False(t, ok)
	s := open(t, &privacy.Redactor{}, nil, "talk")
	s.Hide(mail)
	ctx, cancel := context.WithCancel(privacy.WithSession(t.Context(), s))
	got, ok := privacy.SessionFrom(ctx)
	require.True(t, ok)
	assert.Equal(t, "talk", got.ID())
	assert.Equal(t, "<EMAIL_ADDRESS_1> <EMAIL_ADDRESS_2>", got.Hide(mail+" "+mail2))
	cancel()
	assert.Empty(t, got.Hide(mail), "it is bound to that context")
	require.ErrorIs(t, got.Err(), privacy.ErrRefused)
	require.NoError(t, s.Err())
	none, ok := privacy.SessionFrom(privacy.WithSession(t.Context(), nil))
	require.True(t, ok)
	require.ErrorIs(t, none.Err(), privacy.ErrRefused)
}

func TestFirstErrorSticks(t *testing.T) {
	s := open(t, &privacy.Redactor{Vault: brokenVault{}}, nil, "")
	assert.Equal(t, "nothing personal", s.Hide("nothing personal"))
	assert.Empty(t, s.Hide(mail))
	err := s.Err()
	require.ErrorIs(t, err, privacy.ErrRefused)
	assert.Empty(t, s.Hide("nothing personal"))
	assert.Empty(t, s.Show("nothing personal"))
	assert.Same(t, err, s.Err())

	_, err = (&privacy.Redactor{Vault: brokenVault{}}).Session(t.Context(), nil, "known")
	require.ErrorIs(t, err, privacy.ErrRefused)
	assert.NotContains(t, fmt.Sprintf("%+v", err), mail)
	for _, s := range []*privacy.Session{nil, {}} {
		assert.Empty(t, s.Hide("x"))
		assert.Empty(t, s.Show("x"))
		assert.Empty(t, s.ID())
		assert.Zero(t, s.Missed())
		require.ErrorIs(t, s.Err(), privacy.ErrRefused)
	}
	_, err = (*privacy.Redactor)(nil).Session(t.Context(), nil, "")
	require.ErrorIs(t, err, privacy.ErrRefused)
	_, err = (*privacy.Redactor)(nil).Text(t.Context(), "x")
	require.ErrorIs(t, err, privacy.ErrRefused)
	_, err = (*privacy.Redactor)(nil).Reveal(t.Context(), "", "s", "x")
	require.ErrorIs(t, err, privacy.ErrRefused)
}

func TestManyTalkAtOnce(t *testing.T) {
	v := &privacy.Memory{}
	r := &privacy.Redactor{Vault: v}
	const talks, turns = 100, 10
	var wg sync.WaitGroup
	for i := range talks {
		id := uuid.NewString()
		shared := open(t, r, nil, id)
		for range 2 { // one through the shared handle, one through a handle of its own
			wg.Go(func() {
				other := open(t, &privacy.Redactor{Vault: v}, nil, id)
				for n := range turns {
					for _, s := range []*privacy.Session{shared, other} {
						canary := fmt.Sprintf("user%d.turn%d@example.org", i, n)
						text := canary + " and " + mail
						hidden := s.Hide(text)
						assert.NotContains(t, hidden, "@")
						assert.Equal(t, text, s.Show(hidden))
						assert.NoError(t, s.Err())
					}
				}
			})
		}
	}
	wg.Wait()
}

func TestOneValueOneNameWhoeverWasFirst(t *testing.T) {
	v := &privacy.Memory{}
	names := make([][]string, 8)
	var wg sync.WaitGroup
	for i := range names {
		wg.Go(func() {
			s := open(t, &privacy.Redactor{Vault: v}, nil, "talk")
			for n := range 20 {
				names[i] = append(names[i], s.Hide(fmt.Sprintf("user%d@example.org", (n+i)%20)))
			}
			assert.NoError(t, s.Err())
		})
	}
	wg.Wait()
	of := map[string]string{}
	for i := range names {
		for n, name := range names[i] {
			value := fmt.Sprint((n + i) % 20)
			if of[name] == "" {
				of[name] = value
			}
			assert.Equal(t, of[name], value)
		}
	}
	assert.Len(t, of, 20)
}

func TestNothingPrintsWhatItHolds(t *testing.T) {
	secret := "sixteen secret b"
	r := &privacy.Redactor{Key: []byte(secret), Scanner: scannerOf("EMAIL_ADDRESS"), Vault: &privacy.Memory{}}
	s := open(t, r, nil, "talk")
	s.Hide(mail)
	e := privacy.Entry{Name: "EMAIL_ADDRESS_1", Kind: "EMAIL_ADDRESS", Value: mail}
	v := privacy.Value{Text: mail, Kind: "EMAIL_ADDRESS"}
	holder := struct {
		S  *privacy.Session
		C  privacy.Session
		E  []privacy.Entry
		V  privacy.Value
		K  privacy.Key
		M  privacy.Vault
		R  *privacy.Redactor
		in *privacy.Session
	}{s, *s, []privacy.Entry{e}, v, r.Key, r.Vault, r, s}
	for _, x := range []any{s, *s, r, e, v, r.Key, r.Vault, holder, &holder, privacy.WithSession(t.Context(), s), privacy.WithTenant(t.Context(), mail)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, x)
			assert.NotContains(t, text, mail, verb)
			assert.NotContains(t, text, fmt.Sprintf("%x", mail), verb)
			assert.NotContains(t, text, secret, verb)
		}
	}
}
