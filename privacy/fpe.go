package privacy

import "strings"

// FPE puts another value of the same form in place of a piece (format-preserving encryption, FF1 of NIST SP 800-38G): a number of
// 16 digits becomes another of 16 digits, separators stay. The same value becomes the same for the same kind, tenant and
// Redactor.Key; Redactor.Decrypt turns it back. Without a key it refuses, and so it does where the form allows fewer than a
// million values. A number that it makes may by chance be somebody else's: prefer Token where the form does not matter.
type FPE struct {
	// Alphabet is what the piece is written in; letters and digits outside it are refused, other characters stay as they are.
	// Default: "0123456789".
	Alphabet string
}

const digits = "0123456789"

const errAlphabet = advice("the piece holds letters or digits outside FPE.Alphabet: state an alphabet that has them")

// Operate gives the other value.
func (f FPE) Operate(v Value) (string, error) { return f.crypt(v, false) }

func (f FPE) decipher(v Value) (string, error) { return f.crypt(v, true) }

func (f FPE) crypt(v Value, back bool) (string, error) {
	alphabet := f.Alphabet
	if alphabet == "" {
		alphabet = digits
	}
	if err := checkAlphabet(alphabet); err != nil {
		return "", err
	}
	key, err := v.subkey("fpe")
	if err != nil {
		return "", err
	}
	cipher, err := newFF1(key, nil, len(alphabet))
	if err != nil {
		return "", err
	}
	var x []uint16
	for _, r := range v.Text {
		if at := strings.IndexRune(alphabet, r); at >= 0 {
			x = append(x, uint16(at))
		} else if maskable(r) {
			return "", errAlphabet
		}
	}
	if err := cipher.crypt(x, back); err != nil {
		return "", err
	}
	var out strings.Builder
	for _, r := range v.Text {
		if strings.ContainsRune(alphabet, r) {
			r = rune(alphabet[x[0]])
			x = x[1:]
		}
		out.WriteRune(r)
	}
	return out.String(), nil
}

func checkAlphabet(alphabet string) error {
	if len(alphabet) < 2 {
		return errRadix
	}
	for i := range len(alphabet) {
		if alphabet[i] >= 0x80 || strings.IndexByte(alphabet[:i], alphabet[i]) >= 0 {
			return errRadix
		}
	}
	return nil
}
