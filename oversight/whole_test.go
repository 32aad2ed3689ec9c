package oversight

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

type (
	twins  struct{ A, B int }
	left   struct{ Name string }
	right  struct{ Name string }
	joined struct {
		left
		right
	}
	settled struct { // the outer one wins
		left
		right
		Name string
	}
	writer   struct{ N int }
	reader   int
	plain2   int
	embedsIt struct {
		plain2
		N int
	}
	embedsPointer struct {
		*left
		N int
	}
	dated struct { // writes itself as its time alone
		time.Time
		Price int
	}
	asides struct {
		N    int
		Note string `json:"-"`
	}
	own struct{ a, b int }
)

func (w writer) MarshalJSON() ([]byte, error) { return []byte(strconv.Itoa(w.N)), nil }

func (r *reader) UnmarshalText([]byte) error { return nil }

func (o own) MarshalText() ([]byte, error) {
	return []byte(strconv.Itoa(o.a) + "/" + strconv.Itoa(o.b)), nil
}

func (o *own) UnmarshalText(text []byte) error {
	if string(text) != "3/4" {
		return errors.New("not 3/4")
	}
	*o = own{3, 4}
	return nil
}

func TestWiringRefusesTypesThatJSONHalves(t *testing.T) {
	desk, err := New(t.Context(), ledger.Memory(nil), Policy{Rules: []Rule{{Name: "all", When: always, Hold: true}}}, nil)
	require.NoError(t, err)
	for why, f := range map[string]func(){
		"right.Name has the JSON name":          wire[[]joined](desk),
		"cannot read that back":                 wire[map[string]writer](desk),
		"does not write that":                   wire[reader](desk),
		"plain2 is unexported":                  wire[embedsIt](desk),
		"left is a pointer to an unexported":    wire[embedsPointer](desk),
		"is a map whose keys JSON cannot write": wire[map[float64]int](desk),
	} {
		func() {
			defer func() { assert.Contains(t, recover(), why) }()
			f()
		}()
	}
	// go vet would find this one as well, where it is written down.
	x := func(name, tag string) reflect.StructField {
		return reflect.StructField{Name: name, Type: reflect.TypeFor[int](), Tag: reflect.StructTag(tag)}
	}
	where, why := lossy(reflect.StructOf([]reflect.StructField{x("A", `json:"x"`), x("B", `json:"x"`)}), "offer", map[reflect.Type]bool{})
	assert.Equal(t, "offer.B", where)
	assert.Contains(t, why, "the JSON name of another field")
	where, _ = lossy(reflect.StructOf([]reflect.StructField{x("A", `json:"B"`), x("B", "")}), "offer", map[reflect.Type]bool{})
	assert.Empty(t, where, "the tagged one wins: what is in the other is looked at when it is held")
	assert.NotPanics(t, wire[settled](desk), "what is hidden may be empty")
	assert.NotPanics(t, wire[map[netip.Addr]own](desk))
	assert.Zero(t, embedsIt{}.plain2)
	assert.NotPanics(t, wire[asides](desk))
}

// holdsAll holds one answer, and says how the call ended and what comes back once it is approved.
func holdsAll[Out any](t *testing.T, k *Desk, out Out) (got Out, err error) {
	t.Helper()
	guarded := Wrap(func(context.Context, int) (Out, error) { return out, nil }, k, func(int, Out) Case { return Case{} })
	ctx := call.WithSubject(t.Context(), "anna")
	_, err = guarded(ctx, 1)
	pending, ok := errors.AsType[*PendingError](err)
	if !ok {
		return got, err
	}
	lease, err := k.Claim(ctx, "rosa", pending.Case)
	require.NoError(t, err)
	require.NoError(t, k.Submit(ctx, lease, Judgement{Verdict: Approved}))
	return guarded(Resume(ctx, pending.Case), 1)
}

func comesBack[Out any](v Out) func(*testing.T, *Desk) {
	return func(t *testing.T, k *Desk) {
		got, err := holdsAll(t, k, v)
		require.NoError(t, err)
		require.Equal(t, v, got)
	}
}

func isRefused[Out any](v Out) func(*testing.T, *Desk) {
	return func(t *testing.T, k *Desk) {
		_, err := holdsAll(t, k, v)
		require.ErrorIs(t, err, ErrRefused)
		require.NotContains(t, err.Error(), "canary")
		require.Zero(t, k.State().Held, "and no case is opened")
	}
}

