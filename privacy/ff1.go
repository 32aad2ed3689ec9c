package privacy

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"math/big"
)

// ff1 is the format-preserving cipher FF1 of NIST SP 800-38G, over numerals of one radix. (FF3 of the same paper was withdrawn.)
type ff1 struct {
	block cipher.Block
	radix int
	tweak []byte
}

const (
	ff1Rounds = 10
	ff1Domain = 1_000_000 // radix^length must reach this (SP 800-38G, section 5): smaller domains can be listed
	ff1Max    = 1024      // numerals; far longer than any identifier, and a bound on the work
)

const (
	errDomain = advice("FPE needs more characters: the alphabet's size to the power of the length must reach a million")
	errLong   = advice("FPE takes at most 1024 characters")
	errRadix  = advice("FPE.Alphabet needs from 2 to 256 different ASCII characters")
)

func newFF1(key, tweak []byte, radix int) (*ff1, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return &ff1{block: block, radix: radix, tweak: tweak}, nil
}

// check refuses domains that are too small to hide anything, and texts too long to be worked on.
func (f *ff1) check(n int) error {
	if n > ff1Max {
		return errLong
	}
	size := 1
	for i := 0; i < n && size < ff1Domain; i++ {
		size *= f.radix
	}
	if n < 2 || size < ff1Domain {
		return errDomain
	}
	return nil
}

// crypt enciphers (or with back deciphers) numerals in place, as algorithms 7 and 8 of the paper.
func (f *ff1) crypt(x []uint16, back bool) error {
	n := len(x)
	if err := f.check(n); err != nil {
		return err
	}
	u := n / 2
	v := n - u
	radix := big.NewInt(int64(f.radix))
	modU := new(big.Int).Exp(radix, big.NewInt(int64(u)), nil)
	modV := new(big.Int).Exp(radix, big.NewInt(int64(v)), nil)
	// b bytes hold any number of v numerals; d bytes of pseudo-randomness are taken for each.
	b := (new(big.Int).Sub(modV, big.NewInt(1)).BitLen() + 7) / 8
	d := 4*((b+3)/4) + 4

	p := f.prefix(u, n)
	q := make([]byte, len(f.tweak)+pad(-len(f.tweak)-b-1)+1+b)
	copy(q, f.tweak)
	a, c := f.number(x[:u]), f.number(x[u:])
	for i := range ff1Rounds {
		round := i
		if back {
			round = ff1Rounds - 1 - i
			a, c = c, a // going back, the half that fed the round function is the first
		}
		q[len(q)-b-1] = byte(round)
		c.FillBytes(q[len(q)-b:])
		y := new(big.Int).SetBytes(f.expand(p, q, d))
		if back {
			y.Neg(y)
		}
		y.Add(y, a)
		if round%2 == 0 {
			y.Mod(y, modU)
		} else {
			y.Mod(y, modV)
		}
		if back {
			a = y
		} else {
			a, c = c, y
		}
	}
	f.write(a, x[:u])
	f.write(c, x[u:])
	return nil
}

// prefix is the block P.
func (f *ff1) prefix(u, n int) (p [aes.BlockSize]byte) {
	p[0], p[1], p[2] = 1, 2, 1
	p[3], p[4], p[5] = byte(f.radix>>16), byte(f.radix>>8), byte(f.radix)
	p[6], p[7] = ff1Rounds, byte(u)
	binary.BigEndian.PutUint32(p[8:], uint32(n))
	binary.BigEndian.PutUint32(p[12:], uint32(len(f.tweak)))
	return p
}

// expand is d bytes of R || CIPH(R xor 1) || ..., where R is the CBC-MAC of P || Q.
func (f *ff1) expand(p [aes.BlockSize]byte, q []byte, d int) []byte {
	var r [aes.BlockSize]byte
	f.block.Encrypt(r[:], p[:])
	for ; len(q) > 0; q = q[aes.BlockSize:] {
		for i := range r {
			r[i] ^= q[i]
		}
		f.block.Encrypt(r[:], r[:])
	}
	s := append(make([]byte, 0, d+aes.BlockSize), r[:]...)
	for j := uint64(1); len(s) < d; j++ {
		next := r
		low := binary.BigEndian.Uint64(next[8:]) ^ j
		binary.BigEndian.PutUint64(next[8:], low)
		f.block.Encrypt(next[:], next[:])
		s = append(s, next[:]...)
	}
	return s[:d]
}

// pad is n modulo the block size, from 0 up.
func pad(n int) int { return ((n % aes.BlockSize) + aes.BlockSize) % aes.BlockSize }

// number is NUM_radix, most significant numeral first.
func (f *ff1) number(x []uint16) *big.Int {
	n, radix := new(big.Int), big.NewInt(int64(f.radix))
	for _, v := range x {
		n.Mul(n, radix)
		n.Add(n, big.NewInt(int64(v)))
	}
	return n
}

// write is STR_radix.
func (f *ff1) write(n *big.Int, x []uint16) {
	rest, digit, radix := new(big.Int).Set(n), new(big.Int), big.NewInt(int64(f.radix))
	for i := len(x) - 1; i >= 0; i-- {
		rest.QuoRem(rest, radix, digit)
		x[i] = uint16(digit.Uint64())
	}
}
