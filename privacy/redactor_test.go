package privacy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

func TestText(t *testing.T) {
	r := &privacy.Redactor{}
	out, err := r.Text(t.Context(), mail+", "+card+", "+mail)
	require.NoError(t, err)
	assert.Equal(t, "<EMAIL_ADDRESS_1>, <CREDIT_CARD_1>, <EMAIL_ADDRESS_1>", out)
	out, err = r.Text(t.Context(), mail2)
	require.NoError(t, err)
	assert.Equal(t, "<EMAIL_ADDRESS_1>", out, "each text is numbered by itself")

	ctx, scope := call.Enter(t.Context(), call.StageBoundary, call.NewSite(nil, nil))
	defer scope.Exit(&err)
	_, err = r.Text(ctx, mail)
	require.NoError(t, err)
	assert.Equal(t, []call.Count{{Kind: "EMAIL_ADDRESS", N: 1}}, scope.Decision().Facts().Hidden)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = r.Text(ended, mail)
	require.ErrorIs(t, err, context.Canceled)
	err = nil
}

func TestOperators(t *testing.T) {
	for name, c := range map[string]struct {
		op         privacy.Operator
		text, want string
	}{
		"replace":       {privacy.Replace{}, "a " + mail, "a <EMAIL_ADDRESS_1>"},
		"keep":          {privacy.Keep{}, "a " + mail, "a " + mail},
		"remove":        {privacy.Remove{}, "a " + mail + " b", "a  b"},
		"mask":          {privacy.Mask{}, "a " + mail, "a ****.*****@*******.***"},
		"mask last":     {privacy.Mask{Last: 4}, card, "**** **** **** 1111"},
		"mask with":     {privacy.Mask{Last: 2, With: '•'}, card, "•••• •••• •••• ••11"},
		"mask most":     {privacy.Mask{Last: 100}, card, "**** **** ***1 1111"},
		"mask negative": {privacy.Mask{Last: -1}, card, "**** **** **** ****"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := (&privacy.Redactor{Default: c.op}).Text(t.Context(), c.text)
			require.NoError(t, err)
			assert.Equal(t, c.want, out)
		})
	}
	r := &privacy.Redactor{Default: privacy.Keep{}, Operators: map[pii.Kind]privacy.Operator{pii.CreditCard: privacy.Remove{}}}
	out, err := r.Text(t.Context(), card+" "+mail)
	require.NoError(t, err)
	assert.Equal(t, " "+mail, out)
}

func TestRemovalMakesNoPlaceholder(t *testing.T) {
	r := &privacy.Redactor{Operators: map[pii.Kind]privacy.Operator{pii.IPAddress: privacy.Remove{}}}
	s := open(t, r, nil, "")
	s.Hide(mail)
	hidden := s.Hide("<EMAIL_ADDRESS_ 192.0.2.17 1> " + mail2)
	assert.NotContains(t, s.Show(hidden), mail, "text that closed up around a removed piece stands for nothing")
	assert.Contains(t, s.Show(hidden), mail2)
}

func TestRecognizersOwnKindsMakeGoodNames(t *testing.T) {
	for kind, want := range map[pii.Kind]string{
		"person-name": "<PERSON_NAME_1>", "Prénom": "<PR_NOM_1>", "": "", "42": "<DATA_1>", "__a__b__": "<A_B_1>",
		pii.Kind(strings.Repeat("K", 200)): "<" + strings.Repeat("K", 63) + "_1>",
	} {
		r := &privacy.Redactor{Scanner: pii.Scanner{Deny: []pii.Literal{{Text: "Zorro", Kind: kind}}}}
		s := open(t, r, nil, "")
		hidden := s.Hide("Zorro")
		if want != "" {
			assert.Equal(t, want, hidden)
		}
		assert.Equal(t, "Zorro", s.Show(hidden))
	}
}

type stringer struct{ in string }

func (s stringer) String() string { return "stringer " + s.in }

type panicky struct{}

func (panicky) String() string { panic(mail) }

type valuer struct{ in string }

