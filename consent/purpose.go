package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// Purpose is one use of personal data that a person can agree to.
type Purpose struct {
	// ID names the purpose in code and in the log; it must not change. Required.
	ID string
	// Name is what the person reads. Default: ID.
	Name string
	// Within lists broader purposes this one is part of: what a person said to one of them holds here, unless they said something
	// to this one. Of several at the same distance, one that denies beats all that permit. Default: none.
	Within []string
	// Notice is the exact text the person agrees to. Default: version 0 with no text, which nothing can outdate.
	Notice Notice
	// Bases are the legal bases (GDPR article 6 and 9) on which the purpose may run, tried in order. Default: BasisConsent.
	Bases []Basis
	// TTL is how long a consent holds from when it was given. Default: 0, until it is withdrawn.
	TTL time.Duration
	// MinAge in years below which a person cannot agree alone (GDPR article 8): then the consent needs an age at or above it, or a
	// Guardian. Default: 0, nobody is asked.
	MinAge int
	// OptOut lists the jurisdictions in which the purpose is allowed until the person objects, as in "US-CA". Default: none, the
	// person has to agree first.
	OptOut []string
	// SaleLike says that the purpose sells or shares data, so that a Global Privacy Control signal objects to it. Default: false.
	SaleLike bool
	// OverGPC lets an agreement to this very purpose stand against a Global Privacy Control signal; the answer then says that the two
	// conflict. Default: false, the signal wins.
	OverGPC bool
	// Category of the purpose in the Data Privacy Vocabulary, as in dpv.ProvidePersonalisedRecommendations. Only receipts and
	// exports show this and the following. Default: none.
	Category string
	// Data lists what personal data is used, in words or as DPV identifiers. Required for receipts.
	Data []string
	// Keep is how long the data is kept, as an ISO 8601 duration such as "P6M", or in words. Required for receipts.
	Keep string
	// Recipients lists who else gets the data. Default: nobody.
	Recipients []string
	// Processing lists what is done with it. Default: "dpv:Use".
	Processing []string
	// Automated says that decisions about the person are made without a human (GDPR article 22). Default: false.
	Automated bool
	// Sensitive says that the data is of a special category (GDPR article 9). Default: false.
	Sensitive bool
	// Cooldown is how long after a refusal, a withdrawal or an objection the person is not asked again (see Gate.MayAsk). California
	// has twelve months for sale-like purposes (CCPA 1798.135(c)(4)). Default: 0, may be asked at once.
	Cooldown time.Duration
}

// Notice is the text a person agrees to, and its place in the line of its versions.
type Notice struct {
	// Version counts up from 0; a consent remembers the version it was given for. Default: 0.
	Version int
	// MaterialSince is the last version that changed what a person agrees to: a consent for an earlier one is outdated. Default: 0, every
	// later version changed words only.
	MaterialSince int
	// Text as it was shown. Default: empty.
	Text string
	// Language of Text as a BCP 47 tag. Default: not recorded.
	Language string
}

// Digest is the SHA-256 of the text in hexadecimal: the event of a consent carries it, so that the text it was given for can be
// proven later.
func (n Notice) Digest() string {
	sum := sha256.Sum256([]byte(n.Text))
	return hex.EncodeToString(sum[:])
}

// maxNotice is the highest version of a notice: the gate keeps it in 16 bits.
const maxNotice = 1<<16 - 1

// Basis is a legal basis for using personal data.
type Basis string

// The six bases of GDPR article 6(1), and the explicit consent of article 9(2)(a).
const (
	BasisConsent             Basis = "consent"              // 6(1)(a)
	BasisContract            Basis = "contract"             // 6(1)(b)
	BasisLegalObligation     Basis = "legal_obligation"     // 6(1)(c)
	BasisVitalInterests      Basis = "vital_interests"      // 6(1)(d)
	BasisPublicTask          Basis = "public_task"          // 6(1)(e), can be objected to (article 21)
	BasisLegitimateInterests Basis = "legitimate_interests" // 6(1)(f), can be objected to (article 21)
	BasisExplicitConsent     Basis = "explicit_consent"     // 9(2)(a)
)

var bases = []Basis{
	BasisConsent, BasisContract, BasisLegalObligation, BasisVitalInterests, BasisPublicTask, BasisLegitimateInterests, BasisExplicitConsent,
}

