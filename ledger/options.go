package ledger

import (
	"context"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Options are the settings of a ledger.
type Options struct {
	// Secret seals what the ledger keeps: 32 random bytes, kept outside the database. Whoever has it and the database
	// can read everything; without it nobody can. Required by Open unless Keys is set; default on Memory: random.
	Secret []byte

	// Keys wraps the keys of the subjects instead of Secret, for a key management service. Default: AES-256-GCM under
	// Secret.
	Keys KeyWrapper

	// Origin names this log in its checkpoints: a URL without scheme that is yours, such as "shop.example/evidence".
	// It is fixed by the first Open. Default: "fairlead".
	Origin string

	// Signer signs checkpoints; its name must be Origin. Keep its key away from the database to make a rewrite by
	// somebody who has the database and Secret visible. It stays the same for the life of the log. Default: an Ed25519
	// key made at the first Open and kept in the database, wrapped.
	Signer note.Signer

	// PublicKey is what Signer's signatures verify with, in the form of golang.org/x/mod/sumdb/note. Required with
	// Signer, else empty.
	PublicKey string

	// Witness is given every new signed checkpoint and returns it with a cosignature, or as it was. Send it somewhere
	// its owner cannot change it: only a copy outside shows that a whole log was rewritten. It adds lines of
	// signatures and must return when ctx ends. Where it fails the checkpoint is kept without it, [Health.Witnessing]
	// says why, and it is asked again with the next checkpoint. Default: none.
	Witness func(ctx context.Context, checkpoint []byte) ([]byte, error)

	// Poll is how often other processes' entries are looked for, from 1 ms to 10 s. Default: 100 ms.
	Poll time.Duration
}

// KeyWrapper encrypts and decrypts 32-byte keys. Both methods are called concurrently, and off the path of an append
// whose subject is known.
type KeyWrapper interface {
	Wrap(ctx context.Context, key []byte) (wrapped []byte, err error)
	Unwrap(ctx context.Context, wrapped []byte) (key []byte, err error)
}

const (
	defaultOrigin = "fairlead"
	defaultPoll   = 100 * time.Millisecond
	minPoll       = time.Millisecond
	maxPoll       = 10 * time.Second
)