func (v valuer) LogValue() slog.Value { return slog.GroupValue(slog.String("in", v.in)) }

func logged(r *privacy.Redactor, args ...any) (asJSON, asText string) {
	var j, x bytes.Buffer
	o := &slog.HandlerOptions{ReplaceAttr: r.LogAttr}
	slog.New(slog.NewJSONHandler(&j, o)).Info("mail from "+mail, args...)
	slog.New(slog.NewTextHandler(&x, o)).Info("mail from "+mail, args...)
	return j.String(), x.String()
}

func TestLogAttr(t *testing.T) {
	r := &privacy.Redactor{}
	type plain struct {
		Name string `privacy:"name"`
		Mail string
		N    int
	}
	type hiddenPart struct {
		Mail string
		own  string
	}
	asJSON, asText := logged(r,
		"string", "to "+mail,
		"error", fmt.Errorf("cannot reach %s: %w", mail, errors.New("gone")),
		"stringer", stringer{mail},
		"panics", panicky{},
		slog.Group("group", "mail", mail, slog.Group("deep", "card", card)),
		"any", plain{"Inês Rocha", mail, 3},
		"pointer", &plain{"Inês Rocha", mail, 3},
		"part", hiddenPart{mail, mail},
		"map", map[string]any{"to": []any{mail, 7}},
		"raw", json.RawMessage(`{"to":"`+mail+`"}`),
		"bytes", []byte(mail),
		"valuer", valuer{mail},
		"long", int64(4111111111111111),
		"func", func() {},
		"n", 7, "f", 1.5, "d", time.Second, "b", true, "when", time.Unix(0, 0).UTC(),
	)
	for _, out := range []string{asJSON, asText} {
		for _, canary := range []string{mail, card, "Inês", "4111111111111111"} {
			assert.NotContains(t, out, canary)
		}
	}
	var line map[string]any
	require.NoError(t, json.Unmarshal([]byte(asJSON), &line))
	for key, want := range map[string]any{
		"msg": "mail from <EMAIL_ADDRESS>", "level": "INFO", "string": "to <EMAIL_ADDRESS>", "error": "cannot reach <EMAIL_ADDRESS>: gone",
		"stringer": "stringer <EMAIL_ADDRESS>", "panics": "[withheld by privacy]",
		"group": map[string]any{"mail": "<EMAIL_ADDRESS>", "deep": map[string]any{"card": "<CREDIT_CARD>"}},
		"any":   map[string]any{"Name": "<PERSON>", "Mail": "<EMAIL_ADDRESS>", "N": 3.0},
		"part":  map[string]any{"Mail": "<EMAIL_ADDRESS>"},
		"map":   map[string]any{"to": []any{"<EMAIL_ADDRESS>", 7.0}}, "raw": map[string]any{"to": "<EMAIL_ADDRESS>"},
		"valuer": map[string]any{"in": "<EMAIL_ADDRESS>"}, "long": "<CREDIT_CARD>",
		"n": 7.0, "f": 1.5, "d": 1e9, "b": true, "when": "1970-01-01T00:00:00Z",
	} {
		assert.Equal(t, want, line[key], key)
	}
	assert.Contains(t, asText, "any=\"{Name:<PERSON> Mail:<EMAIL_ADDRESS> N:3}\"")

	asJSON, _ = logged(nil, "string", mail)
	assert.NotContains(t, asJSON, mail)

	a := r.LogAttr(nil, slog.Any("same", plain{N: 3}))
	assert.Equal(t, plain{N: 3}, a.Value.Any(), "a clean value keeps its type")
	a = r.LogAttr(nil, slog.Any("same", plain{Mail: mail}))
	assert.Equal(t, plain{Mail: "<EMAIL_ADDRESS>"}, a.Value.Any())
}

func TestLogAttrOfCleanTextAllocatesLittle(t *testing.T) {
	r := &privacy.Redactor{}
	a := slog.String("msg", "nothing personal in here")
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() { a = r.LogAttr(nil, a) }), 0.0)
}
