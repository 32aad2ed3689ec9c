package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Purpose is one use of personal data that a person can agree to.
type Purpose struct {
	// ID names the purpose in code and in the log; it must not change. Required.
	ID string
	// Name is what the person reads. Default: ID.
	Name string
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
	case p.ID == "":
		return &InvalidError{Field: "Purpose.ID", Why: "is empty; give every purpose a name that does not change"}
	case p.TTL < 0:
		return &InvalidError{Field: "Purpose.TTL", Why: "is negative; 0 means until withdrawn"}
	case p.MinAge < 0:
		return &InvalidError{Field: "Purpose.MinAge", Why: "is negative; 0 means nobody is asked"}
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

// optOut says whether the purpose is allowed in the jurisdiction until the person objects.
func (p *Purpose) optOut(jurisdiction string) bool {
	return jurisdiction != "" && slices.Contains(p.OptOut, jurisdiction)
}
