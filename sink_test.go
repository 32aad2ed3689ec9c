package fairlead_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	collectmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collecttraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/fairlead-go/fairlead"
)

// sink is a collector: it takes OTLP over HTTP as any other would, and keeps both what it decoded and the bytes.
type sink struct {
	tracer *sdktrace.TracerProvider
	meter  *sdkmetric.MeterProvider

	mu      sync.Mutex
	scopes  []*common.InstrumentationScope
	spans   []*traces.Span
	metrics []*metrics.Metric
	traffic []byte // every request body
}

// newSink starts a collector on loopback, and the real SDK with the real exporters pointed at it.
func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", func(w http.ResponseWriter, r *http.Request) {
		var batch collecttraces.ExportTraceServiceRequest
		if s.read(t, r, &batch) {
			for _, resource := range batch.ResourceSpans {
				for _, scope := range resource.ScopeSpans {
					s.scopes = append(s.scopes, scope.Scope)
					s.spans = append(s.spans, scope.Spans...)
				}
			}
			s.mu.Unlock()
		}
		s.reply(t, w, &collecttraces.ExportTraceServiceResponse{})
	})
	mux.HandleFunc("POST /v1/metrics", func(w http.ResponseWriter, r *http.Request) {
		var batch collectmetrics.ExportMetricsServiceRequest
		if s.read(t, r, &batch) {
			s.metrics = nil // cumulative: the last batch is the whole truth
			for _, resource := range batch.ResourceMetrics {
				for _, scope := range resource.ScopeMetrics {
					s.scopes = append(s.scopes, scope.Scope)
					s.metrics = append(s.metrics, scope.Metrics...)
				}
			}
			s.mu.Unlock()
		}
		s.reply(t, w, &collectmetrics.ExportMetricsServiceResponse{})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	spans, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpointURL(server.URL+"/v1/traces"),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}))
	require.NoError(t, err)
	s.tracer = sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans), sdktrace.WithSampler(sdktrace.AlwaysSample()))
	points, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpointURL(server.URL+"/v1/metrics"),
		otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{Enabled: false}))
	require.NoError(t, err)
	s.meter = sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(points, sdkmetric.WithInterval(time.Hour))))
	return s
}

// read decodes one request; if it could, the sink is locked for whoever files what it held.
func (s *sink) read(t *testing.T, r *http.Request, into proto.Message) bool {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = proto.Unmarshal(body, into)
	}
	if kind := r.Header.Get("Content-Type"); err != nil || kind != "application/x-protobuf" {
		t.Errorf("a request of type %q that cannot be read: %v", kind, err)
		return false
	}
	s.mu.Lock()
	s.traffic = append(s.traffic, body...)
	return true
}

func (s *sink) reply(t *testing.T, w http.ResponseWriter, m proto.Message) {
	body, err := proto.Marshal(m)
	w.Header().Set("Content-Type", "application/x-protobuf")
	if err == nil {
		_, err = w.Write(body)
	}
	if err != nil {
		t.Errorf("no reply: %v", err)
	}
}

// system sends what is guarded under it to the sink.
func (s *sink) system(name string) *fairlead.System {
	return &fairlead.System{Name: name, Version: "3", TracerProvider: s.tracer, MeterProvider: s.meter}
}

// arrived waits until everything is on the other side and returns the spans that came since the last time.
func (s *sink) arrived(t *testing.T) []*traces.Span {
	t.Helper()
	require.NoError(t, s.tracer.ForceFlush(t.Context()))
	s.mu.Lock()
	defer s.mu.Unlock()
	spans := s.spans
	s.spans = nil
	return spans
}

// measured is the metric of a name, as the sink has it now.
func (s *sink) measured(t *testing.T, name string) *metrics.Metric {
	t.Helper()
	require.NoError(t, s.meter.ForceFlush(t.Context()))
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.metrics {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("there is no metric %s", name)
	return nil
}

// sent is every byte that has gone over the wire.
func (s *sink) sent(t *testing.T) string {
	t.Helper()
	require.NoError(t, s.tracer.ForceFlush(t.Context()))
	require.NoError(t, s.meter.ForceFlush(t.Context()))
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.traffic)
}

// attributes are the attributes of a span, event or point, as text.
func attributes(kvs []*common.KeyValue) map[string]string {
	m := map[string]string{}
	for _, kv := range kvs {
		switch v := kv.Value.Value.(type) {
		case *common.AnyValue_StringValue:
			m[kv.Key] = v.StringValue
		default:
			m[kv.Key] = kv.Value.String()
		}
	}
	return m
}

// events are the names of a span's events, in order.
func events(span *traces.Span) []string {
	var names []string
	for _, e := range span.Events {
		names = append(names, e.Name)
	}
	return names
}
