package ledger

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// store is the seam between the ledger and where its rows lie. Everything above it (limits, identity, sealing, folds,
// reactions, the tree, errors) is the same for all stores; a store only keeps rows and finds them again.
type store interface {
	// setup returns the settings the log was made with, after keeping these if there are none yet.
	setup(ctx context.Context, fresh settings) (settings, error)

	// commit appends the rows at the next positions, all or none, together with the keys, and sets their positions.
	// It returns errRepeat if an ID, a gone ID or a key is there already, *staleError if the erasure epoch is another,
	// ErrForked if the guard does not hold, and errDoubt (wrapped) if it cannot know whether it wrote. The payload
	// slices of the rows are the caller's. One call at a time.
	commit(ctx context.Context, c *commit) error

	// known returns the positions of the IDs that are in the log; of those erased, gone.
	known(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Seq, error)

	// keys returns those of the keys that exist.
	keys(ctx context.Context, tokens [][32]byte) ([]keyRow, error)

	// look returns the state of the log, and the leaf at one position.
	look(ctx context.Context, at Seq) (view, error)

	// page appends the rows of the query that still have a body, after a position and up to another, in order. It
	// returns up to where it looked; less than upTo if the page was full.
	page(ctx context.Context, dst []row, q query, after, upTo Seq) ([]row, Seq, error)

	// audit is page for all rows, also those without a body.
	audit(ctx context.Context, dst []row, after, upTo Seq) ([]row, error)

	// confirm returns the position of an ID, 0 if there is none, once no commit is under way any more.
	confirm(ctx context.Context, id uuid.UUID) (Seq, error)

	// remove deletes bodies together with the entry that accounts for them.
	remove(ctx context.Context, r *removal) error

	treeStore
	keyStore
	name() string
	close() error
}

// treeStore keeps what proofs are made of.
type treeStore interface {
	// leaves appends the leaf hashes of the positions after..upTo, without gaps, to dst.
	leaves(ctx context.Context, dst []byte, after, upTo Seq) ([]byte, error)
	// tile returns a full tile, or nil.
	tile(ctx context.Context, level int, n int64) ([]byte, error)
	// roots appends the roots of the full tiles from..to-1 of a level to dst, and ends at the first that is missing.
	roots(ctx context.Context, dst []byte, level int, from, to int64) ([]byte, error)
	// putTiles keeps full tiles; one that is there stays.
	putTiles(ctx context.Context, tiles []tile) error
	// checkpoints returns signed checkpoints from the one with the given size on, smallest first, at most limit.
	checkpoints(ctx context.Context, from Seq, limit int) ([]signed, error)
	// lastCheckpoint returns the greatest, zero if there is none.
	lastCheckpoint(ctx context.Context) (signed, error)
	putCheckpoint(ctx context.Context, c signed) error
}

// keyStore is what Rekey needs.
type keyStore interface {
	// rewrap replaces the settings and, in the same transaction, every wrapped key.
	rewrap(ctx context.Context, s settings, next func(keyRow) (wrapped []byte, err error)) error
}

type tile struct {
	level  int
	n      int64
	root   [32]byte
	hashes []byte
}

type signed struct {
	size Seq
	note []byte
}

// settings are fixed by the first Open. Keys are wrapped.
type settings struct {
	origin   string
	tokenKey []byte
	signKey  []byte
}

type view struct {
	head     Seq
	headLeaf [32]byte
	leaf     [32]byte // at the position asked for
	found    bool     // there is one
	epoch    int64
	clock    time.Time // the store's, zero if it is this machine's
}

type commit struct {
	rows  []row
	keys  []*subjectKey
	epoch int64
	guard place
}

// place is a position and the leaf that was seen there. Position 0 holds always.
type place struct {
	seq  Seq
	leaf [32]byte
}

var (
	errRepeat = errors.New("an ID or a key is in the log already")
	errDoubt  = errors.New("unknown whether it was committed")
)

// gone is the position known returns for an erased entry.
const gone = ^Seq(0)

type staleError struct{ epoch int64 }

func (e *staleError) Error() string { return "somebody was erased meanwhile" }

// query says which entries of the log are meant: all, those of a key, or those of a subject.
type query struct {
	by      index
	key     uuid.UUID
	token   [32]byte
	streams []string // none: all
}

type index uint8

const (
	byPosition index = iota
	byKey
	bySubject
)

func follows(streams []string, stream string) bool {
	if len(streams) == 0 {
		return true
	}
	for _, s := range streams {
		if s == stream {
			return true
		}
	}
	return false
}
