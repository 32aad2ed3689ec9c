package pii

// Kind names what a finding is, in the names the field uses. It is a plain
// string so that kinds of other recognizers fit; [Kinds] lists those this
// package finds.
type Kind string

// The kinds most programs name in code. Every other kind of [Kinds] is
// written as its string: pii.Kind("NL_BSN").
const (
	EmailAddress Kind = "EMAIL_ADDRESS"
	PhoneNumber  Kind = "PHONE_NUMBER"
	CreditCard   Kind = "CREDIT_CARD"
	IBANCode     Kind = "IBAN_CODE"
	IPAddress    Kind = "IP_ADDRESS"
	URL          Kind = "URL"
	USSSN        Kind = "US_SSN"
	UKNHS        Kind = "UK_NHS"
	DETaxID      Kind = "DE_TAX_ID"
	FRNIR        Kind = "FR_NIR"
	// Denied is the kind of a [Literal] that names none.
	Denied Kind = "DENY_LIST"
)

// Finding is one piece of personal data in a text.
type Finding struct {
	Start, End int     // byte offsets: text[Start:End] is the piece
	Kind       Kind    // what it is
	Score      float64 // how much of the kind's rule was seen, 0 to 1
}

// Info describes a kind.
type Info struct {
	Kind    Kind
	Country string // ISO 3166-1 alpha-2; "" where no country issues it
	Format  string // what it looks like
	Check   string // how a piece of that shape is verified; "" where nothing can be
	Source  string // who publishes the rule
	Example string // passes every check and belongs to nobody known
	Default bool   // on in a Scanner that names no kinds
}

// Kinds lists every kind a Scanner knows. The result is the caller's own.
func Kinds() []Info {
	rs := engine().rules
	out := make([]Info, len(rs))
	for i := range rs {
		out[i] = rs[i].Info
	}
	return out
}

// kid is a kind's position in the compiled rules.
type kid uint8

// set is a set of kinds.
type set [3]uint64

func (s *set) add(k kid)      { s[k>>6] |= 1 << (k & 63) }
func (s *set) has(k kid) bool { return s[k>>6]&(1<<(k&63)) != 0 }
func (s *set) meets(o *set) bool {
	return s[0]&o[0]|s[1]&o[1]|s[2]&o[2] != 0
}
func (s *set) merge(o *set) { s[0] |= o[0]; s[1] |= o[1]; s[2] |= o[2] }
