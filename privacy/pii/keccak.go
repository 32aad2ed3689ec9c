package pii

import "math/bits"

// keccak256 is the original Keccak with 256 bits, as Ethereum uses it, of
// forty bytes. (crypto/sha3 pads differently.)
func keccak256(in [40]byte) (out [32]byte) {
	var a [25]uint64
	for i, c := range in {
		a[i/8] ^= uint64(c) << (8 * (i % 8))
	}
	a[5] ^= 1
	a[16] ^= 1 << 63
	lfsr := byte(1)
	for range 24 {
		keccakRound(&a)
		for j := range 7 { // the round constant comes from a shift register
			if lfsr&1 == 1 {
				a[0] ^= 1 << (1<<j - 1)
			}
			carry := lfsr >> 7
			lfsr = lfsr<<1 ^ carry*0x71
		}
	}
	for i := range out {
		out[i] = byte(a[i/8] >> (8 * (i % 8)))
	}
	return out
}

// keccakRound is theta, rho, pi and chi of FIPS 202 section 3.2.
func keccakRound(a *[25]uint64) {
	var c [5]uint64
	for x := range 5 {
		c[x] = a[x] ^ a[x+5] ^ a[x+10] ^ a[x+15] ^ a[x+20]
	}
	for i := range a {
		x := i % 5
		a[i] ^= c[(x+4)%5] ^ bits.RotateLeft64(c[(x+1)%5], 1)
	}
	x, y, cur := 1, 0, a[1]
	for t := range 24 {
		x, y = y, (2*x+3*y)%5
		a[x+5*y], cur = bits.RotateLeft64(cur, (t+1)*(t+2)/2%64), a[x+5*y]
	}
	for y := 0; y < 25; y += 5 {
		copy(c[:], a[y:y+5])
		for x := range 5 {
			a[y+x] = c[x] ^ ^c[(x+1)%5]&c[(x+2)%5]
		}
	}
}
