package dpv_test

import (
	"fmt"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/consent/dpv"
)

func Example() {
	p := consent.Purpose{ID: "offers", Category: dpv.ProvidePersonalisedRecommendations}
	fmt.Println(p.Category)
	fmt.Println(consent.Renewed.DPV())
	fmt.Println(consent.BasisLegitimateInterests.DPV())
	// Output:
	// https://w3id.org/dpv#ProvidePersonalisedRecommendations
	// https://w3id.org/dpv#RenewedConsentGiven
	// https://w3id.org/dpv/legal/eu/gdpr#A6-1-f
}
