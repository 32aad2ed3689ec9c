package transparency

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
)

const saltLen = 16

// Digest commits to a value without showing it: a random salt of 16 bytes, then SHA-256 of the salt and of the value's JSON as
// json.Marshal(&value) writes it. Of a stream the first chunk is hashed so, and each further one together with the sum
// before it. The salt makes guessing a short value from the digest alone as hard as guessing the salt; it goes
// when the person is erased. The zero Digest stands for no value.
type Digest [saltLen + sha256.Size]byte

// DigestOf commits to a value, or to the chunks of a stream, for a record made by hand.
func DigestOf(values ...any) (Digest, error) {
	var d Digest
	salt(d[:saltLen])
	return d, d.addAll(values)
}

// Matches says whether the digest was made of the value, or of the chunks of a stream in this order.
func (d Digest) Matches(values ...any) (bool, error) {
	if d == (Digest{}) {
		return false, nil
	}
	var other Digest
	copy(other[:saltLen], d[:saltLen])
	if err := other.addAll(values); err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(d[:], other[:]) == 1, nil
}

// MatchesBytes says whether the digest was made of these bytes as they are, as Transport makes it of the body of a request or an
// answer. Of bytes that are a value's JSON it is the digest of the value.
func (d Digest) MatchesBytes(b []byte) bool {
	if d == (Digest{}) {
		return false
	}
	h := sha256.New()
	h.Write(d[:saltLen])
	h.Write(b)
	return subtle.ConstantTimeCompare(d[saltLen:], h.Sum(nil)) == 1
}

// digestOfBytes commits to bytes as they are.
func digestOfBytes(b []byte) (d Digest) {
	salt(d[:saltLen])
	h := sha256.New()
	h.Write(d[:saltLen])
	h.Write(b)
	h.Sum(d[:saltLen])
	return d
}

// String is the digest in hexadecimal, salt first.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText writes String.
func (d Digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText reads String.
func (d *Digest) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(d) || len(text)%2 != 0 {
		return fmt.Errorf("transparency: a digest has %d hexadecimal digits", hex.EncodedLen(len(d)))
	}
	_, err := hex.Decode(d[:], text)
	return err
}

// salt draws a new salt. It never fails: without randomness the program ends (crypto/rand).
func salt(dst []byte) { _, _ = rand.Read(dst) }

// addAll takes in values as their caller holds them: a pointer to each, so that the JSON is that of Wrap.
func (d *Digest) addAll(values []any) error {
	e := takeEncoder()
	defer e.release()
	for i, v := range values {
		p := v
		if t := reflect.TypeOf(v); t != nil {
			box := reflect.New(t)
			box.Elem().Set(reflect.ValueOf(v))
			p = box.Interface()
		}
		if err := d.add(e, i == 0, p); err != nil {
			return err
		}
	}
	return nil
}

// add takes in one value, given by pointer; its JSON stays in e until the next use.
func (d *Digest) add(e *encoder, first bool, p any) error {
	e.buf.Reset()
	if first {
		e.buf.Write(d[:saltLen])
	} else {
		e.buf.Write(d[saltLen:])
	}
	e.head = e.buf.Len()
	if err := e.encode(p); err != nil {
		return err
	}
	sum := sha256.Sum256(e.buf.Bytes())
	copy(d[saltLen:], sum[:])
	return nil
}

// encoder is encoding/json with its buffer, kept between calls.
type encoder struct {
	buf   bytes.Buffer
	enc   *json.Encoder
	head  int // bytes of buf before the JSON
	salts [64 * saltLen]byte
	left  int // bytes of salts that were not used yet: asking the system once for many costs a tenth
}

// salt gives the digest a new salt.
func (e *encoder) salt(d *Digest) {
	if e.left == 0 {
		salt(e.salts[:])
		e.left = len(e.salts)
	}
	unused := e.salts[:e.left]
	e.left -= saltLen
	copy(d[:saltLen], unused[e.left:])
	clear(unused[e.left:]) // a salt that is out stays with its record
}

// keepBuffer is the largest buffer, in bytes, that a pool holds on to.
const keepBuffer = 64 << 10

var encoders = sync.Pool{New: func() any {
	e := &encoder{}
	e.enc = json.NewEncoder(&e.buf)
	return e
}}

func takeEncoder() *encoder { return encoders.Get().(*encoder) } // only New fills the pool

func (e *encoder) release() {
	if e.buf.Cap() <= keepBuffer {
		encoders.Put(e)
	}
}

// encode appends the JSON of a value of the user's, whose own methods may panic.
func (e *encoder) encode(p any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a MarshalJSON panicked with a %T", r)
		}
	}()
	if err := e.enc.Encode(p); err != nil {
		return err
	}
	e.buf.Truncate(e.buf.Len() - 1) // the line feed that Encode adds and Marshal does not
	return nil
}

// json is the JSON of the value taken in last.
func (e *encoder) json() []byte { return e.buf.Bytes()[e.head:] }
