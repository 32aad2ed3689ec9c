package credit

import "fmt"

// Email is a made-up address of the applicant's, at a domain that is kept for examples (RFC 2606).
func (a Applicant) Email() string { return fmt.Sprintf("customer%d@example.com", a.Row) }

// Phone is a made-up number of the applicant's, of the range that the North American numbering plan keeps for fiction.
func (a Applicant) Phone() string {
	areas := [...]int{202, 212, 305, 312, 415, 503, 617, 702, 808, 907}
	return fmt.Sprintf("+1 %d-555-01%02d", areas[a.Row/100%len(areas)], a.Row%100)
}

// cards are the test numbers that card schemes publish: valid, and on no card.
var cards = [...]string{"4111 1111 1111 1111", "5555 5555 5555 4444", "2223 0031 2200 3222", "3782 822463 10005"}

// Card is a published test number.
func (a Applicant) Card() string { return cards[a.Row%len(cards)] }

// ibans are the examples of the IBAN registry: valid, and of no account.
var ibans = [...]string{"DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19", "FR14 2004 1010 0505 0001 3M02 606"}

// IBAN is an example of the IBAN registry.
func (a Applicant) IBAN() string { return ibans[a.Row%len(ibans)] }

// Message is what the applicant types: made up, with personal data in it as people put it there.
func (a Applicant) Message() string {
	switch a.Row % 4 {
	case 0:
		return fmt.Sprintf("Please write to %s, or call %s after five.", a.Email(), a.Phone())
	case 1:
		return fmt.Sprintf("My card is %s. Answer to %s, thank you.", a.Card(), a.Email())
	case 2:
		return fmt.Sprintf("You can pay it out to %s. My number is %s.", a.IBAN(), a.Phone())
	}
	return fmt.Sprintf("I am at %s and would like an answer this week: %s", a.Phone(), a.Email())
}
