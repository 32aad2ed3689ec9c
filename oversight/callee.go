package oversight

import (
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/fairlead-go/fairlead/internal/call"
)

// An approval is for one function: the System's name and version say which, and the function's own name where it has one. Functions made
// in one place of a program, as in a loop over tools, have one name between them; nothing in the log could tell an approval of one from
// an approval of another, so none of them may be held by that name.

// callee is the function behind an Approve.
type callee struct {
	name  string // as it was declared; "" for one that was not
	place *place // where it was made; nil for a declared one
}

// place is where functions without a name of their own come from.
type place struct {
	first any         // of them: kept, so that no other one gets its address
	many  atomic.Bool // there is another one
}

// callee says what a function is known by, and remembers by which name: of two with one name neither is known.
func (k *Desk) callee(fn any, name string) callee {
	if own := declared(fn); own != "" {
		return callee{name: own}
	}
	if !k.set() {
		return callee{}
	}
	known, there := k.places.LoadOrStore(name, &place{first: fn})
	p := known.(*place) //nolint:forcetypeassert // nothing else is stored
	if there && closureOf(p.first) != closureOf(fn) {
		p.many.Store(true)
	}
	return callee{place: p}
}

// declared is the full name of a function or method that was declared with one, without that of its type arguments: "" for a
// function literal, and for what was instantiated from a generic function, as all of those have one name.
func declared(fn any) string {
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Func || v.IsNil() {
		return ""
	}
	f := runtime.FuncForPC(v.Pointer())
	if f == nil || strings.Contains(f.Name(), "[") {
		return ""
	}
	name := strings.TrimSuffix(f.Name(), "-fm")
	last := name[strings.LastIndexByte(name, '.')+1:]
	digits := strings.TrimPrefix(last, "func")
	if i := strings.IndexByte(digits, '-'); i >= 0 {
		digits = digits[:i] // func1-range2, in the body of a loop
	}
	if digits != "" && strings.Trim(digits, "0123456789") == "" {
		return ""
	}
	return name
}

// closureOf tells functions apart that were made in one place: it is where what they have captured lies. The code alone, which
// reflect gives, is the same for all of them.
func closureOf(fn any) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&fn))[1] // an interface is a type and a word, which for a function is the function
}

// unnamed is what internal/call calls a function whose name says nothing, such as a wrapper of our own.
const unnamed = "unnamed"

// systemOf is what a case is filed under: the name of the decision's system, else the function's own.
func systemOf(d *call.Decision, own *call.Site) (name, version string) {
	name, version = d.System()
	if name == unnamed && own != nil {
		name = own.Name
	}
	return strings.ToValidUTF8(name, "\uFFFD"), strings.ToValidUTF8(version, "\uFFFD") // as a log in JSON has it
}

// identified refuses to hold or resume a call that is known by a name which other functions have, too.
func (o *opening) identified() error {
	if o.fn.place == nil || !o.fn.place.many.Load() {
		return nil
	}
	name, _ := systemOf(o.d, o.site)
	if name != o.site.Name {
		return nil // it was given a name
	}
	return call.Refuse(o.d, call.StageOversight, "several functions have the name "+name+
		", as they were made in one place, and an approval of one would run another; name each by fairlead.Wrap(guarded, &fairlead.System{Name: ...})", nil)
}
