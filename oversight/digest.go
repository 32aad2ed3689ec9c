package oversight

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"math"
	"reflect"
	"slices"
	"sync"
	"time"
)

// fields is a SHA-256 over fields that each carry their length: joining them by a separator would let two different lists of
// fields give the same bytes, and so one approval fit two calls.
type fields struct {
	h     hash.Hash
	buf   [256]byte
	nodes int // values walked through so far
}

// idle keeps hashes between their uses: each is used by who took it until it gives its sum.
var idle = sync.Pool{New: func() any { return &fields{h: sha256.New()} }}

func newFields(domain string) *fields {
	f := idle.Get().(*fields) //nolint:forcetypeassert // nothing else is put there
	f.h.Reset()
	f.nodes = 0
	const prefix = "fairlead/oversight/"
	f.uint(uint64(len(prefix) + len(domain)))
	f.raw(prefix)
	f.raw(domain)
	return f
}

func (f *fields) uint(v uint64) {
	binary.BigEndian.PutUint64(f.buf[:], v)
	f.h.Write(f.buf[:8])
}

func (f *fields) bytes(b []byte) {
	f.uint(uint64(len(b)))
	f.h.Write(b)
}

func (f *fields) text(s string) {
	f.uint(uint64(len(s)))
	f.raw(s)
}

func (f *fields) raw(s string) {
	for len(s) > 0 {
		n := copy(f.buf[:], s)
		f.h.Write(f.buf[:n])
		s = s[n:]
	}
}

// sum ends the use of the fields.
func (f *fields) sum() digest {
	d := digest(f.h.Sum(f.buf[:0]))
	idle.Put(f)
	return d
}

// The bounds of the walk through a value: a pointer that leads back to itself has no digest, and one value reached by very many
// ways takes no more time than a large one.
const (
	maxDepth = 64
	maxNodes = 1 << 22
)

var (
	errDepth  = errors.New("oversight: a value too large or nested deeper than 64 levels, or a pointer that leads back to itself")
	errOpaque = errors.New("oversight: a function, channel or unsafe pointer inside the value")
	timeType  = reflect.TypeFor[time.Time]()
)

// digestOf is the digest of a whole value: every field, exported or not, so that nothing that next might read can change between
// what was approved and what runs. JSON would leave out what it does not show.
func digestOf(v any) (digest, error) {
	f := newFields("value")
	if err := f.value(reflect.ValueOf(v), 0); err != nil {
		return digest{}, err
	}
	return f.sum(), nil
}

func (f *fields) value(v reflect.Value, depth int) error {
	if f.nodes++; depth > maxDepth || f.nodes > maxNodes {
		return errDepth
	}
	if !v.IsValid() {
		f.text("nil")
		return nil
	}
	f.uint(uint64(v.Kind()))
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			f.uint(1)
		} else {
			f.uint(0)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		f.uint(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		f.uint(v.Uint())
	case reflect.Float32, reflect.Float64:
		f.uint(math.Float64bits(v.Float()))
	case reflect.Complex64, reflect.Complex128:
		f.uint(math.Float64bits(real(v.Complex())))
		f.uint(math.Float64bits(imag(v.Complex())))
	case reflect.String:
		f.text(v.String())
	default:
		return f.composite(v, depth)
	}
	return nil
}

func (f *fields) composite(v reflect.Value, depth int) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			f.text("nil")
			return nil
		}
		f.text(v.Elem().Type().String())
		return f.value(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		// A nil slice and an empty one are one value: a round trip through a vault or a queue does not keep them apart.
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			f.bytes(v.Bytes())
			return nil
		}
		f.uint(uint64(v.Len()))
		for i := range v.Len() {
			if err := f.value(v.Index(i), depth+1); err != nil {
				return err
			}
		}
		return nil
	case reflect.Map:
		return f.mapping(v, depth)
	case reflect.Struct:
		return f.structure(v, depth)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if v.IsNil() {
			f.text("nil")
			return nil
		}
	}
	return errOpaque
}

func (f *fields) structure(v reflect.Value, depth int) error {
	t := v.Type()
	if t == timeType {
		if v.CanInterface() {
			at := v.Interface().(time.Time) // one instant in two locations, or with a monotonic reading, is one value
			f.uint(uint64(at.Unix()))
			f.uint(uint64(at.Nanosecond()))
			return nil
		}
		// An unexported field cannot be asked: its wall clock and extension are hashed as they are, without the location.
		f.uint(v.Field(0).Uint())
		f.uint(uint64(v.Field(1).Int()))
		return nil
	}
	f.uint(uint64(t.NumField()))
	for i := range t.NumField() {
		f.text(t.Field(i).Name)
		if err := f.value(v.Field(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// mapping digests each pair apart and sorts the digests: a map has no order.
func (f *fields) mapping(v reflect.Value, depth int) error {
	pairs := make([]digest, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		pair := newFields("pair")
		pair.nodes = f.nodes
		if err := pair.value(it.Key(), depth+1); err != nil {
			return err
		}
		if err := pair.value(it.Value(), depth+1); err != nil {
			return err
		}
		f.nodes = pair.nodes
		pairs = append(pairs, pair.sum())
	}
	slices.SortFunc(pairs, func(a, b digest) int { return slices.Compare(a[:], b[:]) })
	f.uint(uint64(len(pairs)))
	for i := range pairs {
		f.h.Write(pairs[i][:])
	}
	return nil
}
