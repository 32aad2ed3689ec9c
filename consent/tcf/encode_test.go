package tcf_test

import (
	"strings"

	"github.com/fairlead-go/fairlead/consent/tcf"
)

// writer is the reader turned round, for the round trip only: the package itself never writes a string.
type writer struct {
	out  strings.Builder
	six  byte
	used int
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func (w *writer) bits(v uint64, n int) {
	for n--; n >= 0; n-- {
		w.six = w.six<<1 | byte(v>>n&1)
		if w.used++; w.used == 6 {
			w.out.WriteByte(digits[w.six])
			w.six, w.used = 0, 0
		}
	}
}

func (w *writer) bool(v bool) {
	if v {
		w.bits(1, 1)
	} else {
		w.bits(0, 1)
	}
}

func (w *writer) segment() string {
	for w.used != 0 {
		w.bits(0, 1)
	}
	return w.out.String()
}

func (w *writer) letters(s string) {
	w.bits(uint64(s[0]-'A'), 6)
	w.bits(uint64(s[1]-'A'), 6)
}

func (w *writer) set(s tcf.Set, n int) {
	for id := 1; id <= n; id++ {
		w.bool(s.Has(id))
	}
}

func (w *writer) ranges(v tcf.Vendors) {
	w.bits(uint64(len(v)), 12)
	for _, r := range v {
		w.bool(r.First != r.Last)
		w.bits(uint64(r.First), 16)
		if r.First != r.Last {
			w.bits(uint64(r.Last), 16)
		}
	}
}

// vendors writes ranges where the reference implementation does: it counts a single vendor as 16 bits and a range as 33, leaves the
// end of the last one out of the count, and never does so for vendors up to 45.
func (w *writer) vendors(v tcf.Vendors) {
	highest := 0
	if len(v) > 0 {
		highest = int(v[len(v)-1].Last)
	}
	counted := 12 - 16
	for _, r := range v {
		if counted += 16; r.First != r.Last {
			counted += 17
		}
	}
	asRanges := highest > 45 && counted < highest && len(v) < 1<<12
	w.bits(uint64(highest), 16)
	w.bool(asRanges)
	if asRanges {
		w.ranges(v)
		return
	}
	for id := 1; id <= highest; id++ {
		w.bool(v.Has(id))
	}
}

func encode(s *tcf.String) string {
	w := &writer{}
	w.bits(2, 6)
	w.bits(uint64(s.Created.UnixMilli()/100), 36)
	w.bits(uint64(s.Updated.UnixMilli()/100), 36)
	w.bits(uint64(s.CMP), 12)
	w.bits(uint64(s.CMPVersion), 12)
	w.bits(uint64(s.Screen), 6)
	w.letters(s.Language)
	w.bits(uint64(s.VendorListVersion), 12)
	w.bits(uint64(s.PolicyVersion), 6)
	w.bool(s.ServiceSpecific)
	w.bool(s.NonStandardTexts)
	w.set(s.SpecialFeatures, 12)
	w.set(s.Purposes, 24)
	w.set(s.LegitimateInterests, 24)
	w.bool(s.PurposeOneUntold)
	w.letters(s.Publisher)
	w.vendors(s.Vendors)
	w.vendors(s.LegitimateVendors)
	w.bits(uint64(len(s.Restrictions)), 12)
	for _, r := range s.Restrictions {
		w.bits(uint64(r.Purpose), 6)
		w.bits(uint64(r.Kind), 2)
		w.ranges(r.Vendors)
	}
	out := w.segment()
	if s.HasDisclosed {
		w := &writer{}
		w.bits(1, 3)
		w.vendors(s.Disclosed)
		out += "." + w.segment()
	}
	if p := s.PublisherPurposes; p != nil {
		w := &writer{}
		w.bits(3, 3)
		w.set(p.Purposes, 24)
		w.set(p.LegitimateInterests, 24)
		w.bits(uint64(p.Custom), 6)
		for i := range p.Custom {
			w.bool(p.CustomPurposes&(1<<i) != 0)
		}
		for i := range p.Custom {
			w.bool(p.CustomLegitimate&(1<<i) != 0)
		}
		out += "." + w.segment()
	}
	return out
}
