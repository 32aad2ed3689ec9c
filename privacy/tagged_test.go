package privacy_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
)

type (
	base    struct{ Contact string }
	Address struct {
		Street string `privacy:"address"`
		Note   string
	}
	label  string
	person struct {
		base
		Address
		Home    *Address
		Name    string   `privacy:"name"`
		Card    string   `privacy:"card,mask=4"`
		Secret  string   `privacy:"remove"`
		Age     int      `privacy:"remove"`
		Aliases []string `privacy:"name"`
		Two     [2]string
		Meta    map[string]string
		Byte    []byte
		JSON    json.RawMessage
		Label   label
		Ptr     **string
		When    time.Time
		ID      uuid.UUID
		Score   float64
		Any     any    `privacy:"-"`
		own     func() `privacy:"-"` //nolint:unused // there to be skipped
	}
)

func samplePerson() person {
	p := "reach " + mail
	pp := &p
	return person{
		base: base{mail}, Address: Address{"12 Rua Nova", "ask " + mail}, Home: &Address{"3 Rua Velha", "none"},
		Name: "Inês Rocha", Card: card, Secret: "s3cret", Age: 41, Aliases: []string{"Inês Rocha", "Nê"},
		Two: [2]string{"x", mail2}, Meta: map[string]string{mail: "k", "v": mail2}, Byte: []byte("to " + mail),
		JSON: json.RawMessage(`{"to": "ines.rocha\u0040example.org", "n": 4111111111111111, "z":1.50}`), Label: label(mail), Ptr: &pp,
		When: time.Unix(1_700_000_000, 0), ID: uuid.MustParse("0190b5c2-0000-7000-8000-000000000001"), Score: 0.5, Any: mail,
	}
}

func TestHideTaggedFollowsEverything(t *testing.T) {
	s := open(t, &privacy.Redactor{}, nil, "")
	in, same := samplePerson(), samplePerson()
	got := privacy.HideTagged(s, in)
	require.NoError(t, s.Err())
	assert.Equal(t, same, in, "the caller's value is never changed")

	p := "reach <EMAIL_ADDRESS_1>"
	pp := &p
	want := person{
		base: base{"<EMAIL_ADDRESS_1>"}, Address: Address{"<ADDRESS_1>", "ask <EMAIL_ADDRESS_1>"}, Home: &Address{"<ADDRESS_2>", "none"},
		Name: "<PERSON_1>", Card: "**** **** **** 1111", Aliases: []string{"<PERSON_1>", "<PERSON_2>"},
		Two: [2]string{"x", "<EMAIL_ADDRESS_2>"}, Meta: map[string]string{"<EMAIL_ADDRESS_1>": "k", "v": "<EMAIL_ADDRESS_2>"}, Byte: []byte("to <EMAIL_ADDRESS_1>"),
		JSON: json.RawMessage(`{"to": "<EMAIL_ADDRESS_1>", "n": "<CREDIT_CARD_1>", "z":1.50}`), Label: "<EMAIL_ADDRESS_1>", Ptr: &pp,
		When: in.When, ID: in.ID, Score: 0.5, Any: mail,
	}
	assert.Equal(t, want, got)

	back := privacy.ShowTagged(s, got)
	require.NoError(t, s.Err())
	want = in
	want.Card, want.Secret, want.Age = "**** **** **** 1111", "", 0
	want.JSON = json.RawMessage(`{"to": "ines.rocha@example.org", "n": "4111111111111111", "z":1.50}`)
	assert.Equal(t, want, back)
}

func TestCleanPartsAreShared(t *testing.T) {
	type pair struct{ A, B *Address }
	s := open(t, &privacy.Redactor{}, nil, "")
	in := pair{&Address{Note: mail}, &Address{Note: "none"}}
	got := privacy.HideTagged(s, in)
	assert.NotSame(t, in.A, got.A)
	assert.Same(t, in.B, got.B)
	assert.Equal(t, mail, in.A.Note)
}

