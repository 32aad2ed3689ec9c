package pii

// id holds the characters of a candidate without separators, in upper case.
// It is passed by value so that it stays on the stack.
type id struct {
	b [maxWord]byte
	n int
}

// d returns the value of the digit at i.
func (v *id) d(i int) int { return int(v.b[i] - '0') }

// str returns characters i to j; it does not allocate when compared.
func (v *id) is(i int, s string) bool {
	return i+len(s) <= v.n && string(v.b[i:i+len(s)]) == s
}

// num returns the digits i to j as a number.
func (v *id) num(i, j int) int {
	n := 0
	for ; i < j; i++ {
		n = n*10 + int(v.b[i]-'0')
	}
	return n
}

// id returns the characters of groups a to b.
func (c *cluster) id(a, b int) (v id) {
	off := int(c.g[a].off)
	v.b = [maxWord]byte(c.buf[off : off+maxWord])
	v.n = min(int(c.g[b].off)+int(c.g[b].n)-off, maxWord)
	return v
}

// tail returns the characters from i on.
func (v id) tail(i int) (w id) {
	w.n = copy(w.b[:], v.b[i:v.n])
	return w
}
