package privacy_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

var secret = privacy.Key("0123456789abcdef0123456789abcdef")

func keyed(op privacy.Operator) *privacy.Redactor { return &privacy.Redactor{Default: op, Key: secret} }

func text(t *testing.T, r *privacy.Redactor, tenant, in string) string {
	t.Helper()
	out, err := r.Text(privacy.WithTenant(t.Context(), tenant), in)
	require.NoError(t, err)
	return out
}

func TestHashAndTokenAreStableAndSeparate(t *testing.T) {
	for name, c := range map[string]struct {
		op   privacy.Operator
		form string
	}{
		"hash":  {privacy.Hash{}, `^<EMAIL_ADDRESS:[0-9a-f]{32}>$`},
		"token": {privacy.Token{}, `^<EMAIL_ADDRESS_[A-Z2-7]{16}>$`},
	} {
		t.Run(name, func(t *testing.T) {
			got := text(t, keyed(c.op), "acme", mail)
			assert.Regexp(t, c.form, got)
			assert.Equal(t, got, text(t, keyed(c.op), "acme", mail), "another process, the same token")
			assert.NotEqual(t, got, text(t, keyed(c.op), "acme", mail2))
			assert.NotEqual(t, got, text(t, keyed(c.op), "other", mail), "tenants are apart")
			other := keyed(c.op)
			other.Key = privacy.Key("another secret of many bytes 123")
			assert.NotEqual(t, got, text(t, other, "acme", mail))
			deny := keyed(c.op)
			deny.Scanner = pii.Scanner{Kinds: []pii.Kind{pii.URL}, Deny: []pii.Literal{{Text: mail, Kind: "LOGIN"}}}
			assert.NotContains(t, text(t, deny, "acme", mail), got[len("<EMAIL_ADDRESS"):], "kinds are apart")
		})
	}
}

func TestTokenComesBack(t *testing.T) {
	s := open(t, keyed(privacy.Token{}), nil, "")
	in := mail + " and " + card
	hidden := s.Hide(in)
	assert.Equal(t, in, s.Show(strings.ToLower(hidden)))
	other := open(t, keyed(privacy.Token{}), nil, "")
	assert.Equal(t, hidden, other.Show(hidden), "a session that never saw the value cannot show it")
	assert.Equal(t, hidden, other.Hide(hidden))
	assert.Equal(t, "<EMAIL_ADDRESS_1>", other.Hide(mail), "the name stood in a text before: it is nobody's here")
	require.NoError(t, other.Err())
}

func TestOperatorsRefuseWithoutAKey(t *testing.T) {
	for _, op := range []privacy.Operator{privacy.Hash{}, privacy.Token{}, privacy.Encrypt{}, privacy.FPE{}} {
		for _, key := range []privacy.Key{nil, privacy.Key("too short")} {
			_, err := (&privacy.Redactor{Default: op, Key: key}).Text(t.Context(), card)
			require.ErrorIs(t, err, privacy.ErrRefused)
			assert.Contains(t, err.Error(), "Redactor.Key", "%T", op)
			assert.NotContains(t, fmt.Sprintf("%+v", err), card)
		}
	}
}

func TestEncryptAndDecrypt(t *testing.T) {
	r := keyed(privacy.Encrypt{})
	in := "a < b, " + mail + ", <x~y, " + card + " <"
	sealed := text(t, r, "acme", in)
	assert.NotContains(t, sealed, "@")
	assert.NotEqual(t, sealed, text(t, r, "acme", in))
	ctx := privacy.WithTenant(t.Context(), "acme")
	out, err := keyed(privacy.Encrypt{}).Decrypt(ctx, "", sealed)
	require.NoError(t, err)
	assert.Equal(t, in, out)

	_, err = r.Decrypt(t.Context(), "", sealed)
	require.ErrorIs(t, err, privacy.ErrRefused, "another tenant")
	_, err = r.Decrypt(ctx, "", strings.Replace(sealed, "<EMAIL_ADDRESS~", "<PHONE_NUMBER~", 1))
	require.ErrorIs(t, err, privacy.ErrRefused, "another kind")
	_, err = r.Decrypt(ctx, "", strings.Replace(sealed, "~", "~A", 1))
	require.ErrorIs(t, err, privacy.ErrRefused, "changed")
	_, err = (*privacy.Redactor)(nil).Decrypt(ctx, "", sealed)
	require.ErrorIs(t, err, privacy.ErrRefused)
}

