package privacy

import (
	"encoding/binary"
	"slices"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

// packed is entries one after another: of each the name, the kind and the value, each after its length.
type packed []byte

// with is p and more.
func (p packed) with(entries []Entry) packed {
	size := 0
	for _, e := range entries {
		size += len(e.Name) + len(e.Kind) + len(e.Value) + 3
	}
	p = slices.Grow(p, size)
	for _, e := range entries {
		for _, part := range [...]string{e.Name, string(e.Kind), e.Value} {
			p = append(binary.AppendUvarint(p, uint64(len(part))), part...)
		}
	}
	return p
}

// from is the entries from the first one on, of all that there are.
func (p packed) from(first, all int) []Entry {
	if first == all {
		return nil
	}
	rest := string(p)
	next := func() (part string) {
		n, size := binary.Uvarint([]byte(rest[:min(len(rest), binary.MaxVarintLen64)]))
		part, rest = rest[size:size+int(n)], rest[size+int(n):] //nolint:gosec // a length
		return part
	}
	entries := make([]Entry, 0, all-first)
	for i := range all {
		e := Entry{Name: next(), Kind: pii.Kind(next()), Value: next()}
		if i >= first {
			entries = append(entries, e)
		}
	}
	return entries
}
