package tcf

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// String is a decoded consent string.
type String struct {
	Created           time.Time // when the string was first made, to a tenth of a second
	Updated           time.Time // when it was last changed
	CMP               int       // identifier of the consent management platform, 12 bits
	CMPVersion        int       // 12 bits
	Screen            int       // the screen of the platform on which consent was given, 6 bits
	Language          string    // ISO 639-1, upper case: "EN"
	VendorListVersion int       // 12 bits
	PolicyVersion     int       // 6 bits
	ServiceSpecific   bool      // true since global scope was retired
	NonStandardTexts  bool      // the platform showed texts of its own

	SpecialFeatures     Set     // opt-ins, 1 to 12
	Purposes            Set     // consented to, 1 to 24
	LegitimateInterests Set     // purposes disclosed and not objected to, 1 to 24
	PurposeOneUntold    bool    // purpose 1 was not asked about, as the law of Publisher has it
	Publisher           string  // ISO 3166-1 alpha-2 of the publisher's country: "DE"
	Vendors             Vendors // consented to
	LegitimateVendors   Vendors // disclosed and not objected to
	Restrictions        []Restriction
	Disclosed           Vendors            // shown to the visitor
	HasDisclosed        bool               // whether that segment is there: mandatory since version 2.3
	PublisherPurposes   *PublisherPurposes // nil without that segment
}

// Set is a set of small identifiers, from 1.
type Set uint32

// Has says whether id is in the set; nothing outside 1 to 24 is.
func (s Set) Has(id int) bool { return id >= 1 && id <= 24 && s&(1<<(id-1)) != 0 }

// Range is the vendors First to Last, both included.
type Range struct{ First, Last uint16 }

// Vendors is a set of vendors: ranges in order that do not touch.
type Vendors []Range

// Has says whether vendor id is in the set.
func (v Vendors) Has(id int) bool {
	i := sort.Search(len(v), func(i int) bool { return int(v[i].Last) >= id })
	return i < len(v) && int(v[i].First) <= id && id >= 1
}

// Len is the number of vendors in the set.
func (v Vendors) Len() int {
	n := 0
	for _, r := range v {
		n += int(r.Last) - int(r.First) + 1
	}
	return n
}

// normal puts ranges in order and joins those that overlap or touch.
func normal(rs []Range) Vendors {
	slices.SortFunc(rs, func(a, b Range) int { return int(a.First) - int(b.First) })
	var out Vendors
	for _, r := range rs {
		if n := len(out); n > 0 && int(r.First) <= int(out[n-1].Last)+1 {
			out[n-1].Last = max(out[n-1].Last, r.Last)
			continue
		}
		out = append(out, r)
	}
	return out
}

// RestrictionKind is what a publisher restricts a purpose to.
type RestrictionKind uint8

// The kinds of restrictions.
const (
	NotAllowed                RestrictionKind = 0
	RequireConsent            RestrictionKind = 1
	RequireLegitimateInterest RestrictionKind = 2
)

// Restriction is a publisher's restriction of one purpose for some vendors.
type Restriction struct {
	Purpose int // 1 to 63
	Kind    RestrictionKind
	Vendors Vendors
}

// PublisherPurposes is what the visitor told the publisher itself.
type PublisherPurposes struct {
	Purposes            Set
	LegitimateInterests Set
	Custom              int    // how many purposes of its own the publisher has, 0 to 63
	CustomPurposes      uint64 // bit i: the visitor consented to the custom purpose i+1
	CustomLegitimate    uint64
}

// ErrInvalid is matched by every error of this package.
var ErrInvalid = errors.New("tcf: not a valid consent string")

// SyntaxError says where a string is broken. It holds nothing of the string.
type SyntaxError struct {
	Segment string // "core", "disclosed vendors", "publisher" or ""
	Bit     int    // position in the segment
	Why     string
}

func (e *SyntaxError) Error() string {
	if e.Segment == "" {
		return ErrInvalid.Error() + ": " + e.Why
	}
	return fmt.Sprintf("%v: %s segment, bit %d: %s", ErrInvalid, e.Segment, e.Bit, e.Why)
}

// Is matches ErrInvalid.
func (e *SyntaxError) Is(target error) bool { return target == ErrInvalid }

// MaxLen is the longest string that is read, in bytes. Real ones stay below 16 KiB.
const MaxLen = 128 << 10

// Segment types of all segments but the core.
const (
	segmentDisclosed = 1
	segmentPublisher = 3
)

// Parse decodes a consent string of version 2. It accepts what versions 2.0 to 2.2 allowed as well; Conforms says whether the
// string meets 2.3. The error is a *SyntaxError.
func Parse(s string) (*String, error) {
	if len(s) > MaxLen {
		return nil, &SyntaxError{Why: fmt.Sprintf("longer than %d bytes", MaxLen)}
	}
	core, rest, more := strings.Cut(s, ".")
	out := &String{}
	r := &reader{s: core, segment: "core"}
	out.core(r)
	if r.end(); r.err != nil {
		return nil, r.err
	}
	seen := map[int]bool{}
	for more {
		var segment string
		segment, rest, more = strings.Cut(rest, ".")
		r := &reader{s: segment, segment: "second"}
		kind := r.int(3)
		if r.err == nil && seen[kind] {
			r.fail("a segment of this type stands twice")
		}
		seen[kind] = true
		switch kind {
		case segmentDisclosed:
			r.segment = "disclosed vendors"
			out.Disclosed, out.HasDisclosed = r.vendors(), true
		case segmentPublisher:
			r.segment = "publisher"
			out.PublisherPurposes = r.publisher()
		default: // type 2 was "allowed vendors", retired with global scope; later ones are not ours to refuse
		}
		if r.end(); r.err != nil {
			return nil, r.err
		}
	}
	return out, nil
}

func (s *String) core(r *reader) {
	if version := r.int(6); r.err == nil && version != 2 {
		r.fail("the version is not 2")
	}
	s.Created, s.Updated = r.time(), r.time()
	s.CMP, s.CMPVersion, s.Screen = r.int(12), r.int(12), r.int(6)
	s.Language = r.letters()
	s.VendorListVersion, s.PolicyVersion = r.int(12), r.int(6)
	s.ServiceSpecific, s.NonStandardTexts = r.bool(), r.bool()
	s.SpecialFeatures, s.Purposes, s.LegitimateInterests = r.set(12), r.set(24), r.set(24)
	s.PurposeOneUntold = r.bool()
	s.Publisher = r.letters()
	s.Vendors, s.LegitimateVendors = r.vendors(), r.vendors()
	for range r.int(12) {
		x := Restriction{Purpose: r.int(6), Kind: RestrictionKind(r.int(2))}
		x.Vendors = r.ranges(1<<16 - 1)
		if r.err != nil {
			return
		}
		s.Restrictions = append(s.Restrictions, x)
	}
}

// Conforms says what keeps a string that could be read from meeting version 2.3, nil if nothing does.
func (s *String) Conforms() error {
	switch {
	case !s.HasDisclosed:
		return &SyntaxError{Why: "there is no disclosed vendors segment, which version 2.3 requires"}
	case !s.ServiceSpecific:
		return &SyntaxError{Why: "the string is of global scope, which has been retired"}
	case s.LegitimateInterests&0b111100 != 0:
		return &SyntaxError{Why: "purposes 3 to 6 claim a legitimate interest, which they cannot have"}
	}
	return nil
}
