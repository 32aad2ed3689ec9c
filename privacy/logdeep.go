package privacy

import (
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What only a log has to see through: nothing has to be turned back there, so that a text may be hidden in another form than it had.

// unescaped is a text without the escapes of a URL, under which an address is not found: alice%40example.com.
func unescaped(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := hexDigit(s[i+1]), hexDigit(s[i+2]); hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hexDigit(c byte) int { return strings.IndexByte("0123456789ABCDEF", upper(c)) }

// inBase64 is the text that JSON shows as base 64, as it does with bytes; else the text itself.
func inBase64(s string) string {
	if len(s) < shortestValue || len(s)%4 != 0 || !encoded(s) {
		return s
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(b) {
		return s
	}
	return string(b)
}

// holdsLong says whether there is a number in a value that may be somebody's. What is nested too deep to tell may hold one.
func holdsLong(v reflect.Value, depth int) bool {
	if depth > maxDepth {
		return true
	}
	if _, ok := longNumberIn(v); ok {
		return true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && holdsLong(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return false
		}
		for i := range v.Len() {
			if holdsLong(v.Index(i), depth+1) {
				return true
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if holdsLong(it.Key(), depth+1) || holdsLong(it.Value(), depth+1) {
				return true
			}
		}
	case reflect.Struct:
		if v.Type() == timeType {
			return false
		}
		for i := range v.NumField() {
			if holdsLong(v.Field(i), depth+1) {
				return true
			}
		}
	}
	return false
}

// longNumberIn is a number as it would be written, if it is long enough to be somebody's.
func longNumberIn(v reflect.Value) (text string, ok bool) {
	switch {
	case v.CanInt():
		n := v.Int()
		return strconv.FormatInt(n, 10), n <= -longNumber || n >= longNumber
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), v.Uint() >= longNumber
	case v.CanFloat(): // what a decoded JSON document holds
		return wholeFloat(v.Float())
	case v.Type() == numberType:
		return v.String(), len(v.String()) >= shortestNumber
	}
	return "", false
}

// wholeFloat is a float without a fraction as it would be written, if it is long enough to be somebody's number. From 2^63 on a float no
// longer holds all digits of a number.
func wholeFloat(f float64) (text string, ok bool) {
	if a := math.Abs(f); a < longNumber || a >= 1<<63 || a != math.Trunc(a) {
		return "", false
	}
	return strconv.FormatFloat(f, 'f', -1, 64), true
}
