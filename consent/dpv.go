package consent

import "github.com/fairlead-go/fairlead/consent/dpv"

// DPV is the state that an event of the kind leaves a consent in, as the W3C Data Privacy Vocabulary names it. It has no state for
// an objection, nor for an erasure: both are, to a consent, its withdrawal.
func (k Kind) DPV() string {
	switch k {
	case Granted:
		return dpv.ConsentGiven
	case Renewed:
		return dpv.RenewedConsentGiven
	case Refused:
		return dpv.ConsentRefused
	case Withdrawn, Objected, Erased:
		return dpv.ConsentWithdrawn
	case Revoked:
		return dpv.ConsentRevoked
	case Expired:
		return dpv.ConsentExpired
	case Invalidated:
		return dpv.ConsentInvalidated
	}
	return dpv.ConsentUnknown
}

// DPV is the legal basis as the W3C Data Privacy Vocabulary names it; "" for one that is none of this package's.
func (b Basis) DPV() string {
	switch b {
	case BasisConsent:
		return dpv.A61a
	case BasisExplicitConsent:
		return dpv.A61aExplicit
	case BasisContract:
		return dpv.A61b
	case BasisLegalObligation:
		return dpv.A61c
	case BasisVitalInterests:
		return dpv.A61d
	case BasisPublicTask:
		return dpv.A61e
	case BasisLegitimateInterests:
		return dpv.A61f
	}
	return ""
}

// rights a person has under the GDPR, whatever the basis; those that depend on it are added by rightsOf.
var rights = []string{"A13", "A15", "A16", "A17", "A18", "A77"}

// rightsOf are the rights that go with legal bases (GDPR articles 7(3), 20 and 21).
func rightsOf(bases []Basis) []string {
	var all []string
	for _, r := range rights {
		all = append(all, dpv.GDPR+r)
	}
	has := map[string]bool{}
	for _, b := range bases {
		switch b {
		case BasisConsent, BasisExplicitConsent:
			has["A7-3"], has["A20"] = true, true
		case BasisContract:
			has["A20"] = true
		case BasisPublicTask, BasisLegitimateInterests:
			has["A21"] = true
		}
	}
	for _, r := range []string{"A7-3", "A20", "A21"} {
		if has[r] {
			all = append(all, dpv.GDPR+r)
		}
	}
	return all
}