type node struct {
	Text string
	Next *node
	Kids []*node
	By   map[string]*node
}

func TestValuesThatContainThemselves(t *testing.T) {
	s := open(t, &privacy.Redactor{}, nil, "")
	a := &node{Text: mail}
	b := &node{Text: "b", Next: a}
	a.Next, a.Kids, a.By = b, []*node{a, b, a}, map[string]*node{mail: a}
	got := privacy.HideTagged(s, a)
	require.NoError(t, s.Err())
	assert.Equal(t, "<EMAIL_ADDRESS_1>", got.Text)
	assert.Same(t, got, got.Next.Next)
	assert.Same(t, got, got.Kids[0])
	assert.Same(t, got.Next, got.Kids[1])
	assert.Same(t, got, got.By["<EMAIL_ADDRESS_1>"])
	assert.Equal(t, mail, a.Text)
	assert.Same(t, a, a.Next.Next)

	back := privacy.ShowTagged(s, got)
	assert.Equal(t, mail, back.Next.Next.Text)

	type lists []lists
	self := make(lists, 2)
	self[0], self[1] = self, self
	privacy.HideTagged(s, self)
	require.NoError(t, s.Err())
}

func TestDepthIsBounded(t *testing.T) {
	chain := func(n int) *node {
		var head *node
		for range n {
			head = &node{Text: mail, Next: head}
		}
		return head
	}
	s := open(t, &privacy.Redactor{}, nil, "")
	assert.NotNil(t, privacy.HideTagged(s, chain(64)))
	require.NoError(t, s.Err())
	assert.Nil(t, privacy.HideTagged(s, chain(66)))
	require.ErrorIs(t, s.Err(), privacy.ErrRefused)
	assert.Contains(t, s.Err().Error(), "64")
}

func TestWrapNamesWhatItCannotSeeInto(t *testing.T) {
	type inner struct{ Extra any }
	type secret struct {
		note string //nolint:unused // what is unexported cannot be seen into
	}
	type embedsPointer struct{ *base }
	show := func(_ *privacy.Session, s string) string { return s }
	panics := func(path, why string, wire func()) {
		t.Helper()
		defer func() {
			text, _ := recover().(string)
			assert.Contains(t, text, "privacy.Wrap: hide cannot see into "+path)
			assert.Contains(t, text, why)
			assert.Contains(t, text, `privacy:"-"`)
		}()
		wire()
		t.Error("wiring did not panic: " + path)
	}
	panics("secret.note", "unexported", func() { privacy.Wrap(never[secret, string](t), nil, privacy.HideTagged, show) })
	panics("secret.note", "unexported", func() { privacy.Wrap(never[*secret, string](t), nil, privacy.HideTagged, show) })
	panics("embedsPointer.base", "unexported", func() { privacy.Wrap(never[embedsPointer, string](t), nil, privacy.HideTagged, show) })
	panics("A[].B[][].Extra", "interface", func() {
		type A struct{ B map[string][]inner }
		privacy.Wrap(never[map[string]A, string](t), nil, privacy.HideTagged, show)
	})
	panics("struct.F", "func", func() { privacy.Wrap(never[struct{ F func() }, string](t), nil, privacy.HideTagged, show) })
	panics("struct.C", "chan", func() { privacy.Wrap(never[struct{ C chan int }, string](t), nil, privacy.HideTagged, show) })
	panics("interface", "interface", func() { privacy.Wrap(never[any, string](t), nil, privacy.HideTagged, show) })
	panics("struct.IP", "address in binary", func() { privacy.Wrap(never[struct{ IP net.IP }, string](t), nil, privacy.HideTagged, show) })
	panics("struct.IP", "unexported", func() { privacy.Wrap(never[struct{ IP netip.Addr }, string](t), nil, privacy.HideTagged, show) })
	panics("struct.Sum", "array of bytes", func() { privacy.Wrap(never[struct{ Sum [32]byte }, string](t), nil, privacy.HideTagged, show) })
	panics("struct.Born", "cannot hold a placeholder", func() {
		privacy.Wrap(never[struct {
			Born time.Time `privacy:"birthdate"`
		}, string](t), nil, privacy.HideTagged, show)
	})
	panics("struct.Age", "cannot hold a placeholder", func() {
		privacy.Wrap(never[struct {
			Age int `privacy:"age"`
		}, string](t), nil, privacy.HideTagged, show)
	})
	assert.NotPanics(t, func() { privacy.Wrap(never[person, string](t), nil, privacy.HideTagged, show) })
	assert.Panics(t, func() {
		privacy.Wrap(never[string, secret](t), nil, func(_ *privacy.Session, s string) string { return s }, privacy.ShowTagged)
	})
}

