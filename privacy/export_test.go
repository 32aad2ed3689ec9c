package privacy

import "strings"

// FF1 runs the cipher itself over a text of the first radix characters of 0-9a-z, as the published samples are written.
func FF1(key, tweak []byte, radix int, text string, back bool) (string, error) {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	c, err := newFF1(key, tweak, radix)
	if err != nil {
		return "", err
	}
	x := make([]uint16, len(text))
	for i := range x {
		x[i] = uint16(strings.IndexByte(alphabet, text[i]))
	}
	if err := c.crypt(x, back); err != nil {
		return "", err
	}
	out := make([]byte, len(x))
	for i := range x {
		out[i] = alphabet[x[i]]
	}
	return string(out), nil
}
