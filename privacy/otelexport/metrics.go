package otelexport

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/fairlead-go/fairlead/privacy"
)

// Metrics puts r before next. It panics if next is nil; a nil Redactor withholds every text and number. Two series whose attributes become the
// same stay two: telling people apart by a metric is what should not have been done.
func Metrics(next metric.Exporter, r *privacy.Redactor) metric.Exporter {
	if next == nil {
		panic("fairlead: otelexport.Metrics: next is nil: pass the exporter itself when wiring")
	}
	return &metrics{Exporter: next, h: hider{r}}
}

type metrics struct {
	metric.Exporter
	h hider
}

// Export implements metric.Exporter. A kind of data that this release does not know is left out.
func (e *metrics) Export(ctx context.Context, in *metricdata.ResourceMetrics) error {
	out := &metricdata.ResourceMetrics{Resource: in.Resource}
	for _, scope := range in.ScopeMetrics {
		made := metricdata.ScopeMetrics{Scope: scope.Scope}
		for _, m := range scope.Metrics {
			if m.Data = e.h.data(m.Data); m.Data != nil {
				made.Metrics = append(made.Metrics, m)
			}
		}
		out.ScopeMetrics = append(out.ScopeMetrics, made)
	}
	return e.Exporter.Export(ctx, out)
}

func (h hider) data(data metricdata.Aggregation) metricdata.Aggregation {
	switch d := data.(type) {
	case metricdata.Gauge[int64]:
		d.DataPoints = points(h, d.DataPoints)
		return d
	case metricdata.Gauge[float64]:
		d.DataPoints = points(h, d.DataPoints)
		return d
	case metricdata.Sum[int64]:
		d.DataPoints = points(h, d.DataPoints)
		return d
	case metricdata.Sum[float64]:
		d.DataPoints = points(h, d.DataPoints)
		return d
	case metricdata.Histogram[int64]:
		d.DataPoints = histograms(h, d.DataPoints)
		return d
	case metricdata.Histogram[float64]:
		d.DataPoints = histograms(h, d.DataPoints)
		return d
	case metricdata.ExponentialHistogram[int64]:
		d.DataPoints = exponentials(h, d.DataPoints)
		return d
	case metricdata.ExponentialHistogram[float64]:
		d.DataPoints = exponentials(h, d.DataPoints)
		return d
	case metricdata.Summary:
		in := d.DataPoints
		d.DataPoints = make([]metricdata.SummaryDataPoint, len(in))
		for i, p := range in {
			p.Attributes = h.set(p.Attributes)
			d.DataPoints[i] = p
		}
		return d
	}
	return nil
}

func (h hider) set(s attribute.Set) attribute.Set {
	return attribute.NewSet(h.attrs(s.ToSlice(), 0)...)
}

func points[N int64 | float64](h hider, in []metricdata.DataPoint[N]) []metricdata.DataPoint[N] {
	out := make([]metricdata.DataPoint[N], len(in))
	for i, p := range in {
		p.Attributes, p.Exemplars = h.set(p.Attributes), exemplars(h, p.Exemplars)
		out[i] = p
	}
	return out
}

func histograms[N int64 | float64](h hider, in []metricdata.HistogramDataPoint[N]) []metricdata.HistogramDataPoint[N] {
	out := make([]metricdata.HistogramDataPoint[N], len(in))
	for i, p := range in {
		p.Attributes, p.Exemplars = h.set(p.Attributes), exemplars(h, p.Exemplars)
		out[i] = p
	}
	return out
}

func exponentials[N int64 | float64](h hider, in []metricdata.ExponentialHistogramDataPoint[N]) []metricdata.ExponentialHistogramDataPoint[N] {
	out := make([]metricdata.ExponentialHistogramDataPoint[N], len(in))
	for i, p := range in {
		p.Attributes, p.Exemplars = h.set(p.Attributes), exemplars(h, p.Exemplars)
		out[i] = p
	}
	return out
}

func exemplars[N int64 | float64](h hider, in []metricdata.Exemplar[N]) []metricdata.Exemplar[N] {
	out := make([]metricdata.Exemplar[N], len(in))
	for i, x := range in {
		x.FilteredAttributes = h.attrs(x.FilteredAttributes, 0)
		out[i] = x
	}
	return out
}
