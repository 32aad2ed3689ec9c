// Package dpv holds the identifiers of the W3C Data Privacy Vocabulary (DPV 2.3, W3C Software and Document licence) that consent
// records use: states, kinds of consent, controls, legal bases, and the purposes AI is most often used for. Purpose.Category
// of package consent takes a purpose; the rest is written by the package.
package dpv

// The name spaces.
const (
	Space = "https://w3id.org/dpv#"
	GDPR  = "https://w3id.org/dpv/legal/eu/gdpr#"
	Terms = "http://purl.org/dc/terms/" // Dublin Core
)

// States of a consent. The first two are valid for processing.
const (
	ConsentGiven        = Space + "ConsentGiven"
	RenewedConsentGiven = Space + "RenewedConsentGiven"
	ConsentRefused      = Space + "ConsentRefused"
	ConsentWithdrawn    = Space + "ConsentWithdrawn" // by the person
	ConsentRevoked      = Space + "ConsentRevoked"   // by another
	ConsentExpired      = Space + "ConsentExpired"
	ConsentInvalidated  = Space + "ConsentInvalidated"
	ConsentUnknown      = Space + "ConsentUnknown"
)

// Kinds of consent.
const (
	InformedConsent            = Space + "InformedConsent"
	ExpressedConsent           = Space + "ExpressedConsent"
	ExplicitlyExpressedConsent = Space + "ExplicitlyExpressedConsent"
)

// Controls a person has.
const (
	WithdrawConsent = Space + "WithdrawConsent"
	ManageConsent   = Space + "ManageConsent"
)

// Legal bases of GDPR articles 6(1) and 9(2)(a).
const (
	A61a         = GDPR + "A6-1-a-non-explicit-consent"
	A61aExplicit = GDPR + "A6-1-a-explicit-consent"
	A61b         = GDPR + "A6-1-b"
	A61c         = GDPR + "A6-1-c"
	A61d         = GDPR + "A6-1-d"
	A61e         = GDPR + "A6-1-e"
	A61f         = GDPR + "A6-1-f"
)

// Purposes.
const (
	Personalisation                    = Space + "Personalisation"
	ProvidePersonalisedRecommendations = Space + "ProvidePersonalisedRecommendations"
	PersonalisedAdvertising            = Space + "PersonalisedAdvertising"
	DirectMarketing                    = Space + "DirectMarketing"
	ImproveExistingProductsAndServices = Space + "ImproveExistingProductsAndServices"
	CommercialResearch                 = Space + "CommercialResearch"
	AcademicResearch                   = Space + "AcademicResearch"
	CustomerCare                       = Space + "CustomerCare"
	FraudPreventionAndDetection        = Space + "FraudPreventionAndDetection"
	AgeVerification                    = Space + "AgeVerification"
	IdentityVerification               = Space + "IdentityVerification"
	LegalCompliance                    = Space + "LegalCompliance"
	ServiceProvision                   = Space + "ServiceProvision"
	ServicePersonalisation             = Space + "ServicePersonalisation"
	ServiceUsageAnalytics              = Space + "ServiceUsageAnalytics"
)
