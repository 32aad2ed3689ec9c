package call

import (
	"reflect"
	"strings"
)

// maxChain bounds how many errors of a chain are looked at: a user's error may unwrap to itself.
const maxChain = 64

// walk visits err and what it wraps, depth first, until visit says stop. Errors are users' values: whatever their methods do, a nil
// pointer's included, a panic ends the walk and not the call. Their Is and As methods are not asked.
func walk(err error, visit func(error) (stop bool)) {
	defer func() { _ = recover() }()
	left := maxChain
	var down func(error) bool
	down = func(err error) bool {
		for err != nil && left > 0 {
			left--
			if visit(err) {
				return true
			}
			switch e := err.(type) { //nolint:errorlint // this is what unwraps
			case interface{ Unwrap() error }:
				err = e.Unwrap()
			case interface{ Unwrap() []error }:
				for _, one := range e.Unwrap() {
					if down(one) {
						return true
					}
				}
				return false
			default:
				return false
			}
		}
		return false
	}
	down(err)
}

// Find is the first error of the chain that is one of Fairlead's and a T.
func Find[T any](err error) (found T, ok bool) {
	walk(err, func(e error) bool {
		if t, is := e.(T); is && isNotNil(e) && fromHere(e) {
			found, ok = t, true
		}
		return ok
	})
	return found, ok
}

// contains says whether target itself is in the chain.
func contains(err, target error) (found bool) {
	walk(err, func(e error) bool {
		found = e == target //nolint:errorlint // the identity of a sentinel
		return found
	})
	return found
}

// isOurs says whether one of the chain is a typed error of Fairlead's.
func isOurs(err error) bool {
	_, ok := Find[Typed](err)
	return ok
}

// fromHere says whether the type of an error is declared in this module: a user's type may have the same methods and say anything.
func fromHere(err error) bool {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	path := t.PkgPath()
	return path == modulePath || strings.HasPrefix(path, modulePath+"/")
}

func isNotNil(err error) bool {
	v := reflect.ValueOf(err)
	return v.Kind() != reflect.Pointer || !v.IsNil()
}
