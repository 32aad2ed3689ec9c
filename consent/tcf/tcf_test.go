package tcf_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent/tcf"
)

// made is one line of testdata/strings.jsonl.gz.
type made struct {
	String                                          string
	Created, Updated                                int64
	CMP, CMPVersion, Screen, VendorList, Policy     int
	Language, Country                               string
	NonStandard, One                                bool
	SF, Purposes, LI, Vendors, VendorsLI, Disclosed []int
	Restrictions                                    []madeRestriction
	Pub                                             *madePublisher
}

type madeRestriction struct {
	Purpose, Kind int
	Vendors       []int
}

type madePublisher struct {
	Purposes, LI, CustomPurposes, CustomLI []int
	Custom                                 int
}

func all(t testing.TB) []made {
	t.Helper()
	f, err := os.Open("testdata/strings.jsonl.gz")
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	var out []made
	for lines := bufio.NewScanner(z); lines.Scan(); {
		var m made
		require.NoError(t, json.Unmarshal(lines.Bytes(), &m))
		out = append(out, m)
	}
	require.Len(t, out, 1000)
	return out
}

func members(has func(int) bool, highest int) []int {
	out := []int{}
	for id := range highest + 2 {
		if has(id) {
			out = append(out, id)
		}
	}
	return out
}

func custom(bits uint64) []int {
	return members(func(id int) bool { return id > 0 && bits&(1<<(id-1)) != 0 }, 62)
}

func TestStringsOfTheReferenceImplementation(t *testing.T) {
	for i, m := range all(t) {
		s, err := tcf.Parse(m.String)
		require.NoError(t, err, i)
		require.NoError(t, s.Conforms(), i)
		assert.Equal(t, time.UnixMilli(m.Created).UTC(), s.Created)
		assert.Equal(t, time.UnixMilli(m.Updated).UTC(), s.Updated)
		assert.Equal(t, []int{m.CMP, m.CMPVersion, m.Screen, m.VendorList, m.Policy}, []int{s.CMP, s.CMPVersion, s.Screen, s.VendorListVersion, s.PolicyVersion})
		assert.Equal(t, []string{m.Language, m.Country}, []string{s.Language, s.Publisher})
		assert.Equal(t, []bool{m.NonStandard, m.One, true}, []bool{s.NonStandardTexts, s.PurposeOneUntold, s.ServiceSpecific})
		assert.Equal(t, m.SF, members(s.SpecialFeatures.Has, 12))
		assert.Equal(t, m.Purposes, members(s.Purposes.Has, 24))
		assert.Equal(t, m.LI, members(s.LegitimateInterests.Has, 24))
		assert.Equal(t, m.Vendors, members(s.Vendors.Has, 400))
		assert.Equal(t, m.VendorsLI, members(s.LegitimateVendors.Has, 400))
		assert.Equal(t, m.Disclosed, members(s.Disclosed.Has, 400))
		assert.Len(t, m.Vendors, s.Vendors.Len())
		require.Len(t, s.Restrictions, len(m.Restrictions))
		for _, want := range m.Restrictions {
			got := restriction(s, want.Purpose, want.Kind)
			assert.Equal(t, want.Vendors, members(got.Has, 400))
		}
		if m.Pub == nil {
			continue
		}
		require.NotNil(t, s.PublisherPurposes)
		p := s.PublisherPurposes
		assert.Equal(t, m.Pub.Purposes, members(p.Purposes.Has, 24))
		assert.Equal(t, m.Pub.LI, members(p.LegitimateInterests.Has, 24))
		assert.Equal(t, m.Pub.CustomPurposes, custom(p.CustomPurposes))
		assert.Equal(t, m.Pub.CustomLI, custom(p.CustomLegitimate))
		assert.Equal(t, m.Pub.Custom, p.Custom)
	}
}

func restriction(s *tcf.String, purpose, kind int) tcf.Vendors {
	for _, r := range s.Restrictions {
		if r.Purpose == purpose && int(r.Kind) == kind {
			return r.Vendors
		}
	}
	return nil
}

// What is read and written again is what was read, padding aside.
func TestRoundTrip(t *testing.T) {
	same := 0
	for i, m := range all(t) {
		s, err := tcf.Parse(m.String)
		require.NoError(t, err, i)
		again := encode(s)
		back, err := tcf.Parse(again)
		require.NoError(t, err, i)
		require.Equal(t, s, back, i)
		if trimmed(again) == trimmed(m.String) {
			same++
		}
	}
	assert.Equal(t, 1000, same, "written as the reference implementation writes them")
}

// trimmed is a string without the zeros that fill its segments up.
func trimmed(s string) string {
	segments := strings.Split(s, ".")
	for i := range segments {
		segments[i] = strings.TrimRight(segments[i], "A")
	}
	return strings.Join(segments, ".")
}

func TestBrokenStringsAreErrors(t *testing.T) {
	good := all(t)[0].String
	for name, s := range map[string]string{
		"empty":                   "",
		"cut in the middle":       good[:40],
		"not base64url":           "C" + strings.Repeat("*", 60),
		"version 1":               "B" + good[1:],
		"a segment twice":         good + "." + strings.SplitN(good, ".", 3)[1],
		"an empty segment":        good + ".",
		"far too long":            strings.Repeat("C", tcf.MaxLen+1),
		"a personal string":       "canary@example.com",
		"padding":                 good + "==",
		"a line end":              good + "\n",
		"something behind it":     good + "AA<script>",
		"in an unknown segment":   good + ".oooo%20",
		"language is not letters": "CQuIxQAQuIxQAFfuMk__B4FwANogAADAAIYgLsoSbOA",
	} {
		got, err := tcf.Parse(s)
		require.ErrorIs(t, err, tcf.ErrInvalid, name)
		assert.Nil(t, got, name)
		assert.NotContains(t, err.Error(), "canary", name)
		assert.Less(t, len(err.Error()), 200, name)
	}
}

func TestConforms(t *testing.T) {
	s, err := tcf.Parse(strings.Split(all(t)[0].String, ".")[0])
	require.NoError(t, err, "a string of 2.2 can be read")
	require.ErrorContains(t, s.Conforms(), "disclosed vendors")
	s.HasDisclosed, s.ServiceSpecific = true, false
	require.ErrorContains(t, s.Conforms(), "global")
	s.ServiceSpecific, s.LegitimateInterests = true, 1<<2
	require.ErrorContains(t, s.Conforms(), "3 to 6")
}

func TestSetsHoldNothingOutsideTheirRange(t *testing.T) {
	s := tcf.Set(0xffffffff)
	assert.False(t, s.Has(0) || s.Has(-1) || s.Has(25) || s.Has(1<<30))
	assert.True(t, s.Has(1) && s.Has(24))
	v := tcf.Vendors{{First: 3, Last: 5}, {First: 9, Last: 9}}
	assert.Equal(t, []int{3, 4, 5, 9}, members(v.Has, 20))
	assert.False(t, v.Has(-1) || v.Has(1<<20))
}

func FuzzParse(f *testing.F) {
	for _, m := range all(f)[:20] {
		f.Add(m.String)
	}
	f.Add("CAAAAAAAAAAAAAAAAAENAAAAAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, in string) {
		s, err := tcf.Parse(in)
		if err != nil {
			require.ErrorIs(t, err, tcf.ErrInvalid)
			return
		}
		back, err := tcf.Parse(encode(s))
		require.NoError(t, err)
		require.Equal(t, s, back)
	})
}

func BenchmarkParse(b *testing.B) {
	s := all(b)[0].String
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tcf.Parse(s); err != nil {
			b.Fatal(err)
		}
	}
}