// What a person approves comes back as it was, or is not held.
func TestAHeldValueComesBackOrIsRefused(t *testing.T) {
	at := time.Date(2026, 11, 28, 23, 0, 0, 17, time.UTC)
	for name, run := range map[string]func(*testing.T, *Desk){
		"plain":           comesBack(twins{1, 2}),
		"pointers":        comesBack(&twins{1, 2}),
		"nil":             comesBack((*twins)(nil)),
		"bytes":           comesBack([]byte{0, 255}),
		"text of its own": comesBack(own{3, 4}),
		"addresses":       comesBack(map[netip.Addr]int{netip.MustParseAddr("::1"): 7}),
		"a time":          comesBack(at),
		"extremes":        comesBack([]float64{math.SmallestNonzeroFloat64, math.MaxFloat64, -0.1}),
		"large numbers":   comesBack([]uint64{math.MaxUint64}),
		"free form":       comesBack(map[string]any{"n": 1.5, "list": []any{"a", true, nil}}),
		"raw":             comesBack(json.RawMessage(`{"a":"\u003cb\u003e"}`)),

		"set and tagged -":        isRefused(asides{1, "canary"}),
		"hidden and set":          isRefused(settled{left: left{"canary"}, Name: "x"}),
		"not UTF-8":               isRefused([]string{"canary \xff"}),
		"a time and a price":      isRefused(dated{at, 7}),
		"text it does not read":   isRefused(own{5, 6}),
		"a struct in any":         isRefused(map[string]any{"canary": twins{1, 2}}),
		"a large number in any":   isRefused(map[string]any{"canary": int64(1<<53 + 1)}),
		"bytes in any":            isRefused(map[string]any{"canary": []byte("x")}),
		"NaN":                     isRefused(math.NaN()),
		"a pointer to no pointer": isRefused(new(*twins)),
	} {
		t.Run(name, func(t *testing.T) {
			k, err := New(t.Context(), ledger.Memory(nil), Policy{Rules: []Rule{{Name: "all", When: always, Hold: true}}}, nil)
			require.NoError(t, err)
			run(t, k)
		})
	}
	k, err := New(t.Context(), ledger.Memory(nil), Policy{Rules: []Rule{{Name: "all", When: always, Hold: true}}}, nil)
	require.NoError(t, err)
	got, err := holdsAll(t, k, map[string]any{"n": 7, "list": []string{"a"}, "none": map[string]int(nil)})
	require.ErrorIs(t, err, ErrRefused, "a nil map in any comes back as nothing at all")
	require.Nil(t, got)
	got, err = holdsAll(t, k, map[string]any{"n": 7, "list": []string{"a"}})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"n": 7.0, "list": []any{"a"}}, got, "as JSON's own types, and nothing lost")
}

// With a codec of the user's, what is written alike is equal.
func TestACodecMustReadWhatItWrites(t *testing.T) {
	half := &Codec{Encode: json.Marshal, Decode: func(data []byte, into any) error {
		if err := json.Unmarshal(data, into); err != nil {
			return err
		}
		into.(*twins).B = 0
		return nil
	}}
	hold := Policy{Rules: []Rule{{Name: "all", When: always, Hold: true}}}
	k, err := New(t.Context(), ledger.Memory(nil), hold, &Options{Codec: half})
	require.NoError(t, err)
	_, err = holdsAll(t, k, twins{1, 2})
	require.ErrorIs(t, err, ErrRefused)
	got, err := holdsAll(t, k, twins{1, 0})
	require.NoError(t, err)
	require.Equal(t, twins{1, 0}, got)
}

// An answer that went out at once may be contested later. What is not whole is not delivered then either.
func TestAnAppealDoesNotDeliverHalfAnAnswer(t *testing.T) {
	k, err := New(t.Context(), ledger.Memory(nil), Policy{}, nil)
	require.NoError(t, err)
	guarded := Wrap(func(context.Context, int) (own2, error) { return own2{7, "canary"}, nil }, k, func(int, own2) Case { return Case{} })
	tracked, trail := call.Track(call.WithSubject(t.Context(), "anna"))
	out, err := guarded(tracked, 1)
	require.NoError(t, err)
	require.Equal(t, own2{7, "canary"}, out, "what holds nothing goes out as it is")
	judge := func(id uuid.UUID, who string, j Judgement) {
		lease, err := k.Claim(t.Context(), who, id)
		require.NoError(t, err)
		require.NoError(t, k.Submit(t.Context(), lease, j))
	}
	judge(trail.ID(), "rosa", Judgement{Verdict: Rejected})
	ctx := call.WithSubject(t.Context(), "anna")
	appeal, err := k.Appeal(ctx, "anna", trail.ID(), "")
	require.NoError(t, err)
	judge(appeal, "ruth", Judgement{Verdict: Approved})
	_, err = guarded(Resume(ctx, appeal), 1)
	require.ErrorIs(t, err, ErrRefused)
}

type own2 struct {
	N      int
	secret string
}

// A null is no correction of a number or a struct: JSON's decoder would make a zero of it.
func TestNullIsNoCorrection(t *testing.T) {
	var none *Codec
	var s twins
	var n int
	var p *twins
	var l []int
	require.ErrorIs(t, none.decode([]byte(" null "), &s), errNull)
	require.ErrorIs(t, none.decode([]byte("null"), &n), errNull)
	require.NoError(t, none.decode([]byte("null"), &p))
	require.NoError(t, none.decode([]byte("null"), &l))
	require.Error(t, none.decode([]byte("1"), nil))

	type price struct {
		Net  int            `json:"net"`
		Tax  *int           `json:"tax"`
		Tags []string       `json:"tags"`
		By   map[string]int `json:"by"`
	}
	for data, err := range map[string]error{
		`[{"net":null}]`: errNull, `[{"NET":null}]`: errNull, `[{"net":1,"by":{"a":null}}]`: errNull, `[{"net":1},{"net":null}]`: errNull,
		`[{"net":1,"tags":[null]}]`: errNull, `[{"net":1,"tax":null,"tags":null,"by":null}]`: nil, `null`: nil, `[{"net":1,"tags":["null"]}]`: nil,
	} {
		var prices []price
		require.ErrorIs(t, none.decode([]byte(data), &prices), err, data)
	}
}
