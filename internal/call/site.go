package call

import (
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// System names what is guarded, for spans, metrics and records, and says where its telemetry goes.
type System struct {
	// Name is the system's name: low in cardinality, never about a person. Default: the name of the guarded function.
	Name string
	// Version of the model or rules behind the function, as records show it. Default: none.
	Version string
	// TracerProvider makes the span. Default: the global provider at the time of the call.
	TracerProvider trace.TracerProvider
	// MeterProvider makes the metrics. Default: the global provider at the time of the call.
	MeterProvider metric.MeterProvider
}

// Site is one wrapped function: its System resolved once, at wiring, and its telemetry cached over calls.
type Site struct {
	System
	cache atomic.Pointer[telemetry]
}

// unnamed stands for a function whose name would say nothing to a reader of a trace.
const unnamed = "unnamed"

// modulePath is where Fairlead's own wrappers live: their closures are not what a user means by "the function".
const modulePath = "github.com/fairlead-go/fairlead"

// NewSite resolves sys (which may be nil) for the function fn (which may be nil).
func NewSite(sys *System, fn any) *Site {
	s := &Site{}
	if sys != nil {
		s.System = *sys
	}
	if s.Name == "" {
		s.Name = nameOf(fn)
	}
	for _, p := range []any{s.TracerProvider, s.MeterProvider} {
		if v := reflect.ValueOf(p); v.Kind() == reflect.Pointer && v.IsNil() {
			panic("fairlead: System: a provider is a nil " + v.Type().String() + ": leave the field out for the global one")
		}
	}
	return s
}

// nameOf gives a function's name as its author would say it: "shop.Recommend" for github.com/acme/shop.Recommend, without
// type arguments, and "unnamed" for a wrapper of Fairlead's own.
func nameOf(fn any) string {
	v := reflect.ValueOf(fn)
	if !v.IsValid() || v.Kind() != reflect.Func || v.IsNil() {
		return unnamed
	}
	f := runtime.FuncForPC(v.Pointer())
	if f == nil {
		return unnamed
	}
	name := f.Name()
	if own, ok := strings.CutPrefix(name, modulePath); ok && (own[0] == '/' || own[0] == '.') {
		// Examples and tests of the module itself are users like any other.
		if !strings.HasPrefix(own, "/examples/") && !strings.Contains(own, "_test.") {
			return unnamed
		}
	}
	if i := strings.IndexByte(name, '['); i >= 0 {
		name = name[:i]
	}
	name = name[strings.LastIndexByte(name, '/')+1:]
	return strings.TrimSuffix(name, "-fm")
}

// sites remembers what SiteOf made, so that an adapter that names its System on every call pays for the telemetry once.
var sites struct {
	mu sync.Mutex
	m  map[System]*Site
}

// maxSites bounds that memory: a program has few systems, and one that names a new one for each call must not grow.
const maxSites = 1024

// SiteOf is NewSite for a System that is named call by call.
func SiteOf(sys *System) *Site {
	if sys == nil {
		sys = &System{Name: unnamed}
	}
	for _, p := range []any{sys.TracerProvider, sys.MeterProvider} {
		if p != nil && !reflect.ValueOf(p).Comparable() {
			return NewSite(sys, nil)
		}
	}
	sites.mu.Lock()
	defer sites.mu.Unlock()
	if s := sites.m[*sys]; s != nil {
		return s
	}
	s := NewSite(sys, nil)
	if sites.m == nil || len(sites.m) >= maxSites {
		sites.m = map[System]*Site{}
	}
	sites.m[*sys] = s
	return s
}
