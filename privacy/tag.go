package privacy

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

// tagKey is the struct tag that says what a field holds.
const tagKey = "privacy"

// tag is a parsed struct tag. It is comparable, since a plan depends on the tag its type stands under.
type tag struct {
	kind pii.Kind // what the whole field is; "": scan it
	op   string   // the operator's name; "": the Redactor's choice
	keep int      // of mask: characters that stay
	skip bool     // "-"
}

// aliases are short words for kinds; any other word is the kind's own name in either case.
var aliases = map[string]pii.Kind{
	"email":     pii.EmailAddress,
	"phone":     pii.PhoneNumber,
	"card":      pii.CreditCard,
	"iban":      pii.IBANCode,
	"ip":        pii.IPAddress,
	"ssn":       pii.USSSN,
	"name":      "PERSON",
	"birthdate": "DATE_OF_BIRTH",
	"age":       "AGE",
	"postcode":  "POSTCODE",
	"data":      wholeField,
}

// wholeField is the kind of a field whose tag names an operator and no kind.
const wholeField pii.Kind = "DATA"

// tagOf reads the tag of a field: a kind, an operator, or both, as in `privacy:"card,mask=4"`.
func tagOf(f reflect.StructField) (t tag, stated bool) {
	text, ok := f.Tag.Lookup(tagKey)
	if !ok || strings.TrimSpace(text) == "" {
		return tag{}, false
	}
	for word := range strings.SplitSeq(text, ",") {
		word = strings.ToLower(strings.TrimSpace(word))
		name, arg, _ := strings.Cut(word, "=")
		switch {
		case word == "-":
			t.skip = true
		case operatorNamed(name, 0) != nil:
			t.op = name
			t.keep, _ = strconv.Atoi(arg) // what is no number keeps nothing
		case aliases[word] != "":
			t.kind = aliases[word]
		default:
			t.kind = pii.Kind(label(pii.Kind(word)))
		}
	}
	if t.kind == "" {
		t.kind = wholeField
	}
	return t, true
}

// how is what the tag says about a text.
func (t tag) how() how { return how{kind: t.kind, op: operatorNamed(t.op, t.keep)} }

// operatorNamed is the operator a tag names; nil if it names none.
func operatorNamed(name string, keep int) Operator {
	switch name {
	case "replace":
		return Replace{}
	case "mask":
		return Mask{Last: keep}
	case "remove":
		return Remove{}
	case "keep":
		return Keep{}
	case "hash":
		return Hash{}
	case "token":
		return Token{}
	case "encrypt":
		return Encrypt{}
	case "fpe":
		return FPE{}
	case "generalise", "generalize":
		return Generalise{}
	}
	return nil
}