// validate says what is wrong with a purpose, at start-up.
func (p Purpose) validate() error {
	switch {
	case len(p.ID) > maxText || !utf8.ValidString(p.ID):
		return &InvalidError{Field: "Purpose.ID", Why: fmt.Sprintf("is not valid UTF-8 or longer than %d bytes", maxText)}
	case p.ID == "":
		return &InvalidError{Field: "Purpose.ID", Why: "is empty; give every purpose a name that does not change"}
	case p.TTL < 0:
		return &InvalidError{Field: "Purpose.TTL", Why: "is negative; 0 means until withdrawn"}
	case p.MinAge < 0:
		return &InvalidError{Field: "Purpose.MinAge", Why: "is negative; 0 means nobody is asked"}
	case p.Cooldown < 0:
		return &InvalidError{Field: "Purpose.Cooldown", Why: "is negative; 0 means may be asked at once"}
	case p.Notice.Version < 0 || p.Notice.Version > maxNotice:
		return &InvalidError{Field: "Notice.Version", Why: fmt.Sprintf("is not between 0 and %d", maxNotice)}
	case p.Notice.MaterialSince > p.Notice.Version:
		return &InvalidError{Field: "Notice.MaterialSince", Why: "lies after Notice.Version; no consent could ever satisfy it"}
	}
	for _, b := range p.Bases {
		if !slices.Contains(bases, b) {
			return &InvalidError{Field: "Purpose.Bases", Why: fmt.Sprintf("holds %q, which is none of the bases of this package", b)}
		}
	}
	return nil
}

// purpose is a Purpose with what is worked out once.
type purpose struct {
	Purpose
	index  uint16
	digest string
	// levels are this purpose, then the ones it is within, then the ones those are within: the nearest that knows a word from the
	// person decides.
	levels [][]*purpose
	// silenceAllows: this purpose, or one within it, is opt-out somewhere: forgetting a no would be a yes.
	silenceAllows bool
}

// optOut says whether the purpose is allowed in the jurisdiction until the person objects.
func (p *purpose) optOut(jurisdiction string) bool {
	return jurisdiction != "" && slices.Contains(p.OptOut, jurisdiction)
}

// compile checks the purposes and works out what checks need.
func compile(purposes []Purpose) (map[string]*purpose, error) {
	if len(purposes) > 1<<16-1 {
		return nil, &InvalidError{Field: "purposes", Why: "are more than 65,535"}
	}
	all := make(map[string]*purpose, len(purposes))
	for i, p := range purposes {
		if err := p.validate(); err != nil {
			return nil, err
		}
		if _, twice := all[p.ID]; twice {
			return nil, &InvalidError{Field: "Purpose.ID", Why: fmt.Sprintf("%q stands twice", p.ID)}
		}
		if p.Name == "" {
			p.Name = p.ID
		}
		p.Bases, p.OptOut, p.Within = slices.Clone(p.Bases), slices.Clone(p.OptOut), slices.Clone(p.Within) // the caller's may change
		p.Data, p.Recipients, p.Processing = slices.Clone(p.Data), slices.Clone(p.Recipients), slices.Clone(p.Processing)
		if len(p.Bases) == 0 {
			p.Bases = []Basis{BasisConsent}
		}
		all[p.ID] = &purpose{Purpose: p, index: uint16(i), digest: p.Notice.Digest()}
	}
	for _, p := range all {
		if err := p.climb(all); err != nil {
			return nil, err
		}
		for _, level := range p.levels {
			for _, q := range level {
				q.silenceAllows = q.silenceAllows || len(p.OptOut) > 0
			}
		}
	}
	return all, nil
}

// climb works out the levels above a purpose.
func (p *purpose) climb(all map[string]*purpose) error {
	seen := map[*purpose]bool{p: true}
	for level := []*purpose{p}; len(level) > 0; {
		p.levels = append(p.levels, level)
		var next []*purpose
		for _, q := range level {
			for _, name := range q.Within {
				up := all[name]
				if up == nil {
					return &InvalidError{Field: "Purpose.Within", Why: fmt.Sprintf("of %q names %q, which is none of the purposes", q.ID, name)}
				}
				if up == p {
					return &InvalidError{Field: "Purpose.Within", Why: fmt.Sprintf("puts %q within itself", p.ID)}
				}
				if !seen[up] {
					seen[up] = true
					next = append(next, up)
				}
			}
		}
		level = next
	}
	return nil
}