func TestFPE(t *testing.T) {
	r := keyed(privacy.FPE{})
	got := text(t, r, "acme", card)
	assert.Regexp(t, `^\d{4} \d{4} \d{4} \d{4}$`, got)
	assert.NotEqual(t, card, got)
	assert.Equal(t, got, text(t, r, "acme", card))
	out, err := r.Decrypt(privacy.WithTenant(t.Context(), "acme"), pii.CreditCard, got)
	require.NoError(t, err)
	assert.Equal(t, card, out)

	for why, c := range map[string]struct {
		op   privacy.FPE
		in   string
		text string
	}{
		"letters":        {privacy.FPE{}, mail, "outside FPE.Alphabet"},
		"one letter":     {privacy.FPE{Alphabet: "0"}, card, "from 2 to 256"},
		"twice a letter": {privacy.FPE{Alphabet: "00123"}, card, "from 2 to 256"},
		"not ASCII":      {privacy.FPE{Alphabet: "0é"}, card, "from 2 to 256"},
	} {
		_, err := keyed(c.op).Text(t.Context(), c.in)
		require.ErrorIs(t, err, privacy.ErrRefused, why)
		assert.Contains(t, err.Error(), c.text)
	}
	type short struct {
		Code string `privacy:"code,fpe"`
	}
	s := open(t, r, nil, "")
	privacy.HideTagged(s, short{"12345"})
	require.ErrorIs(t, s.Err(), privacy.ErrRefused)
	assert.Contains(t, s.Err().Error(), "must reach a million")
	s = open(t, r, nil, "")
	privacy.HideTagged(s, short{strings.Repeat("1", 2000)})
	require.ErrorIs(t, s.Err(), privacy.ErrRefused)
}

func TestWrongKeysGiveNoPlaintext(t *testing.T) {
	in := "4111 1111 1111" // a domain of 10^12
	r := &privacy.Redactor{Default: privacy.FPE{}, Key: secret, Scanner: pii.Scanner{Deny: []pii.Literal{{Text: in, Kind: "CODE"}}}}
	sealed := text(t, r, "", in)
	require.NotEqual(t, in, sealed)
	for i := range 10_000 {
		wrong := &privacy.Redactor{Default: privacy.FPE{}, Key: privacy.Key(fmt.Sprintf("wrong key number %08d", i))}
		out, err := wrong.Decrypt(t.Context(), "CODE", sealed)
		require.NoError(t, err)
		require.NotEqual(t, in, out)
	}
}

func TestGeneralise(t *testing.T) {
	type about struct {
		Age  string `privacy:"age,generalise"`
		Born string `privacy:"birthdate,generalise"`
		Code string `privacy:"postcode,generalise"`
		IP   string `privacy:"ip,generalise"`
		Name string `privacy:"name,generalise"`
	}
	for _, c := range []struct{ in, want about }{
		{about{"34", "1990-05-17", "SW1A 1AA", "192.0.2.17", "Inês"}, about{"30-39", "1990-05", "SW", "192.0.2.0/24", "<PERSON>"}},
		{about{"91", "17/05/1990", "10115", "2001:db8:1:2::3", ""}, about{"90+", "1990-05", "10***", "2001:db8:1::/48", ""}},
		{about{"9", "03/04/1990", "94107-1234", "::ffff:192.0.2.17", ""}, about{"0-9", "1990", "94***", "192.0.2.0/24", ""}},
		{about{"old", "May", "SOMEWHERE", "nowhere", ""}, about{"<AGE>", "<DATE_OF_BIRTH>", "<POSTCODE>", "<IP_ADDRESS>", ""}},
		{about{"-3", "04/04/1990", "12", "fe80::1%eth0", ""}, about{"<AGE>", "1990-04", "<POSTCODE>", "fe80::/48", ""}},
		{about{"151", "05/17/1990", "1-2-x", "17 ", ""}, about{"<AGE>", "1990-05", "<POSTCODE>", "<IP_ADDRESS>", ""}},
	} {
		s := open(t, &privacy.Redactor{}, nil, "")
		assert.Equal(t, c.want, privacy.HideTagged(s, c.in))
		require.NoError(t, s.Err())
	}
}

func TestFF1Samples(t *testing.T) {
	raw, err := os.ReadFile("testdata/ff1.json")
	require.NoError(t, err)
	var samples []struct {
		Sample                            int
		Key, Tweak, Plaintext, Ciphertext string
		Radix                             int
	}
	require.NoError(t, json.Unmarshal(raw, &samples))
	require.Len(t, samples, 9)
	for _, s := range samples {
		key, err := hex.DecodeString(s.Key)
		require.NoError(t, err)
		tweak, err := hex.DecodeString(s.Tweak)
		require.NoError(t, err)
		got, err := privacy.FF1(key, tweak, s.Radix, s.Plaintext, false)
		require.NoError(t, err)
		assert.Equal(t, s.Ciphertext, got, s.Sample)
		back, err := privacy.FF1(key, tweak, s.Radix, s.Ciphertext, true)
		require.NoError(t, err)
		assert.Equal(t, s.Plaintext, back, s.Sample)
	}
}
