package ledger

import (
	"slices"
)

// removal deletes bodies and appends the entry that accounts for them, in one transaction.
type removal struct {
	erase bool // of a subject; else of a stream

	token [32]byte // erase: whose
	keep  []string // erase: streams that stay

	stream string // retain: whose
	kinds  []string
	before int64
	limit  int

	carry []row // written before the accounting entry
	epoch int64
	guard place
	keys  []*subjectKey // that carry and the accounting entry need
	seal  func(r *removal) (row, error)

	bodies     int
	keptBodies map[string]int // by stream
	rows       []row          // carry and the accounting entry; the positions are set when written
}

// takes reports whether the removal is of a row, and counts what it leaves.
func (r *removal) takes(row *row) bool {
	if !r.erase {
		return row.stream == r.stream && row.at < r.before && (len(r.kinds) == 0 || slices.Contains(r.kinds, row.kind))
	}
	if !slices.Contains(r.keep, row.stream) {
		return true
	}
	if r.keptBodies == nil {
		r.keptBodies = map[string]int{}
	}
	r.keptBodies[row.stream]++
	return false
}

// account seals the entry that says what was removed, now that it is counted.
func (r *removal) account() error {
	entry, err := r.seal(r)
	if err != nil {
		return err
	}
	r.rows = append(slices.Clone(r.carry), entry)
	return nil
}
