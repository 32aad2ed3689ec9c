package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"github.com/google/uuid"
)

// row is an entry as it is stored. The envelope never changes and holds nothing that leads to a person; the body, of
// which envelope keeps only a salted commitment, can be deleted without a trace of what it was.
type row struct {
	envelope
	seq  Seq
	leaf [32]byte
	body
}

type envelope struct {
	at         int64 // nanoseconds since 1970 UTC
	stream     string
	kind       string
	version    uint8
	critical   bool
	public     []byte
	commitment [32]byte
}

type body struct {
	kept   bool // false: erased or retained
	id     uuid.UUID
	key    uuid.UUID
	token  [32]byte
	sealed []byte // 32 random bytes, then the ciphertext
}

const saltSize = 32

var scratch = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

// withScratch lends f a buffer and keeps it if it stayed of reasonable size.
func withScratch(f func(b []byte) []byte) {
	p := scratch.Get().(*[]byte)
	if b := f((*p)[:0]); cap(b) <= 64<<10 {
		*p = b[:0]
	}
	scratch.Put(p)
}

// appendTo writes what the leaf hash covers. Every field of variable length has its length before it, so that no two
// envelopes share an encoding. The position is not in it: the place in the tree is the position.
func (e *envelope) appendTo(b []byte) []byte {
	b = e.appendHeader(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(e.public)))
	b = append(b, e.public...)
	return append(b, e.commitment[:]...)
}

func (e *envelope) appendHeader(b []byte) []byte {
	b = append(b, 1) // layout
	b = binary.BigEndian.AppendUint64(b, uint64(e.at))
	b = append(b, e.version, flag(e.critical))
	b = append(b, byte(len(e.stream)))
	b = append(b, e.stream...)
	b = append(b, byte(len(e.kind)))
	return append(b, e.kind...)
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// leafHash is the RFC 6962 hash of a leaf, as tlog.RecordHash computes it, without its allocations.
func (e *envelope) leafHash() (leaf [32]byte) {
	withScratch(func(b []byte) []byte {
		b = e.appendTo(append(b, 0))
		leaf = sha256.Sum256(b)
		return b
	})
	return leaf
}

// commit is the salted commitment to a body: the salt is the beginning of sealed, so that nothing can be guessed from
// it once the body is gone.
func (b *body) commit() (sum [32]byte) {
	withScratch(func(buf []byte) []byte {
		buf = b.appendCommitted(buf)
		sum = sha256.Sum256(buf)
		return buf
	})
	return sum
}

// appendCommitted writes what the commitment covers.
func (b *body) appendCommitted(buf []byte) []byte {
	buf = append(buf, b.sealed...)
	buf = append(buf, b.id[:]...)
	buf = append(buf, b.key[:]...)
	return append(buf, b.token[:]...)
}

// seal fills a row from an entry under its subject's key.
func (k *subjectKey) seal(r *row, e *Entry, sealed []byte) {
	r.envelope = envelope{
		at: e.At.UnixNano(), stream: e.Stream, kind: e.Kind, version: e.Version, critical: e.Critical, public: e.Public,
	}
	r.body = body{kept: true, id: e.ID, key: e.Key, token: k.token}
	sealed = append(sealed, make([]byte, saltSize)...)
	fillRandom(sealed[len(sealed)-saltSize:])
	withScratch(func(b []byte) []byte {
		b = r.associated(b)
		r.sealed = k.aead.Seal(sealed, sealed[:nonceSize], e.Body, b)
		b = r.body.appendCommitted(b[:0])
		r.commitment = sha256.Sum256(b)
		b = r.envelope.appendTo(append(b[:0], 0))
		r.leaf = sha256.Sum256(b)
		return b
	})
}

// associated is what the ciphertext is bound to: a body moved to another envelope, key or time does not open.
func (r *row) associated(b []byte) []byte {
	b = r.appendHeader(b)
	b = append(b, r.id[:]...)
	return append(b, r.key[:]...)
}

// open appends the plaintext of a row's body to dst.
func (k *subjectKey) open(dst []byte, r *row) (plain []byte, ok bool) {
	if len(r.sealed) < saltSize+k.aead.Overhead() {
		return dst, false
	}
	withScratch(func(b []byte) []byte {
		b = r.associated(b)
		var err error
		plain, err = k.aead.Open(dst, r.sealed[:nonceSize], r.sealed[saltSize:], b)
		ok = err == nil
		return b
	})
	return plain, ok
}

// goneHash is what remains of an erased entry's ID, so that a late retry of it is recognised.
func goneHash(id uuid.UUID) (h [16]byte) {
	sum := sha256.Sum256(append([]byte("fairlead gone entry\x00"), id[:]...))
	copy(h[:], sum[:])
	return h
}