func TestHideTaggedByHandRefusesWhatItCannotSee(t *testing.T) {
	type secret struct{ Extra any }
	guarded := privacy.Wrap(never[secret, string](t), &privacy.Redactor{},
		func(s *privacy.Session, v secret) secret { v.Extra = 7; return privacy.HideTagged(s, v) }, (*privacy.Session).Show)
	_, err := guarded(t.Context(), secret{Extra: mail})
	require.ErrorIs(t, err, privacy.ErrRefused)
	assert.Contains(t, err.Error(), "secret.Extra")
}

func TestHideTaggedOfHostileValues(t *testing.T) {
	s := open(t, &privacy.Redactor{}, nil, "")
	assert.Nil(t, privacy.HideTagged[*person](s, nil))
	assert.Nil(t, privacy.HideTagged[map[string]string](s, nil))
	assert.Empty(t, privacy.HideTagged(s, person{}))
	assert.Equal(t, []string{"\xff\xfe", "<EMAIL_ADDRESS_1>"}, privacy.HideTagged(s, []string{"\xff\xfe", mail}))
	require.NoError(t, s.Err())

	type doc struct{ Raw json.RawMessage }
	assert.Empty(t, privacy.HideTagged(s, doc{json.RawMessage(`{"a":` + mail)}))
	require.ErrorIs(t, s.Err(), privacy.ErrRefused)
	assert.NotContains(t, s.Err().Error(), mail)

	r := &privacy.Redactor{Default: privacy.Remove{}}
	s = open(t, r, nil, "")
	assert.Nil(t, privacy.HideTagged(s, map[string]int{mail: 1, mail2: 2}), "two keys would become one")
	require.ErrorIs(t, s.Err(), privacy.ErrRefused)
	_, err := privacy.Wrap(func(context.Context, person) (string, error) { return "", errors.New("own") }, r,
		privacy.HideTagged, (*privacy.Session).Show)(t.Context(), samplePerson())
	assert.EqualError(t, err, "own")
}

func TestMapsAreNumberedInOrder(t *testing.T) {
	in := map[string]string{}
	for _, c := range "hgfedcba" {
		in[string(c)] = string(c) + "@example.org"
	}
	for range 10 {
		s := open(t, &privacy.Redactor{}, nil, "")
		got := privacy.HideTagged(s, in)
		assert.Equal(t, "<EMAIL_ADDRESS_1>", got["a"])
		assert.Equal(t, "<EMAIL_ADDRESS_8>", got["h"])
	}
}

func TestPlansAreSafeUnderConcurrency(t *testing.T) {
	r := &privacy.Redactor{}
	guarded := privacy.Wrap(func(_ context.Context, p person) (person, error) { return p, nil }, r, privacy.HideTagged, privacy.ShowTagged)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			out, err := guarded(t.Context(), samplePerson())
			if err != nil {
				t.Error(err)
				return
			}
			assert.Equal(t, mail, out.Contact)
			assert.NotContains(t, string(out.Byte), "<")
		})
	}
	wg.Wait()
}
