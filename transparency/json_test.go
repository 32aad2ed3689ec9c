package transparency

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// filled returns a record in which every field that a body holds is set, so that a field forgotten in the writer shows.
func filled(t *testing.T) Record {
	t.Helper()
	var r Record
	fill(t, reflect.ValueOf(&r).Elem(), 1)
	r.Explanation.Subject = ""
	r.Entries = nil
	r.ID, r.Subject, r.At = uuid.Nil, "", time.Time{}
	return r
}

func fill(t *testing.T, v reflect.Value, seed int) {
	t.Helper()
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 3, 1, 2, 3, 4, 500000600, time.UTC)))
		return
	case json.RawMessage:
		v.SetBytes([]byte(`{ "a" : [1,null,"<"] }`))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), seed)
	case reflect.String:
		v.SetString("é\"\\\n<>\u2028" + strings.Repeat("x", seed))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(seed))
	case reflect.Uint64:
		v.SetUint(math.MaxUint64 - uint64(seed))
	case reflect.Uint8:
		v.SetUint(uint64(seed))
	case reflect.Float64:
		v.SetFloat(0.1 * float64(seed))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), seed+i)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), seed+i)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), seed+i)
		}
	default:
		t.Fatalf("a record has a field of kind %s, which the writer does not know", v.Kind())
	}
}

// untold is a copy of a value whose structs have lost their methods, so that encoding/json goes by fields and tags.
func untold(v reflect.Value) any { return bare(v).Interface() }

func bareType(t reflect.Type) reflect.Type {
	switch {
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()), t == reflect.TypeFor[json.RawMessage]():
		return t
	case t.Kind() == reflect.Pointer:
		return reflect.PointerTo(bareType(t.Elem()))
	case t.Kind() == reflect.Slice:
		return reflect.SliceOf(bareType(t.Elem()))
	case t.Kind() == reflect.Struct:
		fields := reflect.VisibleFields(t)
		for i := range fields {
			fields[i].Type = bareType(fields[i].Type)
		}
		return reflect.StructOf(fields)
	}
	return t
}

func bare(v reflect.Value) reflect.Value {
	t := bareType(v.Type())
	if t == v.Type() {
		return v
	}
	out := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Pointer:
		out.Set(reflect.New(t.Elem()))
		out.Elem().Set(bare(v.Elem()))
	case reflect.Slice:
		out.Set(reflect.MakeSlice(t, v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(bare(v.Index(i)))
		}
	default:
		for i := range v.NumField() {
			out.Field(i).Set(bare(v.Field(i)))
		}
	}
	return out
}

func TestTheBodyHoldsEveryFieldOfARecord(t *testing.T) {
	want := filled(t)
	var got Record
	body := appendBody(nil, &want)
	require.NoError(t, json.Unmarshal(body, &got), string(body))
	assert.Equal(t, want, got)

	std, err := json.Marshal(untold(reflect.ValueOf(want)))
	require.NoError(t, err)
	var a, b map[string]any
	require.NoError(t, json.Unmarshal(std, &a))
	require.NoError(t, json.Unmarshal(body, &b))
	delete(a, "id") // what the entry itself holds
	assert.Equal(t, a, b, "the body is what encoding/json makes of the fields and their tags")
}

func TestTheWholeRecordIsReadAgainFromItsJSON(t *testing.T) {
	want := filled(t)
	fill(t, reflect.ValueOf(&want.ID).Elem(), 3)
	fill(t, reflect.ValueOf(&want.At).Elem(), 3)
	fill(t, reflect.ValueOf(&want.Entries).Elem(), 3)
	want.Subject = "c-1"
	js, err := want.JSON()
	require.NoError(t, err)
	var got Record
	require.NoError(t, json.Unmarshal(js, &got))
	assert.Equal(t, want, got)
	js, err = Record{}.JSON()
	require.NoError(t, err)
	assert.Equal(t, "{}", string(js))
}

// A field that is added to the report must not be forgotten in its JSON.
func TestTheWholeReportIsReadAgainFromItsJSON(t *testing.T) {
	var want SubjectReport
	words := want.words
	for i := range reflect.TypeOf(want).NumField() {
		if f := reflect.ValueOf(&want).Elem().Field(i); f.CanSet() {
			fill(t, f, 2)
		}
	}
	for i := range want.Decisions {
		want.Decisions[i].Record.Explanation.Subject = "" // the record's is what counts
	}
	want.words = words
	js, err := want.JSON()
	require.NoError(t, err)
	var got SubjectReport
	require.NoError(t, json.Unmarshal(js, &got))
	assert.Equal(t, want, got)
}

func TestAnEmptyRecordIsAnEmptyBody(t *testing.T) {
	assert.Equal(t, "{}", string(appendBody(nil, &Record{})))
}

func TestStringsAreWrittenAsEncodingJSONReadsThem(t *testing.T) {
	same := func(s string) bool {
		var got, want string
		std, _ := json.Marshal(s)
		return json.Unmarshal(appendQuoted(nil, s), &got) == nil && json.Unmarshal(std, &want) == nil && got == want
	}
	require.NoError(t, quick.Check(same, nil))
	require.NoError(t, quick.Check(func(b []byte) bool { return same(string(b)) }, nil))
}

func FuzzQuoted(f *testing.F) {
	for _, s := range []string{"", "a", "\xff\xfe", "\x00\x1f\"\\", "é\u2028🙂", "\xf0\x9f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got, want string
		std, err := json.Marshal(s)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(std, &want))
		require.NoError(t, json.Unmarshal(appendQuoted(nil, s), &got))
		require.Equal(t, want, got)
	})
}

func FuzzReadEntry(f *testing.F) {
	f.Add([]byte(`{}`), uint8(1))
	f.Add(appendBody(nil, &Record{Outcome: "allowed", Notes: []Factor{{Name: "x", Weight: 1}}}), uint8(1))
	f.Add([]byte(`{"input":{"digest":"zz"}}`), uint8(1))
	f.Add([]byte(`[`), uint8(9))
	f.Fuzz(func(t *testing.T, body []byte, version uint8) {
		e := ledger.Entry{Seq: 1, Kind: kindRecorded, Version: version, Body: body, Subject: "c-1", Key: uuid.Max}
		r, err := readEntry(&e)
		if err != nil {
			return
		}
		require.Equal(t, "c-1", r.Subject, "the body cannot say whom a record is about")
		require.Equal(t, uuid.Max, r.ID)
		_ = r.Why()
		var again Record
		require.NoError(t, json.Unmarshal(appendBody(nil, &r), &again))
	})
}

func TestWhatJSONHasNoNumberForIsLeftOut(t *testing.T) {
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		body := appendBody(nil, &Record{Notes: []Factor{{Name: "x", Weight: f}}})
		assert.JSONEq(t, `{"notes":[{"name":"x"}]}`, string(body))
	}
}

func TestANewerReleasesRecordIsNotMisread(t *testing.T) {
	_, err := readEntry(&ledger.Entry{Version: bodyVersion + 1, Body: []byte("{}")})
	require.ErrorIs(t, err, ledger.ErrUpgrade)
	var r Record
	require.Error(t, r.apply(&ledger.Entry{Kind: kindRecorded, Version: bodyVersion, Body: []byte("{")}))
}
